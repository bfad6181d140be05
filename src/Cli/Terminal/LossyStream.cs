using System.Runtime.InteropServices;
using System.Text;

namespace Pipelines.Cli.Terminal;

/// <summary>A standard stream that never throws: text that cannot be written is lost, and the reason is kept.</summary>
/// <param name="target">The stream; null = it was closed before the process began.</param>
internal sealed partial class LossyStream(Stream? target) : Stream
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int ReadWrite = 2;
    private string? failure;

    /// <summary>Why something was lost; null if nothing was.</summary>
    public string? Loss => failure;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The process's streams for results and for messages.</summary>
    public static (LossyStream Output, LossyStream Error) OfProcess()
    {
        var (hasOutput, hasError) = (IsInherited(1), IsInherited(2));
        // Occupies free standard descriptors: otherwise a file of the run could get one, and whatever a library prints would go into that file.
        if (!OperatingSystem.IsWindows())
            while (Open("/dev/null", ReadWrite) is 0 or 1 or 2) { }
        return (new(hasOutput ? Console.OpenStandardOutput() : null), new(hasError ? Console.OpenStandardError() : null));
    }

    /// <summary>A writer that flushes after each call.</summary>
    public TextWriter Writer() =>
        TextWriter.Synchronized(new StreamWriter(this, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty) return;
        if (target is null)
        {
            failure ??= "a closed stream";
            return;
        }
        try
        {
            target.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            failure ??= $"an error when writing ({e.Message})";
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // If a standard stream was closed before the process began, the runtime's first file gets its descriptor, and must not be written to. The runtime opens
    // its files with close-on-exec; an inherited stream cannot have that flag, or it would not have been inherited.
    private static bool IsInherited(int descriptor)
    {
        if (OperatingSystem.IsWindows()) return true;
        var flags = Control(descriptor, GetDescriptorFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
