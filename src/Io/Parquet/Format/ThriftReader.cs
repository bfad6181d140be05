using System.Text;

namespace Pipelines.Io.Format;

/// <summary>A structure in a Parquet file is broken; callers convert it into a <see cref="FlowException"/> with the place.</summary>
internal sealed class BrokenFileException(string found, string expected) : Exception($"found {found}, expected {expected}")
{
    public string Found { get; } = found;

    public string Expected { get; } = expected;
}

/// <summary>Types of the Thrift compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop = 0, True = 1, False = 2, Byte = 3, Int16 = 4, Int32 = 5, Int64 = 6, Double = 7, Binary = 8, List = 9, Set = 10, Map = 11, Struct = 12, Uuid = 13,
}

/// <summary>
/// Reads the Thrift compact protocol from memory. Every step checks for the end of the data, a list is never longer than the remaining bytes, and structures
/// nest at most <see cref="MaxDepth"/> deep: time and memory are bounded by the length of the data regardless of its content.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> data)
{
    private const int MaxDepth = 32;
    private readonly ReadOnlySpan<byte> data = data;
    private int depth;
    private short field;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    private readonly int Left => data.Length - Position;

    /// <summary>The bytes read since a position.</summary>
    public readonly ReadOnlySpan<byte> Since(int position) => data[position..Position];

    /// <summary>Begins a structure; pass the result to <see cref="End"/>.</summary>
    public short Begin()
    {
        if (++depth > MaxDepth) throw new BrokenFileException($"structures nested {depth} deep", $"at most {MaxDepth}");
        var outer = field;
        field = 0;
        return outer;
    }

    /// <summary>Ends a structure.</summary>
    public void End(short outer)
    {
        depth--;
        field = outer;
    }

    /// <summary>Reads a field's header; false at the end of the structure.</summary>
    public bool Next(out short id, out ThriftType type)
    {
        var b = Byte();
        type = (ThriftType)(b & 15);
        id = 0;
        if (type == ThriftType.Stop) return b == 0 ? false : throw new BrokenFileException($"field type {b}", "a Thrift field type");
        if (type > ThriftType.Uuid) throw new BrokenFileException($"field type {(int)type}", "a Thrift field type");
        var delta = b >> 4;
        var next = delta == 0 ? ZigZag() : field + delta;
        if (next is < short.MinValue or > short.MaxValue) throw new BrokenFileException($"field number {next}", "16 bits");
        field = id = (short)next;
        return true;
    }

    /// <summary>Reads a list's header.</summary>
    public int List(out ThriftType element)
    {
        var b = Byte();
        element = (ThriftType)(b & 15);
        var count = b >> 4 == 15 ? Varint() : (ulong)(b >> 4);
        if (count > (ulong)Left) throw new BrokenFileException($"a list of {count} elements", $"at most {Left}, the bytes that are left");
        return (int)count;
    }

    /// <summary>Reads a list's header and checks the type of its elements.</summary>
    public int List(ThriftType field, ThriftType element)
    {
        Expect(field, ThriftType.List);
        var count = List(out var found);
        if (count > 0 && found != element) throw new BrokenFileException($"a list of {found}", $"a list of {element}");
        return count;
    }

    public long Int(ThriftType type) => type switch
    {
        ThriftType.Byte => (sbyte)Byte(),
        ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64 => ZigZag(),
        _ => throw new BrokenFileException($"a field of type {type}", "an integer"),
    };

    public int Int32(ThriftType type) => Int(type) is >= int.MinValue and <= int.MaxValue and var v
        ? (int)v
        : throw new BrokenFileException("a number out of range", "32 bits");

    public static bool Bool(ThriftType type) => type switch
    {
        ThriftType.True => true,
        ThriftType.False => false,
        _ => throw new BrokenFileException($"a field of type {type}", "a boolean"),
    };

    public string Text(ThriftType type)
    {
        Expect(type, ThriftType.Binary);
        return Encoding.UTF8.GetString(Bytes());
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > (ulong)Left) throw new BrokenFileException($"{length} bytes of text", $"at most {Left}, the bytes that are left");
        var bytes = data.Slice(Position, (int)length);
        Position += (int)length;
        return bytes;
    }

    public static void Expect(ThriftType found, ThriftType expected)
    {
        if (found != expected) throw new BrokenFileException($"a field of type {found}", $"{expected}");
    }

    /// <summary>Skips a field's value.</summary>
    public void Skip(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False: break;
            case ThriftType.Byte: Byte(); break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64: Varint(); break;
            case ThriftType.Double: Advance(8); break;
            case ThriftType.Uuid: Advance(16); break;
            case ThriftType.Binary: Bytes(); break;
            case ThriftType.List or ThriftType.Set:
                var outer = Begin();
                var count = List(out var element);
                for (var i = 0; i < count; i++) SkipElement(element);
                End(outer);
                break;
            case ThriftType.Map:
                outer = Begin();
                var pairs = Varint();
                if (pairs > (ulong)Left) throw new BrokenFileException($"a map of {pairs} entries", $"at most {Left}, the bytes that are left");
                if (pairs > 0)
                {
                    var types = Byte();
                    for (var i = 0UL; i < pairs; i++)
                    {
                        SkipElement((ThriftType)(types >> 4));
                        SkipElement((ThriftType)(types & 15));
                    }
                }
                End(outer);
                break;
            case ThriftType.Struct:
                outer = Begin();
                while (Next(out _, out var inner)) Skip(inner);
                End(outer);
                break;
            default: throw new BrokenFileException($"field type {(int)type}", "a Thrift field type");
        }
    }

    // In lists and maps a boolean takes its own byte.
    private void SkipElement(ThriftType type)
    {
        if (type is ThriftType.True or ThriftType.False) Byte();
        else Skip(type);
    }

    private void Advance(int bytes)
    {
        if (bytes > Left) throw new BrokenFileException($"the end of the data at byte {data.Length}", $"{bytes - Left} more bytes");
        Position += bytes;
    }

    private byte Byte() => Left > 0 ? data[Position++] : throw new BrokenFileException($"the end of the data at byte {data.Length}", "more bytes");

    private long ZigZag()
    {
        var v = Varint();
        return (long)(v >> 1) ^ -(long)(v & 1);
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
        throw new BrokenFileException("a number of more than 10 bytes", "at most 10");
    }
}
