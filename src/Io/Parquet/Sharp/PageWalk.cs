using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads the headers of a column chunk's pages, not the pages: so that what they claim is checked before native code takes memory for it.</summary>
internal static class PageWalk
{
    // Little is read ahead: between two headers lies a page.
    private const long Room = 1 << 15;

    // As for the built-in engine: what decompresses to more than this many times its size and to more than a mebibyte is taken for damage.
    private const long LargestRatio = 1 << 16;

    /// <summary>Checks the headers.</summary>
    /// <returns>Bytes of the largest page, as stored and decompressed together, with the dictionary before it; and the nulls of all pages, or null where a page
    /// does not say them.</returns>
    public static (long Largest, long? Nulls) Check(PlannedFile file, ColumnChunkInfo chunk, PhysicalType physical, long rows,
        CancellationToken cancellationToken)
    {
        using var handle = FooterFile.Open(file.Path);
        using var pages = new ColumnPages(handle, file.Path, chunk, Room);
        long largest = 0, dictionary = 0, values = 0;
        long? nulls = 0;
        while (values < rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!pages.Next()) throw new BrokenFileException($"pages of {values} values", $"{rows}");
            var header = pages.Header;
            var limit = Math.Max(1 << 20, header.CompressedBytes * LargestRatio);
            if (header.UncompressedBytes > limit)
                throw new BrokenFileException($"a page of {header.CompressedBytes} bytes that claims {header.UncompressedBytes} uncompressed",
                    $"at most {limit}");
            switch (header.Kind)
            {
                case PageKind.Index:
                    break;
                case PageKind.Dictionary:
                    if (header.Values > header.UncompressedBytes / LeastBytes(physical))
                        throw new BrokenFileException($"a dictionary of {header.Values} values in {header.UncompressedBytes} bytes", "as many as fit");
                    // Arrow keeps a pointer and a length for each text.
                    dictionary = header.UncompressedBytes + 16L * header.Values;
                    break;
                case PageKind.Data or PageKind.DataV2:
                    values += header.Values;
                    nulls = header.Kind == PageKind.DataV2 && header.Nulls >= 0 ? nulls + header.Nulls : null;
                    if (values > rows) throw new BrokenFileException($"pages of {values} values", $"{rows}");
                    break;
                default:
                    throw new BrokenFileException($"a page of kind {(int)header.Kind}", "0 to 3");
            }
            largest = Math.Max(largest, (long)header.CompressedBytes + header.UncompressedBytes);
        }
        return (largest + dictionary, nulls);
    }

    private static int LeastBytes(PhysicalType physical) => physical switch
    {
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => 12,
        PhysicalType.Boolean or PhysicalType.FixedLenByteArray => 1,
        _ => 4,
    };
}
