using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>Rows of codes and their weights, in the order of their first appearance.</summary>
/// <param name="layout">How a row is packed.</param>
/// <param name="maxBytes">Memory that they may take; null = no limit.</param>
internal sealed class DistinctRowsStatistics(RowLayout layout, long? maxBytes) : Statistics
{
    private const int FewestRows = 16;

    // Rows whose places are looked up together, and the size of a table that lies in a fast cache.
    private const int Ahead = 16, Cached = 1 << 15;

    private ulong[] keys = [];
    private double[] weights = [];

    // Open addressing, at most half full: number of a row + 1, 0 = free.
    private int[] slots = [];

    public override string Kind { get; } = $"distinct-rows[{layout.Text()}]";

    /// <summary>How a row is packed.</summary>
    public RowLayout Layout => layout;

    /// <summary>Number of different rows.</summary>
    public int Count { get; private set; }

    /// <summary>The rows, shape [Count, Layout.Words].</summary>
    public ReadOnlySpan<ulong> Keys => keys.AsSpan(0, Count * layout.Words);

    /// <summary>Their weights, above 0, shape [Count].</summary>
    public ReadOnlySpan<double> Weights => weights.AsSpan(0, Count);

    private int BytesPerRow => sizeof(double) + (sizeof(ulong) * layout.Words);

    /// <remarks>Arrays grow by doubling, and so does the table, with two slots for each row.</remarks>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) =>
        CommonBytes + sizeof(int) + (FewestRows * (BytesPerRow + (2 * sizeof(int)))) + (rows * ((2 * BytesPerRow) + (4 * sizeof(int))));

    /// <summary>Adds rows.</summary>
    /// <param name="rows">Shape [rows, Layout.Words].</param>
    /// <param name="of">Their weights, shape [rows]; empty = each is 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<ulong> rows, ReadOnlySpan<double> of)
    {
        var words = layout.Words;
        Span<int> hashes = stackalloc int[Ahead];
        for (int first = 0, count = rows.Length / words; first < count; first += Ahead)
        {
            var some = Math.Min(Ahead, count - first);
            for (var i = 0; i < some; i++)
            {
                hashes[i] = (int)Hash(rows.Slice((first + i) * words, words));
                if (slots.Length > Cached) Prefetch(ref slots[hashes[i] & (slots.Length - 1)]);
            }
            for (var i = 0; i < some && slots.Length > Cached; i++)
                if (slots[hashes[i] & (slots.Length - 1)] is var row and > 0) Prefetch(ref keys[(row - 1) * words]);
            for (var i = 0; i < some; i++) Add(rows.Slice((first + i) * words, words), hashes[i], of.IsEmpty ? 1 : of[first + i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ReadOnlySpan<ulong> key, int hash, double weight)
    {
        if (Count == weights.Length) Grow();
        var table = slots;
        var slot = hash & (table.Length - 1);
        for (; table[slot] != 0; slot = (slot + 1) & (table.Length - 1))
        {
            var row = table[slot] - 1;
            if (!IsEqual(key, row)) continue;
            weights[row] += weight;
            return;
        }
        table[slot] = Count + 1;
        for (int i = 0, at = Count * key.Length; i < key.Length; i++, at++) keys[at] = key[i];
        weights[Count++] = weight;
    }

    protected override void MergeCore(Statistics other)
    {
        var from = (DistinctRowsStatistics)other;
        if (Count > 0) Add(from.Keys, from.Weights);
        else if (from.Count > 0) Copy(from);
    }

    // Its own arrays: the other's will be used again.
    private void Copy(DistinctRowsStatistics from)
    {
        if (weights.Length != from.weights.Length)
            (keys, weights, slots) = (new ulong[from.keys.Length], new double[from.weights.Length], new int[from.slots.Length]);
        from.Keys.CopyTo(keys);
        from.Weights.CopyTo(weights);
        from.slots.CopyTo(slots, 0);
        Count = from.Count;
    }

    // Rows are far apart in memory: each is fetched while others are compared.
    private static unsafe void Prefetch<T>(ref T at)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref at));
    }

    protected override void ClearCore()
    {
        Count = 0;
        Array.Clear(slots);
    }

    protected override void Unshare() => (keys, weights, slots) = ([.. keys], [.. weights], [.. slots]);

    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(Count);
        WriteDoubles(writer, MemoryMarshal.Cast<ulong, double>(Keys));
        WriteDoubles(writer, Weights);
    }

    protected override void LoadCore(BinaryReader reader)
    {
        var count = ReadCount(reader, BytesPerRow);
        var (read, of) = (new ulong[count * layout.Words], new double[count]);
        ReadDoubles(reader, MemoryMarshal.Cast<ulong, double>(read.AsSpan()));
        ReadDoubles(reader, of);
        ClearCore();
        for (var i = 0; i < count; i++)
        {
            var key = read.AsSpan(i * layout.Words, layout.Words);
            Check(key, of[i]);
            Add(key, of.AsSpan(i, 1));
            if (Count <= i) throw new FormatException("the same row twice");
        }
    }

    private void Check(ReadOnlySpan<ulong> key, double weight)
    {
        for (var j = 0; j < layout.Sizes.Length; j++)
            if (((key[layout.Word[j]] >> layout.Shift[j]) & layout.Mask(j)) > (ulong)layout.Sizes[j]) throw new FormatException("a code beyond the last");
        if (!(weight > 0)) throw new FormatException($"a weight of {weight}");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsEqual(ReadOnlySpan<ulong> key, int row)
    {
        for (int i = 0, at = row * key.Length; i < key.Length; i++, at++)
            if (keys[at] != key[i]) return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ReadOnlySpan<ulong> key)
    {
        ulong hash = 0;
        foreach (var word in key)
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15UL;
            hash ^= hash >> 32;
        }
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        var rows = Math.Max(FewestRows, 2 * weights.Length);
        if (maxBytes is { } most && MaxBytes(Count + 1, [])!.Value > most)
            throw new ModelException(ErrorKind.Memory, "structure search", $"more than {Count} different rows, which take more than {most:N0} bytes",
                "rows that fit the memory", "give it more memory, use fewer variables, or learn a Chow-Liu tree, which keeps no rows");
        if ((long)rows * Math.Max(2, layout.Words) > Array.MaxLength)
            throw new ModelException(ErrorKind.Data, "structure search", $"more than {Count} different rows", "rows that fit an array",
                "use fewer variables or a sample of the rows, or learn a Chow-Liu tree, which keeps no rows");
        Array.Resize(ref keys, rows * layout.Words);
        Array.Resize(ref weights, rows);
        slots = new int[2 * rows];
        for (var i = 0; i < Count; i++)
        {
            var slot = (int)Hash(keys.AsSpan(i * layout.Words, layout.Words)) & (slots.Length - 1);
            while (slots[slot] != 0) slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = i + 1;
        }
    }
}
