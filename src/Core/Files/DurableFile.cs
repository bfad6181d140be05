namespace Pipelines;

/// <summary>Writes small files (models, states, manifests) atomically: after a power cut the file is either complete or absent.</summary>
/// <remarks>The files in this folder are compiled into both Models and Io, which do not reference each other, so that all files are written
/// durably.</remarks>
internal static class DurableFile
{
    /// <summary>Writes to a private temporary file in the same folder, syncs it, renames it, then syncs the folder. A link is replaced.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file; an existing one is replaced and keeps its permissions.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="isPrivate">True: only the current user may read it. False (default): permissions follow the user's umask.</param>
    /// <exception cref="IOException">The file cannot be written; any existing file is unchanged.</exception>
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

    /// <summary>The temporary name of a file while it is written. It is fixed, so the next write replaces what a killed write left behind.</summary>
    public static string TemporaryOf(string path) => OutputTarget.Hidden(path, ".tmp");

    /// <summary>Deletes the leftover of a killed write, for runs that may not write the file themselves.</summary>
    public static void DeleteLeftover(FileLayer files, string path) => TryDelete(files, TemporaryOf(path));

    /// <summary>Deletes a file if possible: the user must see the original failure, not a failed cleanup.</summary>
    public static void TryDelete(FileLayer files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write replaces it.
        }
    }
}
