using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// The features of a batch as models read them: column-major doubles in pooled memory, with weights if the rows have them. The last consumer calls <see
/// cref="Release"/>; after that the memory belongs to another batch.
/// </summary>
public sealed class FeatureBatch
{
    private readonly DataBatch carrier;
    private readonly FeatureLayout layout;
    private readonly AlignedBufferPool pool;
    private AlignedBuffer? buffer;

    internal FeatureBatch(DataBatch from, FeatureLayout layout, AlignedBufferPool pool, AlignedBuffer buffer)
    {
        (Rows, Index, FirstRow) = (from.Rows, from.Index, from.FirstRow);
        // Only the credit and the origins are kept, not the columns.
        carrier = from.With(new BatchSchema([]), []);
        (this.layout, this.pool, this.buffer) = (layout, pool, buffer);
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of features.</summary>
    public int Columns => layout.Columns;

    /// <summary>Number of the batch, from 0, without gaps.</summary>
    public long Index { get; }

    /// <summary>Global number of the first row, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>Rows of the batch that were rejected; null if none.</summary>
    public RejectedRows? Rejected => carrier.Rejected;

    /// <summary>The rows as models see them; valid until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was released.</exception>
    public FeatureBlock AsBlock()
    {
        var values = buffer ?? throw new ObjectDisposedException(nameof(FeatureBatch), $"batch {Index} was released");
        return layout.View(values.Span, Rows, FirstRow);
    }

    /// <summary>Returns memory and credit; a second call does nothing.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } used) pool.Return(used);
        carrier.Release();
    }

    /// <summary>The origin of a row, as text.</summary>
    /// <param name="row">Row of this batch, from 0.</param>
    public string Locate(int row) => carrier.Locate(row);
}
