namespace Pipelines.Models.Structures;

/// <summary>Orders the variables of a directed network, or finds a cycle, in time linear in the arcs.</summary>
internal static class ArcOrder
{
    /// <summary>The variables in an order in which parents come first, the smallest index first where there is a choice; null if there is a cycle.</summary>
    public static int[]? Of(IReadOnlyList<IReadOnlyList<int>> parents) =>
        Sorted(parents) is var order && order.Count == parents.Count ? [.. order] : null;

    /// <summary>The variables of a cycle from parent to child, the first again at the end; null if there is none.</summary>
    public static List<int>? Cycle(IReadOnlyList<IReadOnlyList<int>> parents)
    {
        var sorted = Sorted(parents);
        if (sorted.Count == parents.Count) return null;
        // Each of the others has a parent among them. Following these, one comes again.
        var left = Enumerable.Range(0, parents.Count).Except(sorted).ToHashSet();
        var (path, places, at) = (new List<int>(), new Dictionary<int, int>(), left.Min());
        while (places.TryAdd(at, path.Count))
        {
            path.Add(at);
            at = parents[at].First(left.Contains);
        }
        path.Add(at);
        path.RemoveRange(0, places[at]);
        path.Reverse();
        return path;
    }

    /// <summary>A cycle, or its beginning, as text.</summary>
    /// <param name="cycle">The variables of the cycle.</param>
    /// <param name="nameOf">The name of a variable.</param>
    public static string Text(List<int> cycle, Func<int, string> nameOf) =>
        $"{string.Join(" -> ", cycle.Take(8).Select(nameOf))}{(cycle.Count > 8 ? " -> …" : "")}";

    // Parents first; without the variables that lie on a cycle or after one.
    private static List<int> Sorted(IReadOnlyList<IReadOnlyList<int>> parents)
    {
        var (left, children, order) = (new int[parents.Count], new List<int>[parents.Count], new List<int>());
        for (var i = 0; i < left.Length; i++)
        {
            left[i] = parents[i].Count;
            foreach (var p in parents[i]) (children[p] ??= []).Add(i);
        }
        var open = new PriorityQueue<int, int>();
        for (var i = 0; i < left.Length; i++)
            if (left[i] == 0) open.Enqueue(i, i);
        while (open.TryDequeue(out var v, out _))
        {
            order.Add(v);
            foreach (var child in children[v] ?? [])
                if (--left[child] == 0) open.Enqueue(child, child);
        }
        return order;
    }
}
