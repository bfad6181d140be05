namespace Pipelines.Models.Structures;

/// <summary>
/// Looks up best parent sets for many subsets in ascending order. Neighbours in that order differ in their lowest variables only, so each variable's list
/// is reduced to the sets that the highest ones allow, and reduced again only when those change. For one thread.
/// </summary>
internal sealed class ExactSubsetLookup
{
    private const int MostLowBits = 16;

    private readonly ExactOrderProblem problem;
    private readonly int lowBits;
    private readonly ushort[][] low;
    private readonly long[][] costs;
    private readonly int[] lengths;
    private ulong high = ulong.MaxValue;

    /// <summary>A lookup for one thread.</summary>
    public ExactSubsetLookup(ExactOrderProblem problem)
    {
        this.problem = problem;
        // Two thirds: the lists become much shorter, and are reduced for few of the subsets.
        lowBits = Math.Min(MostLowBits, (problem.Count * 2 + 2) / 3);
        low = Array.ConvertAll(problem.Sets, s => new ushort[s.Length]);
        costs = Array.ConvertAll(problem.Sets, s => new long[s.Length]);
        lengths = new int[problem.Count];
    }

    /// <summary>Prepares the lookups for a subset.</summary>
    public void MoveTo(ulong subset)
    {
        if (subset >> lowBits == high) return;
        high = subset >> lowBits;
        var outside = ~(high << lowBits) & (ulong.MaxValue << lowBits);
        for (var v = 0; v < lengths.Length; v++)
        {
            var (sets, all, count) = (problem.Sets[v], problem.Costs[v], 0);
            for (var s = 0; s < sets.Length; s++)
            {
                if ((sets[s] & outside) != 0) continue;
                low[v][count] = (ushort)(sets[s] & ~(ulong.MaxValue << lowBits));
                costs[v][count++] = all[s];
                if (low[v][count - 1] == 0) break;
            }
            lengths[v] = count;
        }
    }

    /// <summary>
    /// The cost of a variable's best parent set within a subset with the same highest variables, whether or not the variable itself is in it.
    /// </summary>
    public long Cost(int variable, ulong subset)
    {
        var best = ExactOrderProblem.FirstWithin(low[variable].AsSpan(0, lengths[variable]), (ushort)~subset);
        return best >= 0 ? costs[variable][best] : ExactOrderProblem.Infinite;
    }
}
