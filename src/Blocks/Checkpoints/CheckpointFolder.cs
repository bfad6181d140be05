using System.Globalization;
using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>The checkpoint files of a fit: numbered, written atomically, with the last two kept in case the newest turns out to be damaged.</summary>
internal sealed class CheckpointFolder(string folder, FileLayer files) : IDisposable
{
    private const string Prefix = "fit-";
    private const string Suffix = ".checkpoint";
    private const int Kept = 2;
    private const long MostBytes = 1L << 31;
    private RunLock? held;
    private long last;
    private bool isMade;

    /// <summary>Prepares the folder and locks it against other runs; detects early what would otherwise fail late.</summary>
    /// <exception cref="FlowException">The folder cannot be used, or another run is using it.</exception>
    public void Prepare()
    {
        CheckPlace();
        try
        {
            if (!Directory.Exists(folder))
            {
                isMade = true;
                files.CreateFolder(folder);
                files.SyncFolder(Path.GetDirectoryName(OutputTarget.Full(folder))!);
            }
            held = RunLock.Take(files, Path.Combine(folder, ".lock"), $"checkpoint folder {folder}", () => files.CreateFolder(folder));
            foreach (var leftover in Directory.GetFiles(folder, Path.GetFileName(DurableFile.TemporaryOf($"{Prefix}*{Suffix}")))) files.Delete(leftover);
            var list = List();
            last = list.Count > 0 ? list[^1].Number : 0;
        }
        catch (Exception e) when (OutputRefusal.Of(e, folder, Place, Count > 0 ? "its checkpoints are kept" : "nothing was left behind") is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Checks that the folder can be created or used, without changing anything.</summary>
    /// <exception cref="FlowException">The folder cannot be created or used.</exception>
    public void CheckPlace()
    {
        if (File.Exists(folder)) throw Wrong(ErrorKind.Usage, "a file", "a folder, or a name that does not exist yet", "give another name");
        if (OutputRefusal.OfPath(folder, Place) is { } refusal) throw refusal;
    }

    /// <summary>Number of existing checkpoints.</summary>
    public int Count => Directory.Exists(folder) ? List().Count : 0;

    /// <summary>Finds the newest intact checkpoint and any damaged ones after it.</summary>
    /// <param name="damaged">Paths of newer checkpoints that are truncated or altered.</param>
    public (FitCheckpoint Checkpoint, string Path)? Newest(out IReadOnlyList<string> damaged)
    {
        var broken = new List<string>();
        damaged = broken;
        foreach (var (path, _) in Enumerable.Reverse(List()))
        {
            if (FitCheckpoint.FromBytes(Read(path), path) is { } checkpoint) return (checkpoint, path);
            broken.Add(path);
        }
        return null;
    }

    /// <summary>Writes the next checkpoint, then deletes all but the last two.</summary>
    public void Write(FitCheckpoint checkpoint) => Guard(() =>
    {
        last++;
        DurableFile.Write(files, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{last:00000000}{Suffix}")), checkpoint.ToBytes(),
            isPrivate: true);
        foreach (var (path, number) in List())
            if (number <= last - Kept && FitCheckpoint.IsOne(path)) files.Delete(path);
    });

    /// <summary>Deletes all checkpoints and returns their number.</summary>
    public int Clear()
    {
        var list = List().FindAll(c => FitCheckpoint.IsOne(c.Path));
        Guard(() =>
        {
            foreach (var (path, _) in list) files.Delete(path);
        });
        return list.Count;
    }

    /// <summary>Unlocks the folder. The checkpoints stay; a folder that was made in vain does not.</summary>
    public void Dispose()
    {
        held?.Dispose();
        held = null;
        try
        {
            if (isMade && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) files.DeleteFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder does no harm.
        }
    }

    private List<(string Path, long Number)> List() =>
    [
        .. Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}")
            .Select(
                path => (Path: path,
                    Number: long.TryParse(Path.GetFileName(path).AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture,
                        out var number) ? number : -1))
            .Where(file => file.Number >= 0)
            .OrderBy(file => file.Number),
    ];

    private byte[] Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes) return [];
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, path, $"a checkpoint that cannot be read ({DiskError.Reason(e)})", "a readable file",
                "check its permissions", e);
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw Wrong(ErrorKind.Storage, $"an error when writing ({DiskError.Reason(e)})", "room and permission for checkpoints", Count > 0
                ? "free space and resume from the earlier checkpoints (CheckpointOptions.Resume), or start over in another folder"
                : "free space or choose another folder, and start over; nothing was left behind", e);
        }
    }

    private FlowException Wrong(ErrorKind kind, string found, string expected, string remedy, Exception? inner = null) =>
        new(kind, Place, found, expected, remedy, inner);

    private string Place => $"checkpoint folder {folder}";
}
