using System.Runtime.CompilerServices;

namespace Pipelines.Io.Format;

/// <summary>A growable byte buffer; its memory is kept for reuse unless it is very large.</summary>
internal sealed class ByteBuffer(int capacity = 1 << 12)
{
    private byte[] bytes = new byte[capacity];

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written, shape [Length].</summary>
    public Span<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>The bytes written, shape [Length].</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>Size in bytes above which memory is not kept.</summary>
    public const int LargestKept = 1 << 26;

    /// <summary>Clears the buffer.</summary>
    public void Clear()
    {
        Length = 0;
        if (bytes.Length > LargestKept) bytes = [];
    }

    /// <summary>Truncates the buffer.</summary>
    public void Shrink(int length) => Length = length;

    /// <summary>Appends <paramref name="count"/> bytes of undefined content for the caller to fill.</summary>
    public Span<byte> Reserve(int count)
    {
        if (bytes.Length - Length < count) Grow(count);
        var span = bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        if (Length == bytes.Length) Grow(1);
        bytes[Length++] = value;
    }

    public void Write(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        if (needed > Array.MaxLength) throw new BrokenFileException($"{needed} bytes in one page", $"at most {Array.MaxLength}");
        Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, bytes.Length <= LargestKept ? bytes.Length * 2L : bytes.Length * 5L / 4)));
    }
}
