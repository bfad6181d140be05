using System.Globalization;
using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks.Incremental;

/// <summary>The folders of an incremental output, one a run: hidden while they are made, then <c>run=00001</c>.</summary>
/// <param name="output">The output.</param>
/// <param name="quarantine">Folder of the refused rows; null = none.</param>
/// <param name="files">The file system.</param>
internal sealed class OutputRuns(string output, string? quarantine, FileLayer files)
{
    /// <summary>Makes the folders.</summary>
    public void Prepare()
    {
        foreach (var folder in new[] { output, quarantine })
        {
            if (folder is null || Directory.Exists(folder)) continue;
            var parent = Path.GetDirectoryName(Path.GetFullPath(folder));
            if (!Directory.Exists(parent)) throw new DataException(DataErrorKind.Usage, folder, $"no folder {parent}", "a folder that exists", "create it first");
            Guard(() =>
            {
                files.CreateFolder(folder);
                files.SyncFolder(parent);
            });
        }
    }

    /// <summary>Where a run is made.</summary>
    public string Hidden(int run) => Path.Combine(output, $".{Name(run)}");

    /// <summary>Where the rows go that a run refuses; null = nowhere.</summary>
    public string? Quarantine(int run) => quarantine is null ? null : Path.Combine(quarantine, Name(run));

    /// <summary>True if a run's output has its name.</summary>
    public bool IsPublished(int run) => Directory.Exists(Final(run));

    /// <summary>Gives a run's output its name. What it replaces vanishes just before: rows may be missing for a moment, but are never there twice.</summary>
    public void Publish(int run, int? replaces) => Guard(() =>
    {
        if (replaces is { } old && Directory.Exists(Final(old))) files.RenameFolder(Final(old), Retired(old));
        files.RenameFolder(Hidden(run), Final(run));
        files.SyncFolder(output);
    });

    /// <summary>Deletes what was replaced.</summary>
    public void Forget(int? replaced)
    {
        if (replaced is not { } old) return;
        Guard(() =>
        {
            if (Directory.Exists(Retired(old))) Directory.Delete(Retired(old), recursive: true);
            if (Quarantine(old) is { } refused && Directory.Exists(refused)) Directory.Delete(refused, recursive: true);
        });
    }

    /// <summary>Deletes what an interrupted run had replaced and not deleted; called when nothing is pending.</summary>
    public void ForgetReplaced() => Guard(() =>
    {
        foreach (var retired in Directory.EnumerateDirectories(output, ".run=*.replaced")) Directory.Delete(retired, recursive: true);
    });

    /// <summary>Deletes what an interrupted run had made.</summary>
    public void Discard(int run) => Guard(() =>
    {
        if (Directory.Exists(Hidden(run))) Directory.Delete(Hidden(run), recursive: true);
        if (Quarantine(run) is { } refused && Directory.Exists(refused)) Directory.Delete(refused, recursive: true);
    });

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
            throw new DataException(DataErrorKind.Storage, output, $"a failing change of its folders ({e.Message})", "room and permission to write", "mend it and run again: nothing is lost or done twice", e);
        }
    }
}
