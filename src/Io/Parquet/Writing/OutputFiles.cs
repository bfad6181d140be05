using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipelines.Io.Writing;

/// <summary>
/// The files of an output: written under temporary names in the folder where they will stand, then made durable and renamed. Until <see cref="Publish"/> nothing is
/// visible under the final names; <see cref="Abort"/> leaves nothing behind.
/// </summary>
internal sealed partial class OutputFiles
{
    private readonly string target;
    private readonly bool isFolder;
    private readonly string folder;
    private readonly Func<string, Stream> create;
    private readonly List<(string Temporary, string Final)> files = [];
    private bool madeFolder;
    private int published;

    /// <summary>Prepares an output.</summary>
    /// <param name="target">A file, if it ends with <c>.parquet</c>, else a folder.</param>
    /// <param name="create">Opens a temporary file; null = a private file on disk.</param>
    public OutputFiles(string target, Func<string, Stream>? create)
    {
        this.target = Path.GetFullPath(target);
        this.create = create ?? CreatePrivate;
        isFolder = !target.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        folder = isFolder ? this.target : Path.GetDirectoryName(this.target)!;
    }

    /// <summary>True if the output is a folder of part files.</summary>
    public bool IsFolder => isFolder;

    /// <summary>Checks, before any data is read, that the output can be written.</summary>
    public void Prepare()
    {
        if (!isFolder && Directory.Exists(target)) throw Usage("a folder", "a file, or a name that does not exist yet", "give another name");
        if (isFolder && File.Exists(target)) throw Usage("a file", "an empty folder, or a name that does not exist yet", "give a name that ends with .parquet, or another folder");
        var parent = isFolder ? Path.GetDirectoryName(target) : folder;
        if (!Directory.Exists(parent)) throw Usage($"no folder {parent}", "a folder that exists", "create it first");
        try
        {
            if (isFolder && !Directory.Exists(target))
            {
                Directory.CreateDirectory(target);
                madeFolder = true;
            }
            if (isFolder && Directory.EnumerateFileSystemEntries(target).FirstOrDefault() is { } entry)
                throw Usage($"a folder that holds '{Path.GetFileName(entry)}'", "an empty folder", "empty it, or give another");
            // What cannot be created now could not be later.
            var probe = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp");
            using (CreatePrivate(probe))
            {
            }
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Usage($"a folder that cannot be written ({e.Message})", "a writable folder", "check its permissions, or give another", e);
        }
    }

    /// <summary>Begins the next file.</summary>
    public Stream Next()
    {
        var final = isFolder ? Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"part-{files.Count:00000}.parquet")) : target;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(final)}.{Path.GetRandomFileName()}.tmp");
        files.Add((temporary, final));
        return create(temporary);
    }

    /// <summary>Gives all files, which are closed and durable, their names, and makes the names durable.</summary>
    public void Publish()
    {
        foreach (var (temporary, final) in files)
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, File.Exists(final) ? File.GetUnixFileMode(final) : DefaultMode());
            File.Move(temporary, final, overwrite: true);
            published++;
        }
        SyncFolder(folder);
        if (madeFolder) SyncFolder(Path.GetDirectoryName(target)!);
        madeFolder = false;
        files.Clear();
    }

    /// <summary>Deletes what was written, unless all of it was published.</summary>
    public void Abort()
    {
        foreach (var (temporary, _) in files) File.Delete(temporary);
        // A folder is published whole or not at all; it was empty before.
        if (isFolder)
            foreach (var (_, final) in files.Take(published)) File.Delete(final);
        files.Clear();
        if (madeFolder && !Directory.EnumerateFileSystemEntries(target).Any()) Directory.Delete(target);
        madeFolder = false;
    }

    private static FileStream CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    // Files get the permissions that the user's mask gives to new files.
    private static UnixFileMode DefaultMode()
    {
        var mask = 0b000_010_010;
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("Umask:", StringComparison.Ordinal));
            if (line is not null) mask = Convert.ToInt32(line[6..].Trim(), 8);
        }
        catch (IOException)
        {
            // Systems without /proc: the usual mask.
        }
        return (UnixFileMode)(0b110_110_110 & ~mask);
    }

    private static void SyncFolder(string path)
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

    private DataException Usage(string found, string expected, string remedy, Exception? inner = null) => new(DataErrorKind.Usage, target, found, expected, remedy, inner);
}
