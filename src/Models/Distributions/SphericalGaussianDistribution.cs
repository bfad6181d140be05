using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Gaussian with independent features that share one variance. Fitting is weighted maximum likelihood over the observed entries: each feature's mean,
/// and the pooled variance of all features, at least the minimum variance. Inertia blends means and standard deviation.
/// </summary>
public sealed class SphericalGaussianDistribution : AxisAlignedGaussian, IDistributionFamily<SphericalGaussianDistribution>
{
    /// <summary>Creates a spherical Gaussian.</summary>
    /// <param name="means">Shape [features], finite, in the features' unit.</param>
    /// <param name="standardDeviation">Standard deviation of every feature, finite and above 0, in the features' unit.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public SphericalGaussianDistribution(IReadOnlyList<double> means, double standardDeviation)
        : base(Check(means, standardDeviation))
    {
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<SphericalGaussianDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "spherical-gaussian";

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <summary>Standard deviation of every feature, in the features' unit.</summary>
    public double StandardDeviation => Normals[0].StandardDeviation;

    /// <summary>D means and one variance.</summary>
    protected override long FreeParameters => Dimensions + 1L;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <inheritdoc/>
    public static SphericalGaussianDistribution Prototype(ReadOnlySpan<double> center) => new(center.ToArray(), 1);

    /// <inheritdoc/>
    public static SphericalGaussianDistribution ReadParameters(JsonElement json) => new(json.Numbers("means"), json.Number("standardDeviation"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("means", Normals.Select(n => n.Mean));
        writer.WriteExact("standardDeviation", StandardDeviation);
    }

    /// <inheritdoc/>
    public override SphericalGaussianDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var (means, std) = (new double[Dimensions], StandardDeviation);
        var holdsMeans = options.Holds(ParameterKinds.Means);
        double weight = 0, squares = 0;
        for (var j = 0; j < means.Length; j++)
        {
            var sums = ((SumStatistics)((CompositeStatistics)statistics).Parts[j]).Sums;
            var shift = holdsMeans || sums[0] < Constants.LeastWeight ? 0 : sums[1] / sums[0];
            means[j] = holdsMeans ? Normals[j].Mean : ((Normals[j].Mean + shift) * (1 - options.Inertia)) + (Normals[j].Mean * options.Inertia);
            weight += sums[0];
            squares += sums[2] - (shift * sums[1]);
        }
        if (IsFrozen || weight < Constants.LeastWeight) return this;
        if (!options.Holds(ParameterKinds.Covariances))
        {
            // One variance for features of different units: the mean of their minima.
            std = Math.Sqrt((options with { MinVariance = options.MinVariances(means.Length).Average(), FirstFeature = -1 }).Raise(
                Math.Max(squares / weight, 0)));
            std = (StandardDeviation * options.Inertia) + (std * (1 - options.Inertia));
        }
        if (!double.IsFinite(std) || !means.All(double.IsFinite))
            throw new ModelException(ErrorKind.Data, "spherical Gaussian", "values so large that their squares overflow", "values below 1e150",
                "rescale the features");
        if (std > 0) return new(means, std);
        throw new ModelException(ErrorKind.Data, $"spherical Gaussian at {MeanText}", "a variance of 0 (all its rows are equal)", "rows that differ",
            "use fewer components, or set a minimum variance (FitOptions.MinVariance)");
    }

    /// <inheritdoc/>
    public override SphericalGaussianDistribution WithCovarianceOf(Distribution other) =>
        new([.. Normals.Select(n => n.Mean)], ((SphericalGaussianDistribution)other).StandardDeviation);

    /// <inheritdoc/>
    public override string ToString() => $"SphericalGaussian(mean {MeanText}, std {StandardDeviation.Text()})";

    private static NormalDistribution[] Check(IReadOnlyList<double> means, double standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(means);
        ModelException.CheckOptions("spherical Gaussian", (means.Count > 0, nameof(means), means.Count, "at least one"));
        return [.. means.Select(m => new NormalDistribution(m, standardDeviation))];
    }
}
