namespace Pipelines.Models.Sequences;

/// <summary>
/// Distributes sequences over vector lanes. Each lane holds several sequences in succession; the longest sequences are assigned first, each to the lane with
/// the fewest rows, so that lanes are about equally long for any lengths. Depends on the lengths only.
/// </summary>
internal sealed class LaneSchedule
{
    /// <summary>Number of parallel sequences: two of the widest vectors.</summary>
    public const int Width = 16;

    private readonly int[] firstRow;
    private readonly int[][] inLane;

    // Last position looked up in each lane, as tiles are requested in order. A wrong position only costs a search.
    private readonly int[] last = new int[Width];

    /// <summary>Lays out sequences.</summary>
    /// <param name="offsets">Where sequences begin, shape [sequences + 1].</param>
    /// <param name="chosen">Indices of the sequences to lay out, all with at least one row.</param>
    public LaneSchedule(ReadOnlySpan<int> offsets, IReadOnlyList<int> chosen)
    {
        var lengths = new int[chosen.Count];
        Items = [.. chosen];
        for (var k = 0; k < lengths.Length; k++) lengths[k] = -(offsets[Items[k] + 1] - offsets[Items[k]]);
        // Stable: equal lengths keep their order.
        var order = Enumerable.Range(0, lengths.Length).OrderBy(k => lengths[k]).ToArray();
        Items = [.. order.Select(k => Items[k])];
        Lane = new int[Items.Length];
        Begin = new int[Items.Length];
        Last = new int[Items.Length];
        var load = new int[Width];
        for (var k = 0; k < Items.Length; k++)
        {
            var lane = 0;
            for (var l = 1; l < Width; l++)
                if (load[l] < load[lane]) lane = l;
            Lane[k] = lane;
            Begin[k] = load[lane];
            load[lane] -= lengths[order[k]];
            Last[k] = load[lane] - 1;
        }
        var perTile = FeatureTile.Capacity / Width;
        Steps = (load.Max() + perTile - 1) / perTile * perTile;
        ByBegin = [.. Enumerable.Range(0, Items.Length).OrderBy(k => Begin[k])];
        ByLast = [.. Enumerable.Range(0, Items.Length).OrderBy(k => Last[k])];
        firstRow = [.. Items.Select(k => 0)];
        for (var k = 0; k < Items.Length; k++) firstRow[k] = offsets[Items[k]];
        inLane = new int[Width][];
        foreach (var lane in ByBegin.GroupBy(k => Lane[k])) inLane[lane.Key] = [.. lane];
        for (var lane = 0; lane < Width; lane++) inLane[lane] ??= [];
    }

    /// <summary>Steps of the longest lane, rounded up to whole tiles.</summary>
    public int Steps { get; }

    /// <summary>Sequence index of each item.</summary>
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

    /// <summary>True if there is only one sequence.</summary>
    public bool IsSingle => Items.Length == 1;

    /// <summary>First row of the first item.</summary>
    public int FirstRow => firstRow[0];

    /// <summary>True if a lane holds a single sequence in all steps of a tile, as is usual for long sequences.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="row">The row at that step.</param>
    public bool IsWhole(int lane, int step, out int row)
    {
        row = 0;
        var items = inLane[lane];
        if (items.Length == 0) return false;
        var k = items[last[lane]];
        if (Begin[k] > step || Last[k] < step)
        {
            var item = Find(items, step);
            if (item == items.Length) return false;
            k = items[last[lane] = item];
        }
        row = firstRow[k] + step - Begin[k];
        return Begin[k] <= step && step + (FeatureTile.Capacity / Width) - 1 <= Last[k];
    }

    /// <summary>Visits a lane's rows in the steps of a tile, run by run: position of the first row in the tile, first row, number of rows.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="item">Position of the search: 0 initially; updated for the next run.</param>
    /// <param name="run">A run.</param>
    /// <returns>False after the last run.</returns>
    public bool Next(int lane, int step, ref int item, out (int Place, int Row, int Count) run)
    {
        var items = inLane[lane];
        var end = step + (FeatureTile.Capacity / Width);
        if (item == 0) item = Find(items, step);
        run = default;
        if (item >= items.Length || Begin[items[item]] >= end) return false;
        var k = items[item++];
        var first = Math.Max(step, Begin[k]);
        run = (((first - step) * Width) + lane, firstRow[k] + first - Begin[k], Math.Min(end - 1, Last[k]) - first + 1);
        return true;
    }

    // The first item that does not end before a step.
    private int Find(int[] items, int step)
    {
        var (item, high) = (0, items.Length);
        while (item < high)
        {
            var middle = (item + high) / 2;
            if (Last[items[middle]] < step) item = middle + 1;
            else high = middle;
        }
        return item;
    }
}
