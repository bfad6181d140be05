using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Decodes the chunks of one column.</summary>
internal abstract class ColumnDecoder
{
    private static readonly ConcurrentDictionary<(ParquetStorage Storage, Type Type), int> widths = new();

    /// <summary>The decoder for a column.</summary>
    public static ColumnDecoder For(FileColumn column) =>
        (ColumnDecoder)Activator.CreateInstance(typeof(ColumnDecoder<>).MakeGenericType(column.Field!.ValueType), PlainCodecs.For(column.Storage),
            column.Repetition == Repetition.Optional)!;

    /// <summary>Approximate decoded bytes per row of a column, without texts.</summary>
    public static int RowBytes(FileColumn column) =>
        widths.GetOrAdd((column.Storage, column.Field!.ValueType), static key => ((IPlainCodec)PlainCodecs.For(key.Storage)).DecodedBytes);

    /// <summary>Starts reading a chunk.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="chunk">Location of the chunk.</param>
    /// <param name="pageBytes">Approximate number of page bytes that may be held.</param>
    /// <param name="held">Counts dictionaries.</param>
    /// <param name="values">Counts the returned values.</param>
    /// <param name="lists">Receives the levels of a list column; null for a plain column.</param>
    public abstract ColumnCursor Open(SafeFileHandle file, string path, ColumnChunkInfo chunk, long pageBytes, ReadingMemory held, ReadingMemory values,
        EntryLevels? lists = null);

    /// <summary>Creates a column from values that another reader decoded.</summary>
    /// <param name="plain">The values that are present, plainly encoded.</param>
    /// <param name="present">Shape [rows], false for null rows; null if no row is null.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="recycler">Pool for arrays; null = allocate new ones.</param>
    public abstract ColumnBlock FromPlain(ReadOnlySpan<byte> plain, bool[]? present, int rows, ArrayRecycler? recycler = null);

    /// <summary>Creates a column from distinct values and indexes that another reader found.</summary>
    /// <param name="plain">The distinct values, plainly encoded.</param>
    /// <param name="distinct">Number of distinct values.</param>
    /// <param name="indexes">Shape [values that are present], each less than <paramref name="distinct"/>.</param>
    /// <param name="present">Shape [rows], false for null rows; null if no row is null.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="recycler">Pool for arrays; null = allocate new ones.</param>
    public abstract ColumnBlock FromDictionary(ReadOnlySpan<byte> plain, int distinct, ReadOnlySpan<int> indexes, bool[]? present, int rows,
        ArrayRecycler? recycler);
}

/// <summary>Decodes the chunks of one column.</summary>
internal sealed class ColumnDecoder<T>(PlainCodec<T> codec, bool isOptional) : ColumnDecoder
{
    public override ColumnCursor Open(SafeFileHandle file, string path, ColumnChunkInfo chunk, long pageBytes, ReadingMemory held, ReadingMemory values,
        EntryLevels? lists = null) =>
        new ColumnCursor<T>(codec, isOptional, new ColumnPages(file, path, chunk, pageBytes), chunk.Values, held, values, lists);

    public override ColumnBlock FromPlain(ReadOnlySpan<byte> plain, bool[]? present, int rows, ArrayRecycler? recycler = null)
    {
        var column = new ColumnBuilder<T>(rows, recycler, null);
        var count = present is null ? rows : present.AsSpan(0, rows).Count(true);
        codec.Read(plain, column.Values().AsSpan(0, count));
        column.Advance(rows, count, present);
        return column.Finish();
    }

    public override ColumnBlock FromDictionary(ReadOnlySpan<byte> plain, int distinct, ReadOnlySpan<int> indexes, bool[]? present, int rows,
        ArrayRecycler? recycler)
    {
        var values = new T[distinct];
        codec.Read(plain, values);
        var column = new ColumnBuilder<T>(rows, recycler, new ColumnDictionary<T>(values));
        indexes.CopyTo(column.Indexes(indexes.Length));
        column.Advance(rows, indexes.Length, present);
        return column.Finish();
    }
}
