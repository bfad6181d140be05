namespace Pipelines.Plotting;

/// <summary>The range of a feature that a picture shows.</summary>
internal static class FeatureRange
{
    // Beyond this, outliers would squeeze everything else into a corner.
    private const double MostWasted = 1.25;

    /// <summary>The whole range, or only its core if outliers make it much wider.</summary>
    /// <param name="sorted">Values or draws in ascending order, at least one.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The largest value.</param>
    /// <param name="tail">Share of the values that may be cut off at either end.</param>
    public static (double Low, double High) Of(double[] sorted, double low, double high, double tail)
    {
        var (first, last) = (Quantile(sorted, tail), Quantile(sorted, 1 - tail));
        var margin = 0.05 * (last - first);
        if (last > first && high - low > MostWasted * (last - first)) (low, high) = (Math.Max(low, first - margin), Math.Min(high, last + margin));
        if (high > low) return (low, high);
        // A single value gets a margin around it.
        var half = Math.Max(0.5, 1e-6 * Math.Abs(low));
        return (low - half, low + half);
    }

    /// <summary>A quantile of sorted values.</summary>
    public static double Quantile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
