using System.Buffers.Binary;
using System.Numerics;
using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>The levels of a leaf in a row group.</summary>
/// <param name="leaf">The leaf.</param>
internal sealed class LeafLevels(NestedLeaf leaf)
{
    private readonly int largest = leaf.Shape.Largest, mostRepetitions = leaf.Shape.Repetitions;
    private byte[] repetitions = [], definitions = [];
    private int[] scratch = [];

    /// <summary>Names from the column to the leaf.</summary>
    public IReadOnlyList<string> Path { get; } = [.. leaf.Path.Select(n => n.Name)];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>True if the entry starts a row.</summary>
    public bool Begins(int entry) => repetitions[entry] == 0;

    /// <summary>True if the entry has a value.</summary>
    public bool HasValue(int entry) => definitions[entry] == largest;

    /// <summary>Clears all entries.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds entries.</summary>
    /// <param name="repeated">Shape [entries]; empty if all are 0.</param>
    /// <param name="defined">Shape [entries].</param>
    /// <param name="map">Maps the definition levels to those of this leaf; null = identical.</param>
    public void Add(ReadOnlySpan<byte> repeated, ReadOnlySpan<byte> defined, byte[]? map)
    {
        Reserve(defined.Length);
        var r = repetitions.AsSpan(Count, defined.Length);
        var d = definitions.AsSpan(Count, defined.Length);
        if (repeated.IsEmpty) r.Clear();
        else repeated.CopyTo(r);
        if (map is null) defined.CopyTo(d);
        else
            for (var i = 0; i < d.Length; i++) d[i] = map[defined[i]];
        Count += defined.Length;
    }

    /// <summary>Adds a row that is null.</summary>
    public void AddNull()
    {
        Reserve(1);
        (repetitions[Count], definitions[Count]) = (0, 0);
        Count++;
    }

    /// <summary>Appends the levels of a page's entries.</summary>
    public void Write(ByteBuffer page, int first, int end)
    {
        if (mostRepetitions > 0) Write(page, repetitions.AsSpan(first, end - first), mostRepetitions);
        if (largest > 0) Write(page, definitions.AsSpan(first, end - first), largest);
    }

    private void Write(ByteBuffer page, ReadOnlySpan<byte> levels, int most)
    {
        if (scratch.Length < levels.Length) scratch = new int[levels.Length];
        for (var i = 0; i < levels.Length; i++) scratch[i] = levels[i];
        var at = page.Length;
        page.Reserve(4);
        RleEncoder.Encode(scratch.AsSpan(0, levels.Length), 32 - BitOperations.LeadingZeroCount((uint)most), page);
        BinaryPrimitives.WriteInt32LittleEndian(page.Written[at..], page.Length - at - 4);
    }

    private void Reserve(int count)
    {
        var needed = checked(Count + count);
        if (definitions.Length >= needed) return;
        var capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * definitions.Length));
        Array.Resize(ref repetitions, capacity);
        Array.Resize(ref definitions, capacity);
    }
}
