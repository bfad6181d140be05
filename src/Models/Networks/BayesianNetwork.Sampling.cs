namespace Pipelines;

/// <content>Sampling.</content>
public sealed partial class BayesianNetwork
{
    private int[]? order;

    private int[] Order => order ??= NetworkStructure.Order(parents)!;

    /// <summary>Draws a row: each variable after its parents (forward sampling).</summary>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        foreach (var v in Order)
        {
            var own = Given(v, row);
            row[v] = random.NextIndex(own, Models.Kernels.Sums.Of(own));
        }
    }

    // The probabilities of a variable's values, given its parents' values in a row.
    private ReadOnlySpan<double> Given(int variable, ReadOnlySpan<double> row)
    {
        var first = 0;
        foreach (var p in parents[variable]) first = (first * ValueCounts[p]) + (int)row[p];
        return tables[variable].Probabilities.Slice(first * ValueCounts[variable], ValueCounts[variable]);
    }
}
