namespace Pipelines.Io;

/// <summary>How pages are compressed.</summary>
public enum ParquetCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Snappy: fast, every reader knows it.</summary>
    Snappy,

    /// <summary>Zstandard: smaller, slower.</summary>
    Zstd,
}

/// <summary>How Parquet is written.</summary>
public sealed record ParquetSinkOptions
{
    /// <summary>Rows of a row group, 65,536 … 262,144; default 131,072. Only the last of a file may hold fewer.</summary>
    public int RowGroupRows { get; init; } = 131_072;

    /// <summary>How pages are compressed; default Snappy. Pages that compression does not make smaller are written plain.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>Level of Zstandard, 1 … 19; default 3. Without meaning for the others.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary>Write a checksum (CRC-32) before each page, so that readers notice damage; default true.</summary>
    public bool PageChecksums { get; init; } = true;

    /// <summary>Rows of a part file when a folder is written, at least 1; null (default) = all in one part.</summary>
    public long? RowsPerFile { get; init; }

    /// <summary>Columns encoded at the same time, -1 (all cores) or at least 1; default 1. The bytes do not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are out of range; the message names all of them.</exception>
    public void Validate()
    {
        var wrong = new List<string>();
        if (RowGroupRows is < 65_536 or > 262_144) wrong.Add($"RowGroupRows {RowGroupRows} (65536 to 262144)");
        if (!Enum.IsDefined(Compression)) wrong.Add($"Compression {Compression} (None, Snappy or Zstd)");
        if (ZstdLevel is < 1 or > 19) wrong.Add($"ZstdLevel {ZstdLevel} (1 to 19)");
        if (RowsPerFile is < 1) wrong.Add($"RowsPerFile {RowsPerFile} (at least 1)");
        if (MaxDegreeOfParallelism is 0 or < -1) wrong.Add($"MaxDegreeOfParallelism {MaxDegreeOfParallelism} (-1 or at least 1)");
        if (wrong.Count > 0) throw new DataException(DataErrorKind.Usage, "Parquet sink options", string.Join(", ", wrong), "values within these ranges", "correct the options");
    }
}
