using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Io.Format;

/// <summary>Incrementally decodes Parquet's RLE/bit-packing hybrid, which is used for levels, dictionary indexes and booleans.</summary>
/// <param name="source">Encoded runs.</param>
/// <param name="bitWidth">Bits per number, 0 … 32.</param>
internal sealed class RleDecoder(PageBytes source, int bitWidth)
{
    // Maximum number of bit-packed values unpacked at a time, so that they fit into a window of the source.
    private const int Burst = 1 << 15;
    private readonly int bitWidth = bitWidth is >= 0 and <= 32 ? bitWidth : throw new BrokenFileException($"a bit width of {bitWidth}", "0 to 32");
    private long left;
    private int value, bit;
    private bool isPacked;

    /// <summary>Decodes plain bits, eight per byte, as an endless bit-packed run.</summary>
    public static RleDecoder Bits(PageBytes source) => new(source, 1) { left = long.MaxValue, isPacked = true };

    /// <summary>Decodes the next numbers.</summary>
    /// <param name="target">Shape [values]; filled.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(Span<int> target)
    {
        if (bitWidth == 0)
        {
            target.Clear();
            return;
        }
        for (var done = 0; done < target.Length;)
        {
            if (left == 0) NextRun();
            var count = (int)Math.Min(left, target.Length - done);
            if (isPacked)
            {
                var bits = Packed(ref count);
                Unpack(bits, bitWidth, bit, target.Slice(done, count));
                Pass(count);
            }
            else
            {
                target.Slice(done, count).Fill(value);
                left -= count;
            }
            done += count;
        }
    }

    /// <summary>Decodes the next one-bit numbers: booleans, or definition levels of a column that is not nested.</summary>
    /// <param name="target">Shape [values]; filled.</param>
    /// <returns>The number of ones.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int DecodeFlags(Span<bool> target)
    {
        var set = 0;
        for (var done = 0; done < target.Length;)
        {
            if (left == 0) NextRun();
            var count = (int)Math.Min(left, target.Length - done);
            if (isPacked)
            {
                var bits = Packed(ref count);
                for (var i = 0; i < count; i++)
                {
                    var at = bit + i;
                    var flag = (bits[at >> 3] >> (at & 7)) & 1;
                    target[done + i] = flag != 0;
                    set += flag;
                }
                Pass(count);
            }
            else
            {
                if (value is not (0 or 1)) throw new BrokenFileException($"the level {value}", "0 or 1");
                target.Slice(done, count).Fill(value == 1);
                if (value == 1) set += count;
                left -= count;
            }
            done += count;
        }
        return set;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NextRun()
    {
        var header = Varint();
        if (header >> 1 == 0) throw (header & 1) == 0
            ? new BrokenFileException("an empty run", "at least one")
            : new BrokenFileException("an empty bit-packed run", "at least eight");
        isPacked = (header & 1) != 0;
        left = header >> 1;
        if (isPacked)
        {
            left *= 8;
            bit = 0;
            return;
        }
        var width = (bitWidth + 7) / 8;
        var bytes = source.Peek(Math.Max(1, width));
        if (bytes.Length < width) throw new BrokenFileException("a run cut off", $"{width} bytes");
        value = 0;
        for (var i = 0; i < width; i++) value |= bytes[i] << (8 * i);
        source.Advance(width);
    }

    // The bytes of the next values and what follows them, with count reduced if there are many. The last group may lack the bytes of its unused values.
    private ReadOnlySpan<byte> Packed(ref int count)
    {
        count = Math.Min(count, Burst);
        var needed = (int)((bit + ((long)count * bitWidth) + 7) / 8);
        var bytes = source.Peek(needed);
        if (bytes.Length < needed) throw new BrokenFileException($"{bytes.Length} bytes of bit-packed values", $"{needed} bytes");
        return bytes;
    }

    private void Pass(int count)
    {
        var bits = bit + ((long)count * bitWidth);
        source.Advance((int)(bits >> 3));
        bit = (int)(bits & 7);
        left -= count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack(ReadOnlySpan<byte> source, int bitWidth, long bit, Span<int> target)
    {
        var mask = (1UL << bitWidth) - 1;
        ref var bytes = ref MemoryMarshal.GetReference(source);
        // Eight bytes from a value's first byte contain all of its bits (at most 7 + 32); the last values are read from a padded copy.
        var safe = source.Length < 8 ? 0 : (int)Math.Min(target.Length, (((source.Length - 8) * 8L) + 7 - bit) / bitWidth);
        var done = bitWidth <= 8 && Avx2.IsSupported ? UnpackEights(ref bytes, bitWidth, bit, target, safe) : 0;
        bit += (long)done * bitWidth;
        for (var i = done; i < safe; i++, bit += bitWidth)
            target[i] = (int)(uint)((Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)(bit >> 3))) >> (int)(bit & 7)) & mask);
        Span<byte> padded = stackalloc byte[8];
        for (var i = Math.Max(done, safe); i < target.Length; i++, bit += bitWidth)
        {
            var first = (int)(bit >> 3);
            padded.Clear();
            source.Slice(first, Math.Min(8, source.Length - first)).CopyTo(padded);
            target[i] = (int)(uint)((Unsafe.ReadUnaligned<ulong>(ref padded[0]) >> (int)(bit & 7)) & mask);
        }
    }

    // Eight values of at most eight bits lie in the eight bytes from the first one's byte on. Returns the number of unpacked values, which may go beyond the
    // first values of groups, but not beyond the target.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackEights(ref byte bytes, int bitWidth, long bit, Span<int> target, int safe)
    {
        ref var to = ref MemoryMarshal.GetReference(target);
        var mask = Vector256.Create((1 << bitWidth) - 1);
        var four = Vector128.Create(0u, (uint)bitWidth, 2 * (uint)bitWidth, 3 * (uint)bitWidth);
        var shifts = Vector256.Create(four, four);
        var half = 4 * bitWidth;
        var i = 0;
        for (; i < safe && i + 8 <= target.Length; i += 8, bit += 8 * bitWidth)
        {
            var packed = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)(bit >> 3))) >> (int)(bit & 7);
            var spread = Vector256.Create(Vector128.Create((int)(uint)packed), Vector128.Create((int)(uint)(packed >> half)));
            (Avx2.ShiftRightLogicalVariable(spread, shifts) & mask).StoreUnsafe(ref to, (nuint)i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint Varint()
    {
        var bytes = source.Peek(5);
        var number = 0UL;
        for (var i = 0; i < 5; i++)
        {
            if (i >= bytes.Length) throw new BrokenFileException("runs that end too early", "more values");
            number |= (ulong)(bytes[i] & 127) << (7 * i);
            if (bytes[i] >= 128) continue;
            source.Advance(i + 1);
            return number <= uint.MaxValue ? (uint)number : throw new BrokenFileException($"a run of {number}", "32 bits");
        }
        throw new BrokenFileException("a run length of more than 5 bytes", "at most 5");
    }
}
