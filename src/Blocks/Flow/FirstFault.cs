namespace Pipelines.Blocks;

/// <summary>
/// Makes the fault reported by a parallel block independent of timing: if several batches fail, the first in row order is reported. A fault therefore waits
/// briefly for the earlier batches that the block is still processing, and for no others.
/// </summary>
internal sealed class FirstFault(string block, RunSupervisor run)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();

    // Guarded by gate: the batches being processed, and the first fault so far.
    private readonly SortedSet<long> working = [];
    private (long Index, Exception Exception, string? Place)? first;
    private ITimer? patience;

    /// <summary>Starts a batch; false if it comes after a fault and need not be processed.</summary>
    public bool Begin(long index)
    {
        lock (gate)
        {
            if (first is { } fault && index > fault.Index) return false;
            working.Add(index);
            return true;
        }
    }

    /// <summary>Ends a batch; true if its result is valid because no batch up to it has failed.</summary>
    /// <param name="index">Number of the batch.</param>
    /// <param name="exception">Why it failed; null if it did not.</param>
    /// <param name="place">Description of the batch, for messages.</param>
    public bool End(long index, Exception? exception, string? place)
    {
        bool counts, isTime;
        lock (gate)
        {
            working.Remove(index);
            if (exception is not null && (first is null || index < first.Value.Index)) first = (index, exception, place);
            counts = first is null || index < first.Value.Index;
            isTime = first is not null && (working.Count == 0 || working.Min > first.Value.Index);
            if (first is not null && !isTime)
                patience ??= run.Options.TimeProvider.CreateTimer(static s => ((FirstFault)s!).Report(), this, Patience, Timeout.InfiniteTimeSpan);
        }
        if (isTime) Report();
        return counts;
    }

    private void Report()
    {
        (long Index, Exception Exception, string? Place) fault;
        lock (gate)
        {
            fault = first!.Value;
            patience?.Dispose();
        }
        run.Fail(block, fault.Exception, fault.Place);
    }
}
