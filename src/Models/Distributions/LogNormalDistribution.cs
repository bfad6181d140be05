using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The log-normal distribution: log x is normal, log p(x) = -log x - log sigma - log(2 pi)/2 - ((log x - mu)/sigma)^2/2 for x above 0, else -infinity.
/// A missing value has log-probability 0 and is skipped. Fitting is weighted maximum likelihood; a minimum variance applies to log x.
/// </summary>
/// <remarks>Statistics: sums of w, w d, w d^2 with d = log x - mu at the time of summarising, and the weight of values outside the support.</remarks>
public sealed class LogNormalDistribution : UnivariateDistribution, IDistributionFamily<LogNormalDistribution>
{
    private readonly Density density;

    /// <summary>Creates a log-normal distribution.</summary>
    /// <param name="mu">Mean of log x, finite.</param>
    /// <param name="sigma">Standard deviation of log x, finite and above 0.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public LogNormalDistribution(double mu, double sigma)
    {
        ModelException.CheckOptions("log-normal distribution",
            (double.IsFinite(mu), nameof(mu), mu, "a finite number"),
            (double.IsFinite(sigma) && sigma > 0, nameof(sigma), sigma, "a finite number above 0"));
        (Mu, Sigma, density) = (mu, sigma, new Density(mu, 1 / sigma, -Math.Log(sigma) - Constants.HalfLog2Pi));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<LogNormalDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "log-normal";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>Mean of log x.</summary>
    public double Mu { get; }

    /// <summary>Standard deviation of log x.</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Math.Exp(Mu + (Sigma * Sigma / 2)),
        Math.Exp(Mu + (Sigma * Sigma / 2)) * Math.Sqrt(Math.Exp(Sigma * Sigma) - 1));

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("mu", Mu), ("sigma", Sigma)];

    private protected override string Support => "finite numbers above 0";

    /// <inheritdoc/>
    public static LogNormalDistribution Prototype(ReadOnlySpan<double> center) => new(center[0] > 0 ? Math.Log(center[0]) : 0, 1);

    /// <inheritdoc/>
    public static LogNormalDistribution ReadParameters(JsonElement json) => new(json.Number("mu"), json.Number("sigma"));

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
        ColumnMap.Fill(tile, 0, default(NaturalLog), logs);
        double w = 0, s = 0, ss = 0, outside = 0;
        for (var i = 0; i < tile.Rows; i++)
        {
            if (!double.IsFinite(logs[i]))
            {
                outside += double.IsNaN(logs[i]) ? 0 : weights[i];
                continue;
            }
            var d = logs[i] - Mu;
            var wd = weights[i] * d;
            w += weights[i];
            s += wd;
            ss += wd * d;
        }
        sums[0] += w;
        sums[1] += s;
        sums[2] += ss;
        sums[3] += outside;
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) => Shift(((SumStatistics)statistics).Sums, ((LogNormalDistribution)from).Mu - Mu);

    internal override double? LogLikelihood(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (sums[3] > 0) return null;
        // The density of log x, and the factor 1/x.
        return (sums[0] * (-Math.Log(Sigma) - Constants.HalfLog2Pi - Mu)) - sums[1] - (sums[2] / (2 * Sigma * Sigma));
    }

    /// <inheritdoc/>
    public override LogNormalDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[3]);
        if (sums[0] < Constants.LeastWeight) return this;
        var (mu, sigma) = Estimate(sums, Mu, Sigma, options, isLog: true);
        return sigma > 0 ? new(mu, sigma) : throw NoSpread();
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = Math.Exp(Mu + (Sigma * random.NextNormal()));
    }

    private readonly struct Density(double mu, double scale, double constant) : IColumnFunction
    {
        public double Above => NaturalLog.LeastNormal;

        public double Below => NaturalLog.Most;

        public double Value(double x)
        {
            if (!(x > 0 && x < double.PositiveInfinity)) return double.IsNaN(x) ? 0 : double.NegativeInfinity;
            var log = Math.Log(x);
            var z = (log - mu) * scale;
            return constant - log - (0.5 * z * z);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged
        {
            var log = TOps.Log(x);
            var z = TOps.Multiply(TOps.Subtract(log, TOps.Broadcast(mu)), TOps.Broadcast(scale));
            return TOps.NegatedMultiplyAdd(TOps.Multiply(z, TOps.Broadcast(0.5)), z, TOps.Subtract(TOps.Broadcast(constant), log));
        }
    }
}
