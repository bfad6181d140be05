using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>What an incremental run did.</summary>
/// <param name="New">Files worked on in this run, in order: those new, and those of a backfill.</param>
/// <param name="Done">Number of files among the inputs that were done before and are as they were.</param>
/// <param name="Changed">Files that were done before and are not as they were; they were not worked on again.</param>
/// <param name="Vanished">Full paths of files that were done before and are no longer there.</param>
/// <param name="RowsIn">Rows of the new files.</param>
/// <param name="RowsOut">Rows written, or fitted to.</param>
/// <param name="RowsRejected">Rows refused.</param>
public sealed record IncrementalResult(IReadOnlyList<InputFile> New, int Done, IReadOnlyList<InputFile> Changed, IReadOnlyList<string> Vanished, long RowsIn,
    long RowsOut, long RowsRejected)
{
    /// <summary>Full paths of <see cref="New"/>.</summary>
    public IReadOnlyList<string> Paths => [.. New.Select(f => f.Path)];

    /// <summary>What the runs over the files told.</summary>
    internal IReadOnlyList<string> Told { get; init; } = [];

    /// <summary>What the user should know, one sentence each.</summary>
    public IReadOnlyList<string> Warnings =>
    [
        .. Told,
        .. Changed.Select(f => $"{f.Name} has changed since it was worked on; its rows were not taken again"),
        .. Vanished.Select(path => $"{path} was worked on and is no longer there"),
    ];
}
