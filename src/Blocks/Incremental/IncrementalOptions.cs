namespace Pipelines;

/// <summary>How to process only the files added since the last run.</summary>
public sealed record IncrementalOptions
{
    /// <summary>
    /// File that records the processed files (and, for a fit, the model and its sufficient statistics); created by the first run. One run at a time.
    /// </summary>
    public required string StateFile { get; init; }

    /// <summary>
    /// Processes only the files in this range, including those already processed: their rows in the output are replaced. Null (default) = all new files. A fit
    /// uses each row once and cannot undo that, so it does not support a backfill.
    /// </summary>
    public FileRange? Backfill { get; init; }

    /// <summary>
    /// What a scoring run does if its model is not that of the runs before, such as after training it again; default <see cref="NewModelPolicy.Fail"/>. A fit
    /// has one model, which it updates itself.
    /// </summary>
    public NewModelPolicy OnNewModel { get; init; }
}

/// <summary>What an incremental scoring run does if its model is not that of the runs before.</summary>
public enum NewModelPolicy
{
    /// <summary>It fails before it scores any file.</summary>
    Fail,

    /// <summary>
    /// It scores new files with the new model. The scores and columns must have the same names as before. The state says which model scored each file.
    /// </summary>
    Continue,
}

/// <summary>Files by name, in ordinal order.</summary>
/// <param name="From">First name.</param>
/// <param name="To">Last name, or a prefix: <c>data/2026-03</c> includes all names that start with it.</param>
public sealed record FileRange(string From, string To)
{
    /// <summary>True if a file with that name is in the range.</summary>
    public bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.CompareOrdinal(name, From) >= 0 && (string.CompareOrdinal(name, To) <= 0 || name.StartsWith(To, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{From}..{To}";
}
