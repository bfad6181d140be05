using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The beta distribution: log p(x) = log gamma(alpha + beta) - log gamma(alpha) - log gamma(beta) + (alpha - 1) log x + (beta - 1) log(1 - x) for x between 0
/// and 1, else -infinity. A missing value has log-probability 0 and is skipped.
/// Fitting by counts (as pomegranate does) sets alpha to the weight of the values equal to 1 and beta to that of all others, plus the pseudocount:
/// the belief about a coin after its tosses. Fitting by maximum likelihood finds the most likely density of observed shares (Newton steps, to 1e-12;
/// a minimum variance keeps it from becoming narrower).
/// </summary>
/// <remarks>
/// Statistics: weights of all values, of those equal to 1 and of those outside the support of each estimator, sums of w log(x/m) and w log((1-x)/(1-m)),
/// where m is the mean at the time of summarising.
/// </remarks>
public sealed class BetaDistribution : UnivariateDistribution, IDistributionFamily<BetaDistribution>
{
    private readonly Density density;

    /// <summary>Creates a beta distribution.</summary>
    /// <param name="alpha">Finite and above 0.</param>
    /// <param name="beta">Finite and above 0.</param>
    /// <param name="estimator">How it is fitted; by counts by default.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public BetaDistribution(double alpha, double beta, ShareEstimator estimator = ShareEstimator.Counts)
    {
        ModelException.CheckOptions("beta distribution",
            (double.IsFinite(alpha) && alpha > 0, nameof(alpha), alpha, "a finite number above 0"),
            (double.IsFinite(beta) && beta > 0, nameof(beta), beta, "a finite number above 0"),
            (!(alpha > 0) || !(beta > 0) || (alpha / (alpha + beta) > 1e-300 && beta / (alpha + beta) > 1e-300), "alpha / (alpha + beta)",
                alpha / (alpha + beta), "a mean between 0 and 1, 1e-300 from both"),
            (Enum.IsDefined(estimator), nameof(estimator), estimator, "counts or maximum likelihood"));
        (Alpha, Beta, Estimator, density) = (alpha, beta, estimator, new Density(alpha, beta));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<BetaDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "beta";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The first parameter; the mean is alpha/(alpha + beta).</summary>
    public double Alpha { get; }

    /// <summary>The second parameter.</summary>
    public double Beta { get; }

    /// <summary>How it is fitted.</summary>
    public ShareEstimator Estimator { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Alpha / (Alpha + Beta),
        Math.Sqrt(Alpha * Beta / (Alpha + Beta + 1)) / (Alpha + Beta));

    /// <inheritdoc/>
    public override FitUses Uses => Estimator == ShareEstimator.Counts ? FitUses.Pseudocount : FitUses.MinVariance;

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("alpha", Alpha), ("beta", Beta)];

    private protected override string Support => Estimator == ShareEstimator.Counts ? "finite numbers" : "numbers between 0 and 1, both excluded";

    private double Mean => Alpha / (Alpha + Beta);

    private double Complement => Beta / (Alpha + Beta);

    /// <summary>The flat distribution, set to be fitted by maximum likelihood: without given parameters a density of shares is fitted.</summary>
    public static BetaDistribution Prototype(ReadOnlySpan<double> center) => new(1, 1, ShareEstimator.MaximumLikelihood);

    /// <inheritdoc/>
    public static BetaDistribution ReadParameters(JsonElement json) => new(json.Number("alpha"), json.Number("beta"), ShareEstimatorText.Read(json));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        base.WriteParameters(writer);
        ShareEstimatorText.Write(writer, Estimator);
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        if (Estimator == ShareEstimator.Counts) Count(tile.Column(0), weights, ((SumStatistics)statistics).Sums);
        else AddLogs(tile, weights, ((SumStatistics)statistics).Sums);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        if (Estimator == ShareEstimator.Counts) return;
        var sums = ((SumStatistics)statistics).Sums;
        var before = (BetaDistribution)from;
        sums[2] += sums[0] * Math.Log(before.Mean / Mean);
        sums[3] += sums[0] * Math.Log(before.Complement / Complement);
    }

    /// <inheritdoc/>
    public override BetaDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[4]);
        if (sums[0] < Constants.LeastWeight) return this;
        var (alpha, beta) = Estimator == ShareEstimator.Counts
            ? (sums[1] + options.Pseudocount, sums[0] - sums[1] + options.Pseudocount)
            : Likeliest(sums, options);
        (alpha, beta) = (Blend(Alpha, alpha, options), Blend(Beta, beta, options));
        RequireFinite(alpha, beta);
        if (alpha > 0 && beta > 0) return new(alpha, beta, Estimator);
        throw new ModelException(ErrorKind.Data, "beta distribution", alpha > 0 ? "only values equal to 1" : "no value equal to 1",
            "some of both kinds, to count them",
            "add a pseudocount (FitOptions.Pseudocount), or fit shares by maximum likelihood (ShareEstimator.MaximumLikelihood)")
        { FeatureIndex = 0 };
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || Estimator == ShareEstimator.Counts || !(sums[0] >= Constants.LeastWeight)) return [];
        Span<double> alphas = stackalloc double[2];
        DirichletEstimate.Solve([Mean, Complement], [sums[2] / sums[0], sums[3] / sums[0]], double.PositiveInfinity, alphas, out var settled);
        return settled ? [] : [DirichletEstimate.Unsettled("beta")];
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        var (a, b) = (random.NextGamma(Alpha), random.NextGamma(Beta));
        row[0] = Math.Clamp(a / (a + b), double.Epsilon, Math.BitDecrement(1));
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => base.Equals(obj) && ((BetaDistribution)obj!).Estimator == Estimator;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Estimator);

    private static void Count(ReadOnlySpan<double> x, ReadOnlySpan<double> weights, double[] sums)
    {
        double all = 0, ones = 0, outside = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsFinite(x[i]))
            {
                all += weights[i];
                if (x[i] == 1) ones += weights[i];
            }
            else if (!double.IsNaN(x[i]))
            {
                outside += weights[i];
            }
        }
        sums[0] += all;
        sums[1] += ones;
        sums[4] += outside;
    }

    private void AddLogs(in FeatureTile tile, ReadOnlySpan<double> weights, double[] sums)
    {
        using var scratch = Scratch.Enter();
        Span<double> first = scratch.Take(FeatureTile.Capacity), second = scratch.Take(FeatureTile.Capacity);
        ColumnMap.Fill(tile, 0, new RelativeLog(Mean, Mean, ofComplement: false), first);
        ColumnMap.Fill(tile, 0, new RelativeLog(Mean, Complement, ofComplement: true), second);
        double all = 0, logs = 0, rests = 0, outside = 0;
        for (var i = 0; i < tile.Rows; i++)
        {
            if (double.IsFinite(first[i]) && double.IsFinite(second[i]))
            {
                all += weights[i];
                logs += weights[i] * first[i];
                rests += weights[i] * second[i];
            }
            else if (!double.IsNaN(first[i]))
            {
                outside += weights[i];
            }
        }
        sums[0] += all;
        sums[2] += logs;
        sums[3] += rests;
        sums[4] += outside;
    }

    private (double Alpha, double Beta) Likeliest(double[] sums, in MaximizeOptions options)
    {
        Span<double> alphas = stackalloc double[2];
        // The geometric mean stands in for the mean: a minimum variance is only approximate when it takes effect.
        var mean = Mean * Math.Exp(sums[2] / sums[0]);
        var most = options.MinVariance > 0 ? Math.Max(1e-3, (mean * (1 - mean) / options.MinVariance) - 1) : double.PositiveInfinity;
        return DirichletEstimate.Solve([Mean, Complement], [sums[2] / sums[0], sums[3] / sums[0]], most, alphas, out _)
            ? (alphas[0], alphas[1])
            : throw NoSpread();
    }

    /// <summary>(alpha - 1) log x + (beta - 1) log(1 - x) + constant.</summary>
    private readonly struct Density : IColumnFunction
    {
        private readonly double alpha;
        private readonly double beta;
        private readonly double constant;

        public Density(double alpha, double beta)
        {
            (this.alpha, this.beta) = (alpha - 1, beta - 1);
            var sum = alpha + beta;
            constant = (2 * Math.Log(sum)) - Math.Log(alpha) - Math.Log(beta) + GammaFunctions.Excess(alpha) + GammaFunctions.Excess(beta)
                - GammaFunctions.Excess(sum)
                - ((alpha - 1) * Math.Log(alpha / sum)) - ((beta - 1) * Math.Log(beta / sum));
        }

        public double Above => NaturalLog.LeastNormal;

        public double Below => 1;

        public double Value(double x) => x > 0 && x < 1
            ? (alpha * Math.Log(x)) + (beta * LogOfComplement.Exactly(x)) + constant
            : double.IsNaN(x) ? 0 : double.NegativeInfinity;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged
        {
            var rest = VectorMath<TOps, TVec>.Log1p(TOps.Subtract(TOps.Broadcast(0), x));
            return TOps.MultiplyAdd(TOps.Broadcast(alpha), TOps.Log(x), TOps.MultiplyAdd(TOps.Broadcast(beta), rest, TOps.Broadcast(constant)));
        }
    }
}
