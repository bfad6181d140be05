namespace Pipelines.Blocks.Tests;

/// <summary>A clock that goes on only when told to.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private readonly TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan now;

    /// <summary>Ends when the first timer was made.</summary>
    public Task TimerMade => made.Task;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate) return now.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer;
        lock (gate) timers.Add(timer = new Timer(() => callback(state), now + dueTime));
        made.TrySetResult();
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (gate)
        {
            now += by;
            due = timers.FindAll(t => t.Due <= now);
            timers.RemoveAll(due.Contains);
        }
        foreach (var timer in due) timer.Fire();
    }

    private sealed class Timer(Action fire, TimeSpan due) : ITimer
    {
        private bool isDisposed;

        public TimeSpan Due => due;

        public void Fire()
        {
            if (!isDisposed) fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => isDisposed = true;

        public ValueTask DisposeAsync()
        {
            isDisposed = true;
            return default;
        }
    }
}
