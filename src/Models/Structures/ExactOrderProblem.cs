using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Structures;

/// <summary>
/// The search for the best order of some variables, where each may have any of its listed parent sets among the variables before it. Costs are integers: how
/// much worse than the variable's best set each one is, in <see cref="Unit"/>s. Sums of integers are exact, so the optimum does not depend on the order of
/// additions, and every search proves the same one.
/// </summary>
internal sealed class ExactOrderProblem
{
    /// <summary>The cost where no parent set is possible. The cost of a whole structure is less than half of it, and a few of them can be added.</summary>
    public const long Infinite = 1L << 60;

    private const int CostBits = 59;

    private ExactOrderProblem(int[] members, ulong[][] sets, long[][] costs, double unit) => (Members, Sets, Costs, Unit) = (members, sets, costs, unit);

    /// <summary>The variables' indexes in the data. Shape [count].</summary>
    public int[] Members { get; }

    /// <summary>Each variable's parent sets, best first; bit i is variable i of <see cref="Members"/>. Shape [count][sets].</summary>
    public ulong[][] Sets { get; }

    /// <summary>Their costs, ascending from 0. Shape [count][sets].</summary>
    public long[][] Costs { get; }

    /// <summary>How much of the score a cost of 1 is; a power of 2.</summary>
    public double Unit { get; }

    /// <summary>Number of variables, 1 to 64.</summary>
    public int Count => Members.Length;

    /// <summary>All variables.</summary>
    public ulong All => ulong.MaxValue >> (64 - Count);

    /// <summary>A problem with some of the variables; parents outside it are always available.</summary>
    /// <param name="members">Indexes of the variables, ascending. Shape [count].</param>
    /// <param name="lists">The parent sets of all variables. Shape [variables].</param>
    public static ExactOrderProblem Of(int[] members, IReadOnlyList<ExactParentSets> lists)
    {
        var sets = new ulong[members.Length][];
        var (range, total) = (0.0, 0.0);
        for (var i = 0; i < members.Length; i++)
        {
            var list = lists[members[i]];
            sets[i] = Projected(list.Sets, members);
            range += Math.Max(0, list.Scores[0] - list.Scores[sets[i].Length - 1]);
            total += double.IsInfinity(list.Scores[0]) ? 0 : Math.Abs(list.Scores[0]);
        }
        // What differs by rounding only should cost the same, so that ties are broken by the rules of the searches.
        var exponent = CostBits - 1 - Math.ILogB(Math.Max(Math.Max(range, total * Math.ScaleB(StructureProblem.Rounding, CostBits - 1)), double.Epsilon));
        var costs = new long[members.Length][];
        for (var i = 0; i < members.Length; i++)
        {
            var scores = lists[members[i]].Scores;
            costs[i] = new long[sets[i].Length];
            // Where even the best score is -Infinity, the variable adds nothing that a search could change.
            for (var s = 1; s < costs[i].Length; s++) costs[i][s] = (long)Math.Round(Math.ScaleB(scores[0] - scores[s], exponent));
        }
        return new(members, sets, costs, Math.ScaleB(1, -exponent));
    }

    /// <summary>The same problem with its variables in another order.</summary>
    /// <param name="order">Which variable comes first, second … Shape [count].</param>
    public ExactOrderProblem Reordered(int[] order)
    {
        var sets = Array.ConvertAll(order, v => Projected(Sets[v], order));
        return new(Array.ConvertAll(order, v => Members[v]), sets, Array.ConvertAll(order, v => Costs[v]), Unit);
    }

    /// <summary>The index of a variable's best parent set among the available variables; -1 if it has none there.</summary>
    public int Best(int variable, ulong available) => FirstWithin<ulong>(Sets[variable], ~available);

    /// <summary>Its cost; <see cref="Infinite"/> if there is none.</summary>
    public long Cost(int variable, ulong available) => Best(variable, available) is >= 0 and var best ? Costs[variable][best] : Infinite;

    /// <summary>The index of the first set that has no element outside; -1 if each has one.</summary>
    /// <param name="sets">Sets, as bits. Any length.</param>
    /// <param name="outside">The bits that are not allowed.</param>
    public static int FirstWithin<T>(ReadOnlySpan<T> sets, T outside)
        where T : unmanaged, IBinaryInteger<T>
    {
        var i = 0;
        if (sets.Length >= Vector256<T>.Count)
        {
            ref var start = ref MemoryMarshal.GetReference(sets);
            var forbidden = Vector256.Create(outside);
            for (; i <= sets.Length - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                var within = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)i) & forbidden, Vector256<T>.Zero).ExtractMostSignificantBits();
                if (within != 0) return i + BitOperations.TrailingZeroCount(within);
            }
        }
        for (; i < sets.Length; i++)
            if (T.IsZero(sets[i] & outside)) return i;
        return -1;
    }

    // The sets as bits of the members. What comes after a set without members is never reached.
    private static ulong[] Projected(ulong[] sets, int[] members)
    {
        var projected = new List<ulong>(sets.Length);
        foreach (var set in sets)
        {
            ulong bits = 0;
            for (var i = 0; i < members.Length; i++) bits |= ((set >> members[i]) & 1) << i;
            projected.Add(bits);
            if (bits == 0) break;
        }
        return [.. projected];
    }
}
