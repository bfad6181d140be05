using System.Globalization;
using Pipelines.Io.Reading;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks.Incremental;

/// <summary>The folders of an incremental output, one per run: hidden while being written, then <c>run=00001</c>.</summary>
/// <param name="output">The output folder.</param>
/// <param name="quarantine">Folder of the rejected rows; null = none.</param>
/// <param name="files">The file system.</param>
internal sealed class OutputRuns(string output, string? quarantine, FileLayer files)
{
    private readonly SortedSet<string> kept = new(StringComparer.Ordinal);

    /// <summary>Warnings about folders that were to be deleted but contain foreign files, one sentence each.</summary>
    public IEnumerable<string> Warnings =>
        kept.Select(folder => $"{folder} is no longer part of the output, but stays: it holds files that Pipelines did not write");

    /// <summary>Creates the folders, and checks that they contain exactly what the state records.</summary>
    /// <param name="state">The current state.</param>
    /// <param name="again">Files that will be processed again, so that their output may be missing; null = none.</param>
    /// <exception cref="FlowException">The folders belong to other runs, or something is missing.</exception>
    public void Prepare(IncrementalState state, FileRange? again)
    {
        foreach (var folder in new[] { output, quarantine })
        {
            if (folder is null) continue;
            if (Directory.Exists(folder))
            {
                CheckKnown(folder, state, mayBeOld: folder == quarantine);
                continue;
            }
            if (OutputRefusal.OfPath(folder, folder) is { } refusal) throw refusal;
            Guard(() =>
            {
                files.CreateFolder(folder);
                files.SyncFolder(Path.GetDirectoryName(OutputTarget.Full(folder))!);
            });
        }
        var gone = state.Files.FirstOrDefault(f => f.HasOutput && !IsPublished(f.Run) && !Directory.Exists(Retired(f.Run)) && again is null);
        if (gone is not null)
            throw new FlowException(ErrorKind.Usage, output, $"no folder {Name(gone.Run)}, which held the rows of {ParquetPaths.NameOf(gone.Path)}",
                "the output of all runs before",
                "restore it, do its files again (IncrementalOptions.Backfill), or start over with another state file and output");
    }

    /// <summary>The folder in which a run is written.</summary>
    public string Hidden(int run) => Path.Combine(output, $".{Name(run)}");

    /// <summary>Folder for the rows that a run rejects; null = none.</summary>
    public string? Quarantine(int run) => quarantine is null ? null : Path.Combine(quarantine, Name(run));

    /// <summary>True if a run's output has been renamed.</summary>
    public bool IsPublished(int run) => Directory.Exists(Final(run));

    /// <summary>The folder of a run that has been published.</summary>
    public string Published(int run) => Final(run);

    /// <summary>
    /// Renames a run's output to its final name. The output that it replaces is hidden just before: rows may be missing for a moment, but are never duplicated.
    /// </summary>
    public void Publish(PendingRun run) => Guard(() =>
    {
        if (run.Replaces is { } old && IsPublished(old.Run))
        {
            files.RenameFolder(Final(old.Run), Retired(old.Run));
            // Otherwise a power failure could preserve only the second renaming, and rows would be duplicated.
            files.SyncFolder(output);
        }
        files.RenameFolder(Hidden(run.Run), Final(run.Run));
        files.SyncFolder(output);
    });

    /// <summary>Deletes what was replaced; null = nothing was replaced.</summary>
    public void Forget(DoneFile? replaced) => Guard(() =>
    {
        if (replaced is null) return;
        Delete(Retired(replaced.Run));
        DeleteQuarantine(replaced);
    });

    /// <summary>Deletes what an interrupted run replaced but did not delete; called when nothing is pending.</summary>
    /// <param name="state">The current state.</param>
    public void ForgetReplaced(IncrementalState state) => Guard(() =>
    {
        for (var run = 1; quarantine is not null && run < state.NextRun; run++)
            if (state.Files.All(f => f.Run != run)) Delete(Quarantine(run));
        foreach (var folder in Directory.EnumerateDirectories(output, ".run=*.replaced").ToList())
            if (int.TryParse(Path.GetFileName(folder).AsSpan(5)[..^9], NumberStyles.None, CultureInfo.InvariantCulture, out var run) && folder == Retired(run))
                Delete(folder);
    });

    /// <summary>Deletes what an interrupted run wrote.</summary>
    public void Discard(PendingRun run) => Guard(() =>
    {
        // The run was killed between the two renamings: the output to be replaced is still valid.
        if (run.Replaces is { } old && !IsPublished(old.Run) && Directory.Exists(Retired(old.Run)))
        {
            files.RenameFolder(Retired(old.Run), Final(old.Run));
            files.SyncFolder(output);
        }
        Delete(Hidden(run.Run));
        DeleteQuarantine(run.File);
    });

    // The path comes from a file: nothing except a run's own folder is ever deleted.
    private void DeleteQuarantine(DoneFile file)
    {
        if (file.Quarantine is { } folder && Path.GetFileName(folder) == Name(file.Run) && new DirectoryInfo(folder).LinkTarget is null) Delete(folder);
    }

    private void Delete(string? folder)
    {
        if (folder is not null && !PartFolder.Delete(folder)) kept.Add(folder);
    }

    // A run's rejected rows may still exist if it was killed while discarding them.
    private static void CheckKnown(string folder, IncrementalState state, bool mayBeOld)
    {
        var known = state.Files.Select(f => f.Run).Concat(state.Pending is { } pending ? [pending.Run, pending.Replaces?.Run ?? 0] : []).Select(Name)
            .ToHashSet(StringComparer.Ordinal);
        if (Directory.EnumerateDirectories(folder, "run=*").Select(d => Path.GetFileName(d))
            .FirstOrDefault(
                n => !known.Contains(n) && !(mayBeOld && int.TryParse(n.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var run)
                    && run < state.NextRun)) is { } stranger)
            throw new FlowException(ErrorKind.Usage, folder, $"{stranger}, which the state does not know", "the folders of its own runs alone",
                "give the state file that belongs to this folder, or another folder");
    }

    private static string Name(int run) => string.Create(CultureInfo.InvariantCulture, $"run={run:00000}");

    private string Final(int run) => Path.Combine(output, Name(run));

    private string Retired(int run) => Path.Combine(output, $".{Name(run)}.replaced");

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, output, $"an error when changing its folders ({DiskError.Reason(e)})", "room and permission to write",
                "fix this and run again: nothing is lost or done twice", e);
        }
    }
}
