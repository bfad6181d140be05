using System.Text;

namespace Pipelines.Io.Format;

/// <summary>Writes the Thrift compact protocol.</summary>
internal sealed class ThriftWriter(ByteBuffer target)
{
    private readonly Stack<short> outer = new();
    private short last;

    /// <summary>Begins a structure that is a list element or the root.</summary>
    public void Begin()
    {
        outer.Push(last);
        last = 0;
    }

    /// <summary>Ends a structure.</summary>
    public void End()
    {
        target.Write(0);
        last = outer.Pop();
    }

    /// <summary>Begins a structure as a field.</summary>
    public void Begin(short id)
    {
        Header(id, ThriftType.Struct);
        Begin();
    }

    /// <summary>A structure without fields.</summary>
    public void Empty(short id)
    {
        Begin(id);
        End();
    }

    public void List(short id, ThriftType element, int count)
    {
        Header(id, ThriftType.List);
        if (count < 15) target.Write((byte)((count << 4) | (int)element));
        else
        {
            target.Write((byte)(0xF0 | (int)element));
            Varint((ulong)count);
        }
    }

    public void Int32(short id, int value)
    {
        Header(id, ThriftType.Int32);
        Element(value);
    }

    public void Int64(short id, long value)
    {
        Header(id, ThriftType.Int64);
        Element(value);
    }

    public void Byte(short id, sbyte value)
    {
        Header(id, ThriftType.Byte);
        target.Write((byte)value);
    }

    public void Bool(short id, bool value) => Header(id, value ? ThriftType.True : ThriftType.False);

    public void Text(short id, string value)
    {
        Header(id, ThriftType.Binary);
        Element(value);
    }

    public void Bytes(short id, ReadOnlySpan<byte> value)
    {
        Header(id, ThriftType.Binary);
        Varint((ulong)value.Length);
        target.Write(value);
    }

    /// <summary>A field whose value is already encoded.</summary>
    public void Encoded(short id, ThriftType type, ReadOnlySpan<byte> value)
    {
        Header(id, type);
        target.Write(value);
    }

    /// <summary>An element of an integer list.</summary>
    public void Element(long value) => Varint((ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>An element of a string list.</summary>
    public void Element(string value)
    {
        Varint((ulong)Encoding.UTF8.GetByteCount(value));
        target.Write(Encoding.UTF8.GetBytes(value));
    }

    private void Header(short id, ThriftType type)
    {
        var delta = id - last;
        if (delta is > 0 and < 16) target.Write((byte)((delta << 4) | (int)type));
        else
        {
            target.Write((byte)type);
            Element(id);
        }
        last = id;
    }

    private void Varint(ulong value)
    {
        for (; value >= 128; value >>= 7) target.Write((byte)(value | 128));
        target.Write((byte)value);
    }
}
