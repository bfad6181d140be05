using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Numbers the distinct texts of a slice, so that each becomes one object and not one a row. Arrow hands out texts; which entry of the file's dictionary they
/// were, it does not say.
/// </summary>
internal sealed class DistinctTexts
{
    // Shape [slots], a power of two: number of a text plus one, 0 where the slot is free.
    private int[] slots = new int[1 << 8];

    // Shape [texts]: where a text's length stands in the bytes, and its hash.
    private int[] starts = new int[1 << 7];
    private int[] hashes = new int[1 << 7];

    /// <summary>Number of distinct texts.</summary>
    public int Count { get; private set; }

    /// <summary>The distinct texts, plainly encoded.</summary>
    public ByteBuffer Bytes { get; } = new();

    /// <summary>The number of a text; a new one for a new text.</summary>
    public int Number(ReadOnlySpan<byte> text)
    {
        // Its seed differs from process to process: nobody can write a file whose texts all fall into one slot.
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

    /// <summary>Forgets all texts.</summary>
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
