namespace Pipelines.Models.Sequences;

/// <summary>
/// Sequences side by side in the lanes of vectors: each lane holds some of them one after the other, the longest first to the lane with the least rows, so that lanes
/// are about equally long whatever the lengths. Depends on the lengths only.
/// </summary>
internal sealed class LaneSchedule
{
    private readonly int[] firstRow;
    private readonly int[][] inLane;

    /// <summary>Lays out sequences.</summary>
    /// <param name="offsets">Where sequences begin, shape [sequences + 1].</param>
    /// <param name="chosen">Numbers of the sequences to lay out, all of at least one row.</param>
    public LaneSchedule(ReadOnlySpan<int> offsets, IReadOnlyList<int> chosen)
    {
        Lanes = chosen.Count <= 8 ? 8 : chosen.Count <= 16 ? 16 : 32;
        var lengths = new int[chosen.Count];
        Items = [.. chosen];
        for (var k = 0; k < lengths.Length; k++) lengths[k] = -(offsets[Items[k] + 1] - offsets[Items[k]]);
        // Stable: equal lengths keep their order.
        var order = Enumerable.Range(0, lengths.Length).OrderBy(k => lengths[k]).ToArray();
        Items = [.. order.Select(k => Items[k])];
        Lane = new int[Items.Length];
        Begin = new int[Items.Length];
        Last = new int[Items.Length];
        var load = new int[Lanes];
        for (var k = 0; k < Items.Length; k++)
        {
            var lane = 0;
            for (var l = 1; l < Lanes; l++)
                if (load[l] < load[lane]) lane = l;
            Lane[k] = lane;
            Begin[k] = load[lane];
            load[lane] -= lengths[order[k]];
            Last[k] = load[lane] - 1;
        }
        var perTile = FeatureTile.Capacity / Lanes;
        Steps = (load.Max() + perTile - 1) / perTile * perTile;
        ByBegin = [.. Enumerable.Range(0, Items.Length).OrderBy(k => Begin[k])];
        ByLast = [.. Enumerable.Range(0, Items.Length).OrderBy(k => Last[k])];
        firstRow = [.. Items.Select(k => 0)];
        for (var k = 0; k < Items.Length; k++) firstRow[k] = offsets[Items[k]];
        inLane = new int[Lanes][];
        foreach (var lane in ByBegin.GroupBy(k => Lane[k])) inLane[lane.Key] = [.. lane];
        for (var lane = 0; lane < Lanes; lane++) inLane[lane] ??= [];
    }

    /// <summary>Lanes side by side: 8, 16 or 32.</summary>
    public int Lanes { get; }

    /// <summary>Steps of the longest lane, whole tiles.</summary>
    public int Steps { get; }

    /// <summary>Sequence number of each item.</summary>
    public int[] Items { get; }

    /// <summary>Lane of each item.</summary>
    public int[] Lane { get; }

    /// <summary>First step of each item.</summary>
    public int[] Begin { get; }

    /// <summary>Last step of each item.</summary>
    public int[] Last { get; }

    /// <summary>Items by their first step.</summary>
    public int[] ByBegin { get; }

    /// <summary>Items by their last step.</summary>
    public int[] ByLast { get; }

    /// <summary>Rows of all lanes for some steps, -1 = none.</summary>
    /// <param name="step">The first step.</param>
    /// <param name="rows">Shape [steps, Lanes]; filled.</param>
    public void FillRows(int step, Span<int> rows)
    {
        var end = step + (rows.Length / Lanes);
        rows.Fill(-1);
        for (var lane = 0; lane < Lanes; lane++)
        {
            var items = inLane[lane];
            var (low, high) = (0, items.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Last[items[middle]] < step) low = middle + 1;
                else high = middle;
            }
            for (; low < items.Length && Begin[items[low]] < end; low++)
            {
                var item = items[low];
                var last = Math.Min(end - 1, Last[item]);
                for (var t = Math.Max(step, Begin[item]); t <= last; t++) rows[((t - step) * Lanes) + lane] = firstRow[item] + t - Begin[item];
            }
        }
    }
}
