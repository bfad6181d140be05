using System.Runtime.CompilerServices;
using System.Text.Json;
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
    // Rows whose differences from the mean are in the cache together.
    private const int Together = 64;

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
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var inverse = factors.Value.Inverse;
        using var scratch = Scratch.Enter();
        var d = Dimensions;
        var differences = scratch.Take(d * Together);
        var z = scratch.Take(Together);
        var squares = scratch.Take(Together);
        var difference = scratch.Take(d);
        var marginal = new MarginalDensity(this, scratch);
        for (var first = 0; first < tile.Rows; first += Together)
        {
            var rows = Math.Min(Together, tile.Rows - first);
            for (var j = 0; j < d; j++)
                for (var r = 0; r < rows; r++) differences[(j * Together) + r] = tile.Values[(j * FeatureTile.Capacity) + first + r] - mean[j];
            var quadratic = squares[..rows];
            quadratic.Clear();
            for (var i = 0; i < d; i++)
            {
                Cancellation.Poll();
                var own = z[..rows];
                own.Clear();
                for (var j = 0; j <= i; j++) Rows.Add(inverse[i, j], differences.Slice(j * Together, rows), own);
                for (var r = 0; r < rows; r++) quadratic[r] += own[r] * own[r];
            }
            for (var r = 0; r < rows; r++)
            {
                var missing = false;
                for (var j = 0; j < d; j++)
                {
                    difference[j] = differences[(j * Together) + r];
                    missing |= double.IsNaN(difference[j]);
                }
                if (missing) Cancellation.Poll();
                result[first + r] = missing ? marginal.LogProbability(difference) : Density(factors.Value.LogConstant, quadratic[r]);
            }
        }
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new MultivariateGaussianStatistics(FormatName, Dimensions);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = (MultivariateGaussianStatistics)statistics;
        using var scratch = Scratch.Enter();
        var d = Dimensions;
        var differences = scratch.Take(d * Together);
        var factors = scratch.Take(Together);
        var complete = sums.Complete;
        for (int first = 0, count = 0; first < tile.Rows; first += Together, count = 0)
        {
            for (var r = first; r < Math.Min(first + Together, tile.Rows); r++)
            {
                var w = weights[r];
                if (w == 0) continue;
                var missing = false;
                var difference = differences.Slice(count * d, d);
                for (var j = 0; j < d; j++)
                {
                    difference[j] = tile.Values[(j * FeatureTile.Capacity) + r] - mean[j];
                    missing |= double.IsNaN(difference[j]);
                }
                if (missing)
                {
                    Cancellation.Poll();
                    AccumulatePairs(difference, w, sums);
                    continue;
                }
                factors[count++] = w;
                complete[0] += w;
            }
            for (int i = 0, p = 1 + d; i < d; i++)
            {
                Cancellation.Poll();
                var products = complete.Slice(p, i + 1);
                for (var r = 0; r < count; r++)
                {
                    var difference = differences.Slice(r * d, i + 1);
                    var wd = factors[r] * difference[i];
                    complete[1 + i] += wd;
                    Rows.Add(wd, difference, products);
                }
                p += i + 1;
            }
        }
    }

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
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join("; ", mean.Select((m, j) => $"{features?[j].Name ?? $"x{j}"}: mean {m.Text()}, standard deviation {Math.Sqrt(covariance[j, j]).Text()}"));

    /// <summary>Factors the covariance now.</summary>
    /// <exception cref="ModelException">It is singular.</exception>
    public override void EnsureEvaluable() => _ = factors.Value;

    private static void AccumulatePairs(ReadOnlySpan<double> difference, double w, MultivariateGaussianStatistics sums)
    {
        var d = difference.Length;
        var weights = sums.PairWeights;
        var firsts = sums.PairSums;
        var products = sums.PairProducts;
        for (var i = 0; i < d; i++)
        {
            if (double.IsNaN(difference[i])) continue;
            for (var j = 0; j < d; j++)
            {
                if (double.IsNaN(difference[j])) continue;
                firsts[(i * d) + j] += w * difference[i];
                if (j > i) continue;
                var p = MultivariateGaussianStatistics.Packed(i, j);
                weights[p] += w;
                products[p] += w * difference[i] * difference[j];
            }
        }
    }

    // So far away that products overflow, infinities of both signs may meet: such a row is impossible.
    private static double Density(double constant, double quadratic) => double.IsNaN(quadratic) ? double.NegativeInfinity : constant - (0.5 * quadratic);

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

    /// <summary>The marginal density over the observed entries; caches the factor for the last pattern of missing entries.</summary>
    private ref struct MarginalDensity(MultivariateGaussianDistribution owner, Scratch scratch)
    {
        private readonly Span<double> lower = scratch.Take(owner.Dimensions * owner.Dimensions);
        private readonly Span<double> pattern = scratch.Take(owner.Dimensions + 1);
        private readonly Span<double> z = scratch.Take(owner.Dimensions);
        private bool known;
        private double constant;

        public double LogProbability(ReadOnlySpan<double> difference)
        {
            var d = difference.Length;
            var same = known;
            for (var j = 0; j < d; j++)
            {
                var observed = double.IsNaN(difference[j]) ? 0.0 : 1.0;
                same &= pattern[j] == observed;
                pattern[j] = observed;
            }
            if (!same) Factor(d);
            double quadratic = 0;
            for (int i = 0, a = 0; i < d; i++)
            {
                if (pattern[i] == 0) continue;
                var sum = difference[i];
                for (var b = 0; b < a; b++) sum -= lower[(a * d) + b] * z[b];
                z[a] = sum / lower[(a * d) + a];
                quadratic += z[a] * z[a];
                a++;
            }
            return Density(constant, quadratic);
        }

        private void Factor(int d)
        {
            constant = 0;
            known = true;
            for (int i = 0, a = 0; i < d; i++)
            {
                if (pattern[i] == 0) continue;
                Cancellation.Poll();
                for (int j = 0, b = 0; j <= i; j++)
                {
                    if (pattern[j] == 0) continue;
                    var sum = owner.covariance[i, j];
                    for (var k = 0; k < b; k++) sum -= lower[(a * d) + k] * lower[(b * d) + k];
                    lower[(a * d) + b] = j < i ? sum / lower[(b * d) + b] : Math.Sqrt(sum);
                    b++;
                }
                constant -= Constants.HalfLog2Pi + Math.Log(lower[(a * d) + a]);
                a++;
            }
        }
    }
}
