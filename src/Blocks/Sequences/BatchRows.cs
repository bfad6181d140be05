namespace Pipelines.Blocks;

/// <summary>The row number at which each batch starts, not counting rejected rows.</summary>
internal sealed class BatchRows
{
    // Shape [batches + 1].
    private readonly List<long> starts = [0];

    /// <summary>Number of batches.</summary>
    public int Count => starts.Count - 1;

    /// <summary>Number of rows.</summary>
    public long Rows => starts[^1];

    /// <summary>Number of the first row of a batch; for <see cref="Count"/>, the number of rows.</summary>
    public long this[long batch] => starts[(int)batch];

    /// <summary>Adds the next batch.</summary>
    public void Add(int rows) => starts.Add(Rows + rows);

    /// <summary>The batch that contains a row, and the row's position in it.</summary>
    public (int Batch, int Row) Find(long row)
    {
        var batch = starts.BinarySearch(row);
        // If several batches start at this row, all but the last are empty.
        if (batch < 0) batch = ~batch - 1;
        else while (batch + 1 < Count && starts[batch + 1] == row) batch++;
        return (batch, (int)(row - starts[batch]));
    }
}
