namespace Pipelines.Io.Writing;

/// <summary>
/// Determines where row groups end: at the row with which the number of rows or the plain size reaches its limit. Both depend only on the rows, not on how they
/// are batched. The size of a row is the memory of its values; texts and byte arrays count 4 bytes plus one per character or byte. Texts are first bounded
/// by the longest dictionary entry; individual lengths are computed only if that bound would cross the limit.
/// </summary>
internal sealed class RowGroupLimit(ColumnWriter[] columns, int mostRows, ParquetSinkOptions options)
{
    private readonly int[] variable = [.. Enumerable.Range(0, columns.Length).Where(c => columns[c].HasLengths)];
    private readonly long rowBytes = columns.Sum(c => (long)c.PlainBytes);
    private long[] lengths = [];

    // Upper bound of the text bytes of the held rows.
    private long bound;
    private bool isCrossed;

    /// <summary>Rows of the row group so far.</summary>
    public int Held { get; private set; }

    /// <summary>True if the row group ends here.</summary>
    public bool IsFull => isCrossed || Held == mostRows;

    /// <summary>Maximum number of rows in a row group with the given columns, regardless of texts.</summary>
    public static int Rows(BatchSchema schema, ParquetSinkOptions options)
    {
        var bytes = schema.Fields.Sum(f => (long)ColumnWriter.PlainBytesOf(f));
        return (int)Math.Clamp((options.RowGroupBytes + bytes - 1) / bytes, 1, options.RowGroupRows);
    }

    /// <summary>Adds as many rows as still fit to the row group, at least 1; returns their number.</summary>
    public int Take(DataBatch batch, int start, int count)
    {
        count = Math.Min(count, mostRows - Held);
        if (variable.Length > 0 && TakeTexts(batch, start, count) is var taken && taken < count) count = taken;
        Held += count;
        return count;
    }

    /// <summary>Starts the next row group.</summary>
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
