using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>What becomes of a row that the model cannot use.</summary>
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
/// What becomes of bad rows: a feature that is infinite; a weight that is negative, infinite or missing. NaN and null are missing values, which models take.
/// Rows in = rows out + rows refused, checked at the end of every run, and the same rows are refused at every parallelism.
/// </summary>
/// <remarks>
/// Some faults stay fatal whatever stands here, as there is no row that could be put aside: a file or page that is broken (its other rows cannot be trusted
/// either), a column that is absent or not numeric (all of its rows would be refused), and a function or block of yours that throws (nobody knows at which
/// row). Scores of the rows that stay are those of a file without the bad rows. A fit leaves them out too, but its batches are cut before that, so sums are
/// rounded at other places than for such a file: equal but for the last bits.
/// </remarks>
public sealed record BadRowPolicy
{
    /// <summary>The default: fail.</summary>
    public static BadRowPolicy Fail => new();

    /// <summary>What becomes of them; default <see cref="BadRowMode.Fail"/>.</summary>
    public BadRowMode Mode { get; init; }

    /// <summary>
    /// Folder for the refused rows as Parquet, new or empty; needed for <see cref="BadRowMode.Quarantine"/>, null (default) else. It must be neither in the
    /// output nor in an input. Every column is read then.
    /// </summary>
    public string? QuarantineFolder { get; init; }

    /// <summary>Most bad rows, at least 0: one more fails the run, which names it and commits nothing. Null (default) = no limit.</summary>
    public long? MaxRows { get; init; }

    // Not the folder: outputs that differ only in where refused rows went have the same manifest.
    internal IEnumerable<JobProperty> JobProperties => [new("bad rows", $"{Mode}")];

    internal bool Keeps => Mode == BadRowMode.Quarantine;
}
