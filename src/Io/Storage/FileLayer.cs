using System.Runtime.InteropServices;

namespace Pipelines.Io.Storage;

/// <summary>
/// What durable writing asks of a file system, one method a step, so that tests can put a disk in between that fails, forgets what was not
/// synchronised, or loses its power between any two steps. Nothing that must survive is written past it.
/// </summary>
internal class FileLayer
{
    /// <summary>The real disk.</summary>
    public static FileLayer Disk { get; } = new();

    /// <summary>Creates a private file (mode 0600) for writing, or empties the one that is there. Links are not followed.</summary>
    public virtual Stream Create(string path)
    {
        // What stands under a temporary name is a leftover or a trap (a link set by somebody else): it is never written through.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Opens a file to append to it; it is made (mode 0600) if it is not there.</summary>
    public virtual Stream Append(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Makes what was written durable (fsync).</summary>
    public virtual void Sync(Stream file)
    {
        if (file is FileStream stream) stream.Flush(flushToDisk: true);
        else file.Flush();
    }

    /// <summary>Gives a file another name in one step, replacing what has that name. Durable after <see cref="SyncFolder"/>.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Gives a folder another name in one step; no folder of that name may be there. Durable after <see cref="SyncFolder"/> of the folder around it.</summary>
    public virtual void RenameFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Deletes a file; nothing happens if it is not there.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Makes a folder; nothing happens if it is there.</summary>
    public virtual void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    /// <summary>Deletes an empty folder; nothing happens if it is not there.</summary>
    public virtual void DeleteFolder(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path);
    }

    /// <summary>Makes the names in a folder durable: those made, changed and deleted (fsync of the folder).</summary>
    /// <exception cref="IOException">They cannot be made durable.</exception>
    public virtual void SyncFolder(string path) => FolderSync.Run(path);
}

/// <summary>fsync of a folder, which .NET does not offer.</summary>
internal static partial class FolderSync
{
    public static void Run(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = OpenFolder(path, 0);
        if (handle < 0) throw new IOException($"the folder {path} cannot be opened to make its entries durable");
        var failed = Sync(handle) != 0;
        _ = Close(handle);
        if (failed) throw new IOException($"the entries of the folder {path} cannot be made durable");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
