using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads the headers of a column chunk's pages, not the pages: so that what they claim is checked before native code takes memory for it.</summary>
internal static class PageWalk
{
    private const int FirstHeader = 1 << 9;
    private const int LargestHeader = 1 << 24;

    // As for the built-in engine: what decompresses to more than this many times its size, or to more than this size, is taken for damage.
    private const long LargestRatio = 1 << 16;
    private const int LargestPage = 1 << 30;

    /// <summary>Checks the headers.</summary>
    /// <returns>Bytes of the largest page, compressed and decompressed together.</returns>
    public static long Largest(string path, ColumnChunkInfo chunk, PhysicalType physical, int rows, CancellationToken cancellationToken)
    {
        using var file = FooterFile.Open(path);
        var largest = 0L;
        var (at, end, values) = (chunk.Offset, chunk.Offset + chunk.CompressedBytes, 0L);
        var bytes = new byte[FirstHeader];
        while (values < rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (at >= end) throw new BrokenFileException($"pages of {values} values", $"{rows}");
            var header = Read(out var length);
            at += length;
            if (header.CompressedBytes > end - at) throw new BrokenFileException($"a page of {header.CompressedBytes} bytes", $"at most {end - at}, the bytes left in the column chunk");
            at += header.CompressedBytes;
            var limit = Math.Min(LargestPage, Math.Max(1 << 20, header.CompressedBytes * LargestRatio));
            if (header.UncompressedBytes > limit) throw new BrokenFileException($"a page of {header.CompressedBytes} bytes that claims {header.UncompressedBytes} uncompressed", $"at most {limit}");
            if (header.Kind is PageKind.Index) continue;
            if (header.Kind is PageKind.Dictionary && header.Values > header.UncompressedBytes / LeastBytes(physical))
                throw new BrokenFileException($"a dictionary of {header.Values} values in {header.UncompressedBytes} bytes", "as many as fit");
            if (header.Kind is PageKind.Data or PageKind.DataV2)
            {
                values += header.Values;
                if (values > rows) throw new BrokenFileException($"pages of {values} values", $"{rows}");
            }
            largest = Math.Max(largest, (long)header.CompressedBytes + header.UncompressedBytes);
        }
        return largest;

        PageHeader Read(out int length)
        {
            for (var size = FirstHeader; ; size *= 8)
            {
                if (bytes.Length < size) bytes = new byte[size];
                var read = FooterFile.Read(file, bytes.AsSpan(0, (int)Math.Min(size, end - at)), at, path);
                try
                {
                    return PageHeader.Parse(bytes.AsSpan(0, read), out length);
                }
                catch (BrokenFileException) when (read == size && size < LargestHeader)
                {
                    // Statistics of long texts make long headers: look at more bytes.
                }
            }
        }
    }

    private static int LeastBytes(PhysicalType physical) => physical switch
    {
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => 12,
        PhysicalType.Boolean or PhysicalType.FixedLenByteArray => 1,
        _ => 4,
    };
}
