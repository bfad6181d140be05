using Pipelines.Blocks.Incremental;

namespace Pipelines;

/// <summary>Previews the files that an incremental run would process.</summary>
public static class IncrementalFiles
{
    /// <summary>Compares the inputs with the processed files. Reads only footers and the state; locks and changes nothing.</summary>
    /// <param name="inputs">Paths, folders and globs of Parquet data.</param>
    /// <param name="options">Where the state is kept.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The result that a run would report, without row counts.</returns>
    /// <exception cref="FlowException">A file cannot be opened, or the state is damaged.</exception>
    public static async Task<IncrementalResult> CompareAsync(IEnumerable<string> inputs, IncrementalOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var state = IncrementalState.Read(options.StateFile);
        IncrementalRun.CheckPlace(options.StateFile);
        var files = await ParquetSource.IdentifyAsync(inputs, cancellationToken).ConfigureAwait(false);
        var changes = FileChanges.Of(files, state?.Files ?? [], options.Backfill);
        return new IncrementalResult(changes.Work, changes.Done, changes.Changed, changes.Vanished, 0, 0, 0);
    }
}
