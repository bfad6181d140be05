using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The uniform distribution on a closed interval: log p(x) = -log(end - start) from start to end, -infinity outside. A missing value has log-probability 0
/// and is skipped. Fitting takes the smallest and the largest value of weight above 0; inertia blends both ends.
/// </summary>
/// <remarks>Statistics: total weight, smallest and largest value. A minimum variance v widens an interval shorter than sqrt(12 v) on both sides.</remarks>
public sealed class UniformDistribution : UnivariateDistribution, IDistributionFamily<UniformDistribution>
{
    /// <summary>Creates a uniform distribution.</summary>
    /// <param name="start">The smallest value, finite, in the feature's unit.</param>
    /// <param name="end">The largest value, finite and above <paramref name="start"/>, in the feature's unit.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public UniformDistribution(double start, double end)
    {
        ModelException.CheckOptions("uniform distribution",
            (double.IsFinite(start), nameof(start), start, "a finite number"),
            (double.IsFinite(end) && !(end <= start) && double.IsFinite(end - start), nameof(end), end, "a finite number above start"));
        (Start, End) = (start, end);
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<UniformDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "uniform";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The smallest value, in the feature's unit.</summary>
    public double Start { get; }

    /// <summary>The largest value, in the feature's unit.</summary>
    public double End { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => ((Start + End) / 2, (End - Start) / Math.Sqrt(12));

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("start", Start), ("end", End)];

    private protected override (string Name, string Parameters)? Placed(in FeatureUnits units) =>
        (units.Name, $"start {units.Text(Start, End - Start)}, end {units.Text(End, End - Start)}");

    /// <inheritdoc/>
    public static UniformDistribution Prototype(ReadOnlySpan<double> center) =>
        new(center[0] - Math.Max(1, Math.Abs(center[0])), center[0] + Math.Max(1, Math.Abs(center[0])));

    /// <inheritdoc/>
    public static UniformDistribution ReadParameters(JsonElement json) => new(json.Number("start"), json.Number("end"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var x = tile.Column(0);
        var inside = -Math.Log(End - Start);
        for (var i = 0; i < x.Length; i++) result[i] = double.IsNaN(x[i]) ? 0 : x[i] >= Start && x[i] <= End ? inside : double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new RangeStatistics(FormatName);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        ((RangeStatistics)statistics).Add(tile.Column(0), weights);

    /// <inheritdoc/>
    public override UniformDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var range = (RangeStatistics)statistics;
        if (IsFrozen || range.Total < Constants.LeastWeight) return this;
        var (start, end) = (range.Minimum, range.Maximum);
        RequireFinite(start, end, end - start);
        var missing = Math.Sqrt(12 * options.MinVariance) - (end - start);
        if (missing > 0) options.Raise((end - start) * (end - start) / 12);
        if (missing > 0) (start, end) = (start - (missing / 2), end + (missing / 2));
        start = Blend(Start, start, options);
        end = Blend(End, end, options);
        return end > start ? new(start, end) : throw NoSpread("an interval of length 0 (values equal as doubles)");
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = Math.Min(Start + ((End - Start) * random.NextDouble()), End);
    }
}
