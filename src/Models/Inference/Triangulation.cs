using Pipelines.Models.Fitting;

namespace Pipelines.Models.Inference;

/// <summary>
/// Eliminates the variables of a graph one by one and connects the neighbours of each, so that the remaining graph keeps what the eliminated variable tied
/// together. Each variable forms a clique with its neighbours at that time.
/// </summary>
/// <remarks>
/// Two greedy orders are tried (Koller and Friedman 2009, section 9.4.3): least size of the clique's table, and fewest edges to add. The one with the smaller
/// tables in total is kept; ties go to the variable with the smaller index.
/// </remarks>
internal sealed class Triangulation
{
    private Triangulation(int[] order, int[][] neighbours, double entries) => (Order, Neighbours, Entries) = (order, neighbours, entries);

    /// <summary>The variables in the order of their elimination.</summary>
    public int[] Order { get; }

    /// <summary>Shape [variables][]: the neighbours of each at its elimination, ascending.</summary>
    public int[][] Neighbours { get; }

    /// <summary>Entries of all cliques' tables, before cliques that lie in others are removed.</summary>
    public double Entries { get; }

    /// <summary>Triangulates a graph.</summary>
    /// <param name="sizes">Number of values of each variable.</param>
    /// <param name="edges">Neighbours of each variable; not changed.</param>
    public static Triangulation Of(int[] sizes, BitMatrix edges)
    {
        var bySize = Eliminate(sizes, edges, fill: false);
        var byFill = Eliminate(sizes, edges, fill: true);
        return byFill.Entries < bySize.Entries ? byFill : bySize;
    }

    private static Triangulation Eliminate(int[] sizes, BitMatrix edges, bool fill)
    {
        var n = sizes.Length;
        var graph = new BitMatrix(n, n);
        for (var v = 0; v < n; v++) edges[v].CopyTo(graph[v]);
        var (order, neighbours, left) = (new int[n], new int[n][], new bool[n]);
        Array.Fill(left, true);
        var (costs, members, changed) = (new double[n], new int[n], new bool[n]);
        Array.Fill(changed, true);
        double entries = 0;
        for (var step = 0; step < n; step++)
        {
            Cancellation.Poll();
            var best = -1;
            for (var v = 0; v < n; v++)
            {
                if (!left[v]) continue;
                if (changed[v]) (costs[v], changed[v]) = (Cost(graph, sizes, v, fill, members), false);
                if (best < 0 || costs[v] < costs[best]) best = v;
            }
            var count = BitMatrix.Elements(graph[best], members);
            var own = members.AsSpan(0, count).ToArray();
            (order[step], neighbours[best], left[best]) = (best, own, false);
            double size = sizes[best];
            foreach (var u in own) size *= sizes[u];
            entries += size;
            foreach (var u in own)
            {
                var row = graph[u];
                var of = graph[best];
                for (var w = 0; w < row.Length; w++) row[w] |= of[w];
                graph.Remove(u, u);
                graph.Remove(u, best);
            }
            // Edges among the neighbours change their own costs, and the numbers of missing edges around theirs.
            foreach (var u in own)
            {
                changed[u] = true;
                if (!fill) continue;
                count = BitMatrix.Elements(graph[u], members);
                for (var i = 0; i < count; i++) changed[members[i]] = true;
            }
        }
        return new(order, neighbours, entries);
    }

    private static double Cost(BitMatrix graph, int[] sizes, int variable, bool fill, int[] members)
    {
        var own = graph[variable];
        var count = BitMatrix.Elements(own, members);
        if (!fill)
        {
            double size = sizes[variable];
            for (var i = 0; i < count; i++) size *= sizes[members[i]];
            return size;
        }
        long missing = 0;
        for (var i = 0; i < count; i++)
        {
            var other = graph[members[i]];
            for (var w = 0; w < own.Length; w++) missing += System.Numerics.BitOperations.PopCount(own[w] & ~other[w]);
            // The neighbour itself.
            missing--;
        }
        return missing;
    }
}
