using System.Numerics;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Every acyclic graph of up to 5 variables, to try them all.</summary>
internal static class DagOracle
{
    private static readonly int[][][] graphs = [.. Enumerable.Range(0, 6).Select(All)];

    /// <summary>The best score of all acyclic graphs; -infinity if each has a family of -infinity.</summary>
    /// <param name="variables">1 to 5.</param>
    /// <param name="score">The score of a variable with the given parents, as bits.</param>
    public static double Best(int variables, Func<int, int, double> score)
    {
        var scores = new double[variables, 1 << variables];
        for (var v = 0; v < variables; v++)
        {
            for (var set = 0; set < 1 << variables; set++)
                if ((set >> v & 1) == 0) scores[v, set] = score(v, set);
        }
        return graphs[variables].Max(g => g.Select((parents, v) => scores[v, parents]).Sum());
    }

    /// <summary>True if no variable is its own ancestor.</summary>
    /// <param name="parents">Each variable's parents, as bits.</param>
    public static bool IsAcyclic(IReadOnlyList<ulong> parents)
    {
        // Variables are taken away whose parents are gone.
        var left = (1UL << parents.Count) - 1;
        for (var v = 0; v < parents.Count; v++)
        {
            if ((left >> v & 1) == 0 || (parents[v] & left) != 0) continue;
            left &= ~(1UL << v);
            v = -1;
        }
        return left == 0;
    }

    // Robinson 1973 counts 1, 3, 25, 543 and 29,281 of them; a test compares.
    public static int Count(int variables) => graphs[variables].Length;

    private static int[][] All(int variables)
    {
        var found = new List<int[]>();
        var parents = new int[variables];
        Extend(0);
        return [.. found];

        void Extend(int v)
        {
            if (v == variables)
            {
                if (IsAcyclic(Array.ConvertAll(parents, p => (ulong)p))) found.Add([.. parents]);
                return;
            }
            for (var set = 0; set < 1 << variables; set++)
            {
                // Self-loops and pairs of opposite arcs are cut early.
                var cut = (set >> v & 1) != 0;
                for (var rest = set & ((1 << v) - 1); rest != 0 && !cut; rest &= rest - 1) cut = (parents[BitOperations.TrailingZeroCount(rest)] >> v & 1) != 0;
                if (cut) continue;
                parents[v] = set;
                Extend(v + 1);
            }
        }
    }
}
