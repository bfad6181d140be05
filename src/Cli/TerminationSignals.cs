using System.Runtime.InteropServices;
using Pipelines.Cli.Reporting;

namespace Pipelines.Cli;

/// <summary>Turns Ctrl-C and SIGTERM into a request to end, so that a run can wind down. A second signal ends the process at once, with the same exit code.</summary>
internal sealed partial class TerminationSignals : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;

    public TerminationSignals(StopRequest request) =>
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s => PosixSignalRegistration.Create(s, c =>
        {
            c.Cancel = true;
            if (!request.Ask()) End(request);
        }))];

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }

    // Nothing is cleaned up: all that was promised is on the disk already, and what is under way may take long.
    private static void End(StopRequest request)
    {
        Console.Error.WriteLine($"pipelines: stopped at once by a second signal{(request.Continuation is { } how ? $"; {how}" : "")}");
        if (OperatingSystem.IsWindows()) Environment.Exit(ExitCode.Cancelled);
        else ExitNow(ExitCode.Cancelled);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
