using Microsoft.Win32.SafeHandles;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// A private temporary file for decoded features. Only this user can read it; where the system allows (everywhere but on Windows) its name is gone
/// as soon as it is open, so that nothing is left behind even when the process is killed. Any number of threads read and write at positions of their own.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    // A single call moves less than 2 GiB, and the system's calls less than that.
    private const int Chunk = 64 << 20;

    private readonly string path;
    private readonly Stream stream;
    private readonly SafeFileHandle handle;

    private SpillFile(string path, FileStream stream) => (this.path, this.stream, handle) = (path, stream, stream.SafeFileHandle);

    /// <summary>Creates the file.</summary>
    /// <param name="folder">Where; null = the default folder.</param>
    /// <exception cref="DataException">It cannot be created.</exception>
    public static SpillFile Create(string? folder)
    {
        folder ??= DefaultFolder();
        var path = Path.Combine(folder, $"pipelines-{Guid.NewGuid():N}.spill");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return Open(path, () => new FileStream(path, options), unlink: !OperatingSystem.IsWindows());
    }

    /// <summary>Opens what <paramref name="open"/> gives as a spill file.</summary>
    internal static SpillFile Open(string path, Func<FileStream> open, bool unlink)
    {
        FileStream? stream = null;
        try
        {
            stream = open();
            if (unlink) File.Delete(path);
            return new SpillFile(path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw new DataException(DataErrorKind.Storage, path, e.Message, "a temporary file for decoded features", "choose another spill folder (TMPDIR) or a larger memory budget (--memory)", e);
        }
    }

    /// <summary>Writes a buffer.</summary>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public void Write(AlignedBuffer buffer, long bytes, long position)
    {
        try
        {
            for (long done = 0; done < bytes; done += Chunk)
                RandomAccess.Write(handle, buffer.Bytes(done, (int)Math.Min(Chunk, bytes - done)), position + done);
        }
        catch (IOException e)
        {
            throw new DataException(DataErrorKind.Storage, path, $"'{e.Message}' after {position} bytes", $"room for another {bytes} bytes of decoded features", "free space, choose another spill folder (TMPDIR) or a larger memory budget (--memory)", e);
        }
    }

    /// <summary>Reads into a buffer.</summary>
    /// <exception cref="DataException">The disk fails.</exception>
    public void Read(AlignedBuffer buffer, long bytes, long position)
    {
        try
        {
            for (long done = 0; done < bytes;)
            {
                var read = RandomAccess.Read(handle, buffer.Bytes(done, (int)Math.Min(Chunk, bytes - done)), position + done);
                if (read == 0) throw new IOException("unexpected end of the file");
                done += read;
            }
        }
        catch (IOException e)
        {
            throw new DataException(DataErrorKind.Storage, path, $"'{e.Message}' at byte {position}", $"{bytes} bytes of decoded features written before", "check the disk, choose another spill folder (TMPDIR) or a larger memory budget (--memory)", e);
        }
    }

    public void Dispose() => stream.Dispose();

    // /tmp is often memory, which the spill is there to save.
    private static string DefaultFolder() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")) && !OperatingSystem.IsWindows() && Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
}
