using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Where sequences begin, found out in batch order. A group is the sequences that begin in one batch: it is what one worker summarises, and depends on nothing but
/// the rows and the batch size.
/// </summary>
/// <param name="columns">What makes a sequence.</param>
/// <param name="mostBytes">Bytes that it may take.</param>
internal sealed class SequenceIndex(SequenceColumns columns, long mostBytes)
{
    // An entry of the set of keys, and a start.
    private const long BytesPerSequence = 48;

    private readonly HashSet<UInt128> seen = [];
    private readonly List<Entry> entries = [];
    private BatchRuns? before;
    private UInt128 lastKey;

    /// <summary>Number of sequences.</summary>
    public long Count { get; private set; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows of the longest sequence; known once all batches came.</summary>
    public long Longest { get; private set; }

    /// <summary>The groups in order, once sealed.</summary>
    public IReadOnlyList<SequenceGroup> Groups { get; private set; } = [];

    /// <summary>Adds the next batch.</summary>
    /// <exception cref="DataException">A key comes back, the order falls, or there are more sequences than the budget has room for.</exception>
    public void Add(BatchRuns runs)
    {
        var first = 0;
        if (runs.Rows > 0)
        {
            if (Count > 0 && runs.Keys[0] == lastKey)
            {
                first = 1;
                if (columns.Order is { } order && runs.FirstOrder!.CompareTo(before!.LastOrder) < 0) throw BatchRuns.Falls(runs.Place, order, 0, runs.FirstOrder, before.LastOrder);
            }
            for (var run = first; run < runs.Starts.Length; run++)
            {
                if (!seen.Add(runs.Keys[run]))
                    throw new DataException(DataErrorKind.Data, $"{runs.Place.Locate(runs.Starts[run])}, column '{columns.Key}'", $"key {runs.Name(run)} again, after other keys", "the rows of one key behind one another",
                        "sort the files by key");
                if (++Count * BytesPerSequence > mostBytes)
                    throw new DataException(DataErrorKind.Data, $"{runs.Place.Locate(runs.Starts[run])}, column '{columns.Key}'", $"more than {Count - 1} sequences", $"at most {mostBytes / BytesPerSequence}, an eighth of the memory budget",
                        "give more memory (--memory), or fit fewer sequences");
            }
            lastKey = runs.Keys[^1];
            before = runs;
        }
        entries.Add(new Entry(runs.Rows, first == 0 ? runs.Starts : runs.Starts[first..]));
        Rows += runs.Rows;
    }

    /// <summary>Ends it: all batches came.</summary>
    public void Seal()
    {
        seen.Clear();
        seen.TrimExcess();
        var groups = new List<SequenceGroup>();
        long row = 0, sequence = 0;
        for (var b = 0; b < entries.Count; b++)
        {
            var entry = entries[b];
            if (entry.Starts.Length > 0)
            {
                if (groups.Count > 0) Close(row + entry.Starts[0]);
                groups.Add(new SequenceGroup(b, entry.Starts, row + entry.Starts[0], 0, sequence));
                sequence += entry.Starts.Length;
            }
            row += entry.Rows;
        }
        if (groups.Count > 0) Close(row);
        Groups = groups;
        entries.Clear();

        void Close(long end)
        {
            var group = groups[^1] = groups[^1] with { Rows = end - groups[^1].FirstRow };
            for (var s = 0; s < group.Starts.Length; s++)
                Longest = Math.Max(Longest, (s + 1 < group.Starts.Length ? group.Starts[s + 1] - group.Starts[0] : group.Rows) - (group.Starts[s] - group.Starts[0]));
        }
    }

    private readonly record struct Entry(int Rows, int[] Starts);
}

/// <summary>The sequences that begin in one batch.</summary>
/// <param name="Batch">Number of the batch.</param>
/// <param name="Starts">Shape [sequences], ascending: rows of the batch at which they begin.</param>
/// <param name="FirstRow">Number of the first one's first row over all batches, refused rows not counted.</param>
/// <param name="Rows">Rows of all of them; the last one may go on in the batches behind.</param>
/// <param name="FirstSequence">Number of the first one over all batches, from 0.</param>
internal sealed record SequenceGroup(int Batch, int[] Starts, long FirstRow, long Rows, long FirstSequence);
