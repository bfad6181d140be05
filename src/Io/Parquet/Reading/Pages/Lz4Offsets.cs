using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Detects matches with offset 0 in an LZ4 block. They indicate damage, but decoders copy whatever is in memory, each with different results and none with
/// an error.
/// </summary>
internal static class Lz4Offsets
{
    /// <summary>Checks all matches; other errors in a block are detected by the decoder.</summary>
    /// <exception cref="BrokenFileException">A match has offset 0.</exception>
    public static void Check(ReadOnlySpan<byte> block)
    {
        var at = 0L;
        while (at < block.Length)
        {
            var token = block[(int)at++];
            var literals = Length(block, token >> 4, ref at);
            at += literals;
            // The last sequence contains only literals.
            if (at > block.Length - 2) return;
            if (BinaryPrimitives.ReadUInt16LittleEndian(block[(int)at..]) == 0)
                throw new BrokenFileException($"LZ4 data with an offset of 0 at byte {at}", "at least 1");
            at += 2;
            Length(block, token & 15, ref at);
        }
    }

    private static long Length(ReadOnlySpan<byte> block, int first, ref long at)
    {
        long length = first;
        if (first != 15) return length;
        while (at < block.Length)
        {
            var more = block[(int)at++];
            length += more;
            if (more != 255) break;
        }
        return length;
    }
}
