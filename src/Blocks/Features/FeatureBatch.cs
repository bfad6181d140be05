using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// The features of a batch as models read them: column-major doubles in pooled memory, with weights and labels if the rows have them. The last consumer calls
/// <see cref="Release"/>; after that the memory belongs to another batch.
/// </summary>
public sealed class FeatureBatch
{
    // Null for a batch that comes from stored features.
    private readonly DataBatch? carrier;
    private readonly OpenRows open;
    private readonly AlignedBufferPool pool;
    private AlignedBuffer? buffer;
    private int released;

    internal FeatureBatch(DataBatch from, FeatureLayout layout, AlignedBufferPool pool, AlignedBuffer buffer)
    {
        (Rows, Columns, Index, FirstRow) = (from.Rows, layout.Columns, from.Index, from.FirstRow);
        // Only the credit and the origins are kept, not the columns.
        carrier = from.With(new BatchSchema([]), []);
        open = (ref AlignedBuffer? held) => layout.View(held!.Span, Rows, FirstRow);
        (this.pool, this.buffer) = (pool, buffer);
    }

    /// <summary>Stored features, which are read when they are needed.</summary>
    /// <param name="index">Number of the batch.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="firstRow">Global number of the first row.</param>
    /// <param name="open">Reads the rows.</param>
    /// <param name="pool">Takes back the buffer that <paramref name="open"/> rented, if any.</param>
    internal FeatureBatch(long index, int rows, int columns, long firstRow, OpenRows open, AlignedBufferPool pool)
    {
        (Rows, Columns, Index, FirstRow) = (rows, columns, index, firstRow);
        (this.open, this.pool) = (open, pool);
    }

    /// <summary>Returns the rows, in <paramref name="held"/> or in memory that needs no release.</summary>
    /// <param name="held">The buffer that is returned to the pool on release; null = none.</param>
    internal delegate FeatureBlock OpenRows(ref AlignedBuffer? held);

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>Number of the batch, from 0, without gaps.</summary>
    public long Index { get; }

    /// <summary>Global number of the first row, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>The next batch that travels in the same message; null = none. Waking a block costs more than a small batch does.</summary>
    internal FeatureBatch? Next { get; set; }

    internal bool IsReleased => Volatile.Read(ref released) != 0;

    /// <summary>Rows of the batch that were rejected; null if none.</summary>
    public RejectedRows? Rejected => carrier?.Rejected;

    /// <summary>The rows as models see them; valid until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was released.</exception>
    public FeatureBlock AsBlock()
    {
        if (IsReleased) throw new ObjectDisposedException(nameof(FeatureBatch), $"batch {Index} was released");
        return open(ref buffer);
    }

    /// <summary>Returns memory and credit; a second call does nothing.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref released, 1) != 0) return;
        if (Interlocked.Exchange(ref buffer, null) is { } used) pool.Return(used);
        carrier?.Release();
    }

    /// <summary>The origin of a row, as text.</summary>
    /// <param name="row">Row of this batch, from 0.</param>
    public string Locate(int row) => carrier?.Locate(row) ?? $"row {FirstRow + row}";
}
