using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipelines.Io.Storage;

/// <summary>
/// Prevents two runs from writing the same output. The lock is a file that names its owner (host, process, start time, command); the owner holds an operating
/// system lock on it, which ends with the process. A lock file that no process holds was left by a killed run and is taken over.
/// </summary>
internal sealed partial class RunLock : IDisposable
{
    private const int MostBytes = 1 << 14;
    private const int MostCommand = 1_000;
    private const int Attempts = 16;
    private static int taken;
    private readonly FileLayer files;
    private readonly string path;
    private FileStream? held;

    private RunLock(FileLayer files, string path, FileStream held)
    {
        (this.files, this.path, this.held) = (files, path, held);
        UnfinishedFiles.Add();
    }

    /// <summary>Takes a lock.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The lock file.</param>
    /// <param name="output">The output that it protects, for messages.</param>
    /// <param name="ensure">Called before each attempt: creates the folder, which the previous run may just have deleted.</param>
    /// <exception cref="FlowException">Another run holds it; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static RunLock Take(FileLayer files, string path, string output, Action ensure)
    {
        var content = Owner.Current(Interlocked.Increment(ref taken)).ToJson();
        for (var attempt = 1; ; attempt++)
        {
            ensure();
            if (TryOpen(path, output) is { } stream)
            {
                try
                {
                    CheckFormerOwner(stream, path, output);
                    Write(files, path, stream, content);
                    // The previous owner may have deleted the file after we opened it and before we locked it: then we hold a file without a name.
                    if (Peek(path).AsSpan().SequenceEqual(content)) return new RunLock(files, path, stream);
                    stream.Dispose();
                }
                catch
                {
                    stream.Dispose();
                    throw;
                }
            }
            if (attempt == Attempts) throw new IOException($"the lock {path} cannot be taken");
        }
    }

    /// <summary>Throws if the lock's owner is alive or on another host. The lock is not taken, so a run that starts meanwhile is not blocked.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="output">The output that it protects, for messages.</param>
    /// <exception cref="FlowException">Another run holds it.</exception>
    public static void Look(string path, string output)
    {
        if (!File.Exists(path) || Owner.Parse(Peek(path)) is not { } owner || (owner.IsHere && !owner.IsAlive())) return;
        throw new FlowException(ErrorKind.Storage, output,
            owner.IsHere ? $"a run that writes it now ({owner})" : $"the lock of a run on another host ({owner})", "no other run on the same output",
            "wait for its end, or give another output");
    }

    /// <summary>Releases the output: the file is deleted first, so that no run finds one without an owner.</summary>
    public void Dispose()
    {
        if (held is not { } stream) return;
        held = null;
        try
        {
            // If this fails, the file stays behind without an owner: the next run takes it over.
            DurableFile.TryDelete(files, path);
        }
        finally
        {
            stream.Dispose();
            UnfinishedFiles.Remove();
        }
    }

    // A lock that cannot be written is not left behind, unless it is another run's by now.
    private static void Write(FileLayer files, string path, FileStream stream, byte[] content)
    {
        try
        {
            stream.SetLength(0);
            stream.Write(content);
            stream.Flush();
        }
        catch
        {
            if (content.AsSpan().StartsWith(Peek(path))) DurableFile.TryDelete(files, path);
            throw;
        }
    }

    /// <summary>The lock file that protects a single file.</summary>
    public static string Beside(string file) => OutputTarget.Hidden(file, ".lock");

    // Null: the folder has been deleted meanwhile by the run that held it.
    private static FileStream? TryOpen(string path, string output)
    {
        CheckNoLink(path, output);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
            BufferSize = 0
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var stream = new FileStream(path, options);
            CheckNoLink(path, output);
            return stream;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            // The owner may just have ended and deleted the file: then the lock is free.
            if (!File.Exists(path)) return null;
            var owner = Owner.Parse(Peek(path));
            throw new FlowException(ErrorKind.Storage, output, $"a run that writes it now ({owner?.ToString() ?? "its owner is unknown"})",
                "no other run on the same output",
                "wait for its end, or give another output", e);
        }
    }

    // ERROR_SHARING_VIOLATION; elsewhere EWOULDBLOCK, 11 on Linux and 35 on macOS.
    private static bool IsHeldElsewhere(IOException e) => (e.HResult & 0xFFFF) == (OperatingSystem.IsWindows() ? 32 : OperatingSystem.IsMacOS() ? 35 : 11);

    private static void CheckNoLink(string path, string output)
    {
        if (new FileInfo(path).LinkTarget is { } target)
            throw new FlowException(ErrorKind.Usage, output, $"a symbolic link to {target} in place of the lock {path}", "a file of its own",
                "delete the link");
    }

    // We hold the operating system's lock. It does not cover other hosts, and is meaningless on file systems without locks.
    private static void CheckFormerOwner(FileStream stream, string path, string output)
    {
        var bytes = new byte[Math.Min(stream.Length, MostBytes)];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        if (Owner.Parse(bytes) is not { } owner) return;
        if (!owner.IsHere)
        {
            throw new FlowException(ErrorKind.Storage, output, $"the lock of a run on another host ({owner})", "no other run on the same output",
                $"if that process is gone, delete {path} and run again; else wait for its end, or give another output");
        }
        if (!LocksWork(path) && owner.Process != Environment.ProcessId && owner.IsAlive())
        {
            throw new FlowException(ErrorKind.Storage, output, $"a run that writes it now ({owner})", "no other run on the same output",
                $"wait for its end, or give another output; if that process is not a Pipelines run, delete {path}");
        }
    }

    // If locks work, opening a file that we hold a second time fails.
    private static bool LocksWork(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    // .NET locks files that it opens, so it cannot read a file that another process holds.
    private static byte[] Peek(string path)
    {
        var buffer = new byte[MostBytes];
        if (OperatingSystem.IsWindows())
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        }
        var handle = Open(path, 0);
        if (handle < 0) return [];
        var length = Read(handle, buffer, (nuint)buffer.Length);
        _ = Close(handle);
        return length < 0 ? [] : buffer[..(int)length];
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int handle, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    /// <summary>The owner of a lock.</summary>
    /// <param name="Host">Name of the machine.</param>
    /// <param name="Process">Process id.</param>
    /// <param name="Started">When the process started, in the operating system's own format; distinguishes it from a later process with the same id.</param>
    /// <param name="Since">When it took the lock, UTC.</param>
    /// <param name="Number">Number of this lock within the process.</param>
    /// <param name="Command">Its command line, at most 1,000 characters.</param>
    private sealed record Owner(string Host, int Process, string Started, string Since, int Number, string Command)
    {
        private static readonly JsonSerializerOptions shallow = new() { MaxDepth = 2 };

        public static Owner Current(int number)
        {
            var command = Environment.CommandLine;
            return new(Environment.MachineName, Environment.ProcessId, StartOf(Environment.ProcessId) ?? "",
                TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture), number,
                command.Length > MostCommand ? command[..MostCommand] : command);
        }

        public static Owner? Parse(byte[] bytes)
        {
            try
            {
                return JsonSerializer.Deserialize<Owner>(bytes, shallow) is { Host.Length: > 0 } owner ? owner : null;
            }
            catch (JsonException)
            {
                // Torn: the owner was killed while writing it.
                return null;
            }
        }

        public byte[] ToJson() => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this) + "\n");

        /// <summary>True if the owner is on this machine. The kernel's boot id identifies it even if a container was renamed.</summary>
        [JsonIgnore]
        public bool IsHere => Host == Environment.MachineName
            || (Started.IndexOf('+', StringComparison.Ordinal) is > 0 and var boot && Boot() is { } now && Started.AsSpan(0, boot).SequenceEqual(now));

        public bool IsAlive() => StartOf(Process) is { } started && started == Started;

        public override string ToString() => $"process {Process} on host {Host} since {Since}: {Command}";

        // The kernel's boot id, new at each start; null if there is none.
        private static string? Boot() => OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : null;

        // Null: there is no such process.
        private static string? StartOf(int process)
        {
            try
            {
                if (OperatingSystem.IsLinux())
                {
                    // Field 22: ticks since boot. The name, field 2, may contain spaces, but ends with the last parenthesis.
                    var stat = File.ReadAllText($"/proc/{process}/stat");
                    return $"{Boot()}+{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
                }
                using var found = System.Diagnostics.Process.GetProcessById(process);
                return found.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException
                or IndexOutOfRangeException or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }
    }
}
