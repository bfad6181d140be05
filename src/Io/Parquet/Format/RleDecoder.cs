using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Io.Format;

/// <summary>Decodes the hybrid of runs and bit-packed groups that Parquet uses for levels, dictionary indexes and booleans.</summary>
internal static class RleDecoder
{
    /// <summary>Decodes numbers of <paramref name="bitWidth"/> bits.</summary>
    /// <param name="source">Encoded runs.</param>
    /// <param name="bitWidth">0 … 32.</param>
    /// <param name="target">Shape [values]; filled.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ReadOnlySpan<byte> source, int bitWidth, Span<int> target)
    {
        if (bitWidth is < 0 or > 32) throw new BrokenFileException($"a bit width of {bitWidth}", "0 to 32");
        if (bitWidth == 0)
        {
            target.Clear();
            return;
        }
        var at = 0;
        var done = 0;
        while (done < target.Length)
        {
            var header = Varint(source, ref at);
            if ((header & 1) == 0)
            {
                var (value, count) = Run(source, ref at, header, bitWidth, target.Length - done);
                target.Slice(done, count).Fill(value);
                done += count;
            }
            else
            {
                var (bytes, count) = Packed(source, at, header, bitWidth, target.Length - done);
                Unpack(source.Slice(at, bytes), bitWidth, target.Slice(done, count));
                at += bytes;
                done += count;
            }
        }
    }

    /// <summary>Decodes definition levels of a column that is not nested: true where a value is present.</summary>
    /// <param name="source">Encoded runs of one-bit numbers.</param>
    /// <param name="target">Shape [values]; filled.</param>
    /// <returns>Number of values that are present.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int DecodeFlags(ReadOnlySpan<byte> source, Span<bool> target)
    {
        var at = 0;
        var done = 0;
        var present = 0;
        while (done < target.Length)
        {
            var header = Varint(source, ref at);
            if ((header & 1) == 0)
            {
                var (value, count) = Run(source, ref at, header, 1, target.Length - done);
                if (value is not (0 or 1)) throw new BrokenFileException($"the level {value}", "0 or 1");
                target.Slice(done, count).Fill(value == 1);
                if (value == 1) present += count;
                done += count;
            }
            else
            {
                var (bytes, count) = Packed(source, at, header, 1, target.Length - done);
                var bits = source.Slice(at, bytes);
                for (var i = 0; i < count; i++)
                {
                    var bit = (bits[i >> 3] >> (i & 7)) & 1;
                    target[done + i] = bit != 0;
                    present += bit;
                }
                at += bytes;
                done += count;
            }
        }
        return present;
    }

    private static (int Value, int Count) Run(ReadOnlySpan<byte> source, ref int at, uint header, int bitWidth, int left)
    {
        var count = header >> 1;
        if (count == 0) throw new BrokenFileException("a run of no value", "at least one");
        var width = (bitWidth + 7) / 8;
        if (source.Length - at < width) throw new BrokenFileException("a run cut off", $"{width} bytes");
        var value = 0;
        for (var i = 0; i < width; i++) value |= source[at++] << (8 * i);
        return (value, (int)Math.Min(count, (uint)left));
    }

    private static (int Bytes, int Count) Packed(ReadOnlySpan<byte> source, int at, uint header, int bitWidth, int left)
    {
        var groups = header >> 1;
        if (groups == 0) throw new BrokenFileException("a bit-packed run of no value", "at least eight");
        var count = (int)Math.Min(groups * 8L, left);
        // The last group may lack the bytes of values that are not there.
        var bytes = (int)Math.Min((long)groups * bitWidth, source.Length - at);
        if (bytes * 8L < (long)count * bitWidth) throw new BrokenFileException($"{bytes} bytes of bit-packed values", $"{(count * (long)bitWidth + 7) / 8} bytes");
        return (bytes, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unpack(ReadOnlySpan<byte> source, int bitWidth, Span<int> target)
    {
        var mask = (1UL << bitWidth) - 1;
        ref var bytes = ref MemoryMarshal.GetReference(source);
        // Eight bytes from a value's first byte hold all of its bits (at most 7 + 32); the last values are read from a padded copy.
        var safe = source.Length < 8 ? 0 : (int)Math.Min(target.Length, (source.Length - 8) * 8L / bitWidth);
        var bit = 0L;
        for (var i = 0; i < safe; i++, bit += bitWidth)
            target[i] = (int)(uint)((Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)(bit >> 3))) >> (int)(bit & 7)) & mask);
        if (safe == target.Length) return;
        var first = (int)(bit >> 3);
        Span<byte> padded = stackalloc byte[64];
        while (safe < target.Length)
        {
            first = (int)(bit >> 3);
            padded[..8].Clear();
            source.Slice(first, Math.Min(8, source.Length - first)).CopyTo(padded);
            target[safe++] = (int)(uint)((Unsafe.ReadUnaligned<ulong>(ref padded[0]) >> (int)(bit & 7)) & mask);
            bit += bitWidth;
        }
    }

    private static uint Varint(ReadOnlySpan<byte> source, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (at >= source.Length) throw new BrokenFileException("runs that end too early", "more values");
            var b = source[at++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value <= uint.MaxValue ? (uint)value : throw new BrokenFileException($"a run of {value}", "32 bits");
        }
        throw new BrokenFileException("a run length of more than 5 bytes", "at most 5");
    }
}
