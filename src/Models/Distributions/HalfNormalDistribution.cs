using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The half-normal distribution: the absolute value of a normal variable of mean 0. log p(x) = log(2)/2 - log(pi)/2 - log sigma - (x/sigma)^2/2 for x of at
/// least 0, else -infinity. A missing value has log-probability 0 and is skipped. Fitting is weighted maximum likelihood: sigma^2 = mean of x^2, at least
/// the minimum variance.
/// </summary>
/// <remarks>Statistics: sums of w and w x^2, and the weight of values outside the support. All terms have the same sign, so nothing cancels.</remarks>
public sealed class HalfNormalDistribution : UnivariateDistribution, IDistributionFamily<HalfNormalDistribution>
{
    private const double HalfLog2OverPi = -0.22579135264472743236;

    private readonly QuadraticLog density;

    /// <summary>Creates a half-normal distribution.</summary>
    /// <param name="sigma">Standard deviation of the underlying normal, finite and above 0, in the feature's unit.</param>
    /// <exception cref="ModelException">The parameter is out of range.</exception>
    public HalfNormalDistribution(double sigma)
    {
        ModelException.CheckOptions("half-normal distribution", (double.IsFinite(sigma) && sigma > 0, nameof(sigma), sigma, "a finite number above 0"));
        Sigma = sigma;
        density = new(0, 1 / sigma, HalfLog2OverPi - Math.Log(sigma), least: 0);
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<HalfNormalDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "half-normal";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>Standard deviation of the underlying normal, in the feature's unit.</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Sigma * Math.Sqrt(2 / Math.PI), Sigma * Math.Sqrt(1 - (2 / Math.PI)));

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("sigma", Sigma)];

    private protected override string Support => "finite numbers of at least 0";

    /// <inheritdoc/>
    public static HalfNormalDistribution Prototype(ReadOnlySpan<double> center) => new(center[0] > 0 ? center[0] : 1);

    /// <inheritdoc/>
    public static HalfNormalDistribution ReadParameters(JsonElement json) => new(json.Number("sigma"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        AddFromZero(tile.Column(0), weights, statistics, squared: true);

    /// <inheritdoc/>
    public override HalfNormalDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[2]);
        if (sums[0] < Constants.LeastWeight) return this;
        var sigma = Blend(Sigma, Math.Sqrt(options.Raise(sums[1] / sums[0])), options);
        RequireFinite(sigma);
        return sigma > 0 ? new(sigma) : throw NoSpread("a mean square of 0 (all its values are 0)");
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = Math.Abs(Sigma * random.NextNormal());
    }
}
