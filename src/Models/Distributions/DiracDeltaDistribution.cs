using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// All mass at one value: log p(x) = 0 there, -infinity elsewhere. A missing value has log-probability 0 and is skipped. Fitting moves it to the value
/// shared by all observed rows of weight above 0; if they differ, no such distribution explains them and the fit is refused. Inertia does not apply,
/// as two values cannot be blended.
/// </summary>
/// <remarks>Statistics: total weight, smallest and largest value.</remarks>
public sealed class DiracDeltaDistribution : UnivariateDistribution, IDistributionFamily<DiracDeltaDistribution>
{
    /// <summary>Creates a distribution of one value.</summary>
    /// <param name="location">The value, finite, in the feature's unit.</param>
    /// <exception cref="ModelException">The parameter is out of range.</exception>
    public DiracDeltaDistribution(double location)
    {
        ModelException.CheckOptions("dirac-delta distribution", (double.IsFinite(location), nameof(location), location, "a finite number"));
        // 0 and -0 are the same value.
        Location = location + 0.0;
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<DiracDeltaDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "dirac-delta";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The value, in the feature's unit.</summary>
    public double Location { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Location, 0);

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.None;

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    /// <inheritdoc/>
    public override double? PointMass => Location;

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("location", Location)];

    /// <inheritdoc/>
    public static DiracDeltaDistribution Prototype(ReadOnlySpan<double> center) => new(center[0]);

    /// <inheritdoc/>
    public static DiracDeltaDistribution ReadParameters(JsonElement json) => new(json.Number("location"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++) result[i] = x[i] == Location || double.IsNaN(x[i]) ? 0 : double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new RangeStatistics(FormatName);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        ((RangeStatistics)statistics).Add(tile.Column(0), weights);

    /// <inheritdoc/>
    public override DiracDeltaDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var range = (RangeStatistics)statistics;
        if (IsFrozen || range.Total < Constants.LeastWeight) return this;
        if (range.Minimum == range.Maximum) return new(range.Minimum);
        throw new ModelException(ErrorKind.Data, "dirac-delta distribution", $"values from {range.Minimum.Text()} to {range.Maximum.Text()}", "one value",
            "mix it with a distribution that covers the others")
        { FeatureIndex = 0 };
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row) => row[0] = Location;
}
