namespace Pipelines.Io.Storage;

/// <summary>Small files that are there whole or not at all, also after a power cut: state, manifests, models.</summary>
internal static class DurableFile
{
    /// <summary>Writes a file: under a private temporary name beside it, synchronised, renamed over it, its folder synchronised.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file; an existing one is replaced and keeps its permissions.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="isPrivate">True: only this user may read it. False (default): whom the user's mask allows.</param>
    /// <exception cref="IOException">It cannot be written; what stood there before still does.</exception>
    public static void Write(FileLayer files, string path, ReadOnlySpan<byte> bytes, bool isPrivate = false)
    {
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.tmp");
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
        files.SyncFolder(folder);
    }

    // The first failure is what the user must see, not that cleaning up failed too.
    private static void TryDelete(FileLayer files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (IOException)
        {
            // It is replaced by the next write.
        }
    }
}
