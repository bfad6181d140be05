using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Io.Format;

/// <summary>Encodes the RLE/bit-packing hybrid that <see cref="RleDecoder"/> decodes.</summary>
internal static class RleEncoder
{
    // A shorter run takes more bytes as a run than within a bit-packed group.
    private const int ShortestRun = 16;

    /// <summary>Encodes numbers of <paramref name="bitWidth"/> bits.</summary>
    /// <param name="values">Shape [values], each at least 0 and less than 2^bitWidth.</param>
    /// <param name="bitWidth">1 … 31.</param>
    /// <param name="target">Appended to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(ReadOnlySpan<int> values, int bitWidth, ByteBuffer target)
    {
        var packed = 0;
        var i = 0;
        while (i < values.Length)
        {
            var run = i + ShortestRun <= values.Length && values[i] == values[i + ShortestRun - 1] ? RunLength(values[i..]) : 0;
            if (run < ShortestRun)
            {
                i = Math.Min(values.Length, i + 8);
                continue;
            }
            Pack(values[packed..i], bitWidth, target);
            Varint((uint)run << 1, target);
            for (var b = 0; b < bitWidth; b += 8) target.Write((byte)(values[i] >> b));
            packed = i += run;
        }
        Pack(values[packed..], bitWidth, target);
    }

    private static int RunLength(ReadOnlySpan<int> values)
    {
        var length = values[1..].IndexOfAnyExcept(values[0]);
        return length < 0 ? values.Length : length + 1;
    }

    // Only the last bit-packed group of a page may hold a number of values that is not a multiple of eight: it is padded with zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(ReadOnlySpan<int> values, int bitWidth, ByteBuffer target)
    {
        if (values.Length == 0) return;
        var groups = (values.Length + 7) / 8;
        Varint(((uint)groups << 1) | 1, target);
        var bytes = target.Reserve(groups * bitWidth + 8);
        var bits = 0UL;
        var count = 0;
        var at = 0;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        foreach (var value in values)
        {
            bits |= (ulong)(uint)value << count;
            count += bitWidth;
            if (count >= 32)
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref first, at), (uint)bits);
                at += 4;
                bits >>= 32;
                count -= 32;
            }
        }
        bytes[at..].Clear();
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref first, at), (uint)bits);
        target.Shrink(target.Length - 8);
    }

    private static void Varint(uint value, ByteBuffer target)
    {
        for (; value >= 128; value >>= 7) target.Write((byte)(value | 128));
        target.Write((byte)value);
    }
}
