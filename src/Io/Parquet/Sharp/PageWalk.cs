using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads only the page headers of a column chunk, to check their claims before native code allocates memory for them.</summary>
internal static class PageWalk
{
    // Little is read ahead, because there is a page between two headers.
    private const long HeldBytes = 1 << 15;

    // As in the built-in engine: a page that decompresses to more than this many times its size and to more than 1 MiB is treated as damaged.
    private const long LargestRatio = 1 << 16;

    /// <summary>Checks the headers.</summary>
    /// <returns>Bytes of the largest page, stored and decompressed size together, including the dictionary; and the nulls of all pages, or null if a page
    /// does not state them.</returns>
    public static (long Largest, long? Nulls) Check(PlannedFile file, ColumnChunkInfo chunk, PhysicalType physical, long rows,
        CancellationToken cancellationToken)
    {
        using var handle = FooterFile.Open(file.Path);
        using var pages = new ColumnPages(handle, file.Path, chunk, HeldBytes);
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
