namespace Pipelines.Models.Structures;

/// <summary>How one arc changes.</summary>
internal enum ArcChange
{
    Add,
    Remove,
    Reverse,
}

/// <summary>A change of a structure: the arc from parent to child, as it is before a removal or reversal.</summary>
internal readonly record struct ArcMove(ArcChange Change, int Parent, int Child);

/// <summary>A directed graph without cycles that changes one arc at a time, and who descends from whom.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ArcGraph
{
    private readonly int words;
    private readonly ulong[] descendants;
    private readonly int[] order;
    private readonly int[] open;

    /// <param name="parents">Indexes of each variable's parents, ascending, without cycles, shape [variables][parents].</param>
    public ArcGraph(int[][] parents)
    {
        Parents = [.. parents];
        words = (parents.Length + 63) / 64;
        descendants = new ulong[parents.Length * words];
        (order, open) = (new int[parents.Length], new int[parents.Length]);
        for (var child = 0; child < parents.Length; child++)
            foreach (var parent in parents[child]) Hash ^= Code(parent, child);
        Update();
    }

    /// <summary>Indexes of each variable's parents, ascending, shape [variables][parents]. The inner arrays never change.</summary>
    public int[][] Parents { get; private set; }

    /// <summary>A number that tells structures apart: arcs' numbers, combined by exclusive or (Zobrist 1970).</summary>
    public ulong Hash { get; private set; }

    public bool HasArc(int parent, int child) => Array.BinarySearch(Parents[child], parent) >= 0;

    /// <summary>True if a path leads from one variable to another.</summary>
    public bool Reaches(int from, int to) => ((descendants[(from * words) + (to / 64)] >> (to % 64)) & 1) != 0;

    /// <summary>True if the change leaves no cycle. The arc of an addition is missing in both directions, that of another change is there.</summary>
    public bool StaysAcyclic(ArcMove move)
    {
        var (parent, child) = (move.Parent, move.Child);
        if (move.Change == ArcChange.Remove) return true;
        if (move.Change == ArcChange.Add) return !Reaches(child, parent);
        // Another path from parent to child ends in another parent.
        foreach (var other in Parents[child])
            if (other != parent && Reaches(parent, other)) return false;
        return true;
    }

    /// <summary>The hash after a change.</summary>
    public ulong HashAfter(ArcMove move) =>
        Hash ^ Code(move.Parent, move.Child) ^ (move.Change == ArcChange.Reverse ? Code(move.Child, move.Parent) : 0);

    /// <summary>Makes a change.</summary>
    public void Apply(ArcMove move)
    {
        Hash = HashAfter(move);
        if (move.Change == ArcChange.Add) Parents[move.Child] = With(Parents[move.Child], move.Parent);
        else Parents[move.Child] = Without(Parents[move.Child], move.Parent);
        if (move.Change == ArcChange.Reverse) Parents[move.Parent] = With(Parents[move.Parent], move.Child);
        Update();
    }

    /// <summary>A set of parents with one more, ascending.</summary>
    public static int[] With(int[] parents, int added)
    {
        var result = new int[parents.Length + 1];
        var at = ~Array.BinarySearch(parents, added);
        parents.AsSpan(0, at).CopyTo(result);
        result[at] = added;
        parents.AsSpan(at).CopyTo(result.AsSpan(at + 1));
        return result;
    }

    /// <summary>A set of parents with one less.</summary>
    public static int[] Without(int[] parents, int removed) => Array.FindAll(parents, p => p != removed);

    private static ulong Code(int parent, int child) => SeededRandom.Mix(((ulong)parent << 32) + (ulong)child + 0x9E3779B97F4A7C15UL);

    // From the last variable of a topological order on, each parent gets its child and the child's descendants.
    private void Update()
    {
        Array.Clear(descendants);
        Array.Clear(open);
        foreach (var parents in Parents)
            foreach (var parent in parents) open[parent]++;
        var last = 0;
        for (var v = 0; v < open.Length; v++)
            if (open[v] == 0) order[last++] = v;
        for (var i = 0; i < last; i++)
        {
            var child = order[i];
            foreach (var parent in Parents[child])
            {
                var (to, from) = (parent * words, child * words);
                for (var w = 0; w < words; w++) descendants[to + w] |= descendants[from + w];
                descendants[to + (child / 64)] |= 1UL << (child % 64);
                if (--open[parent] == 0) order[last++] = parent;
            }
        }
    }
}
