using System.Globalization;
using Pipelines.Io.Storage;

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
    /// <summary>
    /// Rows of a row group, 65,536 … 262,144; default 131,072. The last of a file may hold fewer, and those that reach <see cref="RowGroupBytes"/>.
    /// </summary>
    public int RowGroupRows { get; init; } = 131_072;

    /// <summary>
    /// Bytes of a row group's values in memory, 65,536 … 1,073,741,824; default 32 MiB. The row that reaches it ends the row group, so that wide rows and long
    /// texts do not pile up. It depends on the rows alone, not on their batches.
    /// </summary>
    public long RowGroupBytes { get; init; } = 32L << 20;

    /// <summary>How pages are compressed; default Snappy. Pages that compression does not make smaller are written plain.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>Level of Zstandard, 1 … 19; default 3. Without meaning for the others.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary>Write a checksum (CRC-32) before each page, so that readers notice damage; default true.</summary>
    public bool PageChecksums { get; init; } = true;

    /// <summary>
    /// Input rows of a part file when a folder is written, at least 1; null (default) = all in one part. A part ends with the batch that reaches it: so parts
    /// also depend on the batch size, and a run that was interrupted goes on with a whole batch.
    /// </summary>
    public long? RowsPerFile { get; init; }

    /// <summary>
    /// New or empty folder for the rows that blocks refuse: the columns as they were read, and <c>_file</c>, <c>_row_group</c>, <c>_row</c>, <c>_column</c> and
    /// <c>_reason</c>. One file for each part in which rows were refused. Null (default) = they are only counted.
    /// </summary>
    public string? QuarantineFolder { get; init; }

    /// <summary>
    /// True: go on from what an interrupted run of the same job left in the folder; if it left nothing, begin. False (default): discard what it left. A single
    /// file is always begun anew.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// True: a single file replaces an existing file of any kind. False (default): it replaces only a Parquet file that Pipelines wrote, or an empty file;
    /// others are refused. Folders are never replaced: they are new or empty, or hold what <see cref="Resume"/> goes on from.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>Columns encoded at the same time, -1 (all cores) or at least 1; default 1. The bytes do not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    /// <summary>The file system; tests put one in that fails.</summary>
    internal FileLayer Files { get; init; } = FileLayer.Disk;

    /// <summary>False only in the test that shows what it is for: parts of an earlier run are compared with their checksums.</summary>
    internal bool VerifiesParts { get; init; } = true;

    /// <summary>What decides the bytes, as facts of a job.</summary>
    internal IEnumerable<JobProperty> JobProperties =>
    [
        new("rows per file", RowsPerFile?.ToString(CultureInfo.InvariantCulture) ?? "all"),
        new("row groups", string.Create(CultureInfo.InvariantCulture, $"{RowGroupRows} rows, {RowGroupBytes} bytes")),
        new("compression", Compression == ParquetCompression.Zstd ? string.Create(CultureInfo.InvariantCulture, $"Zstd {ZstdLevel}") : Compression.ToString()),
        new("page checksums", PageChecksums ? "yes" : "no"),
        new("quarantine", QuarantineFolder is null ? "no" : "yes"),
    ];

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are out of range; the message names all of them.</exception>
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
            throw new DataException(DataErrorKind.Usage, nameof(ParquetSinkOptions), string.Join(", ", wrong), "values within these ranges",
                "correct the options");
    }
}
