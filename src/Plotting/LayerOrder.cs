namespace Pipelines.Plotting;

/// <summary>Orders the items of each layer so that few lines between layers cross.</summary>
internal sealed class LayerOrder
{
    private const int ManyItems = 2_000;

    private readonly List<List<int>> above;
    private readonly List<List<int>> below;
    private readonly int[] place;

    /// <summary>Orders them.</summary>
    /// <param name="layerOf">Shape [items]: the layer of each, from 0.</param>
    /// <param name="above">Shape [items][]: the neighbours of each in the layer above.</param>
    /// <param name="below">Shape [items][]: the neighbours of each in the layer below.</param>
    public LayerOrder(List<int> layerOf, List<List<int>> above, List<List<int>> below)
    {
        (this.above, this.below) = (above, below);
        place = new int[layerOf.Count];
        Layers = [.. Enumerable.Range(0, layerOf.Count).GroupBy(i => layerOf[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        foreach (var layer in Layers) Number(layer);
        var (best, least) = (Layers.Select(l => l.ToArray()).ToArray(), Crossings());
        var rounds = layerOf.Count > ManyItems ? 4 : 24;
        for (var round = 0; round < rounds && least > 0; round++)
        {
            Sweep(isDown: round % 2 == 0);
            Exchange();
            var crossings = Crossings();
            if (crossings < least) (best, least) = (Layers.Select(l => l.ToArray()).ToArray(), crossings);
        }
        Layers = best;
    }

    /// <summary>Shape [layers][]: the items of each, from left to right.</summary>
    public int[][] Layers { get; }

    private void Number(int[] layer)
    {
        for (var i = 0; i < layer.Length; i++) place[layer[i]] = i;
    }

    // Each item goes to the mean place of its neighbours.
    private void Sweep(bool isDown)
    {
        foreach (var layer in isDown ? Layers : Layers.Reverse())
        {
            var wanted = layer.ToDictionary(i => i, i => (isDown ? above : below)[i] is { Count: > 0 } own ? own.Average(o => place[o]) : place[i]);
            var sorted = layer.OrderBy(i => wanted[i]).ToArray();
            sorted.CopyTo(layer, 0);
            Number(layer);
        }
    }

    // Neighbours change places where that saves crossings.
    private void Exchange()
    {
        foreach (var layer in Layers)
        {
            for (var i = 1; i < layer.Length; i++)
            {
                var (left, right) = (layer[i - 1], layer[i]);
                if (Between(right, left) >= Between(left, right)) continue;
                (layer[i - 1], layer[i]) = (right, left);
                (place[left], place[right]) = (place[right], place[left]);
            }
        }
    }

    // Crossings of the lines of two items if the first is on the left.
    private int Between(int left, int right)
    {
        var crossings = 0;
        foreach (var side in new[] { above, below })
            foreach (var a in side[left])
                foreach (var b in side[right])
                    if (place[a] > place[b]) crossings++;
        return crossings;
    }

    private long Crossings()
    {
        long crossings = 0;
        foreach (var layer in Layers)
        {
            // Inversions of the lower ends, in the order of the upper ones.
            int[] ends = [.. layer.SelectMany(i => below[i].Select(o => place[o]).Order())];
            for (var i = 0; i < ends.Length; i++)
                for (var j = 0; j < i; j++)
                    if (ends[j] > ends[i]) crossings++;
        }
        return crossings;
    }
}
