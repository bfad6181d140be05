using Pipelines.Models.Sequences;

namespace Pipelines.Blocks;

/// <summary>
/// Where sequences start, determined in batch order, and the groups of sequences that workers take, divided as for data in memory: <see
/// cref="SequenceGroups"/>.
/// </summary>
/// <param name="columns">The columns that define a sequence.</param>
/// <param name="batchSize">Rows per batch.</param>
/// <param name="mostBytes">Maximum size in bytes.</param>
internal sealed class SequenceIndex(SequenceColumns columns, int batchSize, long mostBytes)
{
    // An entry in the set of keys, a key and a start; all of these grow by doubling.
    private const long BytesPerSequence = 96;

    private readonly HashSet<UInt128> seen = [];

    // Rows at which sequences start; the last entry is the number of rows.
    private readonly List<long> starts = [];
    private readonly List<UInt128> keys = [];
    private readonly List<int> groups = [];
    private BatchRuns? before;
    private UInt128 lastKey;

    /// <summary>Number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>The rows at which the batches start.</summary>
    public BatchRows Batches { get; } = new();

    /// <summary>Number of groups, once sealed.</summary>
    public int Groups => groups.Count - 1;

    /// <summary>Rows of the largest group, once sealed.</summary>
    public long LargestGroup { get; private set; }

    /// <summary>The key of a sequence, as in <see cref="BatchRuns.Keys"/>.</summary>
    public UInt128 Key(long sequence) => keys[(int)sequence];

    /// <summary>Adds the next batch.</summary>
    /// <exception cref="FlowException">A key reappears, the order decreases, or there are more sequences than the budget allows.</exception>
    public void Add(BatchRuns runs)
    {
        var rows = Batches.Rows;
        Batches.Add(runs.Rows);
        if (runs.Rows == 0) return;
        var first = 0;
        if (Count > 0 && runs.Keys[0] == lastKey)
        {
            first = 1;
            if (columns.Order is { } order && runs.FirstOrder!.CompareTo(before!.LastOrder) < 0)
                throw BatchRuns.Falls(runs.Place, order, 0, runs.FirstOrder, before.LastOrder);
        }
        for (var run = first; run < runs.Starts.Length; run++)
        {
            if (!seen.Add(runs.Keys[run]))
                throw new FlowException(ErrorKind.Data, $"{runs.Place.Locate(runs.Starts[run])}, column '{columns.Key}'",
                    $"key {runs.Name(run)} again, after other keys", "consecutive rows for each key",
                    "sort the files by key, or let rows be regrouped (SequenceColumns.Regroup)");
            if (++Count * BytesPerSequence > mostBytes)
                throw new FlowException(ErrorKind.Data, $"{runs.Place.Locate(runs.Starts[run])}, column '{columns.Key}'",
                    $"more than {Count - 1} sequences", $"at most {mostBytes / BytesPerSequence}, an eighth of the memory budget",
                    "give more memory (PipelineOptions.MemoryBudget), or fit fewer sequences");
            starts.Add(rows + runs.Starts[run]);
            keys.Add(runs.Keys[run]);
        }
        lastKey = runs.Keys[^1];
        before = runs;
    }

    /// <summary>Completes the index once all batches have arrived.</summary>
    public void Seal()
    {
        seen.Clear();
        seen.TrimExcess();
        starts.Add(Batches.Rows);
        groups.Add(0);
        for (var s = 0; s < Count; s++)
            if (SequenceGroups.IsFull(s + 1 - groups[^1], starts[s + 1] - starts[groups[^1]], batchSize)) groups.Add(s + 1);
        if (groups[^1] < Count) groups.Add(Count);
        for (var g = 0; g < Groups; g++) LargestGroup = Math.Max(LargestGroup, starts[groups[g + 1]] - starts[groups[g]]);
    }

    /// <summary>The sequences of a group.</summary>
    public SequenceGroup Group(int group)
    {
        var (first, end) = (groups[group], groups[group + 1]);
        var offsets = new int[end - first + 1];
        for (var s = 0; s < offsets.Length; s++) offsets[s] = checked((int)(starts[first + s] - starts[first]));
        var (batch, row) = Batches.Find(starts[first]);
        return new SequenceGroup(first, offsets, starts[first], batch, row);
    }
}

/// <summary>Some consecutive sequences.</summary>
/// <param name="FirstSequence">Number of the first one, from 0.</param>
/// <param name="Offsets">Shape [sequences + 1]: rows at which they start, from 0; the last entry is the number of rows.</param>
/// <param name="FirstRow">Number of the first row over all batches, not counting rejected rows.</param>
/// <param name="Batch">The batch that contains the first row.</param>
/// <param name="BatchRow">Position of the first row in that batch.</param>
internal sealed record SequenceGroup(int FirstSequence, int[] Offsets, long FirstRow, int Batch, int BatchRow)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Offsets[^1];
}
