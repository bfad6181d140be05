using Microsoft.Win32.SafeHandles;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// A private temporary file for decoded features. Only the current user can read it. Except on Windows it is unlinked as soon as it is open, so that nothing is
/// left behind even if the process is killed. Any number of threads can read and write at different positions.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    // Number of doubles per call: a span must be smaller than 2 GiB.
    private const int Chunk = 8 << 20;

    private readonly string path;
    private readonly Stream stream;
    private readonly SafeFileHandle handle;

    private SpillFile(string path, FileStream stream) => (this.path, this.stream, handle) = (path, stream, stream.SafeFileHandle);

    /// <summary>Creates the file.</summary>
    /// <param name="folder">Folder of the file; null = the default folder.</param>
    /// <exception cref="FlowException">The file cannot be created.</exception>
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

    /// <summary>Opens the file that <paramref name="open"/> returns as a spill file.</summary>
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
            throw new FlowException(ErrorKind.Storage, PlaceOf(path),
                e is DirectoryNotFoundException ? "no such folder" : $"a folder that cannot be written ({DiskError.Reason(e)})",
                "a writable folder for decoded features",
                "choose another spill folder (PipelineOptions.SpillFolder), or give more memory (PipelineOptions.MemoryBudget)", e);
        }
    }

    /// <summary>Writes a buffer.</summary>
    /// <exception cref="FlowException">The disk is full or fails.</exception>
    public void Write(AlignedBuffer buffer, long position)
    {
        for (var done = 0; done < buffer.Length; done += Chunk)
            Write(buffer.Bytes(done, Math.Min(Chunk, buffer.Length - done)), position + ((long)done * sizeof(double)));
    }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="FlowException">The disk is full or fails.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(handle, bytes, position);
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw new FlowException(ErrorKind.Storage, PlaceOf(path), $"an error when writing ({DiskError.Reason(e)})",
                $"room for another {bytes.Length} bytes",
                "free space, choose another spill folder (PipelineOptions.SpillFolder), or give more memory (PipelineOptions.MemoryBudget)", e);
        }
    }

    /// <summary>Reads into a buffer.</summary>
    /// <exception cref="FlowException">The disk fails.</exception>
    public void Read(AlignedBuffer buffer, long position)
    {
        for (var done = 0; done < buffer.Length; done += Chunk)
            Read(buffer.Bytes(done, Math.Min(Chunk, buffer.Length - done)), position + ((long)done * sizeof(double)));
    }

    /// <summary>Reads bytes that were written earlier.</summary>
    /// <exception cref="FlowException">The disk fails.</exception>
    public void Read(Span<byte> bytes, long position)
    {
        var rest = bytes;
        var at = position;
        try
        {
            while (rest.Length > 0)
            {
                var read = RandomAccess.Read(handle, rest, at);
                if (read == 0) throw new IOException("unexpected end of the file");
                rest = rest[read..];
                at += read;
            }
        }
        catch (IOException e)
        {
            throw new FlowException(ErrorKind.Storage, PlaceOf(path), $"an error when reading at byte {position} ({DiskError.Reason(e)})",
                $"{bytes.Length} bytes of decoded features written before",
                "check the disk, choose another spill folder (PipelineOptions.SpillFolder), or give more memory (PipelineOptions.MemoryBudget)", e);
        }
    }

    public void Dispose() => stream.Dispose();

    // The file's own name means nothing to anybody.
    private static string PlaceOf(string path) => $"temporary files in {Path.GetDirectoryName(path)}";

    /// <summary>The default folder: /tmp is often in memory, which spilling is meant to save.</summary>
    public static string DefaultFolder() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")) && !OperatingSystem.IsWindows() && Directory.Exists("/var/tmp")
            ? "/var/tmp"
            : Path.GetTempPath();
}
