using System.Runtime.InteropServices;

namespace Pipelines.Cli;

/// <summary>Turns Ctrl-C and SIGTERM into a request to end, so that a run can wind down. A second signal ends the process at once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;

    public TerminationSignals(StopRequest request) =>
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s => PosixSignalRegistration.Create(s, c => c.Cancel = request.Ask()))];

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }
}
