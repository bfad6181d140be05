using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// The codes of all batches of categorical features, a byte or two each: in memory as far as the budget allows, the rest in a spill file. Filled by one thread
/// while the categories are found, then sealed and read by any number of threads.
/// </summary>
/// <param name="layout">The layout of each batch as models read it: features only.</param>
/// <param name="createSpill">Opens the spill file.</param>
/// <param name="memoryBytes">Bytes of batches to keep in memory.</param>
internal sealed class CodeCache(FeatureLayout layout, Func<SpillFile> createSpill, long memoryBytes) : IRowStore
{
    private readonly List<Entry> entries = [];
    private readonly AlignedBufferPool buffers = new(layout.Length);
    private readonly ushort[] numbers = new ushort[layout.Stride];
    private CodedColumn[] columns = [];

    // Shape [features][256 or 65,536]: the code of each number.
    private double[][] codes = [];
    private byte[] toSpill = [];
    private SpillFile? spill;
    private long memoryUsed;

    public long Count => entries.Count;

    public long Rows { get; private set; }

    public long SpilledBytes { get; private set; }

    /// <summary>Adds the next batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="values">Shape [features]: their values.</param>
    /// <returns>False if the batch cannot be kept as codes; then nothing can.</returns>
    public bool Add(DataBatch batch, IReadOnlyList<BatchColumn> values)
    {
        // Batches without the rows that a stage rejected are not those that a later pass has to count.
        if (batch.Rejected is not null) return false;
        if (columns.Length == 0)
        {
            CodedColumn?[] made = [.. values.Select(CodedColumn.Of)];
            if (made.Contains(null)) return false;
            columns = made!;
        }
        // A batch of bytes becomes one of pairs of bytes at the first column whose numbers need them.
        var bytes = Rent(batch.Rows * columns.Length);
        var isWide = false;
        for (var c = 0; c < columns.Length; c++)
        {
            if (!isWide && columns[c].TryWriteBytes(values[c], bytes.AsSpan(c * batch.Rows, batch.Rows))) continue;
            var target = numbers.AsSpan(0, batch.Rows);
            if (!columns[c].Write(values[c], target)) return false;
            if (!isWide && columns[c].Count > byte.MaxValue)
            {
                var wide = Rent(2 * batch.Rows * columns.Length);
                Widen(bytes.AsSpan(0, c * batch.Rows), MemoryMarshal.Cast<byte, ushort>(wide.AsSpan()));
                (bytes, isWide) = (wide, true);
            }
            if (isWide) target.CopyTo(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[(c * batch.Rows)..]);
            else Narrow(target, bytes.AsSpan(c * batch.Rows));
        }
        Store(batch, bytes, isWide);
        Rows += batch.Rows;
        return true;
    }

    /// <summary>Ends filling, once the categories are known.</summary>
    /// <param name="categories">Shape [features].</param>
    public void Seal(IReadOnlyList<CategoryCodes> categories)
    {
        codes = [.. columns.Select((c, i) => c.Codes(categories[i]))];
        for (var c = 0; c < codes.Length; c++) Array.Resize(ref codes[c], codes[c].Length <= byte.MaxValue + 1 ? byte.MaxValue + 1 : CodedColumn.Most + 1);
        toSpill = [];
    }

    public FeatureBatch Open(long item, long number)
    {
        var entry = entries[(int)item];
        return new FeatureBatch(number, entry.Rows, layout.Columns, entry.FirstRow,
            (ref AlignedBuffer? held) =>
            {
                if (held is null) Read(entry, (held = buffers.Rent()).Span);
                return layout.View(held.Span, entry.Rows, entry.FirstRow);
            },
            buffers);
    }

    public void Dispose() => spill?.Dispose();

    private byte[] Rent(int bytes)
    {
        if (memoryUsed + bytes <= memoryBytes) return GC.AllocateUninitializedArray<byte>(bytes);
        if (toSpill.Length < bytes) toSpill = new byte[bytes];
        return toSpill;
    }

    private void Store(DataBatch batch, byte[] bytes, bool isWide)
    {
        var length = batch.Rows * columns.Length * (isWide ? 2 : 1);
        if (bytes != toSpill)
        {
            memoryUsed += length;
            entries.Add(new(batch.Rows, batch.FirstRow, isWide, bytes, -1));
            return;
        }
        (spill ??= createSpill()).Write(bytes.AsSpan(0, length), SpilledBytes);
        entries.Add(new(batch.Rows, batch.FirstRow, isWide, null, SpilledBytes));
        SpilledBytes += length;
    }

    private void Read(in Entry entry, Span<double> target)
    {
        var bytes = entry.Memory;
        if (bytes is null) spill!.Read(bytes = GC.AllocateUninitializedArray<byte>(entry.Rows * codes.Length * (entry.IsWide ? 2 : 1)), entry.Position);
        for (var c = 0; c < codes.Length; c++)
        {
            var column = target.Slice(c * layout.Stride, entry.Rows);
            if (entry.IsWide) Decode(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()).Slice(c * entry.Rows, entry.Rows), codes[c], column);
            else Decode(bytes.AsSpan(c * entry.Rows, entry.Rows), codes[c], column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<ushort> from, Span<byte> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            Vector.Narrow(new Vector<ushort>(from[i..]), new Vector<ushort>(from[(i + Vector<ushort>.Count)..])).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = (byte)from[i];
    }

    // From the end, because both may be the same memory.
    private static void Widen(ReadOnlySpan<byte> from, Span<ushort> to)
    {
        for (var i = from.Length - 1; i >= 0; i--) to[i] = from[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode(ReadOnlySpan<byte> numbers, double[] codes, Span<double> target)
    {
        // A table for every byte needs no check of the index.
        ref var first = ref codes.AsSpan(0, byte.MaxValue + 1)[0];
        for (var i = 0; i < target.Length; i++) target[i] = Unsafe.Add(ref first, numbers[i]);
    }

    private static void Decode(ReadOnlySpan<ushort> numbers, double[] codes, Span<double> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = codes[numbers[i]];
    }

    private readonly record struct Entry(int Rows, long FirstRow, bool IsWide, byte[]? Memory, long Position);
}
