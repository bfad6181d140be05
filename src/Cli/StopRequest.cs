namespace Pipelines.Cli;

/// <summary>
/// How a run is asked to end. The first time, a run that can be resumed goes on to the next point that it can be resumed from, for at most the grace period;
/// any other run stops at once.
/// </summary>
/// <param name="clock">Counts the grace period.</param>
internal sealed class StopRequest(TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource windDown = new();
    private readonly CancellationTokenSource stop = new();
    private CancellationTokenRegistration caller;
    private ITimer? timer;
    private bool isAsked;
    private TimeSpan? grace;

    /// <summary>Cancelled when the run shall end at the next good point.</summary>
    public CancellationToken WindDown => windDown.Token;

    /// <summary>Cancelled when the run shall stop now.</summary>
    public CancellationToken Now => stop.Token;

    /// <summary>True once the run was asked to end.</summary>
    public bool IsAsked => isAsked || stop.IsCancellationRequested;

    /// <summary>How a user goes on after this run was ended, in words; null if there is nothing to go on from.</summary>
    public string? Continuation { get; private set; }

    /// <summary>Says that the run was ended from outside, in words that it is given; null before the arguments are known.</summary>
    public Action<string>? Abandoned { get; set; }

    /// <summary>A request that a token makes, with no time to wind down.</summary>
    public static StopRequest From(CancellationToken cancellationToken)
    {
        var request = new StopRequest(TimeProvider.System);
        request.caller = cancellationToken.UnsafeRegister(static r => ((StopRequest)r!).stop.Cancel(), request);
        return request;
    }

    /// <summary>Tells that the run can be resumed, and how long it may take to wind down.</summary>
    public void CanResume(TimeSpan period, string continuation)
    {
        Continuation = continuation;
        grace = period;
    }

    /// <summary>Asks the run to end.</summary>
    /// <returns>False if it was asked before: the process may then end as it is, for all that was promised is on the disk.</returns>
    public bool Ask()
    {
        // Two signals may come at once, each on a thread of its own.
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
