using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ParquetSharp;
using Pipelines.Io.Format;

namespace Pipelines.Io.Sharp;

/// <summary>Numbers, whose memory layout equals their encoding.</summary>
internal sealed class ArrowNumbers<T>(ColumnReader<T> reader, FileColumn column, ArrowScratch scratch) : ArrowColumn(column, scratch)
    where T : unmanaged, IEquatable<T>
{
    private T[] values = [];
    private int count;

    public override void Dispose() => reader.Dispose();

    protected override void Begin(int rows) => values = ArrayPool<T>.Shared.Rent(rows);

    protected override int ReadBatch(int rows, Span<short> levels, Span<short> repetitions, out int read)
    {
        var n = reader.ReadBatch(rows, levels, repetitions, values.AsSpan(count), out var valuesRead);
        read = checked((int)valuesRead);
        return checked((int)n);
    }

    protected override void Keep(int read) => count += read;

    protected override ColumnBlock Finish(bool[]? present, int rows, ArrayRecycler? recycler) =>
        Decoder.FromPlain(MemoryMarshal.AsBytes(values.AsSpan(0, count)), present, rows, recycler);

    protected override void End()
    {
        if (values.Length > 0) ArrayPool<T>.Shared.Return(values);
        (values, count) = ([], 0);
    }

    protected override long SkipRows(long rows) => reader.Skip(rows);
}

/// <summary>Values that Arrow returns in a form other than their encoding.</summary>
internal abstract class ArrowReencoded<T>(ColumnReader<T> reader, FileColumn column, ArrowScratch scratch) : ArrowColumn(column, scratch)
    where T : unmanaged, IEquatable<T>
{
    private T[] values = [];

    public override void Dispose() => reader.Dispose();

    protected override void Begin(int rows)
    {
        Scratch.Bytes.Clear();
        values = ArrayPool<T>.Shared.Rent(MostRows);
    }

    protected override int ReadBatch(int rows, Span<short> levels, Span<short> repetitions, out int read)
    {
        var n = reader.ReadBatch(rows, levels, repetitions, values, out var valuesRead);
        read = checked((int)valuesRead);
        return checked((int)n);
    }

    protected override void Keep(int read) => Encode(values.AsSpan(0, read));

    protected abstract void Encode(ReadOnlySpan<T> read);

    protected override ColumnBlock Finish(bool[]? present, int rows, ArrayRecycler? recycler) =>
        Decoder.FromPlain(Scratch.Bytes.Written, present, rows, recycler);

    protected override void End()
    {
        if (values.Length > 0) ArrayPool<T>.Shared.Return(values);
        values = [];
        Scratch.Bytes.Clear();
    }

    protected override long SkipRows(long rows) => reader.Skip(rows);
}

/// <summary>Booleans: one byte each from Arrow, eight per byte when encoded.</summary>
internal sealed class ArrowBooleans(ColumnReader<bool> reader, FileColumn column, ArrowScratch scratch) : ArrowReencoded<bool>(reader, column, scratch)
{
    private int bits;

    protected override void Begin(int rows)
    {
        base.Begin(rows);
        bits = 0;
        Scratch.Bytes.Reserve((rows + 7) / 8).Clear();
    }

    protected override void Encode(ReadOnlySpan<bool> read)
    {
        var target = Scratch.Bytes.Written;
        foreach (var value in read)
        {
            if (value) target[bits >> 3] |= (byte)(1 << (bits & 7));
            bits++;
        }
    }
}

/// <summary>Values of variable length; dictionary values remain one object shared by many rows.</summary>
internal sealed class ArrowTexts(ColumnReader<ByteArray> reader, FileColumn column, bool hasDictionary, ArrowScratch scratch)
    : ArrowReencoded<ByteArray>(reader, column, scratch)
{
    private int[] numbers = [];
    private int count;

    protected override void Begin(int rows)
    {
        base.Begin(rows);
        Scratch.Texts.Clear();
        count = 0;
        if (hasDictionary) numbers = ArrayPool<int>.Shared.Rent(rows);
    }

    protected override unsafe void Encode(ReadOnlySpan<ByteArray> read)
    {
        foreach (var value in read)
        {
            if (value.Length < 0 || (value.Length > 0 && value.Pointer == 0)) throw new BrokenFileException($"a value of {value.Length} bytes", "at least 0");
            var text = new ReadOnlySpan<byte>((void*)value.Pointer, value.Length);
            var before = Scratch.Texts.Count;
            if (hasDictionary) numbers[count++] = Scratch.Texts.Number(text);
            // Each object takes its bytes twice: raw and as text.
            if (!hasDictionary || Scratch.Texts.Count > before) Scratch.Handed.Take(2L * text.Length, "texts");
            if (hasDictionary) continue;
            BinaryPrimitives.WriteInt32LittleEndian(Scratch.Bytes.Reserve(4), text.Length);
            Scratch.Bytes.Write(text);
        }
    }

    protected override ColumnBlock Finish(bool[]? present, int rows, ArrayRecycler? recycler) => count == 0
        ? base.Finish(present, rows, recycler)
        : Decoder.FromDictionary(Scratch.Texts.Bytes.Written, Scratch.Texts.Count, numbers.AsSpan(0, count), present, rows, recycler);

    protected override void End()
    {
        base.End();
        if (numbers.Length > 0) ArrayPool<int>.Shared.Return(numbers);
        numbers = [];
    }
}

/// <summary>Values of a fixed number of bytes.</summary>
internal sealed class ArrowFixedBytes(ColumnReader<FixedLenByteArray> reader, FileColumn column, ArrowScratch scratch)
    : ArrowReencoded<FixedLenByteArray>(reader, column, scratch)
{
    private readonly int length = column.Storage.Length;

    protected override unsafe void Encode(ReadOnlySpan<FixedLenByteArray> read)
    {
        foreach (var value in read)
        {
            if (value.Pointer == 0) throw new BrokenFileException("a value without bytes", $"{length} bytes");
            Scratch.Bytes.Write(new ReadOnlySpan<byte>((void*)value.Pointer, length));
        }
    }
}
