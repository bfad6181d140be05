using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>
/// Says where row groups end: at the row that makes their number of rows or their plain size reach the limit. Both depend on the rows alone, however they come
/// in batches. The size of a row is what its values take in memory, and for texts and byte arrays 4 bytes and one for each character or byte. Texts are bounded
/// by the longest one of a dictionary; each one's length is looked at only where that bound would cross the limit.
/// </summary>
internal sealed class RowGroupLimit(ColumnWriter[] columns, int mostRows, ParquetSinkOptions options)
{
    private readonly int[] variable = [.. Enumerable.Range(0, columns.Length).Where(c => columns[c].HasLengths)];
    private readonly long rowBytes = columns.Sum(c => (long)c.PlainBytes);
    private long[] lengths = [];

    // Of the held rows: their texts' bytes, at least.
    private long bound;
    private bool isCrossed;

    /// <summary>Rows of the row group so far.</summary>
    public int Held { get; private set; }

    /// <summary>True if the row group ends here.</summary>
    public bool IsFull => isCrossed || Held == mostRows;

    /// <summary>Most rows that a row group of some columns can hold, whatever its texts.</summary>
    public static int Rows(BatchSchema schema, ParquetSinkOptions options)
    {
        var bytes = schema.Fields.Sum(f => (long)ColumnWriter.PlainBytesOf(f));
        return (int)Math.Clamp((options.RowGroupBytes + bytes - 1) / bytes, 1, options.RowGroupRows);
    }

    /// <summary>Takes rows into the row group: as many as still go in, at least 1.</summary>
    public int Take(DataBatch batch, int start, int count)
    {
        count = Math.Min(count, mostRows - Held);
        if (variable.Length > 0 && TakeTexts(batch, start, count) is var taken && taken < count) count = taken;
        Held += count;
        return count;
    }

    /// <summary>Begins the next row group.</summary>
    public void Reset() => (Held, bound, isCrossed) = (0, 0, false);

    private int TakeTexts(DataBatch batch, int start, int count)
    {
        var more = 0L;
        foreach (var c in variable) more += columns[c].LengthBound(batch, c, start, count);
        if (rowBytes * (Held + count) + bound + more < options.RowGroupBytes)
        {
            bound += more;
            return count;
        }
        if (lengths.Length < count) lengths = new long[count];
        var each = lengths.AsSpan(0, count);
        each.Clear();
        bound = 0;
        foreach (var c in variable)
        {
            bound += columns[c].HeldLength();
            columns[c].AddLengths(batch, c, start, each);
        }
        for (var i = 0; i < count; i++)
        {
            bound += each[i];
            if (rowBytes * (Held + i + 1) + bound < options.RowGroupBytes) continue;
            isCrossed = true;
            return i + 1;
        }
        return count;
    }
}
