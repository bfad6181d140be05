using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Numbers the distinct texts of a slice, so that each becomes one object instead of one per row. Arrow returns texts without saying which dictionary entry
/// they came from.
/// </summary>
internal sealed class DistinctTexts
{
    // Shape [slots], a power of two: number of a text plus one; 0 = free slot.
    private int[] slots = new int[1 << 8];

    // Shape [texts]: offset of each text's length prefix in the bytes, and its hash.
    private int[] starts = new int[1 << 7];
    private int[] hashes = new int[1 << 7];

    /// <summary>Number of distinct texts.</summary>
    public int Count { get; private set; }

    /// <summary>The distinct texts, plain encoded.</summary>
    public ByteBuffer Bytes { get; } = new();

    /// <summary>The number of a text; new texts get a new number.</summary>
    public int Number(ReadOnlySpan<byte> text)
    {
        // The seed differs between processes, so that no file can be crafted whose texts all hash to one slot.
        var hasher = new HashCode();
        hasher.AddBytes(text);
        var hash = hasher.ToHashCode();
        for (var slot = hash & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            var number = slots[slot] - 1;
            if (number < 0) return Add(text, hash, slot);
            if (hashes[number] == hash && At(number).SequenceEqual(text)) return number;
        }
    }

    /// <summary>Clears all texts.</summary>
    public void Clear()
    {
        Array.Clear(slots);
        Bytes.Clear();
        Count = 0;
    }

    private ReadOnlySpan<byte> At(int number) =>
        Bytes.Written.Slice(starts[number] + 4, BinaryPrimitives.ReadInt32LittleEndian(Bytes.Written[starts[number]..]));

    private int Add(ReadOnlySpan<byte> text, int hash, int slot)
    {
        if (Count == starts.Length)
        {
            Array.Resize(ref starts, Count * 2);
            Array.Resize(ref hashes, Count * 2);
        }
        (starts[Count], hashes[Count]) = (Bytes.Length, hash);
        BinaryPrimitives.WriteInt32LittleEndian(Bytes.Reserve(4), text.Length);
        Bytes.Write(text);
        slots[slot] = ++Count;
        if (Count * 2 > slots.Length) Grow();
        return Count - 1;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        for (var number = 0; number < Count; number++)
        {
            var slot = hashes[number] & (slots.Length - 1);
            while (slots[slot] != 0) slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = number + 1;
        }
    }
}
