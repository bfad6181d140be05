namespace Pipelines.Io;

/// <summary>Cuts blocks of rows into batches of equal size by global row number.</summary>
/// <param name="schema">The columns.</param>
/// <param name="batchSize">Rows per batch.</param>
/// <param name="firstBatch">Number of the batch that the first rows belong to.</param>
internal sealed class BatchCutter(BatchSchema schema, int batchSize, long firstBatch = 0)
{
    private readonly List<(RowBlock Block, int Start, int Count)> parts = [];
    private long index = firstBatch;
    private long firstRow = firstBatch * batchSize;

    /// <summary>Number of pending rows.</summary>
    public int Rows { get; private set; }

    /// <summary>True if the pending rows fill a batch.</summary>
    public bool IsFull => Rows == batchSize;

    /// <summary>Takes as many rows of a block as the batch still needs; returns their number.</summary>
    public int Add(RowBlock block, int start)
    {
        var count = Math.Min(batchSize - Rows, block.Rows - start);
        block.Lease?.Add();
        parts.Add((block, start, count));
        Rows += count;
        return count;
    }

    /// <summary>Creates a batch from the pending rows, once its memory credit is granted.</summary>
    public async ValueTask<DataBatch> CutAsync(IBatchCredits? credits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var credit = credits is null ? null : await credits.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Cut(credit);
        }
        catch
        {
            credit?.Release();
            throw;
        }
    }

    private DataBatch Cut(IBatchCredit? credit)
    {
        var columns = new BatchColumn[schema.Fields.Count];
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = parts is [var (block, start, count)]
                ? block.Columns[c].Slice(schema.Fields[c], start, count)
                : ColumnBlock.Join(schema.Fields[c], [.. parts.Select(p => (p.Block.Columns[c], p.Start, p.Count))]);
        }
        var origins = new BatchOrigin[parts.Count];
        var at = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            origins[i] = new BatchOrigin(at, parts[i].Block.Source, parts[i].Block.Group,
                parts[i].Block.FirstRow + parts[i].Start)
            { Lists = parts[i].Block.Lists };
            at += parts[i].Count;
        }
        // A batch cut from a single block references that block until it is released; a joined batch is a copy.
        if (parts is [{ Block.Lease: { } lease }]) credit = new LeasedCredit(credit, lease);
        else
            foreach (var part in parts) part.Block.Lease?.Release();
        var batch = new DataBatch(schema, columns, Rows, index++, firstRow, origins, credit);
        firstRow += Rows;
        Rows = 0;
        parts.Clear();
        return batch;
    }
}
