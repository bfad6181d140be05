using ParquetSharp;
using ParquetSharp.Schema;
using Pipelines.Io.Format;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Reads the footer of an encrypted file through Arrow, which decrypts it or verifies its signature, and converts it to the form of our own parser.
/// </summary>
internal static class EncryptedFooter
{
    /// <summary>Reads a footer.</summary>
    public static FileFooter Load(string path, string name, DecryptionKeys keys)
    {
        try
        {
            using var file = new ArrowFile(path, keys, ArrowRowGroup.LeastBuffer);
            using var metadata = file.Reader.FileMetaData;
            return Convert(file.Reader, metadata, new FileInfo(path).Length);
        }
        catch (Exception e) when (e is not FlowException)
        {
            throw new FlowException(ErrorKind.Data, name + ", footer",
                e is BrokenFileException broken ? broken.Found : $"an encrypted file that cannot be opened ({ArrowFault.Message(e)})",
                e is BrokenFileException { Expected: var expected } ? expected : "a footer that the given keys decrypt",
                "check the keys (ParquetSourceOptions.DecryptionKeys) and their ids", e);
        }
    }

    private static FileFooter Convert(ParquetFileReader reader, FileMetaData metadata, long length)
    {
        var nodes = new List<SchemaNode>();
        using (var root = metadata.Schema.GroupNode) Walk(root, nodes, 0);
        var (columns, leaves) = SchemaReader.Columns(nodes);
        if (leaves.Count != metadata.NumColumns) throw new BrokenFileException($"a schema of {leaves.Count} columns", $"{metadata.NumColumns}");
        var groups = new RowGroupInfo[metadata.NumRowGroups];
        for (var g = 0; g < groups.Length; g++)
        {
            using var group = reader.RowGroup(g);
            var rows = group.MetaData.NumRows;
            if (rows is < 0 or > FooterParser.MaxRowGroupRows)
                throw new BrokenFileException($"row group {g} with {rows} rows", $"0 to {FooterParser.MaxRowGroupRows}");
            var chunks = new ColumnChunkInfo[leaves.Count];
            for (var c = 0; c < chunks.Length; c++)
            {
                chunks[c] = Chunk(group.MetaData, c, leaves[c]);
                if (!chunks[c].IsLocked && leaves[c].IsOnePerRow && chunks[c].Values != rows)
                    throw new BrokenFileException($"row group {g}, column '{leaves[c].Path}' with {chunks[c].Values} values", $"{rows}, the row group's rows");
            }
            groups[g] = new RowGroupInfo(rows, chunks);
        }
        var sum = groups.Sum(g => g.Rows);
        if (metadata.NumRows != sum) throw new BrokenFileException($"{metadata.NumRows} rows in the file", $"{sum}, the sum over its row groups");
        return new FileFooter(metadata.CreatedBy, sum, [.. columns], groups, length) { IsEncrypted = true, Lists = ListSchema.Of(nodes) };
    }

    // Only an engine that decrypts can read the file: even its plain columns are located through its footer.
    private static ColumnChunkInfo Chunk(RowGroupMetaData group, int index, SchemaNode leaf)
    {
        try
        {
            using var chunk = group.GetColumnChunkMetaData(index);
            if ((Format.PhysicalType)chunk.Type != leaf.Storage!.Physical)
                throw new BrokenFileException($"column '{leaf.Path}' stored as {chunk.Type}", $"{leaf.Storage.Physical}, as the schema says");
            return new ColumnChunkInfo(leaf.Storage.Physical, Codec(chunk.Compression), Array.ConvertAll(chunk.Encodings, Encoding), chunk.NumValues, 0,
                Math.Max(0, chunk.TotalCompressedSize), Math.Max(0, chunk.TotalUncompressedSize), "it lies in an encrypted file");
        }
        catch (Exception e) when (e is ParquetException or KeyNotFoundException)
        {
            return new ColumnChunkInfo(leaf.Storage!.Physical, default, [], 0, 0, 0, 0,
                $"it is encrypted, and its key was not given ({ArrowFault.Message(e)})")
            { IsLocked = true };
        }
    }

    private static void Walk(Node node, List<SchemaNode> nodes, int depth)
    {
        if (depth > 64) throw new BrokenFileException("a schema nested too deep", "at most 64 levels");
        var repetition = (Format.Repetition)node.Repetition;
        if (node is PrimitiveNode leaf)
        {
            using var logical = leaf.LogicalType;
            nodes.Add(SchemaWriter.WithStored(new SchemaNode(leaf.Name, Storage(leaf, logical), repetition, 0), leaf.FieldId));
            return;
        }
        var group = (GroupNode)node;
        using var kind = group.LogicalType;
        var made = new SchemaNode(group.Name, null, repetition, group.FieldCount)
        {
            IsList = kind.Type == LogicalTypeEnum.List,
            IsMap = kind.Type == LogicalTypeEnum.Map,
        };
        // Other group types cannot be written back.
        var isKnown = made.IsList || made.IsMap || kind.Type is LogicalTypeEnum.None or LogicalTypeEnum.Undefined;
        nodes.Add(isKnown ? SchemaWriter.WithStored(made, group.FieldId) : made);
        foreach (var field in group.Fields)
        {
            using (field) Walk(field, nodes, depth + 1);
        }
    }

    private static ParquetStorage Storage(PrimitiveNode leaf, LogicalType logical)
    {
        var physical = (Format.PhysicalType)leaf.PhysicalType;
        var length = physical == Format.PhysicalType.FixedLenByteArray ? leaf.TypeLength : 0;
        if (physical == Format.PhysicalType.FixedLenByteArray && length is <= 0 or > 1 << 20)
            throw new BrokenFileException($"column '{leaf.Name}' with values of {length} bytes", "1 to 1,048,576");
        var storage = new ParquetStorage(physical, Length: length);
        return logical switch
        {
            DecimalLogicalType t => storage with { Kind = LogicalKind.Decimal, Precision = t.Precision, Scale = t.Scale },
            TimeLogicalType t => storage with { Kind = LogicalKind.Time, Unit = Unit(t.TimeUnit), IsUtc = t.IsAdjustedToUtc },
            TimestampLogicalType t => storage with { Kind = LogicalKind.Timestamp, Unit = Unit(t.TimeUnit), IsUtc = t.IsAdjustedToUtc },
            IntLogicalType t => storage with { Kind = LogicalKind.Integer, Bits = t.BitWidth, IsSigned = t.IsSigned },
            _ => storage with
            {
                Kind = logical.Type switch
                {
                    LogicalTypeEnum.None or LogicalTypeEnum.Undefined => LogicalKind.None,
                    LogicalTypeEnum.String => LogicalKind.String,
                    LogicalTypeEnum.Enum => LogicalKind.Enum,
                    LogicalTypeEnum.Date => LogicalKind.Date,
                    LogicalTypeEnum.Json => LogicalKind.Json,
                    LogicalTypeEnum.Bson => LogicalKind.Bson,
                    LogicalTypeEnum.Uuid => LogicalKind.Uuid,
                    LogicalTypeEnum.Float16 => LogicalKind.Float16,
                    LogicalTypeEnum.Interval => LogicalKind.Interval,
                    LogicalTypeEnum.Nil => LogicalKind.Unknown,
                    _ => LogicalKind.Other,
                },
            },
        };
    }

    private static Format.TimeUnit Unit(ParquetSharp.TimeUnit unit) => unit switch
    {
        ParquetSharp.TimeUnit.Millis => Format.TimeUnit.Millis,
        ParquetSharp.TimeUnit.Micros => Format.TimeUnit.Micros,
        ParquetSharp.TimeUnit.Nanos => Format.TimeUnit.Nanos,
        _ => throw new BrokenFileException($"time unit {unit}", "milliseconds, microseconds or nanoseconds"),
    };

    private static PageCodec Codec(Compression compression) => compression switch
    {
        Compression.Uncompressed => PageCodec.None,
        Compression.Snappy => PageCodec.Snappy,
        Compression.Gzip => PageCodec.Gzip,
        Compression.Brotli => PageCodec.Brotli,
        Compression.Zstd => PageCodec.Zstd,
        Compression.Lz4 => PageCodec.Lz4Raw,
        Compression.Lz4Hadoop => PageCodec.HadoopLz4,
        _ => PageCodec.Lzo,
    };

    private static PageEncoding Encoding(ParquetSharp.Encoding encoding) => encoding switch
    {
        ParquetSharp.Encoding.PlainDictionary => PageEncoding.PlainDictionary,
        ParquetSharp.Encoding.RleDictionary => PageEncoding.RleDictionary,
        ParquetSharp.Encoding.Rle => PageEncoding.Rle,
        ParquetSharp.Encoding.DeltaBinaryPacked => PageEncoding.DeltaBinaryPacked,
        ParquetSharp.Encoding.DeltaLengthByteArray => PageEncoding.DeltaLengthByteArray,
        ParquetSharp.Encoding.DeltaByteArray => PageEncoding.DeltaByteArray,
        ParquetSharp.Encoding.ByteStreamSplit => PageEncoding.ByteStreamSplit,
        ParquetSharp.Encoding.BitPacked => PageEncoding.BitPacked,
        _ => PageEncoding.Plain,
    };
}
