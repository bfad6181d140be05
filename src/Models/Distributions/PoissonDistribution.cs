using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The Poisson distribution: log p(x) = x log rate - rate - log gamma(x + 1) for x of at least 0, else -infinity; counts need not be integers.
/// A missing value has log-probability 0 and is skipped. Fitting is weighted maximum likelihood: rate = weighted mean.
/// </summary>
/// <remarks>Statistics: sums of w and w x, and the weight of values outside the support. All terms have the same sign, so nothing cancels.</remarks>
public sealed class PoissonDistribution : UnivariateDistribution, IDistributionFamily<PoissonDistribution>, ILinearFamily
{
    /// <summary>Creates a Poisson distribution.</summary>
    /// <param name="rate">The mean, finite and at least 0; a rate of 0 allows only the count 0.</param>
    /// <exception cref="ModelException">The parameter is out of range.</exception>
    public PoissonDistribution(double rate)
    {
        ModelException.CheckOptions("poisson distribution", (double.IsFinite(rate) && rate >= 0, nameof(rate), rate, "a finite number of at least 0"));
        Rate = rate;
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<PoissonDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "poisson";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The mean.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Rate, Math.Sqrt(Rate));

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.None;

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    /// <summary>At higher rates the terms are so much larger than their sum that it is more accurate to compute them together.</summary>
    double ILinearFamily.Slope => Rate <= 1e4 ? Math.Log(Rate) : double.NaN;

    double ILinearFamily.Intercept => -Rate;

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("rate", Rate)];

    private protected override string Support => "finite numbers of at least 0";

    /// <inheritdoc/>
    public static PoissonDistribution Prototype(ReadOnlySpan<double> center) => new(center[0] > 0 ? center[0] : 1);

    /// <inheritdoc/>
    public static PoissonDistribution ReadParameters(JsonElement json) => new(json.Number("rate"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, new Mass(Rate), result);

    void ILinearFamily.AddBase(in FeatureTile tile, Span<double> total, double weight)
    {
        // At a rate of 1, log p(x) = -1 - log gamma(x + 1).
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(FeatureTile.Capacity);
        ColumnMap.Fill(tile, 0, new Mass(1), logs);
        for (var i = 0; i < tile.Rows; i++) total[i] += weight * (logs[i] + 1);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        AddFromZero(tile.Column(0), weights, statistics, squared: false);

    /// <inheritdoc/>
    public override PoissonDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[2]);
        if (sums[0] < Constants.LeastWeight) return this;
        var rate = Blend(Rate, sums[1] / sums[0], options);
        RequireFinite(rate);
        return new(rate);
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => ProductKernel.TryCreate(components);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = random.NextPoisson(Rate);
    }

    /// <summary>
    /// With z = x from 8 on and x + 8 below, and gamma(x + 1) = gamma(z + 1)/((x + 1) ... (x + 8)) there, Stirling's series gives
    /// log p = x log(rate/z) + (z - rate) - log(2 pi)/2 + log(Q)/2 - series(1/z), Q = 1/z or ((x + 1) ... (x + 8))^2/z^17: near the mean all terms
    /// are small, so that nothing cancels at high rates.
    /// </summary>
    private readonly struct Mass(double rate) : IColumnFunction
    {
        private const double SeriesFrom = 8;

        // Beyond these rates a quotient might not be a normal number: every row then takes the scalar path.
        private readonly bool usual = rate is > 1e-280 and < 1e280;

        // 0 is inside the support: compare with the next number below it.
        public double Above => usual ? -double.Epsilon : double.PositiveInfinity;

        public double Below => usual ? 1e15 : double.NegativeInfinity;

        public double Value(double x)
        {
            if (!(x >= 0 && x < double.PositiveInfinity)) return double.IsNaN(x) ? 0 : double.NegativeInfinity;
            if (rate == 0) return x == 0 ? 0 : double.NegativeInfinity;
            if (x < SeriesFrom) return (x * Math.Log(rate)) - rate - GammaFunctions.LogGamma(x + 1);
            var quotient = rate / x;
            var product = quotient > 0 && quotient < double.PositiveInfinity
                ? (x * Math.Log(quotient)) + Math.FusedMultiplyAdd(-quotient, x, rate)
                : x * (Math.Log(rate) - Math.Log(x));
            return product + (x - rate) - Constants.HalfLog2Pi - (0.5 * Math.Log(x)) - GammaFunctions.Series(1 / x);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged
        {
            TVec from = TOps.Broadcast(SeriesFrom), mean = TOps.Broadcast(rate);
            var z = TOps.SelectGreater(from, x, TOps.Add(x, from), x);
            var r = TOps.Divide(TOps.Broadcast(1), z);

            // (x + a)(x + 9 - a) = x (x + 9) + a (9 - a).
            var u = TOps.Multiply(x, TOps.Add(x, TOps.Broadcast(9)));
            var product = TOps.Multiply(TOps.Multiply(TOps.Add(u, TOps.Broadcast(8)), TOps.Add(u, TOps.Broadcast(14))),
                TOps.Multiply(TOps.Add(u, TOps.Broadcast(18)), TOps.Add(u, TOps.Broadcast(20))));
            TVec r2 = TOps.Multiply(r, r), r4 = TOps.Multiply(r2, r2);
            product = TOps.Multiply(product, TOps.Multiply(r4, r4));
            var q = TOps.SelectGreater(from, x, TOps.Multiply(TOps.Multiply(product, product), r), r);

            var quotient = TOps.Multiply(mean, r);
            var lost = TOps.NegatedMultiplyAdd(quotient, z, mean);
            var s = TOps.MultiplyAdd(r2, TOps.Broadcast(-3617.0 / 122400), TOps.Broadcast(1.0 / 156));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(691.0 / 360360));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(1.0 / 1188));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(1.0 / 1680));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(1.0 / 1260));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(1.0 / 360));
            s = TOps.NegatedMultiplyAdd(r2, s, TOps.Broadcast(1.0 / 12));
            var rest = TOps.MultiplyAdd(TOps.Log(q), TOps.Broadcast(0.5), TOps.Broadcast(-Constants.HalfLog2Pi));
            rest = TOps.Add(TOps.NegatedMultiplyAdd(r, s, rest), lost);
            return TOps.Add(TOps.MultiplyAdd(x, TOps.Log(quotient), TOps.Subtract(z, mean)), rest);
        }
    }
}
