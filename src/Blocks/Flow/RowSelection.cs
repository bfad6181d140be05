using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Some rows of a batch, in their order.</summary>
internal static class RowSelection
{
    /// <summary>The rows 0 … <paramref name="rows"/> - 1, except some.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="left">The rows to leave out.</param>
    public static int[] Without(int rows, IEnumerable<int> left)
    {
        var isOut = new bool[rows];
        foreach (var row in left) isOut[row] = true;
        return [.. Enumerable.Range(0, rows).Where(r => !isOut[r])];
    }

    /// <summary>A copy of some rows of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="rows">Rows to copy, ascending.</param>
    /// <param name="keepDictionary">True: a dictionary column stays one. False: its values are copied, so that no reference to the batch remains.</param>
    public static BatchColumn Pick(BatchColumn column, int[] rows, bool keepDictionary) => column.Accept(new Picker(rows, keepDictionary));

    /// <summary>The origins of some rows: one origin for each stretch of consecutive rows.</summary>
    public static BatchOrigin[] Origins(IReadOnlyList<BatchOrigin> origins, int[] rows)
    {
        if (origins.Count == 0) return [];
        var made = new List<BatchOrigin>(origins.Count + 1);
        var at = -1;
        for (var i = 0; i < rows.Length; i++)
        {
            var before = at;
            while (at + 1 < origins.Count && origins[at + 1].FirstRow <= rows[i]) at++;
            if (at < 0) continue;
            if (at != before || rows[i] != rows[i - 1] + 1)
                made.Add(origins[at] with { FirstRow = i, SourceRow = origins[at].SourceRow + rows[i] - origins[at].FirstRow });
        }
        return [.. made];
    }

    /// <summary>File, row group and row number of a row in the batch.</summary>
    public static (string Source, int Group, long Row) Locate(DataBatch batch, int row)
    {
        var at = batch.Origins.Count - 1;
        while (at >= 0 && batch.Origins[at].FirstRow > row) at--;
        if (at < 0) return ("", -1, batch.FirstRow + row);
        var origin = batch.Origins[at];
        return (origin.Source, origin.RowGroup, origin.Find(row).Row);
    }

    private sealed class Picker(int[] rows, bool keepDictionary) : IColumnVisitor<BatchColumn>
    {
        public BatchColumn Visit<T>(BatchColumn<T> column)
        {
            bool[]? present = null;
            if (column.Present is { } flags)
            {
                present = Array.ConvertAll(rows, r => flags[r]);
                if (!present.Contains(false)) present = null;
            }
            if (column.Dictionary is not { } dictionary) return new BatchColumn<T>(column.Field, Take(column.Values.Span), present);
            var indexes = Take(column.Indexes.Span);
            if (keepDictionary) return new BatchColumn<T>(column.Field, dictionary, indexes, present);
            var values = dictionary.Values.Span;
            var plain = new T[indexes.Length];
            for (var i = 0; i < plain.Length; i++) plain[i] = values[indexes[i]];
            return new BatchColumn<T>(column.Field, plain, present);
        }

        private TValue[] Take<TValue>(ReadOnlySpan<TValue> values)
        {
            var taken = new TValue[rows.Length];
            for (var i = 0; i < taken.Length; i++) taken[i] = values[rows[i]];
            return taken;
        }
    }
}
