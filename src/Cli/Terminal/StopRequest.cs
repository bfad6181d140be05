namespace Pipelines.Cli.Terminal;

/// <summary>
/// A request to end the run. A resumable run continues to the next point from which it can be resumed, for at most the grace period; any other run stops at
/// once.
/// </summary>
/// <param name="clock">The clock for the grace period.</param>
internal sealed class StopRequest(TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource windDown = new();
    private readonly CancellationTokenSource stop = new();
    private CancellationTokenRegistration caller;
    private ITimer? timer;
    private bool isAsked;
    private TimeSpan? grace;

    /// <summary>Cancelled when the run is to end at the next point from which it can be resumed.</summary>
    public CancellationToken WindDown => windDown.Token;

    /// <summary>Cancelled when the run is to stop at once.</summary>
    public CancellationToken Now => stop.Token;

    /// <summary>True once the run was asked to end.</summary>
    public bool IsAsked => isAsked || stop.IsCancellationRequested;

    /// <summary>How to continue after this run was ended, for messages; null if it cannot be resumed.</summary>
    public string? Continuation { get; private set; }

    /// <summary>Reports, with the given text, that the run was ended from outside; null before the arguments are known.</summary>
    public Action<string>? Abandoned { get; set; }

    /// <summary>A request triggered by a token, without a grace period.</summary>
    public static StopRequest From(CancellationToken cancellationToken)
    {
        var request = new StopRequest(TimeProvider.System);
        request.caller = cancellationToken.UnsafeRegister(static r => ((StopRequest)r!).stop.Cancel(), request);
        return request;
    }

    /// <summary>Marks the run as resumable, and sets how long it may take to wind down.</summary>
    public void CanResume(TimeSpan period, string continuation)
    {
        Continuation = continuation;
        grace = period;
    }

    /// <summary>Asks the run to end.</summary>
    /// <returns>False if it was asked before: the process may then end at once, as everything that was promised is on disk.</returns>
    public bool Ask()
    {
        // Two signals may arrive at the same time, each on its own thread.
        if (stop.IsCancellationRequested || Interlocked.Exchange(ref isAsked, true)) return false;
        if (grace is { } period && period > TimeSpan.Zero)
        {
            timer = clock.CreateTimer(static r => ((StopRequest)r!).stop.Cancel(), this, period, Timeout.InfiniteTimeSpan);
            windDown.Cancel();
        }
        else stop.Cancel();
        return true;
    }

    public void Dispose()
    {
        timer?.Dispose();
        caller.Dispose();
        windDown.Dispose();
        stop.Dispose();
    }
}
