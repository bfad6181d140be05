using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A density made of a kernel around each of several points: log p(x) = log of the sum over the points of weight_i K(x - x_i), where K integrates to 1.
/// A missing value has log-probability 0 and is skipped. Fitting replaces the points with the rows and their weights, scaled to sum 1; inertia keeps the old
/// points with that share. The bandwidth is not fitted. A kernel density describes the data rather than estimating parameters (a fit may lower the
/// log-likelihood of a better start); evaluation time grows with the number of points, which is at most 1,048,576.
/// </summary>
/// <remarks>Statistics: the points and weights, in row order; points of weight 0 are left out.</remarks>
public abstract class KernelDensity : Distribution
{
    private protected const string BandwidthText = "the bandwidth in the feature's unit (of a scaled feature: in scaled units), above 0, default 1";

    private readonly double[] points;
    private readonly double[] weights;

    private protected KernelDensity(IReadOnlyList<double> points, double bandwidth, IReadOnlyList<double>? weights)
    {
        ArgumentNullException.ThrowIfNull(points);
        ModelException.CheckOptions(FormatName,
            (points.Count is > 0 and <= PointStatistics.MostPoints, nameof(points), points.Count, $"1 to {PointStatistics.MostPoints}"),
            (points.All(double.IsFinite), nameof(points), "a point that is not finite", "finite numbers"),
            (double.IsFinite(bandwidth) && bandwidth > 0, nameof(bandwidth), bandwidth, "a finite number above 0"),
            (weights is null || weights.Count == points.Count, nameof(weights), weights?.Count, $"one for each of {points.Count} points"),
            (weights is null || (weights.All(w => double.IsFinite(w) && w >= 0) && weights.Any(w => w > 0)), nameof(weights), "out of range",
                "finite numbers of at least 0, not all 0"));
        this.points = [.. points];
        Bandwidth = bandwidth;
        var total = weights is null ? points.Count : weights.Sum();
        // Weights that already sum to 1 are kept bit for bit: a model read from a file equals the saved model.
        var divisor = Math.Abs(total - 1) <= 1e-12 ? 1 : total;
        this.weights = [.. this.points.Select((_, i) => (weights is null ? 1 : weights[i]) / divisor)];
    }

    /// <summary>The points, in the feature's unit.</summary>
    public ReadOnlySpan<double> Points => points;

    /// <summary>The points' weights, shape [Points], sum 1.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>Width of the kernels, in the feature's unit.</summary>
    public double Bandwidth { get; }

    /// <inheritdoc/>
    public override int Dimensions => 1;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.None;

    /// <summary>
    /// The points and their weights, less one; the bandwidth is not fitted. A fit has as many points as there are rows, so AIC and BIC mean little here.
    /// </summary>
    protected override long FreeParameters => (2L * points.Length) - 1;

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteExact("bandwidth", Bandwidth);
        writer.WriteNumbers("points", points);
        writer.WriteNumbers("weights", weights);
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        Evaluate(tile, result);
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsNaN(x[i])) result[i] = 0;
            // Infinitely far, or so far that squared distances overflow.
            else if (double.IsInfinity(x[i]) || double.IsNaN(result[i])) result[i] = double.NegativeInfinity;
        }
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new PointStatistics(FormatName);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        ((PointStatistics)statistics).Add(tile.Column(0), weights);

    /// <inheritdoc/>
    public override Distribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var found = (PointStatistics)statistics;
        var total = found.Total;
        if (IsFrozen || total < Constants.LeastWeight || options.Inertia == 1) return this;
        if (found.Values.Any(double.IsInfinity))
            throw new ModelException(ErrorKind.Data, FormatName, "an infinite value", "finite numbers (NaN or null for missing ones)",
                "clean the column, or turn infinities into missing values")
            { FeatureIndex = 0 };
        var inertia = options.Inertia;
        var shares = found.Weights.Select(w => w / total * (1 - inertia));
        return inertia == 0 ? With([.. found.Values], [.. shares]) : With([.. points, .. found.Values], [.. weights.Select(w => w * inertia), .. shares]);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KernelDensity o && o.GetType() == GetType() && o.IsFrozen == IsFrozen && o.Bandwidth.Equals(Bandwidth)
        && o.points.AsSpan().SequenceEqual(points) && o.weights.AsSpan().SequenceEqual(weights);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GetType(), points.Length, points[0], Bandwidth);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({points.Length} points, bandwidth {Bandwidth.Text()})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        var units = FeatureUnits.Of(features ?? [new("x")], 0, undoesLog: false);
        return $"{units.Name}: {FormatName} of {points.Length} points from {units.Text(points.Min(), Bandwidth)} to {units.Text(points.Max(), Bandwidth)}, "
            + $"bandwidth {units.Distance(Bandwidth).Text()}";
    }

    internal override (double Mean, double Deviation)? Moments()
    {
        var mean = points.Zip(weights, (x, w) => w * x).Sum();
        return (mean, Math.Sqrt(points.Zip(weights, (x, w) => w * (x - mean) * (x - mean)).Sum() + (KernelVariance * Bandwidth * Bandwidth)));
    }

    /// <summary>Variance of the kernel of bandwidth 1.</summary>
    private protected abstract double KernelVariance { get; }

    /// <summary>Fills the log densities of finite values; other entries are unspecified.</summary>
    private protected abstract void Evaluate(in FeatureTile tile, Span<double> result);

    /// <summary>The same kernel and bandwidth around other points.</summary>
    private protected abstract KernelDensity With(double[] points, double[] weights);

    /// <summary>A point drawn by weight.</summary>
    private protected double SamplePoint(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return points[random.NextIndex(weights, 1)];
    }

    /// <summary>Points for a start that has seen no data.</summary>
    private protected static double[] StartPoints(ReadOnlySpan<double> center) => [center[0]];
}
