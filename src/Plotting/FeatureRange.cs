namespace Pipelines.Plotting;

/// <summary>How much of a feature a picture shows.</summary>
internal static class FeatureRange
{
    // Beyond it outliers would press everything else into a corner.
    private const double MostWasted = 1.25;

    /// <summary>The whole range, or its core where outliers make it much wider.</summary>
    /// <param name="sorted">Values or draws in ascending order, at least one.</param>
    /// <param name="low">Least value there is.</param>
    /// <param name="high">Largest value there is.</param>
    /// <param name="tail">Share of the values that may be cut off at either end.</param>
    public static (double Low, double High) Of(double[] sorted, double low, double high, double tail)
    {
        var (first, last) = (Quantile(sorted, tail), Quantile(sorted, 1 - tail));
        var margin = 0.05 * (last - first);
        if (last > first && high - low > MostWasted * (last - first)) (low, high) = (Math.Max(low, first - margin), Math.Min(high, last + margin));
        if (high > low) return (low, high);
        // One value only: some room around it.
        var room = Math.Max(0.5, 1e-6 * Math.Abs(low));
        return (low - room, low + room);
    }

    /// <summary>A quantile of sorted values.</summary>
    public static double Quantile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
