using System.Globalization;
using Pipelines.Io;

namespace Pipelines;

/// <summary>How pages are compressed.</summary>
public enum ParquetCompression
{
    /// <summary>No compression.</summary>
    None,

    /// <summary>Snappy: fast, supported by every reader.</summary>
    Snappy,

    /// <summary>Zstandard: smaller, slower.</summary>
    Zstd,
}

/// <summary>Options for writing Parquet.</summary>
public sealed record ParquetSinkOptions
{
    /// <summary>
    /// Rows per row group, 65,536 … 262,144; default 131,072. The last row group of a file may hold fewer, as may those that reach <see cref="RowGroupBytes"/>.
    /// </summary>
    public int RowGroupRows { get; init; } = 131_072;

    /// <summary>
    /// Size limit of a row group's values in memory, 65,536 … 1,073,741,824 bytes; default 32 MiB. The row that reaches it ends the group, so that wide rows
    /// and long texts do not accumulate. The size depends only on the rows, not on batches.
    /// </summary>
    public long RowGroupBytes { get; init; } = 32L << 20;

    /// <summary>How pages are compressed; default Snappy. Pages that compression does not shrink are written uncompressed.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>Zstandard level, 1 … 19; default 3. Ignored by other codecs.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary>Write a checksum (CRC-32) for each page, so that readers detect damage; default true.</summary>
    public bool PageChecksums { get; init; } = true;

    /// <summary>
    /// Input rows per part file when writing a folder, at least 1; null (default) = all in one part. A part ends with the batch that reaches this number: parts
    /// therefore also depend on the batch size, and an interrupted run resumes at a batch boundary.
    /// </summary>
    public long? RowsPerFile { get; init; }

    /// <summary>
    /// New or empty folder for rows that blocks reject: the columns as read, plus <c>_file</c>, <c>_row_group</c>, <c>_row</c>, <c>_column</c> and
    /// <c>_reason</c>. One file for each part in which rows were rejected. Null (default) = rejected rows are only counted.
    /// </summary>
    public string? QuarantineFolder { get; init; }

    /// <summary>
    /// True: resume from what an interrupted run of the same job left in the folder, if anything. False (default): discard what it left. A single
    /// file always starts over.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// True: a single file replaces an existing file of any kind. False (default): it replaces only a Parquet file that Pipelines wrote or an empty file;
    /// anything else is an error. Folders are never replaced: they must be new or empty, or be resumed with <see cref="Resume"/>.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>Number of columns encoded concurrently, -1 (all cores) or at least 1; default 1. It does not affect the bytes written.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    /// <summary>The file system; tests substitute a failing one.</summary>
    internal FileLayer Files { get; init; } = FileLayer.Disk;

    /// <summary>False only in the test that demonstrates the check: parts of an earlier run are compared with their checksums.</summary>
    internal bool VerifiesParts { get; init; } = true;

    /// <summary>The options that determine the bytes written, as properties of a job.</summary>
    internal IEnumerable<JobProperty> JobProperties =>
    [
        new("rows per file", RowsPerFile?.ToString(CultureInfo.InvariantCulture) ?? "all"),
        new("row groups", string.Create(CultureInfo.InvariantCulture, $"{RowGroupRows} rows, {RowGroupBytes} bytes")),
        new("compression", Compression == ParquetCompression.Zstd ? string.Create(CultureInfo.InvariantCulture, $"Zstd {ZstdLevel}") : Compression.ToString()),
        new("page checksums", PageChecksums ? "yes" : "no"),
        new("quarantine", QuarantineFolder is null ? "no" : "yes"),
    ];

    /// <summary>Validates all options.</summary>
    /// <exception cref="FlowException">Options are out of range; the message names all of them.</exception>
    public void Validate()
    {
        var wrong = new List<string>();
        if (RowGroupRows is < 65_536 or > 262_144) wrong.Add($"RowGroupRows {RowGroupRows} (65536 to 262144)");
        if (RowGroupBytes is < 1 << 16 or > 1 << 30) wrong.Add($"RowGroupBytes {RowGroupBytes} (65536 to 1073741824)");
        if (!Enum.IsDefined(Compression)) wrong.Add($"Compression {Compression} (None, Snappy or Zstd)");
        if (ZstdLevel is < 1 or > 19) wrong.Add($"ZstdLevel {ZstdLevel} (1 to 19)");
        if (RowsPerFile is < 1) wrong.Add($"RowsPerFile {RowsPerFile} (at least 1)");
        if (QuarantineFolder is not null && string.IsNullOrWhiteSpace(QuarantineFolder)) wrong.Add("QuarantineFolder '' (a folder)");
        if (MaxDegreeOfParallelism is 0 or < -1) wrong.Add($"MaxDegreeOfParallelism {MaxDegreeOfParallelism} (-1 or at least 1)");
        if (wrong.Count > 0)
            throw new FlowException(ErrorKind.Usage, nameof(ParquetSinkOptions), string.Join(", ", wrong), "values within these ranges",
                "correct the options");
    }
}
