using Pipelines.Io;

namespace Pipelines;

/// <summary>How to handle a row that the model cannot use.</summary>
public enum BadRowMode
{
    /// <summary>The run fails and names the row.</summary>
    Fail,

    /// <summary>The row is left out and counted.</summary>
    Skip,

    /// <summary>The row is left out, counted, and written to a folder with its original columns and the reason.</summary>
    Quarantine,
}

/// <summary>
/// How to handle bad rows: a feature that is infinite, or a weight that is negative, infinite or missing. NaN and null are missing values, which models accept.
/// Rows in = rows out + rows rejected, checked at the end of every run; the same rows are rejected at any parallelism.
/// </summary>
/// <remarks>
/// Some faults are fatal under every policy, because there is no single row to reject: a corrupt file or page (its other rows cannot be trusted either), a
/// column that is absent or not numeric (all of its rows would be rejected), and a function or block of yours that throws (the row is unknown). Scores of the
/// remaining rows equal those of a file without the bad rows. A fit leaves bad rows out too, but its batches are cut before that, so sums are rounded
/// differently than for such a file: the results are equal except for the last bits.
/// </remarks>
public sealed record BadRowPolicy
{
    /// <summary>The default: fail.</summary>
    public static BadRowPolicy Fail => new();

    /// <summary>How bad rows are handled; default <see cref="BadRowMode.Fail"/>.</summary>
    public BadRowMode Mode { get; init; }

    /// <summary>
    /// New or empty folder for the rejected rows as Parquet; required for <see cref="BadRowMode.Quarantine"/>, otherwise null (default). It must be neither in
    /// the output nor in an input. With quarantine, every column is read.
    /// </summary>
    public string? QuarantineFolder { get; init; }

    /// <summary>Maximum number of bad rows, at least 0: one more fails the run, which names that row and commits nothing. Null (default) = no limit.</summary>
    public long? MaxRows { get; init; }

    // The folder is excluded: outputs that differ only in where rejected rows were written have the same manifest.
    internal IEnumerable<JobProperty> JobProperties => [new("bad rows", $"{Mode}")];

    internal bool Keeps => Mode == BadRowMode.Quarantine;
}
