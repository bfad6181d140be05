using Pipelines.Io.Reading;

namespace Pipelines;

/// <summary>The outcome of an incremental run.</summary>
/// <param name="New">Files processed in this run, in order: new files and those of a backfill.</param>
/// <param name="Done">Number of input files that were processed before and have not changed.</param>
/// <param name="Changed">Files that were processed before and have changed; they were not processed again.</param>
/// <param name="Vanished">Full paths of files that were processed before and no longer exist.</param>
/// <param name="RowsIn">Rows of the new files.</param>
/// <param name="RowsOut">Rows written, or rows used in the fit.</param>
/// <param name="RowsRejected">Rows rejected.</param>
public sealed record IncrementalResult(IReadOnlyList<InputFile> New, int Done, IReadOnlyList<InputFile> Changed, IReadOnlyList<string> Vanished, long RowsIn,
    long RowsOut, long RowsRejected)
{
    /// <summary>Full paths of <see cref="New"/>.</summary>
    public IReadOnlyList<string> Paths => [.. New.Select(f => f.Path)];

    /// <summary>Warnings from the runs over the files.</summary>
    internal IReadOnlyList<string> RunWarnings { get; init; } = [];

    /// <summary>Notes for the user, one sentence each.</summary>
    public IReadOnlyList<string> Warnings =>
    [
        .. RunWarnings,
        .. Changed.Select(f => $"{f.Name} has changed since it was processed; its rows were not processed again"),
        .. Vanished.Select(path => $"{ParquetPaths.NameOf(path)} was processed and no longer exists"),
    ];
}
