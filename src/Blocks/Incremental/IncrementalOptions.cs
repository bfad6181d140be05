namespace Pipelines.Blocks;

/// <summary>How only the files are worked on that came since the last run.</summary>
public sealed record IncrementalOptions
{
    /// <summary>
    /// File that keeps which files are done (and, for a fit, the model and its sufficient statistics); made by the first run. One run at a time.
    /// </summary>
    public required string StateFile { get; init; }

    /// <summary>
    /// Works on the files of this range alone, also on those that are done: their rows in the output are replaced. Null (default) = on all new files.
    /// A fit takes each row once and cannot take it back, so it knows no backfill.
    /// </summary>
    public FileRange? Backfill { get; init; }
}

/// <summary>Files by name, in ordinal order.</summary>
/// <param name="From">First name.</param>
/// <param name="To">Last name, or how it begins: <c>data/2026-03</c> takes in all names that begin so.</param>
public sealed record FileRange(string From, string To)
{
    /// <summary>True if a file of that name is in the range.</summary>
    public bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.CompareOrdinal(name, From) >= 0 && (string.CompareOrdinal(name, To) <= 0 || name.StartsWith(To, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{From}..{To}";
}
