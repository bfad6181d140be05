using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Examples.OwnBlocks;

/// <summary>
/// A custom distribution in one class: the inverse Gaussian of a positive number, which has a long right tail:
/// log p(x) = (log(shape) - log(2 pi) - 3 log(x) - shape (x - mean)^2 / (mean^2 x)) / 2. It can be used wherever a built-in distribution can: in mixtures,
/// independent components and files. A missing value has log-probability 0 and is skipped in fitting.
/// </summary>
/// <remarks>Statistics: the sums of w, w x and w / x. Maximum likelihood: mean = E[x], 1 / shape = E[1 / x] - 1 / E[x].</remarks>
internal sealed class InverseGaussianDistribution(double mean, double shape) : Distribution, IDistributionFamily<InverseGaussianDistribution>
{
    // A component whose total weight, in rows, is below this keeps its parameters.
    private const double LeastWeight = 1e-8;

    public static string FamilyName => "inverse-gaussian";

    public static bool IsUnivariate => true;

    /// <summary>The mean, above 0, in the feature's unit.</summary>
    public double Mean { get; } = mean > 0
        ? mean
        : throw new ModelException(ErrorKind.Data, "inverse Gaussian", $"a mean of {mean}", "a number above 0", "use it for positive features only");

    /// <summary>The shape, above 0, in the feature's unit: the larger, the narrower the distribution.</summary>
    public double Shape { get; } = shape;

    public override int Dimensions => 1;

    public override string FormatName => FamilyName;

    public static InverseGaussianDistribution Prototype(ReadOnlySpan<double> center) => new(Math.Max(center[0], 1e-6), 1);

    public static InverseGaussianDistribution ReadParameters(JsonElement json) =>
        new(json.GetProperty("mean").GetDouble(), json.GetProperty("shape").GetDouble());

    public override void WriteParameters(Utf8JsonWriter writer)
    {
        writer.WriteNumber("mean", Mean);
        writer.WriteNumber("shape", Shape);
    }

    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var constant = 0.5 * Math.Log(Shape / (2 * Math.PI));
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++)
        {
            var z = (x[i] - Mean) / Mean;
            result[i] = double.IsNaN(x[i]) ? 0 : x[i] <= 0 ? double.NegativeInfinity : constant - (1.5 * Math.Log(x[i])) - (Shape * z * z / (2 * x[i]));
        }
    }

    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++)
        {
            // Also false for a missing value.
            if (!(x[i] > 0)) continue;
            sums[0] += weights[i];
            sums[1] += weights[i] * x[i];
            sums[2] += weights[i] / x[i];
        }
    }

    public override InverseGaussianDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || sums[0] < LeastWeight) return this;
        var mean = sums[1] / sums[0];
        var inverse = (sums[2] / sums[0]) - (1 / mean);
        // The variance is mean^3 / shape.
        inverse = Math.Max(inverse, options.MinVariance / (mean * mean * mean));
        if (!(inverse > 0))
            throw new ModelException(ErrorKind.Data, "inverse Gaussian", "values that are all equal", "values that differ",
                "leave the feature out, or set a minimum variance")
            { FeatureIndex = 0 };
        var keep = options.Inertia;
        return new((keep * Mean) + ((1 - keep) * mean), (keep * Shape) + ((1 - keep) / inverse));
    }

    public override void Sample(SeededRandom random, Span<double> row)
    {
        // Michael, Schucany and Haas (1976): one of the two roots of a chi-square, the smaller one with probability mean / (mean + root).
        var y = Math.Pow(random.NextNormal(), 2) * Mean / Shape;
        var root = Mean * (1 + (0.5 * (y - Math.Sqrt((4 * y) + (y * y)))));
        row[0] = random.NextDouble() <= Mean / (Mean + root) ? root : Mean * Mean / root;
    }

    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        FormattableString.Invariant(
            $"{features?[0].Name ?? "x"}: inverse Gaussian of mean {Mean:0.##}, standard deviation {Math.Sqrt(Mean * Mean * Mean / Shape):0.##}");
}
