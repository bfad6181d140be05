using System.Runtime.InteropServices;
using Microsoft.Data.Analysis;
using Pipelines.Io;

namespace Pipelines;

/// <summary>Converts batches to DataFrames and back, preserving nulls. Values are copied, so a frame may be changed freely.</summary>
public static class DataFrameConversion
{
    /// <summary>True if a DataFrame can hold the column: <c>byte[]</c> and nested values have no DataFrame column type.</summary>
    internal static bool CanHold(ColumnField field) => field.ValueType != typeof(byte[]) && !field.IsNested;

    /// <summary>The batch's rows as a DataFrame. Columns of <c>byte[]</c> and nested columns cannot be converted.</summary>
    public static DataFrame ToDataFrame(this DataBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new DataFrame(batch.Columns.Select(c => c.Accept(new ToFrame())));
    }

    /// <summary>The frame's rows as a batch.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="index">Number of the batch, from 0.</param>
    /// <param name="firstRow">Global number of its first row, from 0.</param>
    public static DataBatch ToBatch(this DataFrame frame, long index = 0, long firstRow = 0)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var columns = frame.Columns.Select(c => ToColumn(c, null)).ToArray();
        return new DataBatch(new BatchSchema(columns.Select(c => c.Field)), columns, checked((int)frame.Rows.Count), index, firstRow);
    }

    /// <summary>
    /// A batch that replaces another, with the frame's columns for the same rows. Columns keep their storage; the new batch takes over the credit.
    /// </summary>
    /// <param name="frame">The rows, as many as the batch has.</param>
    /// <param name="replaced">The batch that the frame was created from.</param>
    public static DataBatch ToBatch(this DataFrame frame, DataBatch replaced)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(replaced);
        if (frame.Rows.Count != replaced.Rows)
            throw new FlowException(ErrorKind.Data, $"batch {replaced.Index}", $"a DataFrame of {frame.Rows.Count} rows",
                $"{replaced.Rows} rows, as the batch has", "keep every row; filter in a block that reports rows");
        var columns = frame.Columns.Select(c => ToColumn(c, replaced.Schema.IndexOf(c.Name) is >= 0 and var i ? replaced.Schema.Fields[i] : null)).ToArray();
        return replaced.With(new BatchSchema(columns.Select(c => c.Field)), columns);
    }

    /// <summary>Applies a DataFrame function to a batch. Columns that a frame cannot hold bypass it and keep their positions.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="change">Returns a frame with the same number of rows in the same order.</param>
    internal static DataBatch ThroughDataFrame(this DataBatch batch, Func<DataFrame, DataFrame> change)
    {
        var held = batch.Columns.Where(c => CanHold(c.Field)).ToArray();
        if (held.Length == batch.Columns.Count) return change(batch.ToDataFrame()).ToBatch(batch);
        var origin = new DataBatch(new BatchSchema(held.Select(c => c.Field)), held, batch.Rows, batch.Index, batch.FirstRow, batch.Origins);
        var columns = change(origin.ToDataFrame()).ToBatch(origin).Columns.ToList();
        for (var c = 0; c < batch.Columns.Count; c++)
        {
            var column = batch.Columns[c];
            // A frame column of the same name replaces it.
            if (!CanHold(column.Field) && columns.TrueForAll(o => o.Field.Name != column.Field.Name)) columns.Insert(Math.Min(c, columns.Count), column);
        }
        return batch.With(new BatchSchema(columns.Select(c => c.Field)), columns);
    }

    private static BatchColumn ToColumn(DataFrameColumn column, ColumnField? like) => column switch
    {
        PrimitiveDataFrameColumn<double> c => Primitive(c, like),
        PrimitiveDataFrameColumn<float> c => Primitive(c, like),
        PrimitiveDataFrameColumn<long> c => Primitive(c, like),
        PrimitiveDataFrameColumn<int> c => Primitive(c, like),
        PrimitiveDataFrameColumn<short> c => Primitive(c, like),
        PrimitiveDataFrameColumn<sbyte> c => Primitive(c, like),
        PrimitiveDataFrameColumn<ulong> c => Primitive(c, like),
        PrimitiveDataFrameColumn<uint> c => Primitive(c, like),
        PrimitiveDataFrameColumn<ushort> c => Primitive(c, like),
        PrimitiveDataFrameColumn<byte> c => Primitive(c, like),
        PrimitiveDataFrameColumn<bool> c => Primitive(c, like),
        PrimitiveDataFrameColumn<decimal> c => Primitive(c, like),
        PrimitiveDataFrameColumn<DateTime> c => Primitive(c, like),
        PrimitiveDataFrameColumn<DateOnly> c => Primitive(c, like),
        PrimitiveDataFrameColumn<TimeOnly> c => Primitive(c, like),
        PrimitiveDataFrameColumn<TimeSpan> c => Primitive(c, like),
        PrimitiveDataFrameColumn<Guid> c => Primitive(c, like),
        StringDataFrameColumn or ArrowStringDataFrameColumn => Text(column, like),
        _ => throw new FlowException(ErrorKind.Data, $"column '{column.Name}'", $"a DataFrame column of type {column.GetType().Name}",
            "a column of numbers, booleans, texts or times", "convert the column or leave it out"),
    };

    private static BatchColumn<T> Primitive<T>(PrimitiveDataFrameColumn<T> column, ColumnField? like) where T : unmanaged
    {
        var rows = checked((int)column.Length);
        var values = new T[rows];
        bool[]? present = null;
        if (column.NullCount > 0) Array.Fill(present = new bool[rows], true);
        var at = 0;
        foreach (var (data, bitmap) in column.GetReadOnlyDataBuffers().Zip(column.GetReadOnlyNullBitMapBuffers()))
        {
            var count = Math.Min(data.Length, rows - at);
            data.Span[..count].CopyTo(values.AsSpan(at));
            if (present is not null)
                for (var i = 0; i < count; i++) present[at + i] = ((bitmap.Span[i >> 3] >> (i & 7)) & 1) != 0;
            at += count;
        }
        return new BatchColumn<T>(Field(column.Name, typeof(T), present is not null, like), values, present);
    }

    private static BatchColumn<string> Text(DataFrameColumn column, ColumnField? like)
    {
        var rows = checked((int)column.Length);
        var values = new string[rows];
        bool[]? present = null;
        for (var i = 0; i < rows; i++)
        {
            if (column[i] is string text) values[i] = text;
            else
            {
                if (present is null) Array.Fill(present = new bool[rows], true);
                present[i] = false;
            }
        }
        return new BatchColumn<string>(Field(column.Name, typeof(string), present is not null, like), values, present);
    }

    // A frame does not declare columns as non-nullable. All batches of a pipeline must agree, so columns that exist only in frames are nullable.
    private static ColumnField Field(string name, Type type, bool hasNulls, ColumnField? like) =>
        like is not null && like.ValueType == type ? hasNulls ? like with { IsNullable = true } : like : new ColumnField(name, type, true);

    private sealed class ToFrame : IColumnVisitor<DataFrameColumn>
    {
        public DataFrameColumn Visit<T>(BatchColumn<T> column) => column switch
        {
            BatchColumn<string> c => new StringDataFrameColumn(c.Field.Name, Enumerable.Range(0, c.Length).Select(i => c.IsNull(i) ? null! : c[i])),
            BatchColumn<double> c => Make(c, (d, n, rows, nulls) => new DoubleDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<float> c => Make(c, (d, n, rows, nulls) => new SingleDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<long> c => Make(c, (d, n, rows, nulls) => new Int64DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<int> c => Make(c, (d, n, rows, nulls) => new Int32DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<short> c => Make(c, (d, n, rows, nulls) => new Int16DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<sbyte> c => Make(c, (d, n, rows, nulls) => new SByteDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<ulong> c => Make(c, (d, n, rows, nulls) => new UInt64DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<uint> c => Make(c, (d, n, rows, nulls) => new UInt32DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<ushort> c => Make(c, (d, n, rows, nulls) => new UInt16DataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<byte> c => Make(c, (d, n, rows, nulls) => new ByteDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<bool> c => Make(c, (d, n, rows, nulls) => new BooleanDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<decimal> c => Make(c, (d, n, rows, nulls) => new DecimalDataFrameColumn(c.Field.Name, d, n, rows, nulls)),
            BatchColumn<DateTime> c => Other(c),
            BatchColumn<DateOnly> c => Other(c),
            BatchColumn<TimeOnly> c => Other(c),
            BatchColumn<TimeSpan> c => Other(c),
            BatchColumn<Guid> c => Other(c),
            _ => throw new FlowException(ErrorKind.Data, $"column '{column.Field.Name}'", column.Field.Obstacle ?? $"values of type {typeof(T).Name}",
                "values that a DataFrame can hold", "leave the column out"),
        };

        private static PrimitiveDataFrameColumn<T> Other<T>(BatchColumn<T> c) where T : unmanaged =>
            Make(c, (d, n, rows, nulls) => new PrimitiveDataFrameColumn<T>(c.Field.Name, d, n, rows, nulls));

        // The arrays start at the first value, because a DataFrame misreads slices that do not. Validity bits start at the lowest, 1 = present.
        private static TColumn Make<T, TColumn>(BatchColumn<T> column, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, int, int, TColumn> make)
            where T : unmanaged
        {
            var rows = column.Length;
            var data = MemoryMarshal.AsBytes(column.Values.Span).ToArray();
            var bits = new byte[(rows + 7) / 8];
            var nulls = 0;
            for (var i = 0; i < rows; i++)
            {
                if (column.Present is null || column.Present[i]) bits[i >> 3] |= (byte)(1 << (i & 7));
                else nulls++;
            }
            return make(data, bits, rows, nulls);
        }
    }
}
