namespace Pipelines.Campaigns.Faults;

/// <summary>A backstop for runs that never end; nothing is measured by it.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    /// <summary>What a task threw, null if nothing; a <see cref="TimeoutException"/> of its own if it does not end.</summary>
    public static async Task<Exception?> EndOf(Task task)
    {
        try
        {
            await task.WaitAsync(patience).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
    }

    /// <summary>Waits for something that other threads do, without a clock between.</summary>
    public static async Task<bool> UntilAsync(Func<bool> condition)
    {
        using var stop = new CancellationTokenSource(patience);
        while (!condition())
        {
            if (stop.IsCancellationRequested) return false;
            await Task.Yield();
        }
        return true;
    }
}
