using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Gaussian with diagonal covariance: each feature has its own mean and standard deviation. Fitting is weighted maximum likelihood for each feature over
/// its observed entries; inertia and minimum variance work as in <see cref="NormalDistribution"/>.
/// </summary>
public sealed class DiagonalGaussianDistribution : AxisAlignedGaussian, IDistributionFamily<DiagonalGaussianDistribution>
{
    /// <summary>Creates a diagonal Gaussian.</summary>
    /// <param name="means">Shape [features], finite, in the features' units.</param>
    /// <param name="standardDeviations">Shape [features], finite and above 0, in the features' units.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public DiagonalGaussianDistribution(IReadOnlyList<double> means, IReadOnlyList<double> standardDeviations)
        : base(Check(means, standardDeviations))
    {
    }

    private DiagonalGaussianDistribution(NormalDistribution[] normals)
        : base(normals)
    {
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<DiagonalGaussianDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "diagonal-gaussian";

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <summary>D means and D variances.</summary>
    protected override long FreeParameters => 2L * Dimensions;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <inheritdoc/>
    public static DiagonalGaussianDistribution Prototype(ReadOnlySpan<double> center)
    {
        var normals = new NormalDistribution[center.Length];
        for (var j = 0; j < normals.Length; j++) normals[j] = new(center[j], 1);
        return new(normals);
    }

    /// <inheritdoc/>
    public static DiagonalGaussianDistribution ReadParameters(JsonElement json) => new(json.Numbers("means"), json.Numbers("standardDeviations"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        writer.WriteNumbers("means", Normals.Select(n => n.Mean));
        writer.WriteNumbers("standardDeviations", Normals.Select(n => n.StandardDeviation));
    }

    /// <inheritdoc/>
    public override DiagonalGaussianDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        if (IsFrozen) return this;
        var fitted = new NormalDistribution[Dimensions];
        for (var j = 0; j < fitted.Length; j++)
        {
            try
            {
                fitted[j] = Normals[j].Maximize(((CompositeStatistics)statistics).Parts[j], options.At(j, 1));
            }
            catch (ModelException e)
            {
                throw e.Within($"feature {j}", j);
            }
        }
        return new(fitted);
    }

    /// <inheritdoc/>
    public override DiagonalGaussianDistribution WithCovarianceOf(Distribution other) =>
        new([.. Normals.Zip(((DiagonalGaussianDistribution)other).Normals, (own, its) => new NormalDistribution(own.Mean, its.StandardDeviation))]);

    /// <inheritdoc/>
    public override string ToString() => $"DiagonalGaussian(mean {MeanText})";

    private static NormalDistribution[] Check(IReadOnlyList<double> means, IReadOnlyList<double> standardDeviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(standardDeviations);
        ModelException.CheckOptions("diagonal Gaussian",
            (means.Count > 0, nameof(means), means.Count, "at least one"),
            (means.Count == standardDeviations.Count, nameof(standardDeviations), standardDeviations.Count, $"one for each of {means.Count} means"));
        return [.. means.Select((m, j) => new NormalDistribution(m, standardDeviations[j]))];
    }
}
