namespace Pipelines.Io.Reading;

/// <summary>Cuts row groups into batches of equal size by global row number.</summary>
internal sealed class BatchCutter(BatchSchema schema, int batchSize)
{
    private readonly List<(DecodedRowGroup Group, int Start, int Count)> parts = [];
    private long index;
    private long firstRow;

    /// <summary>Rows waiting to be cut.</summary>
    public int Rows { get; private set; }

    /// <summary>True if the rows that wait fill a batch.</summary>
    public bool IsFull => Rows == batchSize;

    /// <summary>Takes as many rows of a row group as the batch still wants; returns their number.</summary>
    public int Add(DecodedRowGroup group, int start)
    {
        var count = Math.Min(batchSize - Rows, group.Rows - start);
        parts.Add((group, start, count));
        Rows += count;
        return count;
    }

    /// <summary>Makes a batch of the rows that wait.</summary>
    public DataBatch Cut(IBatchCredit? credit)
    {
        var columns = new BatchColumn[schema.Fields.Count];
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = parts is [var (group, start, count)]
                ? group.Columns[c].Slice(schema.Fields[c], start, count)
                : DecodedColumn.Join(schema.Fields[c], [.. parts.Select(p => (p.Group.Columns[c], p.Start, p.Count))]);
        }
        var origins = new BatchOrigin[parts.Count];
        var at = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            origins[i] = new BatchOrigin(at, parts[i].Group.Source, parts[i].Group.Group, parts[i].Start);
            at += parts[i].Count;
        }
        var batch = new DataBatch(schema, columns, Rows, index++, firstRow, origins, credit);
        firstRow += Rows;
        Rows = 0;
        parts.Clear();
        return batch;
    }
}
