using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>The header of a page.</summary>
internal readonly record struct PageHeader(
    PageKind Kind, int UncompressedBytes, int CompressedBytes, uint? Crc, int Values, PageEncoding Encoding, PageEncoding LevelEncoding, int Nulls,
    int DefinitionBytes, int RepetitionBytes, bool IsCompressed)
{
    /// <summary>Reads a header.</summary>
    /// <param name="bytes">Bytes that start with the header.</param>
    /// <param name="length">Length of the header in bytes.</param>
    public static PageHeader Parse(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new ThriftReader(bytes);
        var header = new PageHeader((PageKind)(-1), -1, -1, null, -1, default, PageEncoding.Rle, -1, 0, 0, true);
        var body = false;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            switch (id)
            {
                case 1: header = header with { Kind = (PageKind)reader.Int32(type) }; break;
                case 2: header = header with { UncompressedBytes = reader.Int32(type) }; break;
                case 3: header = header with { CompressedBytes = reader.Int32(type) }; break;
                case 4: header = header with { Crc = (uint)reader.Int32(type) }; break;
                case 5 or 7 or 8:
                    ThriftReader.Expect(type, ThriftType.Struct);
                    header = ReadBody(ref reader, header, id);
                    body = true;
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.End(outer);
        length = reader.Position;
        if (header.UncompressedBytes < 0 || header.CompressedBytes < 0)
            throw new BrokenFileException($"a page of {header.CompressedBytes} bytes, {header.UncompressedBytes} uncompressed", "at least 0");
        if (header.Kind is not PageKind.Index && (!body || header.Values < 0))
            throw new BrokenFileException($"a page of kind {(int)header.Kind} with {header.Values} values", "a page that states its number of values");
        return header;
    }

    private static PageHeader ReadBody(ref ThriftReader reader, PageHeader header, short body)
    {
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            header = (body, id) switch
            {
                (_, 1) => header with { Values = reader.Int32(type) },
                (5 or 7, 2) or (8, 4) => header with { Encoding = (PageEncoding)reader.Int32(type) },
                (5, 3) => header with { LevelEncoding = (PageEncoding)reader.Int32(type) },
                (8, 2) => header with { Nulls = reader.Int32(type) },
                (8, 5) => header with { DefinitionBytes = reader.Int32(type) },
                (8, 6) => header with { RepetitionBytes = reader.Int32(type) },
                (8, 7) => header with { IsCompressed = ThriftReader.Bool(type) },
                _ => Skip(ref reader, type, header),
            };
        }
        reader.End(outer);
        return header;
    }

    private static PageHeader Skip(ref ThriftReader reader, ThriftType type, PageHeader header)
    {
        reader.Skip(type);
        return header;
    }
}
