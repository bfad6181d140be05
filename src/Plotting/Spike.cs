using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>A density that is too narrow for a line: it is drawn as a bar, as the mass of a single value is.</summary>
/// <param name="Center">The roundest number in it.</param>
/// <param name="Low">Below it lies none of it to speak of.</param>
/// <param name="High">Above it lies none of it to speak of.</param>
internal sealed record Spike(double Center, double Low, double High)
{
    // About a pixel.
    private const double Narrow = 1 / 400.0;

    private const int Draws = 200;
    private const double Tail = 0.01;

    /// <summary>The spike that a density is on an axis; null if it is wide enough.</summary>
    /// <param name="density">The density of one feature.</param>
    /// <param name="axis">The axis.</param>
    public static Spike? Of(Distribution density, Bins axis)
    {
        // The same distribution gives the same draws.
        var draws = density.Sample(Draws, seed: 0);
        double[] sorted = [.. Enumerable.Range(0, Draws).Select(i => draws[i, 0]).Where(double.IsFinite).Order()];
        if (sorted.Length == 0) return null;
        var (low, high) = (FeatureRange.Quantile(sorted, Tail), FeatureRange.Quantile(sorted, 1 - Tail));
        var (from, to) = (axis.PlaceOf(low), axis.PlaceOf(high));
        // What has no place on a logarithmic axis stands before it.
        var isNarrow = double.IsNaN(from) ? double.IsNaN(to) || to < axis.Low : to - from < Narrow * (axis.High - axis.Low);
        return isNarrow ? new(Roundest(low, high), low - (high - low), high + (high - low)) : null;
    }

    // With as few digits as possible.
    private static double Roundest(double low, double high)
    {
        if (low <= 0 && high >= 0) return 0;
        for (var digits = 1; digits <= 15; digits++)
        {
            var round = double.Parse(((low + high) / 2).ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (round >= low && round <= high) return round;
        }
        return low;
    }
}
