using Pipelines.Io.Format;

namespace Pipelines.Io.Storage;

/// <summary>
/// An output that is a single Parquet file. It is written under a fixed temporary name in the same folder, so that leftovers are replaced, and renamed at the
/// end. A symbolic link is followed and kept. An existing file is replaced only if Pipelines wrote it or it is empty.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="path">The file as the user named it.</param>
/// <param name="overwrite">True: an existing file of any kind is replaced.</param>
internal sealed class FileOutput(FileLayer files, string path, bool overwrite) : IDisposable
{
    /// <summary>What may be replaced, as text.</summary>
    public const string Kind = "a Parquet file written by Pipelines";

    private string? target;
    private RunLock? runLock;
    private bool isDone;

    /// <summary>Checks, before any data is read, that the file can be written, and locks it against other runs.</summary>
    /// <exception cref="FlowException">The file cannot be written.</exception>
    public void Enter()
    {
        CheckPlace();
        try
        {
            runLock = RunLock.Take(files, RunLock.Beside(Target), path, () => { });
        }
        catch (Exception e) when (OutputRefusal.Of(e, path) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Checks that a file can be written here, without changing anything.</summary>
    /// <exception cref="FlowException">The file cannot be written.</exception>
    public void CheckPlace()
    {
        if (Directory.Exists(path)) throw Usage("a folder", "a file, or a name that does not exist yet", "give another name");
        if (OutputTarget.Obstacle(path) is { } obstacle) throw Usage(obstacle, "a file that can be written", "give another name");
        CheckReplaced(ErrorKind.Usage);
        if (OutputRefusal.OfPath(Target, Path.GetFullPath(path)) is { } refusal) throw refusal;
    }

    /// <summary>Creates the file.</summary>
    public Stream Create() => files.Create(Temporary);

    /// <summary>Renames the file, whose content is durable, to its final name.</summary>
    public void Commit()
    {
        // A file may have appeared while the rows were written.
        CheckReplaced(ErrorKind.Storage);
        Permissions.LikeOrDefault(Temporary, Target);
        files.Rename(Temporary, Target);
        files.SyncFolder(Folder);
        isDone = true;
    }

    /// <summary>Ends the output; an unfinished one is deleted.</summary>
    public void Dispose()
    {
        if (runLock is null) return;
        try
        {
            if (!isDone) files.Delete(Temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The user must see the original failure; the next run replaces the file.
        }
        finally
        {
            runLock.Dispose();
            runLock = null;
        }
    }

    private string Target => target ??= OutputTarget.Resolve(path);

    private string Folder => Path.GetDirectoryName(Target)!;

    private string Temporary => DurableFile.TemporaryOf(Target);

    private void CheckReplaced(ErrorKind error)
    {
        if (!overwrite && OutputTarget.Stranger(path, Kind, FooterFile.IsOurs) is { } stranger)
            throw Wrong(error, stranger, $"a new name, or {Kind} to replace", "give another name, or allow any file to be overwritten");
    }

    private FlowException Usage(string found, string expected, string remedy) => Wrong(ErrorKind.Usage, found, expected, remedy);

    private FlowException Wrong(ErrorKind kind, string found, string expected, string remedy) => new(kind, Path.GetFullPath(path), found, expected, remedy);
}
