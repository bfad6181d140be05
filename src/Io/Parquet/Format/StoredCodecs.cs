using System.Buffers.Binary;

namespace Pipelines.Io.Format;

/// <summary>Length-prefixed values as raw bytes. Values read together share one array.</summary>
internal sealed class StoredBytesCodec : PlainCodec<ReadOnlyMemory<byte>>
{
    private static readonly VariableBytesCodec<ReadOnlyMemory<byte>> one = new(v => v.ToArray(), (v, target) => target.Write(v.Span));

    public override bool IsVariable => true;

    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => one.Fit(source, count, out bytes);

    public override int Read(ReadOnlySpan<byte> source, Span<ReadOnlyMemory<byte>> values)
    {
        var length = 0;
        for (var i = 0; i < values.Length; i++)
        {
            Need(source, length + 4L);
            var own = BinaryPrimitives.ReadInt32LittleEndian(source[length..]);
            if (own < 0 || own > source.Length - length - 4) throw new BrokenFileException($"a value of {own} bytes",
                $"0 to {source.Length - length - 4} bytes");
            length += own + 4;
        }
        ReadOnlyMemory<byte> copy = source[..length].ToArray();
        for (int i = 0, at = 0; i < values.Length; i++)
        {
            var own = BinaryPrimitives.ReadInt32LittleEndian(copy.Span[at..]);
            values[i] = copy.Slice(at + 4, own);
            at += own + 4;
        }
        return length;
    }

    public override void Write(ReadOnlySpan<ReadOnlyMemory<byte>> values, ByteBuffer target) => one.Write(values, target);
}

/// <summary>Values of a fixed length as raw bytes. Values read together share one array.</summary>
/// <param name="length">Bytes per value.</param>
internal sealed class StoredFixedCodec(int length) : PlainCodec<ReadOnlyMemory<byte>>
{
    public override int DecodedBytes => base.DecodedBytes + length;

    public override int Fit(ReadOnlySpan<byte> source, int count, out int bytes) => FitFixed(source, count, length, out bytes);

    public override int Read(ReadOnlySpan<byte> source, Span<ReadOnlyMemory<byte>> values)
    {
        Need(source, (long)length * values.Length);
        ReadOnlyMemory<byte> copy = source[..(length * values.Length)].ToArray();
        for (var i = 0; i < values.Length; i++) values[i] = copy.Slice(i * length, length);
        return length * values.Length;
    }

    public override void Write(ReadOnlySpan<ReadOnlyMemory<byte>> values, ByteBuffer target)
    {
        foreach (var value in values) target.Write(value.Span);
    }
}
