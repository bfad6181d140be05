using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Incrementally decompresses the raw Snappy and LZ4 formats: literals, and copies of bytes at most 64 KiB back. Compressors work on blocks of that size;
/// larger distances are an error here.
/// </summary>
internal abstract class BlockStream(Stream raw, int window) : ForwardStream
{
    /// <summary>Maximum distance of a copy in bytes.</summary>
    public const int History = 1 << 16;
    private readonly byte[] made = new byte[(2 * History) + window];
    private readonly byte[] input = new byte[window];
    private int inputAt, inputEnd;
    private int handed, end;
    private long literal, copy;
    private int distance;

    public override int Read(Span<byte> buffer)
    {
        if (handed == end) Make();
        var count = Math.Min(buffer.Length, end - handed);
        made.AsSpan(handed, count).CopyTo(buffer);
        handed += count;
        return count;
    }

    /// <summary>Reads the next element: calls <see cref="Literal"/> or <see cref="Copy"/> or both; false at the end.</summary>
    protected abstract bool NextElement();

    /// <summary>The next bytes of the input are literal.</summary>
    protected void Literal(long length) => literal = length;

    /// <summary>After the literal bytes, earlier output is repeated.</summary>
    protected void Copy(int back, long length)
    {
        if (back is < 1 or > History) throw new BrokenFileException($"a copy of bytes {back} back in a large page", $"1 to {History}");
        (distance, copy) = (back, length);
    }

    /// <summary>Reads a byte of the input.</summary>
    protected int Next() => TryNext(out var value) ? value : throw new BrokenFileException("compressed bytes that end too early", "more bytes");

    /// <summary>Reads a byte of the input; false at its end.</summary>
    protected bool TryNext(out int value)
    {
        value = 0;
        if (inputAt == inputEnd && !Refill()) return false;
        value = input[inputAt++];
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) raw.Dispose();
        base.Dispose(disposing);
    }

    private bool Refill()
    {
        (inputAt, inputEnd) = (0, raw.Read(input));
        return inputEnd > 0;
    }

    // Fills the buffer after the bytes that copies may still need.
    private void Make()
    {
        if (end > History)
        {
            made.AsSpan(end - History, History).CopyTo(made);
            handed = end = History;
        }
        while (end < made.Length)
        {
            if (literal > 0)
            {
                if (inputAt == inputEnd && !Refill()) throw new BrokenFileException("compressed bytes that end too early", $"{literal} more bytes");
                var n = (int)Math.Min(Math.Min(literal, inputEnd - inputAt), made.Length - end);
                input.AsSpan(inputAt, n).CopyTo(made.AsSpan(end));
                (inputAt, end, literal) = (inputAt + n, end + n, literal - n);
            }
            else if (copy > 0)
            {
                if (distance > end) throw new BrokenFileException($"a copy of bytes {distance} back", $"at most {end}, the bytes before it");
                var n = (int)Math.Min(copy, made.Length - end);
                if (distance >= n) made.AsSpan(end - distance, n).CopyTo(made.AsSpan(end));
                else
                    for (var i = end; i < end + n; i++) made[i] = made[i - distance];
                (end, copy) = (end + n, copy - n);
            }
            else if (!NextElement()) return;
        }
    }
}

/// <summary>The raw Snappy format.</summary>
internal sealed class SnappyStream(Stream raw, int window) : BlockStream(raw, window)
{
    private bool isBegun;

    protected override bool NextElement()
    {
        if (!isBegun)
        {
            // Skips the length, which the page header also contains.
            while (Next() >= 128) ;
            isBegun = true;
        }
        if (!TryNext(out var tag)) return false;
        switch (tag & 3)
        {
            case 0:
                var length = tag >> 2;
                if (length >= 60) length = (int)Number(length - 59);
                Literal((uint)length + 1L);
                break;
            case 1:
                Copy(((tag >> 5) << 8) | Next(), ((tag >> 2) & 7) + 4);
                break;
            case 2:
                Copy((int)Number(2), (tag >> 2) + 1);
                break;
            default:
                Copy((int)Math.Min(int.MaxValue, Number(4)), (tag >> 2) + 1);
                break;
        }
        return true;
    }

    private uint Number(int bytes)
    {
        var value = 0u;
        for (var i = 0; i < bytes; i++) value |= (uint)Next() << (8 * i);
        return value;
    }
}

/// <summary>The raw LZ4 format: one block.</summary>
internal sealed class Lz4Stream(Stream raw, int window) : BlockStream(raw, window)
{
    private int token = -1;

    protected override bool NextElement()
    {
        if (token < 0)
        {
            if (!TryNext(out var next)) return false;
            token = next;
            Literal(Lengthen(token >> 4));
            return true;
        }
        // The last element has no copy.
        if (!TryNext(out var low)) return false;
        Copy(low | (Next() << 8), Lengthen(token & 15) + 4);
        token = -1;
        return true;
    }

    private long Lengthen(long length)
    {
        if (length != 15) return length;
        int more;
        do length += more = Next();
        while (more == 255);
        return length;
    }
}
