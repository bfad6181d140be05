using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>What decodes the chunks of one column.</summary>
internal abstract class ColumnDecoder
{
    private static readonly ConcurrentDictionary<(ParquetStorage Storage, Type Type), int> widths = new();

    /// <summary>The decoder for a column.</summary>
    public static ColumnDecoder For(FileColumn column) =>
        (ColumnDecoder)Activator.CreateInstance(typeof(ColumnDecoder<>).MakeGenericType(column.Field!.ValueType), PlainCodecs.For(column.Storage),
            column.Repetition == Repetition.Optional)!;

    /// <summary>Bytes that a row of a column takes decoded, about, without the bytes of texts.</summary>
    public static int RowBytes(FileColumn column) =>
        widths.GetOrAdd((column.Storage, column.Field!.ValueType), static key => ((IPlainCodec)PlainCodecs.For(key.Storage)).DecodedBytes);

    /// <summary>Begins to read a chunk.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="chunk">Where the chunk lies.</param>
    /// <param name="room">Bytes of pages that may be held, about.</param>
    /// <param name="held">Counts dictionaries.</param>
    /// <param name="values">Counts the values handed out.</param>
    /// <param name="lists">Takes the levels of a column of lists; null for a plain column.</param>
    public abstract ColumnCursor Open(SafeFileHandle file, string path, ColumnChunkInfo chunk, long room, ReadingMemory held, ReadingMemory values,
        EntryLevels? lists = null);

    /// <summary>Makes a column of values that another reader decoded.</summary>
    /// <param name="plain">The values that are present, plainly encoded.</param>
    /// <param name="present">Shape [rows], false where a row is null; null if no row is.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="recycler">Where arrays come from; null = new ones.</param>
    public abstract ColumnBlock FromPlain(ReadOnlySpan<byte> plain, bool[]? present, int rows, ArrayRecycler? recycler = null);

    /// <summary>Makes a column of distinct values and indexes that another reader found.</summary>
    /// <param name="plain">The distinct values, plainly encoded.</param>
    /// <param name="distinct">Number of distinct values.</param>
    /// <param name="indexes">Shape [values that are present], each less than <paramref name="distinct"/>.</param>
    /// <param name="present">Shape [rows], false where a row is null; null if no row is.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="recycler">Where arrays come from; null = new ones.</param>
    public abstract ColumnBlock FromDictionary(ReadOnlySpan<byte> plain, int distinct, ReadOnlySpan<int> indexes, bool[]? present, int rows,
        ArrayRecycler? recycler);
}

/// <summary>What decodes the chunks of one column.</summary>
internal sealed class ColumnDecoder<T>(PlainCodec<T> codec, bool isOptional) : ColumnDecoder
{
    public override ColumnCursor Open(SafeFileHandle file, string path, ColumnChunkInfo chunk, long room, ReadingMemory held, ReadingMemory values,
        EntryLevels? lists = null) =>
        new ColumnCursor<T>(codec, isOptional, new ColumnPages(file, path, chunk, room), chunk.Values, held, values, lists);

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
