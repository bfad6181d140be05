using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Io.Format;

/// <summary>Properties of a codec that do not depend on its value type.</summary>
internal interface IPlainCodec
{
    /// <summary>Bytes that a value takes in memory, without referenced objects.</summary>
    int DecodedBytes { get; }
}

/// <summary>Reads and writes plainly encoded values of one type.</summary>
internal abstract class PlainCodec<T> : IPlainCodec
{
    /// <summary>Reads values.</summary>
    /// <param name="source">The encoded values; may be longer.</param>
    /// <param name="values">Shape [values]; filled.</param>
    /// <returns>Bytes read.</returns>
    public abstract int Read(ReadOnlySpan<byte> source, Span<T> values);

    /// <summary>True if values have a length prefix.</summary>
    public virtual bool IsVariable => false;

    /// <summary>How many of the next values are completely contained in the given bytes.</summary>
    /// <param name="source">Encoded values.</param>
    /// <param name="count">Number of values to look for.</param>
    /// <param name="bytes">Bytes of the complete values; if there are none, the bytes needed to read a value or its length.</param>
    public abstract int Fit(ReadOnlySpan<byte> source, int count, out int bytes);

    /// <summary>Writes values.</summary>
    public abstract void Write(ReadOnlySpan<T> values, ByteBuffer target);

    public virtual int DecodedBytes => Unsafe.SizeOf<T>();

    protected static int FitFixed(ReadOnlySpan<byte> source, int count, int size, out int bytes)
    {
        var fit = size == 0 ? count : Math.Min(count, source.Length / size);
        bytes = fit == 0 ? size : fit * size;
        return fit;
    }

    protected static void Need(ReadOnlySpan<byte> source, long bytes)
    {
        if (source.Length < bytes) throw new BrokenFileException($"{source.Length} bytes of values", $"{bytes} bytes");
    }
}

/// <summary>Numbers whose encoding equals their memory layout.</summary>
internal sealed class BlittableCodec<T> : PlainCodec<T> where T : unmanaged
{
    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => FitFixed(source, count, Unsafe.SizeOf<T>(), out bytes);

    public override int Read(ReadOnlySpan<byte> source, Span<T> values)
    {
        var target = MemoryMarshal.AsBytes(values);
        Need(source, target.Length);
        source[..target.Length].CopyTo(target);
        return target.Length;
    }

    public override void Write(ReadOnlySpan<T> values, ByteBuffer target) => target.Write(MemoryMarshal.AsBytes(values));
}

/// <summary>Values that are converted from and to stored numbers.</summary>
internal sealed class ConvertingCodec<TStored, T>(Func<TStored, T> read, Func<T, TStored> write) : PlainCodec<T> where TStored : unmanaged
{
    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => FitFixed(source, count, Unsafe.SizeOf<TStored>(), out bytes);

    public override int Read(ReadOnlySpan<byte> source, Span<T> values)
    {
        var size = Unsafe.SizeOf<TStored>();
        Need(source, (long)size * values.Length);
        var stored = MemoryMarshal.Cast<byte, TStored>(source[..(size * values.Length)]);
        for (var i = 0; i < values.Length; i++) values[i] = read(stored[i]);
        return size * values.Length;
    }

    public override void Write(ReadOnlySpan<T> values, ByteBuffer target)
    {
        var stored = MemoryMarshal.Cast<byte, TStored>(target.Reserve(values.Length * Unsafe.SizeOf<TStored>()));
        for (var i = 0; i < values.Length; i++) stored[i] = write(values[i]);
    }
}

/// <summary>Booleans, eight per byte.</summary>
internal sealed class BooleanCodec : PlainCodec<bool>
{
    // Booleans do not end at byte boundaries: they are read as a run.
    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => throw new NotSupportedException();

    public override int Read(ReadOnlySpan<byte> source, Span<bool> values)
    {
        var bytes = (values.Length + 7) / 8;
        Need(source, bytes);
        for (var i = 0; i < values.Length; i++) values[i] = ((source[i >> 3] >> (i & 7)) & 1) != 0;
        return bytes;
    }

    public override void Write(ReadOnlySpan<bool> values, ByteBuffer target)
    {
        var bits = target.Reserve((values.Length + 7) / 8);
        bits.Clear();
        for (var i = 0; i < values.Length; i++)
            if (values[i]) bits[i >> 3] |= (byte)(1 << (i & 7));
    }
}

/// <summary>Values of a fixed number of bytes.</summary>
internal sealed class FixedBytesCodec<T>(int length, FixedBytesCodec<T>.Reader read, FixedBytesCodec<T>.Writer write) : PlainCodec<T>
{
    public delegate T Reader(ReadOnlySpan<byte> source);

    public delegate void Writer(T value, Span<byte> target);

    public override int DecodedBytes => Unsafe.SizeOf<T>() + (typeof(T).IsValueType ? 0 : length + 24);

    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => FitFixed(source, count, length, out bytes);

    public override int Read(ReadOnlySpan<byte> source, Span<T> values)
    {
        Need(source, (long)length * values.Length);
        for (var i = 0; i < values.Length; i++) values[i] = read(source.Slice(i * length, length));
        return length * values.Length;
    }

    public override void Write(ReadOnlySpan<T> values, ByteBuffer target)
    {
        foreach (var value in values) write(value, target.Reserve(length));
    }
}

/// <summary>Values with a length prefix.</summary>
internal sealed class VariableBytesCodec<T>(VariableBytesCodec<T>.Reader read, VariableBytesCodec<T>.Writer write) : PlainCodec<T>
{
    public delegate T Reader(ReadOnlySpan<byte> source);

    /// <summary>Writes a value's bytes.</summary>
    public delegate void Writer(T value, ByteBuffer target);

    public override int DecodedBytes => Unsafe.SizeOf<T>() + 40;

    public override bool IsVariable => true;

    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes)
    {
        bytes = 0;
        var fit = 0;
        for (; fit < count; fit++)
        {
            var left = source.Length - bytes;
            if (left < 4)
            {
                if (fit == 0) bytes = 4;
                break;
            }
            var length = BinaryPrimitives.ReadInt32LittleEndian(source[bytes..]);
            if (length < 0 || length > int.MaxValue - 64) throw new BrokenFileException($"a value of {length} bytes", $"0 to {left - 4} bytes");
            if (length > left - 4)
            {
                if (fit == 0) bytes = length + 4;
                break;
            }
            bytes += length + 4;
        }
        return fit;
    }

    public override int Read(ReadOnlySpan<byte> source, Span<T> values)
    {
        var at = 0;
        var (lastStart, lastLength) = (0, -1);
        for (var i = 0; i < values.Length; i++)
        {
            Need(source, at + 4L);
            var length = BinaryPrimitives.ReadInt32LittleEndian(source[at..]);
            at += 4;
            if (length < 0 || length > source.Length - at) throw new BrokenFileException($"a value of {length} bytes", $"0 to {source.Length - at} bytes");
            // Runs of equal values are common and share one object.
            if (length == lastLength && source.Slice(at, length).SequenceEqual(source.Slice(lastStart, length))) values[i] = values[i - 1];
            else values[i] = read(source.Slice(at, length));
            (lastStart, lastLength) = (at, length);
            at += length;
        }
        return at;
    }

    public override void Write(ReadOnlySpan<T> values, ByteBuffer target)
    {
        foreach (var value in values)
        {
            var at = target.Length;
            target.Reserve(4);
            write(value, target);
            BinaryPrimitives.WriteInt32LittleEndian(target.Written[at..], target.Length - at - 4);
        }
    }
}
