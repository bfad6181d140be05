using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <content>Sampling.</content>
public sealed partial class BayesianNetwork : IEvidenceSampler
{
    // Sweeps before the first row of a chain, so that it forgets where it began.
    private const int BurnIn = 500;

    private int[]? order;
    private int[][]? children;

    private int[] Order => order ??= ArcOrder.Of(parents)!;

    private int[][] Children => children ??=
        [.. Enumerable.Range(0, parents.Length).Select(v => Enumerable.Range(0, parents.Length).Where(c => parents[c].Contains(v)).ToArray())];

    /// <summary>Draws a row: each variable after its parents (forward sampling).</summary>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        foreach (var v in Order) row[v] = Draw(random, Given(v, row));
    }

    /// <inheritdoc/>
    public void Sample(SeededRandom random, ReadOnlySpan<double> evidence, SamplingMethod method, Span<double> rows, Span<double> weights)
    {
        ArgumentNullException.ThrowIfNull(random);
        CheckEvidence(evidence, method);
        var state = rows[..Dimensions];
        if (method == SamplingMethod.Gibbs)
        {
            DrawAround(random, evidence, state);
            for (var sweep = 0; sweep < BurnIn; sweep++) Sweep(random, evidence, state);
        }
        for (int i = 0, first = 0; first < rows.Length; i++, first += Dimensions)
        {
            Cancellation.Poll();
            var row = rows.Slice(first, Dimensions);
            weights[i] = 1;
            if (method == SamplingMethod.Gibbs)
            {
                if (i > 0) state.CopyTo(row);
                Sweep(random, evidence, row);
                state = row;
            }
            else
            {
                weights[i] = DrawAround(random, evidence, row);
            }
        }
    }

    private void CheckEvidence(ReadOnlySpan<double> evidence, SamplingMethod method)
    {
        if (method == SamplingMethod.Forward && evidence.ContainsAnyExcept(double.NaN))
            throw new ModelException(ErrorKind.Usage, "sampling", "evidence with forward sampling", "a method that takes evidence",
                "choose likelihood or gibbs");
        if (method == SamplingMethod.Gibbs && Array.Exists(tables, t => t.Probabilities.Contains(0)))
            throw new ModelException(ErrorKind.Usage, "Gibbs sampling", "probabilities of 0, which may keep the chain from most rows", "tables without zeros",
                "use likelihood weighting");
        using var scratch = Scratch.Enter();
        var log = scratch.Take(FeatureTile.Capacity);
        LogProbabilities(new FeatureBlock(evidence, 1, Dimensions, Dimensions, 1), log);
        if (double.IsNegativeInfinity(log[0]))
            throw new ModelException(ErrorKind.Data, "sampling", "evidence of probability 0", "values that can occur together", "correct the evidence");
    }

    private double DrawAround(SeededRandom random, ReadOnlySpan<double> evidence, Span<double> row)
    {
        double weight = 1;
        foreach (var v in Order)
        {
            var own = Given(v, row);
            row[v] = double.IsNaN(evidence[v]) ? Draw(random, own) : evidence[v];
            if (!double.IsNaN(evidence[v])) weight *= own[(int)evidence[v]];
        }
        return weight;
    }

    // Draws each variable that is not given, given all others: in proportion to its own probability times its children's.
    private void Sweep(SeededRandom random, ReadOnlySpan<double> evidence, Span<double> row)
    {
        using var scratch = Scratch.Enter();
        var all = scratch.Take(ValueCounts.Max());
        foreach (var v in Order)
        {
            if (!double.IsNaN(evidence[v])) continue;
            var shares = all[..ValueCounts[v]];
            Given(v, row).CopyTo(shares);
            for (var k = 0; k < shares.Length; k++)
            {
                row[v] = k;
                foreach (var child in Children[v]) shares[k] *= Given(child, row)[(int)row[child]];
            }
            row[v] = Draw(random, shares);
        }
    }

    private static int Draw(SeededRandom random, ReadOnlySpan<double> shares) => random.NextIndex(shares, Sums.Of(shares));

    // The probabilities of a variable's values, given its parents' values in a row.
    private ReadOnlySpan<double> Given(int variable, ReadOnlySpan<double> row)
    {
        var first = 0;
        foreach (var p in parents[variable]) first = (first * ValueCounts[p]) + (int)row[p];
        return tables[variable].Probabilities.Slice(first * ValueCounts[variable], ValueCounts[variable]);
    }
}
