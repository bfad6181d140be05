namespace Pipelines;

/// <summary>Checks the arcs of a directed network.</summary>
internal static class NetworkStructure
{
    /// <summary>Throws if a parent does not exist or is given twice, or if the arcs form a cycle.</summary>
    public static void Check(IReadOnlyList<NetworkVariable> variables, int[][] parents)
    {
        for (var i = 0; i < parents.Length; i++)
        {
            foreach (var p in parents[i])
                if (p < 0 || p >= parents.Length)
                    throw new ModelException(ErrorKind.Usage, $"Bayesian network, variable '{variables[i].Name}'", $"parent {p}",
                        $"indexes of variables, 0 to {parents.Length - 1}", "correct the structure");
            if (parents[i].Distinct().Count() < parents[i].Length)
                throw new ModelException(ErrorKind.Usage, $"Bayesian network, variable '{variables[i].Name}'",
                    $"parent '{variables[parents[i].GroupBy(p => p).First(g => g.Count() > 1).Key].Name}' twice", "each parent once", "leave one out");
        }
        if (Cycle(parents) is { } cycle)
            throw new ModelException(ErrorKind.Usage, "Bayesian network",
                $"the cycle {string.Join(" -> ", cycle.Take(8).Select(v => variables[v].Name))}{(cycle.Count > 8 ? " -> …" : "")}", "arcs without a cycle",
                "remove or reverse one of them");
    }

    /// <summary>The variables in an order in which parents come first, the smallest index first where there is a choice; null if there is a cycle.</summary>
    public static int[]? Order(IReadOnlyList<IReadOnlyList<int>> parents)
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
        return order.Count == left.Length ? [.. order] : null;
    }

    // Follows parents that lie on or before a cycle until one comes again. From parent to child, the first again at the end.
    private static List<int>? Cycle(int[][] parents)
    {
        if (Order(parents) is not null) return null;
        // Without those that come before every cycle, each variable has a parent left.
        var left = Enumerable.Range(0, parents.Length).ToHashSet();
        while (left.FirstOrDefault(v => !parents[v].Any(left.Contains), -1) is >= 0 and var free) left.Remove(free);
        var (path, at) = (new List<int>(), left.Min());
        while (!path.Contains(at))
        {
            path.Add(at);
            at = parents[at].First(left.Contains);
        }
        path.Add(at);
        path.RemoveRange(0, path.IndexOf(at));
        path.Reverse();
        return path;
    }
}
