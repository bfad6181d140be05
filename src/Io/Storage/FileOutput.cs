namespace Pipelines.Io.Storage;

/// <summary>An output that is one file: written under a fixed temporary name beside it, so that a leftover is replaced, and renamed at the end.</summary>
internal sealed class FileOutput(FileLayer files, string path) : IDisposable
{
    private readonly string target = Path.GetFullPath(path);
    private RunLock? runLock;
    private bool isDone;

    /// <summary>Checks, before any data is read, that the file can be written, and keeps other runs off it.</summary>
    /// <exception cref="DataException">It cannot.</exception>
    public void Enter()
    {
        CheckPlace();
        try
        {
            runLock = RunLock.Take(files, Path.Combine(Folder, $".{Path.GetFileName(target)}.lock"), path, () => { });
        }
        catch (Exception e) when (Refusal.Of(e, path) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Checks, changing nothing, that a file can be there.</summary>
    /// <exception cref="DataException">It cannot.</exception>
    public void CheckPlace()
    {
        if (Directory.Exists(target)) throw Usage("a folder", "a file, or a name that does not exist yet", "give another name");
        if (!Directory.Exists(Folder)) throw Usage($"no folder {Folder}", "a folder that exists", "create it first");
    }

    /// <summary>Begins the file.</summary>
    public Stream Create() => files.Create(Temporary);

    /// <summary>Gives the file, whose content is durable, its name.</summary>
    public void Commit()
    {
        Permissions.LikeOrDefault(Temporary, target);
        files.Rename(Temporary, target);
        files.SyncFolder(Folder);
        isDone = true;
    }

    /// <summary>Ends the output; an unfinished one leaves nothing.</summary>
    public void Dispose()
    {
        if (runLock is null) return;
        try
        {
            if (!isDone) files.Delete(Temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is what the user must see; the next run replaces the file.
        }
        finally
        {
            runLock.Dispose();
            runLock = null;
        }
    }

    private string Folder => Path.GetDirectoryName(target)!;

    private string Temporary => Path.Combine(Folder, $".{Path.GetFileName(target)}.tmp");

    private DataException Usage(string found, string expected, string remedy) => new(DataErrorKind.Usage, target, found, expected, remedy);
}
