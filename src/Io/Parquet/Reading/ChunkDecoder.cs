using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Decodes the chunks of one column.</summary>
internal abstract class ChunkDecoder
{
    private static readonly ConcurrentDictionary<(ParquetStorage Storage, Type Type), int> widths = new();

    /// <summary>The decoder for a column.</summary>
    public static ChunkDecoder For(FileColumn column)
    {
        var decoder = typeof(ChunkDecoder<>).MakeGenericType(column.Field!.ValueType);
        return (ChunkDecoder)Activator.CreateInstance(decoder, PlainCodecs.For(column.Storage), column.Repetition == Repetition.Optional)!;
    }

    /// <summary>Bytes that a row of a column takes decoded, about, without the bytes of texts.</summary>
    public static int RowBytes(FileColumn column) => widths.GetOrAdd((column.Storage, column.Field!.ValueType), static key => ((IPlainCodec)PlainCodecs.For(key.Storage)).DecodedBytes);

    /// <summary>Decodes a chunk.</summary>
    public abstract ColumnBlock Decode(SafeFileHandle file, string path, ColumnChunkInfo chunk, int rows, ArrayRecycler? recycler, CancellationToken cancellationToken);

    /// <summary>Makes a column of values that another reader decoded.</summary>
    /// <param name="plain">The values that are present, plainly encoded.</param>
    /// <param name="present">Shape [rows], false where a row is null; null if no row is.</param>
    /// <param name="rows">Number of rows.</param>
    public abstract ColumnBlock FromPlain(ReadOnlySpan<byte> plain, bool[]? present, int rows);
}

/// <summary>Decodes the chunks of one column: pages of plain values, dictionary indexes or runs, with definition levels where the column may be null.</summary>
internal sealed class ChunkDecoder<T>(PlainCodec<T> codec, bool isOptional) : ChunkDecoder
{
    public override ColumnBlock Decode(SafeFileHandle file, string path, ColumnChunkInfo chunk, int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        var column = new Building(rows, recycler);
        if (rows == 0) return column.Finish();
        using var pages = new PageReader(file, path, chunk);
        while (column.Row < rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!pages.Next(out var levels, out var body)) throw new BrokenFileException($"pages of {column.Row} values", $"{rows}");
            var header = pages.Header;
            switch (header.Kind)
            {
                case PageKind.Index: break;
                case PageKind.Dictionary: ReadDictionary(header, body, column); break;
                case PageKind.Data or PageKind.DataV2: ReadData(header, levels, body, column); break;
                default: throw new BrokenFileException($"a page of kind {(int)header.Kind}", "0 to 3");
            }
        }
        return column.Finish();
    }

    public override ColumnBlock FromPlain(ReadOnlySpan<byte> plain, bool[]? present, int rows)
    {
        var column = new Building(rows, null);
        var count = present is null ? rows : present.AsSpan().Count(true);
        codec.Read(plain, column.Values().AsSpan(0, count));
        column.Advance(rows, count, present);
        return column.Finish();
    }

    private void ReadDictionary(in PageHeader header, ReadOnlySpan<byte> body, Building column)
    {
        if (column.Dictionary is not null) throw new BrokenFileException("a second dictionary", "one");
        if (header.Encoding is not (PageEncoding.Plain or PageEncoding.PlainDictionary)) throw new BrokenFileException($"a dictionary encoded as {header.Encoding}", "plain");
        if (header.Values > body.Length * 8L) throw new BrokenFileException($"a dictionary of {header.Values} values in {body.Length} bytes", "as many as fit");
        var values = new T[header.Values];
        codec.Read(body, values);
        column.Dictionary = values;
    }

    private void ReadData(in PageHeader header, ReadOnlySpan<byte> levels, ReadOnlySpan<byte> body, Building column)
    {
        var rows = header.Values;
        if (rows > column.Rows - column.Row) throw new BrokenFileException($"a page of {rows} values after {column.Row}", $"at most {column.Rows - column.Row}");
        var flags = ArrayPool<bool>.Shared.Rent(Math.Max(1, rows));
        try
        {
            var count = rows;
            if (isOptional)
            {
                if (header.Kind == PageKind.Data)
                {
                    if (header.LevelEncoding != PageEncoding.Rle) throw new BrokenFileException($"definition levels encoded as {header.LevelEncoding}", "RLE");
                    var length = body.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(body) : -1;
                    if (length < 0 || length > body.Length - 4) throw new BrokenFileException($"definition levels of {length} bytes", $"0 to {body.Length - 4} bytes");
                    levels = body.Slice(4, length);
                    body = body[(4 + length)..];
                }
                count = RleDecoder.DecodeFlags(levels, flags.AsSpan(0, rows));
                if (header.Kind == PageKind.DataV2 && count != rows - header.Nulls) throw new BrokenFileException($"{rows - count} nulls", $"{header.Nulls}, as the page says");
            }
            if (count > 0) ReadValues(header, body, column, count);
            column.Advance(rows, count, count < rows ? flags : null);
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(flags);
        }
    }

    private void ReadValues(in PageHeader header, ReadOnlySpan<byte> body, Building column, int count)
    {
        switch (header.Encoding)
        {
            case PageEncoding.Plain:
                codec.Read(body, column.Values().AsSpan(column.Row, count));
                break;
            case PageEncoding.PlainDictionary or PageEncoding.RleDictionary:
                if (column.Dictionary is not { } dictionary) throw new BrokenFileException("indexes into a dictionary", "a dictionary before them");
                if (body.Length == 0) throw new BrokenFileException("no indexes", $"{count}");
                var indexes = column.Indexes(count);
                RleDecoder.Decode(body[1..], body[0], indexes);
                var largest = TensorPrimitives.Max<uint>(MemoryMarshal.Cast<int, uint>(indexes));
                if (largest >= dictionary.Length) throw new BrokenFileException($"the index {largest} into a dictionary", $"less than {dictionary.Length}, its length");
                column.IndexesRead(count);
                break;
            case PageEncoding.Rle when typeof(T) == typeof(bool):
                // The runs' length stands before them, in both versions of pages.
                if (body.Length < 4) throw new BrokenFileException("no runs", $"{count} values");
                var bits = ArrayPool<int>.Shared.Rent(count);
                RleDecoder.Decode(body[4..], 1, bits.AsSpan(0, count));
                var target = (bool[])(object)column.Values();
                for (var i = 0; i < count; i++) target[column.Row + i] = bits[i] != 0;
                ArrayPool<int>.Shared.Return(bits);
                break;
            default:
                throw new BrokenFileException($"values encoded as {header.Encoding}", "plain, dictionary or RLE, as the column chunk says");
        }
    }

    /// <summary>A column that grows page by page.</summary>
    private sealed class Building(int rows, ArrayRecycler? recycler)
    {
        private T[]? values;
        private int[]? indexes;
        private int[] spare = [];
        private bool[]? present;

        public int Rows => rows;

        public int Row { get; private set; }

        public T[]? Dictionary { get; set; }

        /// <summary>Where plain values go, shape [rows]; what was read as indexes before is looked up.</summary>
        public T[] Values()
        {
            if (values is not null) return values;
            values = New<T>();
            if (indexes is not null)
            {
                for (var i = 0; i < Row; i++) values[i] = Dictionary!.Length == 0 ? default! : Dictionary[indexes[i]];
                indexes = null;
            }
            return values;
        }

        /// <summary>Where the next indexes go, shape [count].</summary>
        public Span<int> Indexes(int count)
        {
            if (values is not null)
            {
                if (spare.Length < count) spare = new int[count];
                return spare.AsSpan(0, count);
            }
            indexes ??= New<int>();
            return indexes.AsSpan(Row, count);
        }

        public void IndexesRead(int count)
        {
            if (values is null) return;
            for (var i = 0; i < count; i++) values[Row + i] = Dictionary![spare[i]];
        }

        /// <summary>Takes a page's rows over; its <paramref name="count"/> values are spread to the rows that are present.</summary>
        public void Advance(int pageRows, int count, bool[]? flags)
        {
            if (flags is not null)
            {
                if (present is null) Array.Fill(present = New<bool>(), true);
                flags.AsSpan(0, pageRows).CopyTo(present.AsSpan(Row));
                if (values is null && (Dictionary is null || Dictionary.Length == 0)) Values();
                if (values is not null) Spread(values.AsSpan(Row, pageRows), flags, count);
                else Spread((indexes ??= New<int>()).AsSpan(Row, pageRows), flags, count);
            }
            Row += pageRows;
        }

        public ColumnBlock Finish()
        {
            if (values is null && indexes is not null) return new ColumnBlock<T>(default, new ColumnDictionary<T>(Dictionary!), indexes.AsMemory(0, rows), present);
            return new ColumnBlock<T>(Values().AsMemory(0, rows), null, default, present);
        }

        private TValue[] New<TValue>() => recycler is null ? GC.AllocateUninitializedArray<TValue>(rows) : recycler.Rent<TValue>(rows);

        private static void Spread<TValue>(Span<TValue> target, bool[] flags, int count)
        {
            for (var i = target.Length - 1; i >= 0; i--) target[i] = flags[i] ? target[--count] : default!;
        }
    }
}
