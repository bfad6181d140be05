namespace Pipelines.Plotting;

/// <summary>
/// Places a graph in layers: arcs lead downwards, an arc over several layers has a place of its own in each, so that no arc crosses a node.
/// </summary>
/// <remarks>
/// The method of Sugiyama, Tagawa and Toda (1981): layers by longest paths, orders within layers by barycentres and exchanges of neighbours. Places in a layer
/// are the least squares fit to the places of the neighbours, under the least distances (weights of straight lines as in Gansner et al. 1993).
/// </remarks>
internal sealed class GraphLayout
{
    private const double NodeHeight = 30;
    private const double LayerGap = 50;
    private const double NodeGap = 20;
    private const double LineGap = 14;
    private const double Padding = 12;
    private const double PortGap = 12;

    // Items are the nodes, then one for each layer that an arc passes.
    private readonly List<int> layerOf;
    private readonly List<double> widths;
    private readonly List<List<int>> above;
    private readonly List<List<int>> below;
    private readonly int[][] chains;
    private readonly LayerOrder order;
    private readonly int nodes;

    private GraphLayout(ModelGraph graph, Func<string, double> widthOf)
    {
        nodes = graph.Nodes.Count;
        layerOf = [.. Layers(graph)];
        widths = [.. graph.Nodes.Select(n => widthOf(n) + (2 * Padding))];
        (above, below) = ([.. graph.Nodes.Select(_ => new List<int>())], [.. graph.Nodes.Select(_ => new List<int>())]);
        chains = [.. graph.Arcs.Select(a => Chain(a.From, a.To))];
        order = new LayerOrder(layerOf, above, below);
    }

    /// <summary>Places a graph.</summary>
    /// <param name="graph">The graph, without directed cycles; an undirected one is placed as if each arc led from its first node to its last.</param>
    /// <param name="widthOf">Width of a name, in pixels.</param>
    public static PlacedGraph Of(ModelGraph graph, Func<string, double> widthOf)
    {
        if (!graph.IsDirected) graph = graph with { Arcs = [.. graph.Arcs.Select(a => (Math.Min(a.From, a.To), Math.Max(a.From, a.To)))], };
        return new GraphLayout(graph, widthOf).Place(graph);
    }

    // Below all parents; a node with at least as many children as parents moves down to them.
    private static int[] Layers(ModelGraph graph)
    {
        var n = graph.Nodes.Count;
        var (children, parents) = (graph.Arcs.ToLookup(a => a.From, a => a.To), graph.Arcs.ToLookup(a => a.To, a => a.From));
        var (layers, left, sorted) = (new int[n], new int[n], new List<int>());
        for (var v = 0; v < n; v++) left[v] = parents[v].Count();
        sorted.AddRange(Enumerable.Range(0, n).Where(v => left[v] == 0));
        for (var i = 0; i < sorted.Count; i++)
        {
            foreach (var child in children[sorted[i]])
            {
                layers[child] = Math.Max(layers[child], layers[sorted[i]] + 1);
                if (--left[child] == 0) sorted.Add(child);
            }
        }
        foreach (var v in Enumerable.Reverse(sorted))
            if (children[v].Any() && children[v].Count() >= parents[v].Count()) layers[v] = children[v].Min(c => layers[c]) - 1;
        return layers;
    }

    private int[] Chain(int from, int to)
    {
        var chain = new List<int> { from };
        for (var layer = layerOf[from] + 1; layer < layerOf[to]; layer++)
        {
            layerOf.Add(layer);
            widths.Add(0);
            above.Add([]);
            below.Add([]);
            chain.Add(layerOf.Count - 1);
        }
        chain.Add(to);
        for (var i = 1; i < chain.Count; i++)
        {
            below[chain[i - 1]].Add(chain[i]);
            above[chain[i]].Add(chain[i - 1]);
        }
        return [.. chain];
    }

    private PlacedGraph Place(ModelGraph graph)
    {
        var x = Places();
        var least = Enumerable.Range(0, x.Length).Min(i => x[i] - (widths[i] / 2));
        for (var i = 0; i < x.Length; i++) x[i] = Math.Round(x[i] - least, 1);
        PlacedNode[] placed = [.. graph.Nodes.Select((name, i) => new PlacedNode(name, x[i], Top(layerOf[i]) + (NodeHeight / 2), widths[i], NodeHeight))];
        PlacedArc[] arcs = [.. chains.Select((chain, a) => new PlacedArc(graph.Arcs[a].From, graph.Arcs[a].To, Points(chain, x)))];
        return new(Enumerable.Range(0, x.Length).Max(i => x[i] + (widths[i] / 2)), Top(layerOf.Max()) + NodeHeight, placed, arcs, graph.IsDirected);
    }

    private List<(double, double)> Points(int[] chain, double[] x)
    {
        var points = new List<(double, double)> { (Port(chain[0], below[chain[0]], chain[1], x), Top(layerOf[chain[0]]) + NodeHeight) };
        foreach (var item in chain[1..^1])
        {
            points.Add((x[item], Top(layerOf[item])));
            points.Add((x[item], Top(layerOf[item]) + NodeHeight));
        }
        points.Add((Port(chain[^1], above[chain[^1]], chain[^2], x), Top(layerOf[chain[^1]])));
        return points;
    }

    // Arcs meet a node side by side, in the order of where they come from.
    private double Port(int node, List<int> neighbours, int other, double[] x)
    {
        var sorted = neighbours.OrderBy(i => x[i]).ToList();
        var gap = Math.Min(PortGap, (widths[node] - Padding) / sorted.Count);
        return x[node] + ((sorted.IndexOf(other) - ((sorted.Count - 1) / 2.0)) * gap);
    }

    private static double Top(int layer) => layer * (NodeHeight + LayerGap);

    private double[] Places()
    {
        const int rounds = 30;
        var x = new double[layerOf.Count];
        foreach (var layer in order.Layers)
            for (var i = 1; i < layer.Length; i++) x[layer[i]] = x[layer[i - 1]] + Distance(layer[i - 1], layer[i]);
        for (var round = 0; round < rounds; round++)
            foreach (var layer in round % 2 == 0 ? order.Layers : order.Layers.Reverse()) Fit(layer, x);
        return x;
    }

    private double Distance(int left, int right) =>
        ((widths[left] + widths[right]) / 2) + (left < nodes && right < nodes ? NodeGap : LineGap);

    // Least squares under order and least distances: pools of items that touch each other (pool adjacent violators).
    private void Fit(int[] layer, double[] x)
    {
        var (offsets, pools) = (new double[layer.Length], new List<(double Sum, double Weight, int First)>());
        for (var i = 0; i < layer.Length; i++)
        {
            var item = layer[i];
            if (i > 0) offsets[i] = offsets[i - 1] + Distance(layer[i - 1], item);
            double sum = 0, weight = 0;
            foreach (var other in above[item].Concat(below[item]))
            {
                var pull = item >= nodes && other >= nodes ? 8 : item >= nodes || other >= nodes ? 2 : 1;
                sum += pull * x[other];
                weight += pull;
            }
            if (weight == 0) (sum, weight) = (0.01 * x[item], 0.01);
            pools.Add((sum - (weight * offsets[i]), weight, i));
            while (pools.Count > 1 && pools[^1].Sum / pools[^1].Weight < pools[^2].Sum / pools[^2].Weight)
            {
                pools[^2] = (pools[^2].Sum + pools[^1].Sum, pools[^2].Weight + pools[^1].Weight, pools[^2].First);
                pools.RemoveAt(pools.Count - 1);
            }
        }
        for (var p = 0; p < pools.Count; p++)
            for (var i = pools[p].First; i < (p + 1 < pools.Count ? pools[p + 1].First : layer.Length); i++)
                x[layer[i]] = (pools[p].Sum / pools[p].Weight) + offsets[i];
    }
}
