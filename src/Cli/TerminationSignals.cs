using System.Runtime.InteropServices;
using Pipelines.Cli.Reporting;
using Pipelines.Io.Storage;

namespace Pipelines.Cli;

/// <summary>
/// Turns Ctrl-C, SIGTERM and SIGHUP into a request to end, so that a run can wind down. A second signal ends the process at once, and so does a run that does
/// not hear
/// the request, each with the same exit code.
/// </summary>
internal sealed partial class TerminationSignals : IDisposable
{
    // A run that holds no lock leaves nothing behind, however it ends: it need not be waited for.
    private static readonly TimeSpan shortWait = TimeSpan.FromSeconds(0.7);

    // Longer than a run waits for a read that does not return, and enough to delete what is not finished.
    private static readonly TimeSpan longWait = TimeSpan.FromSeconds(5);

    // A reader that has stopped to read would hold the last message for ever.
    private static readonly TimeSpan messageWait = TimeSpan.FromSeconds(2);

    private readonly PosixSignalRegistration[] registrations;

    public TerminationSignals(StopRequest request)
    {
        var stopped = request.Now.WaitHandle;
        // A thread of its own: a computation may hold all of the pool, and whoever is told of the request may hold the thread that tells.
        new Thread(() => EndUnheard(request, stopped)) { IsBackground = true }.Start();
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, c =>
        {
            c.Cancel = true;
            if (!request.Ask()) End(request, "stopped at once by a second signal");
        }))];
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

    // Nothing is cleaned up: all that was promised is on the disk already, and what is under way may take long.
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
