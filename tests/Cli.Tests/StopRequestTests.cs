using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>The first request winds down what can be resumed, the second one ends the process.</summary>
public sealed class StopRequestTests
{
    [Fact]
    public void What_cannot_be_resumed_stops_at_once()
    {
        using var request = new StopRequest(new ManualClock());
        Assert.True(request.Ask());
        Assert.True(request.Now.IsCancellationRequested);
        Assert.True(request.IsAsked);
        Assert.Null(request.Continuation);
    }

    [Fact]
    public void What_can_be_resumed_gets_its_grace_period_and_no_more()
    {
        var clock = new ManualClock();
        using var request = new StopRequest(clock);
        request.CanResume(TimeSpan.FromSeconds(10), "go on");
        Assert.False(request.IsAsked);
        Assert.True(request.Ask());
        Assert.True(request.WindDown.IsCancellationRequested);
        Assert.False(request.Now.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.Due);
        clock.Ring();
        Assert.True(request.Now.IsCancellationRequested);
        Assert.Equal("go on", request.Continuation);
    }

    [Fact]
    public void A_grace_period_of_zero_is_none()
    {
        using var request = new StopRequest(new ManualClock());
        request.CanResume(TimeSpan.Zero, "go on");
        Assert.True(request.Ask());
        Assert.True(request.Now.IsCancellationRequested);
    }

    [Fact]
    public void The_second_request_is_not_taken()
    {
        using var request = new StopRequest(new ManualClock());
        request.CanResume(TimeSpan.FromSeconds(10), "go on");
        Assert.True(request.Ask());
        Assert.False(request.Ask());
    }

    [Fact]
    public void A_token_stops_at_once()
    {
        using var source = new CancellationTokenSource();
        using var request = StopRequest.From(source.Token);
        source.Cancel();
        Assert.True(request.Now.IsCancellationRequested);
        Assert.True(request.IsAsked);
    }

    /// <summary>A clock with one timer, which rings when it is told to.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private TimerCallback? ring;
        private object? state;

        public TimeSpan? Due { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (ring, this.state, Due) = (callback, state, dueTime);
            return new Silent();
        }

        public void Ring() => ring!(state);

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
