namespace Pipelines.Io.Format;

/// <summary>Parses a footer's bytes into a <see cref="FileFooter"/> and rejects everything inconsistent.</summary>
internal static class FooterParser
{
    /// <summary>Maximum number of rows in a row group, because its columns are decoded into arrays.</summary>
    public const long MaxRowGroupRows = 1L << 30;

    /// <summary>Reads a footer.</summary>
    /// <param name="bytes">The footer without its length and magic.</param>
    /// <param name="dataEnd">Position in the file at which the footer starts.</param>
    public static FileFooter Parse(ReadOnlySpan<byte> bytes, long dataEnd)
    {
        var reader = new ThriftReader(bytes);
        List<SchemaNode>? schema = null;
        List<RowGroupInfo>? groups = null;
        long rows = -1;
        var createdBy = "";
        var isEncrypted = false;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            switch (id)
            {
                case 2: schema = ReadSchema(ref reader, type); break;
                case 3: rows = reader.Int(type); break;
                case 4: groups = ReadRowGroups(ref reader, type); break;
                case 6: createdBy = reader.Text(type); break;
                case 8:
                    isEncrypted = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.End(outer);
        if (schema is null or []) throw new BrokenFileException("a footer without a schema", "a schema");
        if (groups is null) throw new BrokenFileException("a footer without row groups", "a list of row groups");
        var (columns, leaves) = SchemaReader.Columns(schema);
        Check(groups, leaves, rows, dataEnd);
        if (createdBy.StartsWith("parquet-mr", StringComparison.Ordinal)) groups = groups.ConvertAll(g => Lengthen(g, dataEnd));
        return new FileFooter(createdBy, rows, [.. columns], [.. groups], dataEnd + bytes.Length + 8)
        {
            IsEncrypted = isEncrypted,
            Lists = ListSchema.Of(schema),
        };
    }

    private static void Check(List<RowGroupInfo> groups, List<SchemaNode> leaves, long rows, long dataEnd)
    {
        long sum = 0;
        for (var g = 0; g < groups.Count; g++)
        {
            var group = groups[g];
            if (group.Rows < 0) throw new BrokenFileException($"row group {g} with {group.Rows} rows", "at least 0");
            if (group.Rows > MaxRowGroupRows) throw new BrokenFileException($"row group {g} with {group.Rows} rows", $"at most {MaxRowGroupRows}");
            if (group.Chunks.Length != leaves.Count)
                throw new BrokenFileException($"row group {g} with {group.Chunks.Length} columns", $"{leaves.Count}, as the schema says");
            for (var c = 0; c < leaves.Count; c++)
            {
                var chunk = group.Chunks[c];
                var where = $"row group {g}, column '{leaves[c].Path}'";
                if (chunk.Obstacle is not null) continue;
                if (chunk.Physical != leaves[c].Storage!.Physical)
                    throw new BrokenFileException($"{where} stored as {chunk.Physical}", $"{leaves[c].Storage!.Physical}, as the schema says");
                if (chunk.Values < 0 || (leaves[c].IsOnePerRow && chunk.Values != group.Rows))
                    throw new BrokenFileException($"{where} with {chunk.Values} values", $"{group.Rows}, the row group's rows");
                if (chunk.Values > 0 && (chunk.Offset < 4 || chunk.CompressedBytes <= 0 || chunk.Offset > dataEnd - chunk.CompressedBytes))
                    throw new BrokenFileException($"{where} at byte {chunk.Offset} with {chunk.CompressedBytes} bytes",
                        $"a place between byte 4 and the footer at byte {dataEnd}");
            }
            sum += group.Rows;
        }
        if (rows != sum) throw new BrokenFileException($"{rows} rows in the file", $"{sum}, the sum over its row groups");
    }

    // Early versions omitted the dictionary header from the chunk length. Pages are read until all values are found, so extra bytes do no harm.
    private static RowGroupInfo Lengthen(RowGroupInfo group, long dataEnd) =>
        group with { Chunks = Array.ConvertAll(group.Chunks, c => c with { CompressedBytes = Math.Min(c.CompressedBytes + 100, dataEnd - c.Offset) }) };

    private static List<SchemaNode> ReadSchema(ref ThriftReader reader, ThriftType type)
    {
        var count = reader.List(type, ThriftType.Struct);
        var nodes = new List<SchemaNode>(count);
        for (var i = 0; i < count; i++) nodes.Add(SchemaReader.ReadNode(ref reader));
        return nodes;
    }

    private static List<RowGroupInfo> ReadRowGroups(ref ThriftReader reader, ThriftType type)
    {
        var count = reader.List(type, ThriftType.Struct);
        var groups = new List<RowGroupInfo>(count);
        for (var i = 0; i < count; i++)
        {
            ColumnChunkInfo[]? chunks = null;
            long rows = -1;
            var outer = reader.Begin();
            while (reader.Next(out var id, out var field))
            {
                switch (id)
                {
                    case 1:
                        chunks = new ColumnChunkInfo[reader.List(field, ThriftType.Struct)];
                        for (var c = 0; c < chunks.Length; c++) chunks[c] = ReadChunk(ref reader);
                        break;
                    case 3: rows = reader.Int(field); break;
                    default: reader.Skip(field); break;
                }
            }
            reader.End(outer);
            groups.Add(new RowGroupInfo(rows, chunks ?? throw new BrokenFileException($"row group {i} without columns", "a list of columns")));
        }
        return groups;
    }

    private static ColumnChunkInfo ReadChunk(ref ThriftReader reader)
    {
        ColumnChunkInfo? chunk = null;
        string? obstacle = null;
        bool isElsewhere = false, isLocked = false;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            switch (id)
            {
                case 1:
                    obstacle = $"its values lie in another file, '{reader.Text(type)}'";
                    isElsewhere = true;
                    break;
                case 3:
                    ThriftReader.Expect(type, ThriftType.Struct);
                    chunk = ReadChunkData(ref reader);
                    break;
                case 8 or 9:
                    obstacle = "it is encrypted, and no key was given";
                    isLocked = true;
                    reader.Skip(type);
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.End(outer);
        if (obstacle is not null)
            return (chunk ?? new ColumnChunkInfo(default, default, [], 0, 0, 0, 0, null)) with
            {
                Obstacle = obstacle,
                IsElsewhere = isElsewhere,
                IsLocked = isLocked
            };
        return chunk ?? throw new BrokenFileException("a column chunk without metadata", "its metadata");
    }

    private static ColumnChunkInfo ReadChunkData(ref ThriftReader reader)
    {
        int physical = -1, codec = -1;
        PageEncoding[] encodings = [];
        long values = -1, data = -1, dictionary = 0, compressed = -1, uncompressed = -1;
        var statistics = ChunkStatistics.None;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            switch (id)
            {
                case 1: physical = reader.Int32(type); break;
                case 2:
                    encodings = new PageEncoding[reader.List(type, ThriftType.Int32)];
                    for (var i = 0; i < encodings.Length; i++) encodings[i] = (PageEncoding)reader.Int32(ThriftType.Int32);
                    break;
                case 4: codec = reader.Int32(type); break;
                case 5: values = reader.Int(type); break;
                case 6: uncompressed = reader.Int(type); break;
                case 7: compressed = reader.Int(type); break;
                case 9: data = reader.Int(type); break;
                case 11: dictionary = reader.Int(type); break;
                case 12: statistics = ChunkStatistics.Read(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }
        reader.End(outer);
        if (physical is < 0 or > 7) throw new BrokenFileException($"physical type {physical} in a column chunk", "0 to 7");
        // Some writers set the dictionary's offset to 0 if there is none.
        var offset = dictionary > 0 ? Math.Min(dictionary, data) : data;
        return new ColumnChunkInfo((PhysicalType)physical, (PageCodec)codec, encodings, values, offset, compressed, uncompressed,
            CodecObstacle(codec))
        { Statistics = statistics };
    }

    private static string? CodecObstacle(int codec) => (PageCodec)codec switch
    {
        PageCodec.None or PageCodec.Snappy or PageCodec.Gzip or PageCodec.Brotli or PageCodec.Zstd or PageCodec.Lz4Raw => null,
        PageCodec.HadoopLz4 => "it is compressed with the deprecated LZ4 codec, whose framing is ambiguous",
        PageCodec.Lzo => "it is compressed with LZO",
        _ => $"it is compressed with the unknown codec {codec}",
    };
}
