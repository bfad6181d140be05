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
/// The normal (Gaussian) distribution of one feature: log p(x) = -log(std) - log(2 pi)/2 - ((x - mean)/std)^2/2.
/// A missing value has log-probability 0 and is skipped in fitting. Fitting is weighted maximum likelihood (variance divided by the total weight).
/// </summary>
/// <remarks>Statistics: sums of w, w d, w d^2 with d = x - mean at the time of summarising, which keeps them accurate at any offset.</remarks>
public sealed class NormalDistribution : Distribution, IDistributionFamily<NormalDistribution>, ICovarianceFamily
{
    private readonly QuadraticLog density;

    /// <summary>Creates a normal distribution.</summary>
    /// <param name="mean">The mean, finite, in the feature's unit.</param>
    /// <param name="standardDeviation">The standard deviation, finite and above 0, in the feature's unit.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public NormalDistribution(double mean, double standardDeviation)
    {
        ModelException.CheckOptions("normal distribution",
            (double.IsFinite(mean), nameof(mean), mean, "a finite number"),
            (double.IsFinite(standardDeviation) && standardDeviation > 0, nameof(standardDeviation), standardDeviation, "a finite number above 0"));
        (Mean, StandardDeviation) = (mean, standardDeviation);
        density = new(mean, 1 / standardDeviation, -Math.Log(standardDeviation) - Constants.HalfLog2Pi, double.NegativeInfinity);
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<NormalDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "normal";

    /// <inheritdoc/>
    public static IReadOnlyList<string> OtherNames => ["gauss"];

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The mean, in the feature's unit.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation, in the feature's unit.</summary>
    public double StandardDeviation { get; }

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.MinVariance;

    /// <summary>Mean and standard deviation.</summary>
    protected override long FreeParameters => 2;

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => ParameterKinds.Means | ParameterKinds.Covariances;

    /// <inheritdoc/>
    public long CovarianceParameters => 1;

    /// <inheritdoc/>
    public override int Dimensions => 1;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <inheritdoc/>
    public static NormalDistribution Prototype(ReadOnlySpan<double> center) => new(center[0], 1);

    /// <inheritdoc/>
    public static NormalDistribution ReadParameters(JsonElement json) => new(json.Number("mean"), json.Number("standardDeviation"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteExact("mean", Mean);
        writer.WriteExact("standardDeviation", StandardDeviation);
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        double w = 0, s = 0, ss = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsNaN(x[i])) continue;
            var d = x[i] - Mean;
            var wd = weights[i] * d;
            w += weights[i];
            s += wd;
            ss += wd * d;
        }
        sums[0] += w;
        sums[1] += s;
        sums[2] += ss;
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) =>
        UnivariateDistribution.Shift(((SumStatistics)statistics).Sums, ((NormalDistribution)from).Mean - Mean);

    internal override double? LogLikelihood(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        return (sums[0] * (-Math.Log(StandardDeviation) - Constants.HalfLog2Pi)) - (sums[2] / (2 * StandardDeviation * StandardDeviation));
    }

    /// <inheritdoc/>
    public override NormalDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || sums[0] < Constants.LeastWeight) return this;
        var (shift, mean, std) = (0.0, Mean, StandardDeviation);
        if (!options.Holds(ParameterKinds.Means))
        {
            shift = sums[1] / sums[0];
            mean = (Mean * options.Inertia) + ((Mean + shift) * (1 - options.Inertia));
        }
        if (!options.Holds(ParameterKinds.Covariances))
        {
            var variance = (sums[2] / sums[0]) - (shift * shift);
            std = Math.Sqrt(options.Raise(Math.Max(variance, 0)));
            std = (StandardDeviation * options.Inertia) + (std * (1 - options.Inertia));
        }
        if (!(std > 0))
            throw new ModelException(ErrorKind.Data, $"normal distribution at {mean.Text()}", "a variance of 0 (values equal as doubles)",
                "values that differ",
                "leave the constant column out, use fewer components, or set a minimum variance (FitOptions.MinVariance)")
            { FeatureIndex = 0 };
        if (!double.IsFinite(mean) || !double.IsFinite(std))
            throw new ModelException(ErrorKind.Data, "normal distribution", "values or weights so large that their products overflow",
                "values below 1e150, weights below 1e100", "rescale the feature or the weights")
            { FeatureIndex = 0 };
        return new(mean, std);
    }

    /// <inheritdoc/>
    public Distribution WithCovarianceOf(Distribution other) => new NormalDistribution(Mean, ((NormalDistribution)other).StandardDeviation);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = Mean + (StandardDeviation * random.NextNormal());
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => DiagonalNormalKernel.TryCreate(components);

    /// <inheritdoc/>
    public override GaussianShape AsGaussian() => new([Mean], new[,] { { StandardDeviation * StandardDeviation } });

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is NormalDistribution o && o.Mean.Equals(Mean) && o.StandardDeviation.Equals(StandardDeviation) && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean, StandardDeviation, IsFrozen);

    /// <inheritdoc/>
    public override string ToString() => $"Normal(mean {Mean.Text()}, std {StandardDeviation.Text()})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        var units = FeatureUnits.Of(features ?? [new("x")], 0);
        return $"{units.Name}: {units.Moments(Mean, StandardDeviation)}";
    }
}
