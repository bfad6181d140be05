using System.Runtime.InteropServices;

namespace Pipelines;

/// <summary>
/// The file-system operations that durable writing needs, one method per step. Tests substitute a disk that fails, forgets what was not
/// synced, or loses power between any two steps. Everything that must survive is written through this class.
/// </summary>
internal class FileLayer
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The real disk.</summary>
    public static FileLayer Disk { get; } = new();

    /// <summary>Creates a private file (mode 0600) for writing, or truncates an existing one. Links are not followed.</summary>
    public virtual Stream Create(string path)
    {
        // An existing file of a temporary name is a leftover or a trap (a link created by somebody else): never write through it.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Opens a file for appending; creates it (mode 0600) if it does not exist.</summary>
    public virtual Stream Append(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Makes the written data durable (fsync).</summary>
    public virtual void Sync(Stream file)
    {
        if (file is FileStream stream) stream.Flush(flushToDisk: true);
        else file.Flush();
    }

    /// <summary>Renames a file atomically, replacing any file of that name. Durable after <see cref="SyncFolder"/>.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>
    /// Renames a folder atomically; no folder of that name may exist. Durable after <see cref="SyncFolder"/> of the parent folder.
    /// </summary>
    public virtual void RenameFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Deletes a file; does nothing if it does not exist.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Creates a folder; does nothing if it exists.</summary>
    public virtual void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>Deletes an empty folder; does nothing if it does not exist.</summary>
    public virtual void DeleteFolder(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path);
    }

    /// <summary>Makes created, renamed and deleted entries of a folder durable (fsync of the folder).</summary>
    /// <exception cref="IOException">They cannot be made durable.</exception>
    public virtual void SyncFolder(string path) => NativeSync.OfFolder(path);
}

/// <summary>fsync through a read-only handle: .NET does not offer it for folders.</summary>
internal static partial class NativeSync
{
    private const int PermissionDenied = 13;
    private const int BadHandle = 9;
    private const int InvalidArgument = 22;

    private static int DoNotWait => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    private static int NotSupported => OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>Makes the entries of a folder durable, if the file system supports that for folders and the user may read this one.</summary>
    public static void OfFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var (opened, synchronised) = Run(path);
        // By now the file is written and renamed: a folder that cannot be synced at all must not turn that into a failure.
        if (opened == PermissionDenied) return;
        if (opened != 0) throw new IOException($"the folder {path} cannot be opened to make its entries durable", opened);
        if (synchronised != 0 && synchronised != InvalidArgument && synchronised != BadHandle && synchronised != NotSupported)
            throw new IOException($"the entries of the folder {path} cannot be made durable");
    }

    /// <summary>True for a file on a disk; false for a pipe, a device or a socket, which cannot be synced.</summary>
    public static bool IsPossible(string path) => OperatingSystem.IsWindows() || Run(path) == (0, 0);

    // The error numbers of open and fsync; 0 = none.
    private static (int Opened, int Synchronised) Run(string path)
    {
        var handle = Open(path, DoNotWait);
        if (handle < 0) return (Marshal.GetLastPInvokeError(), 0);
        var error = Sync(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(handle);
        return (0, error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
