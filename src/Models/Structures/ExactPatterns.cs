using System.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>
/// A lower bound on the cost of the variables that an order does not have yet (Yuan and Malone 2013, "Learning optimal Bayesian networks: a shortest path
/// perspective", static pattern databases). The variables are split into groups. A group's remaining variables cost at least what their best order costs if
/// all other variables are available to each of them, and the bounds of the groups add up. The bound is consistent: a step never costs less than the bound
/// falls.
/// </summary>
internal sealed class ExactPatterns
{
    private const int MostOfGroup = 20;

    // Shape [groups][2^variables of the group]: by the group's remaining variables.
    private readonly long[][] costs;

    // The first variable of each group. Shape [groups + 1].
    private readonly int[] starts;

    /// <summary>Computes the bounds.</summary>
    /// <param name="problem">Variables in the order of <see cref="Order"/>.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    public ExactPatterns(ExactOrderProblem problem, CancellationToken cancellationToken)
    {
        starts = Starts(problem.Count);
        costs = new long[starts.Length - 1][];
        for (var g = 0; g < costs.Length; g++)
        {
            var (start, patterns) = (starts[g], new long[1 << (starts[g + 1] - starts[g])]);
            for (var pattern = 1; pattern < patterns.Length; pattern++)
            {
                if (pattern % 1024 == 0) cancellationToken.ThrowIfCancellationRequested();
                var (least, available) = (ExactOrderProblem.Infinite, problem.All & ~((ulong)pattern << start));
                for (var rest = pattern; rest != 0; rest &= rest - 1)
                {
                    // The first of the remaining variables, and the others after it.
                    var first = BitOperations.TrailingZeroCount(rest);
                    least = Math.Min(least, problem.Cost(start + first, available) + patterns[pattern & ~(1 << first)]);
                }
                patterns[pattern] = least;
            }
            costs[g] = patterns;
        }
    }

    /// <summary>Bytes of the bounds for so many variables.</summary>
    public static long Bytes(int variables)
    {
        var starts = Starts(variables);
        return Enumerable.Range(0, starts.Length - 1).Sum(g => sizeof(long) * (1L << (starts[g + 1] - starts[g])));
    }

    /// <summary>The bound; <see cref="ExactOrderProblem.Infinite"/> or more if there is no order.</summary>
    /// <param name="remaining">The variables that are not in the order yet.</param>
    public long Cost(ulong remaining)
    {
        var sum = 0L;
        for (var g = 0; g < costs.Length; g++) sum += costs[g][(remaining >> starts[g]) & (ulong)(costs[g].Length - 1)];
        return sum;
    }

    /// <summary>
    /// The variables, those of a group side by side. Groups are chosen so that the pairs whose members most want each other as parents share one: only there
    /// does the bound see that no more than one of them can have the other.
    /// </summary>
    /// <returns>Shape [count].</returns>
    public static int[] Order(ExactOrderProblem problem)
    {
        var n = problem.Count;
        var loss = new double[n, n];
        for (var a = 0; a < n; a++)
        {
            for (var b = 0; b < a; b++)
                loss[a, b] = loss[b, a] = Math.Min(problem.Cost(a, problem.All & ~(1UL << b)), problem.Cost(b, problem.All & ~(1UL << a)));
        }
        var starts = Starts(n);
        var (order, placed) = (new int[n], 0UL);
        for (var (i, group) = (0, 0); i < n; i++)
        {
            if (i == starts[group + 1]) group++;
            var (best, most) = (-1, double.NegativeInfinity);
            for (var v = 0; v < n; v++)
            {
                if ((placed >> v & 1) != 0) continue;
                var sum = 0.0;
                for (var j = starts[group]; j < i; j++) sum += loss[v, order[j]];
                if (sum > most) (best, most) = (v, sum);
            }
            order[i] = best;
            placed |= 1UL << best;
        }
        return order;
    }

    // The larger a group, the closer the bound: most variables are in the first, as long as it costs less than the search saves. Shape [groups + 1].
    private static int[] Starts(int variables)
    {
        var starts = new List<int> { 0 };
        while (starts[^1] < variables) starts.Add(Math.Min(variables, starts[^1] + Math.Clamp(variables * 4 / 5, 1, MostOfGroup)));
        return [.. starts];
    }
}
