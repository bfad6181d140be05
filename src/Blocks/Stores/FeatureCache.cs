using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Decoded features of all batches: in memory as far as the budget allows, the rest in a spill file. Filled once by any number of threads, then sealed and read
/// by any number of threads.
/// </summary>
internal sealed class FeatureCache(FeatureLayout layout, Func<SpillFile> createSpill) : IRowStore
{
    private readonly Lock gate = new();

    // Guarded by gate until the cache is sealed.
    private readonly List<Entry> entries = [];
    private SpillFile? spill;
    private long memoryUsed;
    private long spilled;

    /// <summary>Buffers for incoming batches and for batches read back.</summary>
    public AlignedBufferPool Buffers { get; } = new(layout.Length);

    /// <summary>Bytes of batches to keep in memory; set before the first batch arrives.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>True: nothing is kept, because a pass that starts in the middle cannot fill the cache.</summary>
    public bool IsOff { get; init; }

    /// <summary>A cache that keeps nothing: there will be one pass only.</summary>
    public static FeatureCache Off(FeatureLayout layout) => new(layout, () => throw new InvalidOperationException("nothing is kept")) { IsOff = true };

    /// <remarks>Known once the cache is sealed.</remarks>
    public long Count { get; private set; }

    /// <remarks>Known once the cache is sealed.</remarks>
    public long Rows { get; private set; }

    public long SpilledBytes => spilled * layout.Bytes;

    /// <summary>Keeps the batch's buffer and returns true, or writes it to the spill file.</summary>
    public bool Store(DataBatch batch, AlignedBuffer buffer)
    {
        if (IsOff) return false;
        SpillFile file;
        long position;
        lock (gate)
        {
            while (entries.Count <= batch.Index) entries.Add(default);
            if (memoryUsed + layout.Bytes <= MemoryBytes)
            {
                memoryUsed += layout.Bytes;
                entries[(int)batch.Index] = new Entry(batch.Rows, batch.FirstRow, buffer, -1);
                return true;
            }
            file = spill ??= createSpill();
            position = spilled++ * layout.Bytes;
            entries[(int)batch.Index] = new Entry(batch.Rows, batch.FirstRow, null, position);
        }
        file.Write(buffer, position);
        return false;
    }

    /// <summary>Ends filling; every batch must have arrived.</summary>
    public void Seal(long rows)
    {
        Count = entries.Count;
        foreach (var entry in entries) Rows += entry.Rows;
        if (Rows != rows || entries.Any(e => !e.IsThere))
            throw new InvalidOperationException($"feature cache: found {Rows} rows, expected {rows}; a batch is missing");
    }

    /// <summary>The layout of each batch.</summary>
    public FeatureLayout Layout => layout;

    public FeatureBatch Open(long item, long number)
    {
        var entry = entries[(int)item];
        return new FeatureBatch(number, entry.Rows, layout.Columns, entry.FirstRow,
            (ref AlignedBuffer? held) =>
            {
                if (entry.Memory is null && held is null) spill!.Read(held = Buffers.Rent(), entry.Position);
                return layout.View((entry.Memory ?? held!).Span, entry.Rows, entry.FirstRow);
            },
            Buffers);
    }

    /// <summary>A batch and its number of rows if it is in memory, otherwise null.</summary>
    public (AlignedBuffer Buffer, int Rows)? InMemory(long index) =>
        entries[(int)index] is { Memory: { } memory } entry ? (memory, entry.Rows) : null;

    /// <summary>Calls <paramref name="use"/> with a batch as it is stored.</summary>
    public void Read(long index, StoredRows use)
    {
        var entry = entries[(int)index];
        if (entry.Memory is { } memory)
        {
            use(memory.Span, entry.Rows, entry.FirstRow);
            return;
        }
        var buffer = Buffers.Rent();
        spill!.Read(buffer, entry.Position);
        use(buffer.Span, entry.Rows, entry.FirstRow);
        Buffers.Return(buffer);
    }

    public void Dispose() => spill?.Dispose();

    /// <summary>Takes a batch as it is stored.</summary>
    /// <param name="values">Shape [Layout.Length].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="firstRow">Global number of the first one.</param>
    public delegate void StoredRows(ReadOnlySpan<double> values, int rows, long firstRow);

    private readonly record struct Entry(int Rows, long FirstRow, AlignedBuffer? Memory, long Position)
    {
        /// <summary>False for a batch that has not arrived. A batch may be empty if all of its rows were rejected.</summary>
        public bool IsThere { get; } = true;
    }
}
