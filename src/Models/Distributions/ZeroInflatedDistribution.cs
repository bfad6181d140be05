using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Another distribution of one feature with more zeros than it explains: a row is 0 with probability z, else it comes from that distribution.
/// If that has a mass at 0 (a Poisson), p(0) = z + (1 - z) f(0); if it is a density (a gamma), every zero is an excess zero and p(0) = z.
/// Elsewhere p(x) = (1 - z) f(x). A missing value has log-probability 0 and is skipped. Fitting is one step of EM, which is exact for a density.
/// </summary>
/// <remarks>Statistics: sums of w and of w times the probability of an excess zero, then those of the other distribution. Inertia blends z too.</remarks>
public sealed class ZeroInflatedDistribution : Distribution, IDistributionFamily<ZeroInflatedDistribution>
{
    private readonly double logZero;
    private readonly double logRest;

    /// <summary>Probability that a zero is an excess zero.</summary>
    private readonly double shareOfZeros;

    /// <summary>Creates a zero-inflated distribution.</summary>
    /// <param name="inner">The other distribution, of one feature.</param>
    /// <param name="zeroProbability">z, from 0 to 1.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public ZeroInflatedDistribution(Distribution inner, double zeroProbability)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ModelException.CheckOptions("zero-inflated distribution",
            (!inner.IsOfSequences, nameof(inner), $"a {inner.FormatName} of sequences", "a distribution of rows"),
            (inner.Dimensions == 1, nameof(inner), $"a distribution of {inner.Dimensions} features", "one of one feature"),
            (zeroProbability is >= 0 and <= 1, nameof(zeroProbability), zeroProbability, "a number from 0 to 1"));
        (Inner, ZeroProbability) = (inner, zeroProbability);
        double log0 = double.NegativeInfinity;
        if (inner.IsDiscrete)
        {
            Span<double> zero = new double[FeatureTile.Capacity], result = stackalloc double[1];
            inner.LogProbability(new FeatureTile(zero, 1, 1, hasMissing: false), result);
            log0 = result[0];
        }
        var mass = zeroProbability + ((1 - zeroProbability) * Math.Exp(log0));
        logZero = Math.Log(mass);
        logRest = Math.Log(1 - zeroProbability);
        shareOfZeros = mass > 0 ? zeroProbability / mass : 0;
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<ZeroInflatedDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "zero-inflated";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>The other distribution.</summary>
    public Distribution Inner { get; }

    /// <summary>Probability z of an excess zero.</summary>
    public double ZeroProbability { get; }

    /// <summary>
    /// True if the other distribution is a density that is estimated in one pass: a zero then is certainly an excess zero. With a mass at 0, the kind of
    /// each zero is hidden, and fits iterate.
    /// </summary>
    public override bool IsEstimatedInOnePass => !Inner.IsDiscrete && Inner.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public override FitUses Uses => Inner.Uses | FitUses.Pseudocount;

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => ParameterKinds.Others | Inner.ParameterKinds;

    /// <summary>The probability of an excess zero, and the other distribution's parameters.</summary>
    protected override long FreeParameters => 1 + Inner.ParameterCount;

    /// <inheritdoc/>
    public override int Dimensions => 1;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <inheritdoc/>
    public override bool IsDiscrete => Inner.IsDiscrete;

    /// <inheritdoc/>
    /// <remarks>Zeros stay zeros, whatever the other distribution is.</remarks>
    public override string FixedSupport(int feature) => FormatName;

    /// <inheritdoc/>
    public override IReadOnlyList<(double Weight, Distribution Term)> Terms() =>
        [(ZeroProbability, new DiracDeltaDistribution(0)), (1 - ZeroProbability, Inner)];

    /// <summary>A zero-inflated Poisson distribution.</summary>
    public static ZeroInflatedDistribution Prototype(ReadOnlySpan<double> center) => new(PoissonDistribution.Prototype(center), 0.5);

    /// <inheritdoc/>
    public static string Argument => "family of the values other than 0, default poisson";

    /// <inheritdoc/>
    public static ZeroInflatedDistribution? Prototype(ReadOnlySpan<double> center, string argument) =>
        ModelFormat.FindFamily(argument) is { IsUnivariate: true } family && family.Name != FamilyName && !family.IsCategorical(0)
            ? new(family.Prototype(center), 0.5)
            : null;

    /// <inheritdoc/>
    public static ZeroInflatedDistribution ReadParameters(JsonElement json) =>
        new(ModelFormat.ReadDistribution(json.Required("inner")), json.Number("zeroProbability"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteExact("zeroProbability", ZeroProbability);
        writer.WritePropertyName("inner");
        ModelFormat.Write(writer, Inner);
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        if (Inner.IsDiscrete)
        {
            Inner.LogProbability(tile, result);
        }
        else
        {
            // A density may have no value at 0; it is not needed there.
            using var scratch = Scratch.Enter();
            Inner.LogProbability(ZeroRows.Without(tile, scratch.Take(FeatureTile.Capacity)), result);
        }
        ZeroRows.Replace(tile, logZero, logRest, result);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new CompositeStatistics(FormatName, [new SumStatistics("zeros", 2), Inner.CreateStatistics()]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var parts = ((CompositeStatistics)statistics).Parts;
        using var scratch = Scratch.Enter();
        var rest = scratch.Take(FeatureTile.Capacity)[..tile.Rows];
        var x = tile.Column(0);
        double all = 0, zeros = 0;
        for (var i = 0; i < x.Length; i++)
        {
            rest[i] = double.IsNaN(x[i]) ? 0 : weights[i];
            if (double.IsNaN(x[i])) continue;
            all += weights[i];
            if (x[i] != 0) continue;
            var share = weights[i] * shareOfZeros;
            zeros += share;
            rest[i] = weights[i] - share;
        }
        var sums = ((SumStatistics)parts[0]).Sums;
        sums[0] += all;
        sums[1] += zeros;
        Inner.Accumulate(tile, rest, parts[1]);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) =>
        Inner.Recenter(((CompositeStatistics)statistics).Parts[1], ((ZeroInflatedDistribution)from).Inner);

    /// <inheritdoc/>
    public override ZeroInflatedDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var parts = ((CompositeStatistics)statistics).Parts;
        var sums = ((SumStatistics)parts[0]).Sums;
        if (IsFrozen || sums[0] < Constants.LeastWeight) return this;
        var z = ZeroProbability;
        if (!options.Holds(ParameterKinds.Others))
        {
            z = (sums[1] + options.Pseudocount) / (sums[0] + (2 * options.Pseudocount));
            z = (ZeroProbability * options.Inertia) + (z * (1 - options.Inertia));
        }
        return new((Distribution)Inner.MaximizePart(parts[1], options), Math.Clamp(z, 0, 1));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics) => Inner.Diagnose(((CompositeStatistics)statistics).Parts[1]);

    internal override IEnumerable<string> DiagnosePart(Statistics statistics) => Inner.DiagnosePart(((CompositeStatistics)statistics).Parts[1]);

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics) => Inner.Impossible(((CompositeStatistics)statistics).Parts[1]);

    /// <inheritdoc/>
    public override void EnsureEvaluable() => Inner.EnsureEvaluable();

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (random.NextDouble() < ZeroProbability) row[0] = 0;
        else Inner.Sample(random, row);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is ZeroInflatedDistribution o && o.ZeroProbability.Equals(ZeroProbability) && o.Inner.Equals(Inner) && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ZeroProbability, Inner, IsFrozen);

    /// <inheritdoc/>
    public override string ToString() => $"ZeroInflated({ZeroProbability.Text()} + {Inner})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) => $"{Inner.Describe(features)}; zeros beyond that: {ZeroProbability.Text()}";
}
