using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Median and interquartile range. Quantiles are those of definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American
/// Statistician 50 (1996) 361, of rows that are repeated in proportion to their weights, the lightest one once.
/// </summary>
internal sealed class RobustScaling : FeatureScaling
{
    [ModuleInitializer]
    internal static void Register() => Add(new RobustScaling());

    public override string Name => "robust";

    internal override string Spread => "interquartile range";

    internal override bool TakesSample => true;

    internal override (double Center, double Spread) Measure(MomentStatistics moments, FeatureSample? sample, int feature)
    {
        var rows = Enumerable.Range(0, sample!.Rows).Where(i => !double.IsNaN(sample.Values[i, feature])).OrderBy(i => sample.Values[i, feature]).ToArray();
        if (rows.Length == 0) return (moments.Mean(feature), 0);
        double[] values = [.. rows.Select(i => sample.Values[i, feature])];
        double[] weights = [.. rows.Select(i => sample.Weights[i])];
        return (Quantile(values, weights, 0.5), Quantile(values, weights, 0.75) - Quantile(values, weights, 0.25));
    }

    /// <summary>A quantile.</summary>
    /// <param name="values">Shape [n], ascending, at least one.</param>
    /// <param name="weights">Shape [n], above 0.</param>
    /// <param name="share">From 0 to 1.</param>
    internal static double Quantile(double[] values, double[] weights, double share)
    {
        // A repeated value holds from the place of its first copy to that of its last; between two values it is interpolated.
        var (unit, end) = (weights.Min(), 0.0);
        var place = share * (weights.Sum() - unit);
        for (var i = 0; i < values.Length - 1; i++)
        {
            end += weights[i];
            if (place <= end - unit) return values[i];
            if (place <= end) return values[i] + ((values[i + 1] - values[i]) * ((place - (end - unit)) / unit));
        }
        return values[^1];
    }
}
