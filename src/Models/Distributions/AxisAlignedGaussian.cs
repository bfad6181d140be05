using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines;

/// <summary>
/// Gaussians whose features are independent: a normal distribution for each feature; subclasses define how the variances are tied. A missing entry
/// contributes 0 and is skipped in the sums.
/// </summary>
/// <remarks>Statistics: those of one <see cref="NormalDistribution"/> for each feature, so that mixtures of them share the fused kernel of normals.</remarks>
public abstract class AxisAlignedGaussian : Distribution, ICovarianceFamily
{
    private protected AxisAlignedGaussian(NormalDistribution[] normals) => Normals = normals;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.MinVariance;

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => ParameterKinds.Means | ParameterKinds.Covariances;

    /// <inheritdoc/>
    public long CovarianceParameters => FreeParameters - Dimensions;

    /// <inheritdoc/>
    public abstract Distribution WithCovarianceOf(Distribution other);

    /// <summary>The features' normal distributions, shape [Dimensions].</summary>
    public IReadOnlyList<NormalDistribution> Normals { get; }

    /// <inheritdoc/>
    public sealed override int Dimensions => Normals.Count;

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var part = scratch.Take(FeatureTile.Capacity);
        result[..tile.Rows].Clear();
        for (var j = 0; j < Normals.Count; j++)
        {
            Normals[j].LogProbability(tile.Slice(j, 1), part);
            for (var i = 0; i < tile.Rows; i++) result[i] += part[i];
        }
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new CompositeStatistics(FormatName, [.. Normals.Select(n => n.CreateStatistics())]);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        for (var j = 0; j < Normals.Count; j++) Normals[j].Accumulate(tile.Slice(j, 1), weights, ((CompositeStatistics)statistics).Parts[j]);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        for (var j = 0; j < Normals.Count; j++) Normals[j].Recenter(((CompositeStatistics)statistics).Parts[j], ((AxisAlignedGaussian)from).Normals[j]);
    }

    internal override double? LogLikelihood(Statistics statistics) =>
        Normals.Select((normal, j) => normal.LogLikelihood(((CompositeStatistics)statistics).Parts[j])).Aggregate((sum, one) => sum + one);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        for (var j = 0; j < Normals.Count; j++) Normals[j].Sample(random, row[j..]);
    }

    /// <inheritdoc/>
    public override Distribution Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        if (features.Length == 1) return Normals[features[0]];
        var chosen = features.ToArray();
        return new DiagonalGaussianDistribution([.. chosen.Select(j => Normals[j].Mean)], [.. chosen.Select(j => Normals[j].StandardDeviation)]);
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => DiagonalNormalKernel.TryCreate(components);

    /// <inheritdoc/>
    public override GaussianShape AsGaussian() => GaussianShape.Independent([.. Normals.Select(n => n.AsGaussian())]);

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is AxisAlignedGaussian o && o.GetType() == GetType() && o.IsFrozen == IsFrozen && o.Normals.SequenceEqual(Normals);

    /// <inheritdoc/>
    public override int GetHashCode() => Normals.Aggregate(GetType().GetHashCode(), HashCode.Combine);

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join("; ", Normals.Select((n, j) => n.Describe(features is null ? [new($"x{j}")] : [features[j]])));

    /// <summary>Means as short text.</summary>
    private protected string MeanText => $"({string.Join(", ", Normals.Take(6).Select(n => n.Mean.Text()))}{(Normals.Count > 6 ? ", …" : "")})";
}
