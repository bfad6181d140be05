using System.Numerics;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>
/// Dynamic programming over the subsets of the variables (Silander and Myllymäki 2006, "A simple approach for finding the globally optimal Bayesian network
/// structure"): the best cost of a subset is the least, over its variables as the last one, of the cost of the others and that variable's best parent set among
/// them. Subsets of one size need only those of the size below (Malone, Yuan and Hansen 2011, "Memory-efficient dynamic programming for learning optimal
/// Bayesian networks"), so two sizes are in memory, and one byte for each subset says which variable is its last. Of equal costs the lowest variable is last.
/// </summary>
internal static class ExactDpSearch
{
    /// <summary>The most variables of one problem: the subsets of half of them are then 155 million.</summary>
    public const int MostVariables = 30;

    private const int ChunkSize = 4096;

    /// <summary>Bytes for a problem with so many variables.</summary>
    /// <param name="variables">1 to 64.</param>
    public static double Bytes(int variables) => Math.ScaleB(1, variables) + (2.0 * sizeof(long) * Binomial(variables, variables / 2));

    /// <summary>The best order of the variables, first to last; null if every order needs a parent set that does not exist. Shape [count].</summary>
    /// <param name="problem">At most <see cref="MostVariables"/> variables.</param>
    /// <param name="threads">At least 1; the result is the same with any number.</param>
    /// <param name="report">Receives the number of subsets done, after each size.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static int[]? Solve(ExactOrderProblem problem, int threads, Action<long> report, CancellationToken cancellationToken)
    {
        var n = problem.Count;
        var last = new byte[1 << n];
        var (smaller, current) = (new long[(int)Binomial(n, n / 2)], new long[(int)Binomial(n, n / 2)]);
        var done = 0L;
        for (var size = 1; size <= n; size++)
        {
            var (source, target, subsets, next) = (smaller, current, (int)Binomial(n, size), -1);
            Parallelism.Run(Math.Min(threads, (subsets + ChunkSize - 1) / ChunkSize), token =>
            {
                var lookup = new ExactSubsetLookup(problem);
                while (!token.IsCancellationRequested)
                {
                    var start = (long)Interlocked.Increment(ref next) * ChunkSize;
                    if (start >= subsets) return;
                    Fill(lookup, size, (int)start, (int)Math.Min(subsets, start + ChunkSize), source, target, last);
                }
            }, cancellationToken);
            (smaller, current) = (current, smaller);
            report(done += subsets);
        }
        // The last swap put the whole set's cost there.
        if (smaller[0] >= ExactOrderProblem.Infinite) return null;
        var order = new int[n];
        var rest = problem.All;
        for (var i = n - 1; i >= 0; i--)
        {
            order[i] = last[rest];
            rest &= ~(1UL << order[i]);
        }
        return order;
    }

    // Subsets of one size in ascending order; the place of one among them is the sum of Binomial(its i-th variable, i + 1).
    private static void Fill(ExactSubsetLookup lookup, int size, int start, int end, long[] smaller, long[] current, byte[] last)
    {
        Span<int> members = stackalloc int[size];
        Span<int> above = stackalloc int[size + 1];
        var subset = Subset(start, size);
        for (var place = start; place < end; place++)
        {
            lookup.MoveTo(subset);
            var rest = subset;
            for (var i = 0; i < size; i++, rest &= rest - 1) members[i] = BitOperations.TrailingZeroCount(rest);
            // Without one variable, those above it count one place lower.
            above[size] = 0;
            for (var i = size - 1; i > 0; i--) above[i] = above[i + 1] + binomials[members[i], i];
            var (least, below) = (long.MaxValue, 0);
            for (var i = 0; i < size; i++)
            {
                var variable = members[i];
                var cost = smaller[below + above[i + 1]] + lookup.Cost(variable, subset & ~(1UL << variable));
                if (cost < least) (least, last[subset]) = (cost, (byte)variable);
                below += binomials[variable, i + 1];
            }
            current[place] = Math.Min(least, ExactOrderProblem.Infinite);
            // The next subset of the same size (Gosper's rule).
            var lowest = subset & (~subset + 1);
            var ripple = subset + lowest;
            subset = ripple | (((subset ^ ripple) >> 2) / lowest);
        }
    }

    private static ulong Subset(int place, int size)
    {
        ulong subset = 0;
        var variable = MostVariables;
        for (var i = size; i > 0; i--)
        {
            while (binomials[variable, i] > place) variable--;
            subset |= 1UL << variable;
            place -= binomials[variable, i];
        }
        return subset;
    }

    // Shape [MostVariables + 1][MostVariables + 1].
    private static readonly int[,] binomials = Table();

    private static int[,] Table()
    {
        var table = new int[MostVariables + 1, MostVariables + 1];
        for (var n = 0; n <= MostVariables; n++)
            for (var k = 0; k <= n; k++) table[n, k] = (int)Binomial(n, k);
        return table;
    }

    // Exact up to 2^53.
    private static double Binomial(int n, int k)
    {
        var result = 1.0;
        for (var i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return Math.Round(result);
    }
}
