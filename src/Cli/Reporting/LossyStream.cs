using System.Runtime.InteropServices;
using System.Text;

namespace Pipelines.Cli.Reporting;

/// <summary>A standard stream that never throws: what cannot be written is lost, and why is kept.</summary>
/// <param name="target">The stream; null = it was closed before the process began.</param>
internal sealed partial class LossyStream(Stream? target) : Stream
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int ReadWrite = 2;
    private string? failure;

    /// <summary>Why something was lost, in words; null if nothing was.</summary>
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
        // A number that is free now would go to a file of the run, and whatever a library prints into that file.
        if (!OperatingSystem.IsWindows())
            while (Open("/dev/null", ReadWrite) is 0 or 1 or 2) { }
        return (new(hasOutput ? Console.OpenStandardOutput() : null), new(hasError ? Console.OpenStandardError() : null));
    }

    /// <summary>Writes text to it, at once.</summary>
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
            failure ??= $"a failing write ({e.Message})";
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // The number of a stream that was closed before the process began is given to the first file that the runtime opens, which must not be written to. Files
    // of the runtime
    // are closed when another program takes over the process; a stream that was handed to this process cannot be, or it would not be here.
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
