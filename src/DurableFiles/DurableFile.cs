namespace Pipelines;

/// <summary>Small files that are there whole or not at all, also after a power cut: models, states, manifests.</summary>
/// <remarks>The files of this folder are compiled into Models and into Io, which know nothing of each other: there is one way to write a file
/// durably.</remarks>
internal static class DurableFile
{
    /// <summary>Writes a file under a private temporary name beside it, synchronises it, renames it and synchronises the folder. A link is replaced.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file; an existing one is replaced and keeps its permissions.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="isPrivate">True: only this user may read it. False (default): whom the user's mask allows.</param>
    /// <exception cref="IOException">It cannot be written; what stood there before still does.</exception>
    public static void Write(FileLayer files, string path, ReadOnlySpan<byte> bytes, bool isPrivate = false)
    {
        path = Path.GetFullPath(path);
        var temporary = TemporaryOf(path);
        UnfinishedFiles.Add();
        try
        {
            using (var stream = files.Create(temporary))
            {
                stream.Write(bytes);
                files.Sync(stream);
            }
            if (!isPrivate) Permissions.LikeOrDefault(temporary, path);
            files.Rename(temporary, path);
        }
        catch
        {
            TryDelete(files, temporary);
            throw;
        }
        finally
        {
            UnfinishedFiles.Remove();
        }
        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>The name under which a file is written before it gets its own. It is fixed, so the next write replaces what a killed one left.</summary>
    public static string TemporaryOf(string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.tmp");

    /// <summary>Deletes what a killed write of a file left, where this run may not write it.</summary>
    public static void DeleteLeftover(FileLayer files, string path) => TryDelete(files, TemporaryOf(path));

    // The first failure is what the user must see, not that cleaning up failed too.
    private static void TryDelete(FileLayer files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is replaced by the next write.
        }
    }
}
