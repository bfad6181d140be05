using System.Runtime.ExceptionServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// Sorts any number of fixed-size records within a memory budget: each load that fits in memory is sorted and spilled as a run, then the runs are merged.
/// Records are ordered bytewise by their first bytes; records in which these are equal keep their original order only if these bytes encode it.
/// </summary>
/// <param name="recordBytes">Size of a record, at least <paramref name="keyBytes"/>.</param>
/// <param name="keyBytes">Number of bytes that determine the order, at least 1.</param>
/// <param name="memoryBytes">Bytes of records in memory; at least four records are always held.</param>
/// <param name="createSpill">Opens the temporary file.</param>
internal sealed class ExternalSort(int recordBytes, int keyBytes, long memoryBytes, Func<SpillFile> createSpill) : IDisposable
{
    private const int LeastRecords = 4;

    // Smaller reads cost the disk just as much.
    private const int LeastRead = 1 << 16;

    private readonly List<(long Position, long Records)> runs = [];
    private readonly int mostRecords = (int)Math.Clamp(memoryBytes / (recordBytes + sizeof(int)), LeastRecords, Array.MaxLength / recordBytes);
    private SpillFile? spill;
    private byte[] records = [];
    private int count;
    private long spilled;

    /// <summary>Number of records.</summary>
    public long Count { get; private set; }

    /// <summary>Buffer for the next record, shape [recordBytes]; valid until the next call.</summary>
    public Span<byte> Add()
    {
        if (count == mostRecords) Spill();
        var needed = (count + 1L) * recordBytes;
        if (needed > records.Length) Array.Resize(ref records, (int)Math.Min(Math.Max(needed, 2L * records.Length), (long)mostRecords * recordBytes));
        Count++;
        return records.AsSpan(count++ * recordBytes, recordBytes);
    }

    /// <summary>All records in order, each valid until the next. Called once, after the last <see cref="Add"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Sorted()
    {
        if (runs.Count == 0)
        {
            foreach (var index in Order()) yield return records.AsMemory(index * recordBytes, recordBytes);
            yield break;
        }
        if (count > 0) Spill();
        records = [];
        var perRun = (int)Math.Clamp(memoryBytes / runs.Count / recordBytes, Math.Max(1, LeastRead / recordBytes), int.MaxValue / recordBytes);
        var readers = new PriorityQueue<RunReader, RunReader>(Comparer<RunReader>.Create((a, b) => Compare(a.Current.Span, b.Current.Span)));
        foreach (var (position, length) in runs)
        {
            var reader = new RunReader(spill!, position, length, recordBytes, perRun);
            reader.Next();
            readers.Enqueue(reader, reader);
        }
        while (readers.TryDequeue(out var reader, out _))
        {
            Cancellation.Poll();
            yield return reader.Current;
            if (reader.Next()) readers.Enqueue(reader, reader);
        }
    }

    public void Dispose() => spill?.Dispose();

    private int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a[..keyBytes].SequenceCompareTo(b[..keyBytes]);

    private int[] Order()
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        try
        {
            Array.Sort(order, (a, b) =>
            {
                Cancellation.Poll();
                return Compare(records.AsSpan(a * recordBytes, keyBytes), records.AsSpan(b * recordBytes, keyBytes));
            });
        }
        catch (InvalidOperationException e) when (e.InnerException is OperationCanceledException cancelled)
        {
            // Sorting wraps any exception thrown by a comparison.
            ExceptionDispatchInfo.Throw(cancelled);
        }
        return order;
    }

    private void Spill()
    {
        var file = spill ??= createSpill();
        var block = new byte[Math.Max(1, LeastRead / recordBytes) * recordBytes];
        var position = spilled;
        var used = 0;
        foreach (var index in Order())
        {
            records.AsSpan(index * recordBytes, recordBytes).CopyTo(block.AsSpan(used));
            used += recordBytes;
            if (used == block.Length) Flush();
        }
        Flush();
        runs.Add((position, count));
        count = 0;

        void Flush()
        {
            file.Write(block.AsSpan(0, used), spilled);
            spilled += used;
            used = 0;
        }
    }

    /// <summary>Reads a sorted run, some records at a time.</summary>
    private sealed class RunReader(SpillFile file, long position, long left, int recordBytes, int most)
    {
        private byte[] block = [];
        private int at, held;

        public ReadOnlyMemory<byte> Current => block.AsMemory(at * recordBytes, recordBytes);

        public bool Next()
        {
            if (++at < held) return true;
            if (left == 0) return false;
            held = (int)Math.Min(left, most);
            if (block.Length == 0) block = new byte[held * recordBytes];
            file.Read(block.AsSpan(0, held * recordBytes), position);
            position += (long)held * recordBytes;
            left -= held;
            at = 0;
            return true;
        }
    }
}
