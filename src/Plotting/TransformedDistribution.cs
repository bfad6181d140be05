using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Plotting;

/// <summary>
/// A distribution of transformed features as one of the original features, for pictures: the density of x is that of f(x) times f'(x). It cannot be
/// fitted or saved; the transforms are saved with the features.
/// </summary>
internal sealed class TransformedDistribution : Distribution
{
    private readonly Distribution inner;
    private readonly FeatureTransforms transforms;

    /// <summary>The distribution of the transformed features.</summary>
    public Distribution Inner => inner;

    /// <summary>What was applied to them.</summary>
    public FeatureTransforms Transforms => transforms;

    private TransformedDistribution(Distribution inner, FeatureTransforms transforms) => (this.inner, this.transforms) = (inner, transforms);

    /// <inheritdoc/>
    public override int Dimensions => inner.Dimensions;

    /// <inheritdoc/>
    public override string FormatName => inner.FormatName;

    /// <inheritdoc/>
    public override bool IsDiscrete => inner.IsDiscrete;

    /// <inheritdoc/>
    public override double? PointMass => inner.PointMass is { } value ? transforms.Invert(0, value) : null;

    /// <summary>The distribution of the original features.</summary>
    /// <param name="transformed">That of the transformed features.</param>
    /// <param name="transforms">What was applied to them.</param>
    public static Distribution Of(Distribution transformed, FeatureTransforms transforms) =>
        transforms.IsEmpty ? transformed : new TransformedDistribution(transformed, transforms);

    /// <inheritdoc/>
    public override void EnsureEvaluable() => inner.EnsureEvaluable();

    /// <inheritdoc/>
    public override IReadOnlyList<(double Weight, Distribution Term)> Terms() =>
        [.. inner.Terms().Select(t => (t.Weight, ReferenceEquals(t.Term, inner) ? this : Of(t.Term, transforms)))];

    /// <inheritdoc/>
    public override IReadOnlyList<WeightedPart> WeightedParts() =>
        [.. inner.WeightedParts().Select(p => p with { Distribution = Of(p.Distribution, transforms) })];

    /// <inheritdoc/>
    public override Distribution? Marginal(params ReadOnlySpan<int> features)
    {
        if (inner.Marginal(features) is not { } marginal) return null;
        var own = new IReadOnlyList<FeatureTransform>[features.Length];
        for (var i = 0; i < own.Length; i++) own[i] = transforms[features[i]];
        return Of(marginal, new(own));
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var values = scratch.Take(Dimensions * FeatureTile.Capacity);
        tile.Values.CopyTo(values);
        for (var j = 0; j < Dimensions; j++) transforms.Apply(j, values.Slice(j * FeatureTile.Capacity, tile.Rows));
        inner.LogProbability(new FeatureTile(values, tile.Rows, Dimensions, hasMissing: true), result);
        for (var j = 0; j < Dimensions; j++)
        {
            for (var i = 0; i < tile.Rows; i++)
            {
                var value = values[(j * FeatureTile.Capacity) + i];
                // A value for which a transform is not defined is impossible, not missing.
                result[i] = double.IsFinite(value) || double.IsNaN(tile.Column(j)[i]) ? result[i] + transforms.LogSlope(j, value) : double.NegativeInfinity;
            }
        }
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        inner.Sample(random, row);
        for (var j = 0; j < Dimensions; j++) row[j] = transforms.Invert(j, row[j]);
    }

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) => inner.Describe(features);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => throw NotFitted();

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) => throw NotFitted();

    /// <inheritdoc/>
    public override Distribution Maximize(Statistics statistics, in MaximizeOptions options) => throw NotFitted();

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer) => throw NotFitted();

    private ModelException NotFitted() => new(ErrorKind.Usage, $"{FormatName} distribution of original units", "a distribution for pictures",
        "one that can be fitted and sent", "use the model itself, whose features have the transforms");
}
