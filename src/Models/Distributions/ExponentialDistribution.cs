using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The exponential distribution: log p(x) = log rate - rate x for x of at least 0, else -infinity. A missing value has log-probability 0 and is skipped.
/// Fitting is weighted maximum likelihood: rate = total weight / weighted sum. A minimum variance v keeps the rate at most 1/sqrt(v).
/// </summary>
/// <remarks>Statistics: sums of w and w x, and the weight of values outside the support. All terms have the same sign, so nothing cancels.</remarks>
public sealed class ExponentialDistribution : UnivariateDistribution, IDistributionFamily<ExponentialDistribution>, ILinearFamily
{
    private readonly LinearLog density;

    /// <summary>Creates an exponential distribution.</summary>
    /// <param name="rate">Reciprocal of the mean, finite and above 0, per unit of the feature.</param>
    /// <exception cref="ModelException">The parameter is out of range.</exception>
    public ExponentialDistribution(double rate)
    {
        ModelException.CheckOptions("exponential distribution", (double.IsFinite(rate) && rate > 0, nameof(rate), rate, "a finite number above 0"));
        Rate = rate;
        density = new(rate, Math.Log(rate));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<ExponentialDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "exponential";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>Reciprocal of the mean, per unit of the feature.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (1 / Rate, 1 / Rate);

    double ILinearFamily.Slope => -Rate;

    double ILinearFamily.Intercept => Math.Log(Rate);

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("rate", Rate)];

    private protected override string Support => "finite numbers of at least 0";

    /// <inheritdoc/>
    public static ExponentialDistribution Prototype(ReadOnlySpan<double> center) => new(center[0] > 1e-300 ? 1 / center[0] : 1);

    /// <inheritdoc/>
    public static ExponentialDistribution ReadParameters(JsonElement json) => new(json.Number("rate"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    void ILinearFamily.AddBase(in FeatureTile tile, Span<double> total, double weight) => AddSupport(tile.Column(0), total);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        AddFromZero(tile.Column(0), weights, statistics, squared: false);

    internal override double? LogLikelihood(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        return sums[2] > 0 ? null : (sums[0] * Math.Log(Rate)) - (Rate * sums[1]);
    }

    /// <inheritdoc/>
    public override ExponentialDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[2]);
        if (sums[0] < Constants.LeastWeight) return this;
        var mean = sums[1] / sums[0];
        mean = mean * mean >= options.MinVariance ? mean : Math.Sqrt(options.Raise(mean * mean));
        if (!(mean > 0)) throw NoSpread("a mean of 0 (all its values are 0)");
        var rate = Blend(Rate, 1 / mean, options);
        RequireFinite(mean, rate);
        return new(rate);
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => ProductKernel.TryCreate(components);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSupport(ReadOnlySpan<double> x, Span<double> total)
    {
        for (var i = 0; i < x.Length; i++)
            if (!(x[i] >= 0 && x[i] < double.PositiveInfinity)) total[i] = double.NegativeInfinity;
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = random.NextExponential() / Rate;
    }
}
