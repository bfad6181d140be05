namespace Pipelines.Io.Format;

/// <summary>How values are stored, numbered as in the Parquet format.</summary>
internal enum PhysicalType { Boolean = 0, Int32 = 1, Int64 = 2, Int96 = 3, Float = 4, Double = 5, ByteArray = 6, FixedLenByteArray = 7 }

/// <summary>Encodings, numbered as in the Parquet format.</summary>
internal enum PageEncoding
{
    Plain = 0, PlainDictionary = 2, Rle = 3, BitPacked = 4, DeltaBinaryPacked = 5, DeltaLengthByteArray = 6, DeltaByteArray = 7, RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>Codecs, numbered as in the Parquet format. <see cref="HadoopLz4"/> is the deprecated LZ4 with Hadoop's framing.</summary>
internal enum PageCodec { None = 0, Snappy = 1, Gzip = 2, Lzo = 3, Brotli = 4, HadoopLz4 = 5, Zstd = 6, Lz4Raw = 7 }

/// <summary>Page types, numbered as in the Parquet format.</summary>
internal enum PageKind { Data = 0, Index = 1, Dictionary = 2, DataV2 = 3 }

/// <summary>Whether a value may be missing or repeated, numbered as in the Parquet format.</summary>
internal enum Repetition { Required = 0, Optional = 1, Repeated = 2 }

/// <summary>The meaning of stored values.</summary>
internal enum LogicalKind
{
    None, String, Enum, Json, Bson, Decimal, Date, Time, Timestamp, Integer, Uuid, Float16, Interval, Unknown, Other,

    /// <summary>Not interpreted: the stored bytes are passed through.</summary>
    Stored,
}

/// <summary>Unit of times and timestamps.</summary>
internal enum TimeUnit { Millis = 1, Micros = 2, Nanos = 3 }

/// <summary>How a column is stored in Parquet; kept in <see cref="ColumnField.Storage"/> so that a column is written back unchanged.</summary>
/// <param name="Physical">How values are stored.</param>
/// <param name="Kind">Their meaning.</param>
/// <param name="Length">Bytes of a fixed-length value.</param>
/// <param name="Unit">Unit of times and timestamps.</param>
/// <param name="IsUtc">Times: adjusted to UTC.</param>
/// <param name="Precision">Decimals: number of digits.</param>
/// <param name="Scale">Decimals: digits after the decimal point.</param>
/// <param name="Bits">Integers: 8, 16, 32 or 64.</param>
/// <param name="IsSigned">Integers: signed.</param>
internal sealed record ParquetStorage(
    PhysicalType Physical, LogicalKind Kind = LogicalKind.None, int Length = 0, TimeUnit Unit = TimeUnit.Millis, bool IsUtc = false, int Precision = 0,
    int Scale = 0, int Bits = 0, bool IsSigned = true)
{
    /// <summary>True if the values are not interpreted but passed on as they are stored; they are written with the same meaning.</summary>
    public bool IsAsStored { get; init; }

    /// <summary>Display text: <c>INT64 TIMESTAMP(MILLIS, UTC)</c>.</summary>
    public override string ToString()
    {
        var physical = Physical switch
        {
            PhysicalType.ByteArray => "BYTE_ARRAY",
            PhysicalType.FixedLenByteArray => $"FIXED_LEN_BYTE_ARRAY({Length})",
            _ => Physical.ToString().ToUpperInvariant(),
        };
        var unit = Unit.ToString().ToUpperInvariant() + (IsUtc ? ", UTC" : "");
        return Kind switch
        {
            LogicalKind.None or LogicalKind.Stored => physical,
            LogicalKind.Decimal => $"{physical} DECIMAL({Precision}, {Scale})",
            LogicalKind.Time => $"{physical} TIME({unit})",
            LogicalKind.Timestamp => $"{physical} TIMESTAMP({unit})",
            LogicalKind.Integer => $"{physical} {(IsSigned ? "INT" : "UINT")}_{Bits}",
            _ => $"{physical} {Kind.ToString().ToUpperInvariant()}",
        };
    }
}

/// <summary>A column of a file: a leaf of its schema, or a nested column with all of its leaves.</summary>
/// <param name="Name">Name; for a leaf of a nested column, prefixed with the names of its groups (<c>a.b</c>).</param>
/// <param name="Chunk">Index of its (first) chunk in every row group.</param>
/// <param name="Storage">How it is stored.</param>
/// <param name="Repetition">Whether it may be missing or repeated.</param>
/// <param name="Field">The column as it is read; null if it cannot be read.</param>
/// <param name="Obstacle">Why it cannot be read; null if it can.</param>
internal sealed record FileColumn(string Name, int Chunk, ParquetStorage Storage, Repetition Repetition, ColumnField? Field, string? Obstacle)
{
    /// <summary>For a list column or a leaf of a nested column, the meaning of its levels; null for a plain column.</summary>
    public LevelShape? Levels { get; init; }

    /// <summary>For a nested column, its schema; otherwise null.</summary>
    public NestedSchema? Nested { get; init; }

    /// <summary>For a nested column, its leaves; otherwise null.</summary>
    public FileColumn[]? NestedLeaves { get; init; }

    /// <summary>The stored columns: the leaves of a nested column, else the column itself.</summary>
    public FileColumn[] Leaves => NestedLeaves ?? [this];

    /// <summary>For a leaf of a nested column, that column's name; otherwise null.</summary>
    public string? Of { get; init; }

    /// <summary>Display text of the column, for messages.</summary>
    public string Place => Of is null || Of == Name ? $"column '{Name}'" : $"column '{Of}' ({Name})";

    /// <summary>Display text of how it is stored.</summary>
    public string StoredAs => Nested?.ToString() ?? Storage.ToString();
}

/// <summary>Location of a column's values in a row group.</summary>
internal sealed record ColumnChunkInfo(
    PhysicalType Physical, PageCodec Codec, PageEncoding[] Encodings, long Values, long Offset, long CompressedBytes, long UncompressedBytes, string? Obstacle)
{
    /// <summary>The file's statistics of the values.</summary>
    public ChunkStatistics Statistics { get; init; } = ChunkStatistics.None;

    /// <summary>True if its values are in another file, which no engine reads.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>True if it is encrypted with a key that was not given, so that no engine can read it.</summary>
    public bool IsLocked { get; init; }
}

/// <summary>A row group of a file.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Chunks">One per leaf of the schema.</param>
internal sealed record RowGroupInfo(long Rows, ColumnChunkInfo[] Chunks);

/// <summary>The content of a Parquet file's footer.</summary>
internal sealed record FileFooter(string CreatedBy, long Rows, FileColumn[] Columns, RowGroupInfo[] RowGroups, long FileLength)
{
    /// <summary>Identifies this version of the file.</summary>
    public FileIdentity Identity { get; init; } = new(FileLength, default, "", "");

    /// <summary>
    /// Columns of lists of plain values; their fields are those of the elements. They are also nested columns, unless a source reads their elements.
    /// </summary>
    public FileColumn[] Lists { get; init; } = [];

    /// <summary>True if the file has encrypted columns but an unencrypted footer.</summary>
    public bool IsEncrypted { get; init; }
}

/// <summary>Identifies a version of a file without reading its rows.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was last changed, UTC.</param>
/// <param name="FooterHash">SHA-256 of its footer, in lower-case hexadecimal.</param>
/// <param name="TailHash">SHA-256 of the footer's last bytes, for quick repeated checks.</param>
internal sealed record FileIdentity(long Bytes, DateTime Modified, string FooterHash, string TailHash);
