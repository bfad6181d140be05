namespace Pipelines.Models.Inference;

/// <summary>
/// Cliques of variables, connected as trees (one for each connected part of the graph) so that the cliques that hold a variable are connected. Cliques are
/// ordered: each comes before its parent.
/// </summary>
/// <remarks>Lauritzen and Spiegelhalter 1988; Koller and Friedman 2009, chapter 10.</remarks>
internal sealed class JunctionTree
{
    private JunctionTree(int[][] cliques, int[] parents, int[][] separators) => (Cliques, Parents, Separators) = (cliques, parents, separators);

    /// <summary>Shape [cliques][]: the variables of each, ascending.</summary>
    public int[][] Cliques { get; }

    /// <summary>Shape [cliques]: the parent of each; -1 = the root of its tree.</summary>
    public int[] Parents { get; }

    /// <summary>Shape [cliques][]: the variables that each shares with its parent, ascending; empty for a root.</summary>
    public int[][] Separators { get; }

    /// <summary>The same trees over variables of other, also ascending, indexes.</summary>
    /// <param name="names">Shape [variables]: the new index of each.</param>
    public JunctionTree Renamed(int[] names) =>
        new([.. Cliques.Select(c => Array.ConvertAll(c, v => names[v]))], Parents, [.. Separators.Select(c => Array.ConvertAll(c, v => names[v]))]);

    /// <summary>Makes the trees of a triangulated graph.</summary>
    public static JunctionTree Of(Triangulation graph)
    {
        var n = graph.Order.Length;
        var place = new int[n];
        for (var i = 0; i < n; i++) place[graph.Order[i]] = i;
        // Elimination clique i belongs to the variable eliminated in step i; its parent is that of its neighbour that is eliminated first.
        var (members, parent, merged) = (new int[n][], new int[n], new int[n]);
        for (var i = 0; i < n; i++)
        {
            var own = graph.Neighbours[graph.Order[i]];
            parent[i] = -1;
            foreach (var u in own) parent[i] = parent[i] < 0 ? place[u] : Math.Min(parent[i], place[u]);
            members[i] = [.. own.Append(graph.Order[i]).Order()];
            merged[i] = i;
        }
        // A clique that lies in a child is replaced by it. Children come first, so the child is final.
        for (var i = 0; i < n; i++)
        {
            var p = parent[i] < 0 ? -1 : Find(merged, parent[i]);
            if (p < i || !Array.TrueForAll(members[p], v => Array.BinarySearch(members[i], v) >= 0)) continue;
            merged[p] = i;
            parent[i] = parent[p];
            parent[p] = -1;
            // The grown clique takes over the place of the one that it replaces, of which it may now replace the parent.
            i--;
        }
        return Ordered(members, parent, merged);
    }

    private static JunctionTree Ordered(int[][] members, int[] parent, int[] merged)
    {
        var kept = Enumerable.Range(0, members.Length).Where(i => merged[i] == i).ToArray();
        var up = kept.ToDictionary(i => i, i => parent[i] < 0 ? -1 : Find(merged, parent[i]));
        var children = kept.ToLookup(i => up[i]);
        Chain(members, kept, up, children);
        // Children before parents: by the depth below the root, deepest first.
        var depth = new Dictionary<int, int>();
        var ordered = kept.OrderByDescending(Depth).ThenBy(i => i).ToArray();
        var number = ordered.Select((i, at) => (i, at)).ToDictionary(p => p.i, p => p.at);
        return new([.. ordered.Select(i => members[i])], [.. ordered.Select(i => up[i] < 0 ? -1 : number[up[i]])],
            [.. ordered.Select(i => up[i] < 0 ? [] : members[i].Intersect(members[up[i]]).Order().ToArray())]);

        int Depth(int clique)
        {
            var path = new Stack<int>();
            while (clique >= 0 && !depth.ContainsKey(clique))
            {
                path.Push(clique);
                clique = up[clique];
            }
            var below = clique < 0 ? -1 : depth[clique];
            while (path.TryPop(out var next)) depth[next] = ++below;
            return below;
        }
    }

    // A message to one of many neighbours multiplies those of all others. Cliques whose separators lie in their predecessor can hang from it instead.
    private static void Chain(int[][] members, int[] kept, Dictionary<int, int> up, ILookup<int, int> children)
    {
        foreach (var clique in kept)
        {
            var before = -1;
            foreach (var child in children[clique])
            {
                var separator = members[child].Intersect(members[clique]).ToArray();
                if (before >= 0 && separator.All(members[before].Contains)) up[child] = before;
                before = child;
            }
        }
    }

    private static int Find(int[] merged, int clique)
    {
        while (merged[clique] != clique) clique = merged[clique];
        return clique;
    }
}
