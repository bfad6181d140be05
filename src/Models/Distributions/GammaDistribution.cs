using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The gamma distribution: log p(x) = shape log rate - log gamma(shape) + (shape - 1) log x - rate x for x above 0, else -infinity. A missing value has
/// log-probability 0 and is skipped. Fitting is weighted maximum likelihood: the shape a solves log a - digamma(a) = log(mean) - mean(log x), by Newton steps
/// until the relative change is below 1e-12; rate = shape / mean. A minimum variance v keeps the shape at most mean^2/v.
/// </summary>
/// <remarks>
/// Statistics: sums of w, w (x/m - 1), w log(x/m), with m = shape/rate at the time of summarising, so that large shapes stay accurate; and the weight of
/// values outside the support.
/// </remarks>
public sealed class GammaDistribution : UnivariateDistribution, IDistributionFamily<GammaDistribution>
{
    private const int MostSteps = 100;

    private readonly Density density;

    /// <summary>Creates a gamma distribution.</summary>
    /// <param name="shape">Finite and above 0.</param>
    /// <param name="rate">Finite and above 0, per unit of the feature; the mean is shape/rate.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public GammaDistribution(double shape, double rate)
    {
        ModelException.CheckOptions("gamma distribution",
            (double.IsFinite(shape) && shape > 0, nameof(shape), shape, "a finite number above 0"),
            (double.IsFinite(rate) && rate > 0, nameof(rate), rate, "a finite number above 0"),
            (!(shape > 0) || !(rate > 0) || (shape / rate is > NaturalLog.LeastNormal and < double.PositiveInfinity), "shape / rate", shape / rate,
                "a mean in the range of normal numbers"));
        (Shape, Rate, density) = (shape, rate, new Density(shape, rate));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<GammaDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "gamma";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The shape.</summary>
    public double Shape { get; }

    /// <summary>The rate, per unit of the feature.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Shape / Rate, Math.Sqrt(Shape) / Rate);

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("shape", Shape), ("rate", Rate)];

    private protected override string Support => "finite numbers above 0";

    private double Mean => Shape / Rate;

    /// <inheritdoc/>
    public static GammaDistribution Prototype(ReadOnlySpan<double> center) => new(1, center[0] is > 1e-150 and < 1e150 ? 1 / center[0] : 1);

    /// <inheritdoc/>
    public static GammaDistribution ReadParameters(JsonElement json) => new(json.Number("shape"), json.Number("rate"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(FeatureTile.Capacity);
        var x = tile.Column(0);
        var scale = 1 / Mean;
        ColumnMap.Fill(tile, 0, new LogOfShare(scale), logs);
        double w = 0, s = 0, l = 0, outside = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(logs[i]))
            {
                outside += double.IsNaN(logs[i]) ? 0 : weights[i];
                continue;
            }
            w += weights[i];
            s += weights[i] * ((x[i] * scale) - 1);
            l += weights[i] * logs[i];
        }
        sums[0] += w;
        sums[1] += s;
        sums[2] += l;
        sums[3] += outside;
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var before = ((GammaDistribution)from).Mean;
        // x/m' - 1 = (x/m - 1) m/m' + (m/m' - 1).
        sums[1] = (sums[1] * (before / Mean)) + (sums[0] * ((before - Mean) / Mean));
        sums[2] += sums[0] * Math.Log(before / Mean);
    }

    /// <inheritdoc/>
    public override GammaDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[3]);
        if (sums[0] < Constants.LeastWeight) return this;
        var excess = sums[1] / sums[0];
        var mean = Mean * (1 + excess);
        RequireFinite(mean, sums[2]);
        var difference = Numbers.Log1p(excess) - (sums[2] / sums[0]);
        // The variance of log x is near 1/shape.
        var most = options.MinLogVariance > 0 ? 1 / options.MinLogVariance.Value
            : options.MinVariance > 0 ? mean * mean / options.MinVariance : double.PositiveInfinity;
        // Below this the difference is rounding error: the values are equal to about seven digits.
        var shape = options.Lower(difference > 1e-15 ? SolveShape(difference, out _) : double.PositiveInfinity, most);
        if (double.IsInfinity(shape)) throw NoSpread();
        var rate = Blend(Rate, shape / mean, options);
        shape = Blend(Shape, shape, options);
        RequireFinite(shape, rate, shape / rate);
        return shape > 0 && rate > 0 ? new(shape, rate) : throw NoSpread("values whose logarithms are too far apart for a shape above 0");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || !(sums[0] >= Constants.LeastWeight)) return [];
        var difference = Numbers.Log1p(sums[1] / sums[0]) - (sums[2] / sums[0]);
        var settled = true;
        if (difference > 1e-15 && double.IsFinite(difference)) SolveShape(difference, out settled);
        return settled ? [] : [$"the gamma distribution's shape still moves by more than 1e-10 of itself after {MostSteps} Newton steps: its log-likelihood "
            + "may be below the maximum (look at the feature's values, or set a minimum variance)"];
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = random.NextGamma(Shape) / Rate;
    }

    /// <summary>
    /// The root a of log a - digamma(a) = s: Newton steps on 1/a, which approach it without overshooting (Minka 2002, "Estimating a gamma distribution").
    /// </summary>
    /// <param name="s">log(mean) - mean(log x), above 0.</param>
    /// <param name="settled">True if the last step was shorter than 1e-12 of the shape.</param>
    /// <param name="most">Maximum number of steps.</param>
    internal static double SolveShape(double s, out bool settled, int most = MostSteps)
    {
        settled = true;
        var a = (3 - s + Math.Sqrt(((s - 3) * (s - 3)) + (24 * s))) / (12 * s);
        for (var step = 0; step < most; step++)
        {
            var next = 1 / ((1 / a) + ((s + GammaFunctions.DigammaMinusLog(a)) / (a * a * GammaFunctions.TrigammaMinusReciprocal(a))));
            if (!(next > 0) || double.IsInfinity(next)) next = a / 2;
            if (Math.Abs(next - a) <= 1e-12 * a) return next;
            a = next;
        }
        settled = false;
        return a;
    }

    /// <summary>Around the mean m: (shape - 1) log(x/m) - shape (x/m - 1) + constant, whose terms stay small for large shapes.</summary>
    private readonly struct Density(double shape, double rate) : IColumnFunction
    {
        private readonly double mean = shape / rate;
        private readonly double scale = rate / shape;

        // shape log rate - log gamma(shape) + (shape - 1) log m - shape, without the terms that cancel.
        private readonly double constant = Math.Log(rate) - Math.Log(shape) + GammaFunctions.Excess(shape);

        public double Above => 1e-290 * Math.Max(1, mean);

        public double Below => 1e290 * Math.Min(1, mean);

        public double Value(double x)
        {
            if (!(x > 0 && x < double.PositiveInfinity)) return double.IsNaN(x) ? 0 : double.NegativeInfinity;
            var share = x * scale;
            var log = share is > NaturalLog.LeastNormal and < double.PositiveInfinity ? Math.Log(share) : Math.Log(x) - Math.Log(mean);
            return ((shape - 1) * log) - (shape * (share - 1)) + constant;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged
        {
            var share = TOps.Multiply(x, TOps.Broadcast(scale));
            var linear = TOps.NegatedMultiplyAdd(TOps.Broadcast(shape), TOps.Subtract(share, TOps.Broadcast(1)), TOps.Broadcast(constant));
            return TOps.MultiplyAdd(TOps.Broadcast(shape - 1), TOps.Log(share), linear);
        }
    }

    /// <summary>log(x scale): NaN for missing values, -infinity outside the support.</summary>
    private readonly struct LogOfShare(double scale) : IColumnFunction
    {
        public double Above => 1e-290 * Math.Max(1, 1 / scale);

        public double Below => 1e290 * Math.Min(1, 1 / scale);

        public double Value(double x)
        {
            if (!(x > 0 && x < double.PositiveInfinity)) return double.IsNaN(x) ? double.NaN : double.NegativeInfinity;
            var share = x * scale;
            return share is > NaturalLog.LeastNormal and < double.PositiveInfinity ? Math.Log(share) : Math.Log(x) + Math.Log(scale);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged => TOps.Log(TOps.Multiply(x, TOps.Broadcast(scale)));
    }
}
