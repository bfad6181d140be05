using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The Bernoulli distribution: log p(1) = log p, log p(0) = log(1 - p), -infinity for any other value. A missing value has log-probability 0 and is skipped.
/// Fitting sets p to the weighted share of ones; a pseudocount is added to both the ones and the zeros.
/// </summary>
/// <remarks>Statistics: weight of zeros and ones, weight of ones, weight of other values.</remarks>
public sealed class BernoulliDistribution : UnivariateDistribution, IDistributionFamily<BernoulliDistribution>, ICodedFamily
{
    private readonly double[] logs;

    /// <summary>Creates a Bernoulli distribution.</summary>
    /// <param name="probability">Probability of 1, from 0 to 1.</param>
    /// <exception cref="ModelException">The parameter is out of range.</exception>
    public BernoulliDistribution(double probability)
    {
        ModelException.CheckOptions("bernoulli distribution", (probability is >= 0 and <= 1, nameof(probability), probability, "a number from 0 to 1"));
        Probability1 = probability;
        logs = CodeTables.Logs([1 - probability, probability], double.NegativeInfinity);
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<BernoulliDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "bernoulli";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>Probability of 1.</summary>
    public double Probability1 { get; }

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    internal override (double Mean, double Deviation)? Moments() => (Probability1, Math.Sqrt(Probability1 * (1 - Probability1)));

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    int ICodedFamily.Codes => 2;

    bool ICodedFamily.LearnsCodes => false;

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("probability", Probability1)];

    private protected override string Support => "the values 0 and 1";

    /// <inheritdoc/>
    public static BernoulliDistribution Prototype(ReadOnlySpan<double> center) => new(Math.Clamp(double.IsNaN(center[0]) ? 0.5 : center[0], 0.01, 0.99));

    /// <inheritdoc/>
    public static BernoulliDistribution ReadParameters(JsonElement json) => new(json.Number("probability"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var codes = scratch.Take(FeatureTile.Capacity);
        CodeTables.Codes(tile, [2], codes);
        CodeTables.Lookup(codes, tile.Rows, logs, result);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        double zeros = 0, ones = 0, others = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (value, w) = (x[i], weights[i]);
            ones += value == 1 ? w : 0;
            zeros += value == 0 ? w : 0;
            if (value is not (0 or 1) && !double.IsNaN(value)) others += w;
        }
        sums[0] += zeros + ones;
        sums[1] += ones;
        sums[2] += others;
    }

    double[] ICodedFamily.LogTable(int length, double factor) => CodeTables.Logs([1 - Probability1, Probability1], double.NegativeInfinity, factor, length);

    void ICodedFamily.AddCells(ReadOnlySpan<double> cells, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        sums[0] += cells[0] + cells[1];
        sums[1] += cells[1];
        for (var i = 2; i < cells.Length; i++) sums[2] += cells[i];
    }

    internal override Distribution Smoothed() =>
        IsFrozen ? this : new BernoulliDistribution(Math.Clamp(Probability1, TableDistribution.LeastOfStart, 1 - TableDistribution.LeastOfStart));

    internal override double? LogLikelihood(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        return sums[2] > 0 ? null : CodeTables.Sum([sums[0] - sums[1], sums[1]], logs);
    }

    /// <inheritdoc/>
    public override BernoulliDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[2]);
        if (sums[0] < Constants.LeastWeight) return this;
        var p = (sums[1] + options.Pseudocount) / (sums[0] + (2 * options.Pseudocount));
        RequireFinite(p);
        return new(Math.Clamp(Blend(Probability1, p, options), 0, 1));
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => ProductKernel.TryCreate(components);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        row[0] = random.NextDouble() < Probability1 ? 1 : 0;
    }
}
