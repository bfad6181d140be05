using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The multivariate Gaussian with full covariance C = L L^T: log p(x) = -D log(2 pi)/2 - sum log L_jj - |L^-1 (x - mean)|^2/2.
/// A row with missing entries has the marginal density over its observed entries (log-probability 0 if there are none).
/// Fitting is weighted maximum likelihood (divided by the total weight); with missing entries, from pairwise complete sums.
/// </summary>
/// <remarks>The covariance is factored when first needed: a model with a singular one can be held and inspected, but not evaluated.</remarks>
public sealed partial class MultivariateGaussianDistribution : Distribution, IDistributionFamily<MultivariateGaussianDistribution>, ICovarianceFamily
{
    private readonly double[] mean;
    private readonly double[,] covariance;
    private readonly Once<Factors> factors;

    /// <summary>Creates a Gaussian.</summary>
    /// <param name="mean">Shape [D], finite.</param>
    /// <param name="covariance">Shape [D, D], finite and symmetric to 1e-9 relative; copied.</param>
    /// <exception cref="ModelException">A shape or value is wrong.</exception>
    public MultivariateGaussianDistribution(ReadOnlySpan<double> mean, double[,] covariance)
    {
        ArgumentNullException.ThrowIfNull(covariance);
        this.covariance = Checked(mean, covariance, nameof(covariance));
        this.mean = mean.ToArray();
        factors = new(Factor);
    }

    // The covariance of another Gaussian, and its factors once they are known.
    private MultivariateGaussianDistribution(double[] mean, MultivariateGaussianDistribution other) =>
        (this.mean, covariance, factors) = (mean, other.covariance, other.factors);

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<MultivariateGaussianDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "multivariate-gaussian";

    /// <inheritdoc/>
    public static IReadOnlyList<string> OtherNames => ["gaussian"];

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <summary>Shape [D].</summary>
    public ReadOnlySpan<double> Mean => mean;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.MinVariance | FitUses.Shrinkage;

    internal override void CheckRows(FeatureSample sample, in MaximizeOptions options)
    {
        if (MultivariateGaussianEstimate.AreTooFew(Dimensions, options) && !sample.HasMissing)
            throw MultivariateGaussianEstimate.TooFew(Dimensions, options.Rows);
    }

    /// <summary>D means and D (D + 1) / 2 covariances.</summary>
    protected override long FreeParameters => Dimensions + (Dimensions * (Dimensions + 1L) / 2);

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => ParameterKinds.Means | ParameterKinds.Covariances;

    /// <inheritdoc/>
    public long CovarianceParameters => FreeParameters - Dimensions;

    /// <inheritdoc/>
    public override int Dimensions => mean.Length;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <summary>Inverse of the Cholesky factor, shape [D, D], lower triangular.</summary>
    internal double[,] InverseLower => factors.Value.Inverse;

    /// <summary>-D log(2 pi)/2 - sum log L_jj.</summary>
    internal double LogConstant => factors.Value.LogConstant;

    /// <summary>The covariance of features <paramref name="i"/> and <paramref name="j"/>.</summary>
    public double Covariance(int i, int j) => covariance[i, j];

    /// <inheritdoc/>
    public static MultivariateGaussianDistribution Prototype(ReadOnlySpan<double> center)
    {
        var identity = new double[center.Length, center.Length];
        for (var j = 0; j < center.Length; j++) identity[j, j] = 1;
        return new(center, identity);
    }

    /// <inheritdoc/>
    public static MultivariateGaussianDistribution ReadParameters(JsonElement json) => new(json.Numbers("mean"), json.Matrix("covariance"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("mean", mean);
        writer.WriteMatrix("covariance", covariance);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new MultivariateGaussianStatistics(FormatName, Dimensions);

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        var shift = new double[Dimensions];
        for (var j = 0; j < shift.Length; j++) shift[j] = ((MultivariateGaussianDistribution)from).mean[j] - mean[j];
        ((MultivariateGaussianStatistics)statistics).Shift(shift);
    }

    /// <inheritdoc/>
    public override MultivariateGaussianDistribution Maximize(Statistics statistics, in MaximizeOptions options) =>
        IsFrozen ? this : MultivariateGaussianEstimate.From(this, (MultivariateGaussianStatistics)statistics, options);

    /// <inheritdoc/>
    public Distribution WithCovarianceOf(Distribution other) => new MultivariateGaussianDistribution(mean, (MultivariateGaussianDistribution)other);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        var lower = factors.Value.Lower;
        var d = Dimensions;
        Span<double> normal = d <= 64 ? stackalloc double[d] : new double[d];
        for (var j = 0; j < d; j++) normal[j] = random.NextNormal();
        for (var i = 0; i < d; i++)
        {
            row[i] = mean[i];
            for (var j = 0; j <= i; j++) row[i] += lower[i, j] * normal[j];
        }
    }

    /// <inheritdoc/>
    public override Distribution Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        if (features.Length == 1) return new NormalDistribution(mean[features[0]], Math.Sqrt(covariance[features[0], features[0]]));
        var means = new double[features.Length];
        var covariances = new double[features.Length, features.Length];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = mean[features[i]];
            for (var j = 0; j < means.Length; j++) covariances[i, j] = covariance[features[i], features[j]];
        }
        return new MultivariateGaussianDistribution(means, covariances);
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => FullGaussianKernel.TryCreate(components);

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is MultivariateGaussianDistribution o && o.mean.AsSpan().SequenceEqual(mean) && o.IsFrozen == IsFrozen
            && o.covariance.Cast<double>().SequenceEqual(covariance.Cast<double>());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(mean.Length, mean[0], covariance[0, 0]);

    /// <inheritdoc/>
    public override string ToString() => $"MultivariateGaussian(mean [{string.Join(", ", mean.Select(m => m.Text()))}])";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        return string.Join("; ", mean.Select(Describe));

        string Describe(double m, int j)
        {
            var units = FeatureUnits.Of(features, j);
            return $"{units.Name}: {units.Moments(m, Math.Sqrt(covariance[j, j]))}";
        }
    }

    /// <summary>Factors the covariance now.</summary>
    /// <exception cref="ModelException">It is singular.</exception>
    public override void EnsureEvaluable() => _ = factors.Value;

    private Factors Factor()
    {
        var d = Dimensions;
        var lower = new double[d, d];
        var bad = Cholesky.Factor(covariance, lower);
        if (bad >= 0)
            throw new ModelException(ErrorKind.Data, $"covariance, feature {bad}",
                covariance[bad, bad] > 0 ? $"a linear combination of the features before it" : "a variance of 0 (values equal as doubles)",
                "features that vary independently",
                "leave out the constant or collinear feature, use fewer components, or set a minimum variance (FitOptions.MinVariance)")
            { FeatureIndex = bad };
        var constant = -d * Constants.HalfLog2Pi;
        for (var j = 0; j < d; j++) constant -= Math.Log(lower[j, j]);
        return new(lower, Cholesky.InvertLower(lower), constant);
    }

    private sealed record Factors(double[,] Lower, double[,] Inverse, double LogConstant);
}
