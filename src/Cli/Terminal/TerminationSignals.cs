using System.Runtime.InteropServices;

namespace Pipelines.Cli.Terminal;

/// <summary>
/// Turns Ctrl-C, SIGTERM and SIGHUP into a request to end, so that a run can wind down. A second signal ends the process at once; so does a run
/// that does not respond to the request. The exit code is the same in each case. A file that grows beyond the user's limit must not end the process either:
/// the write then fails like any other.
/// </summary>
internal sealed partial class TerminationSignals : IDisposable
{
    // SIGXFSZ, which has the same number on Linux and macOS.
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    // A run without unfinished files leaves nothing behind, so there is no need to wait long.
    private static readonly TimeSpan shortWait = TimeSpan.FromSeconds(0.7);

    // Longer than a run waits for a read that does not return, and enough to delete unfinished files.
    private static readonly TimeSpan longWait = TimeSpan.FromSeconds(5);

    // If the other end of the stream has stopped reading, writing the last message would block forever.
    private static readonly TimeSpan messageWait = TimeSpan.FromSeconds(2);

    private readonly PosixSignalRegistration[] registrations;

    public TerminationSignals(StopRequest request)
    {
        var stopped = request.Now.WaitHandle;
        // A thread of its own: computations may occupy the whole thread pool, and a callback of the cancellation may block the thread that cancels.
        new Thread(() => EndUnheard(request, stopped)) { IsBackground = true }.Start();
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, c =>
        {
            c.Cancel = true;
            if (!request.Ask()) End(request, "stopped at once by a second signal");
        }))];
        if (!OperatingSystem.IsWindows()) registrations = [.. registrations, PosixSignalRegistration.Create(FileTooLarge, c => c.Cancel = true)];
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }

    private static void EndUnheard(StopRequest request, WaitHandle stopped)
    {
        stopped.WaitOne();
        Thread.Sleep(shortWait);
        if (UnfinishedFiles.Any) Thread.Sleep(longWait - shortWait);
        End(request, "stopped in the middle of a step that cannot be interrupted");
    }

    // No cleanup: everything that was promised is on disk already, and waiting for work in progress may take long.
    private static void End(StopRequest request, string how)
    {
        var last = new Thread(() => request.Abandoned?.Invoke($"{how}{(request.Continuation is { } next ? $"; {next}" : "")}")) { IsBackground = true };
        last.Start();
        last.Join(messageWait);
        if (OperatingSystem.IsWindows()) Environment.Exit(ExitCode.Cancelled);
        else ExitNow(ExitCode.Cancelled);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
