namespace Pipelines.Io;

/// <summary>Limits the total size of batches in flight, in bytes; one batch is always admitted, however large. Supports one waiting caller at a time.</summary>
/// <param name="limit">The limit in bytes.</param>
public sealed class ByteCredits(long limit)
{
    private readonly Lock gate = new();

    // Guarded by gate.
    private TaskCompletionSource? waiting;
    private long inUse, wanted, highest;

    /// <summary>The limit in bytes.</summary>
    public long Limit { get; } = limit;

    /// <summary>Bytes in use now.</summary>
    public long InUse
    {
        get
        {
            lock (gate) return inUse;
        }
    }

    /// <summary>The most bytes in use at once so far.</summary>
    public long HighestInUse
    {
        get
        {
            lock (gate) return highest;
        }
    }

    /// <summary>Waits until the batch fits within the limit, or nothing else is in flight.</summary>
    /// <param name="bytes">Size of the batch.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async ValueTask<IBatchCredit> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (gate)
        {
            if (waiting is not null) throw new InvalidOperationException("byte credits: found a second taker, expected one at a time");
            if (Fits(bytes)) return Grant(bytes);
            (waiter, wanted) = (waiting = new(TaskCreationOptions.RunContinuationsAsynchronously), bytes);
        }
        await using var registration = cancellationToken.Register(() =>
        {
            lock (gate)
            {
                if (waiting != waiter) return;
                waiting = null;
            }
            waiter.SetCanceled(cancellationToken);
        });
        await waiter.Task.ConfigureAwait(false);
        return new Credit(this, bytes);
    }

    private bool Fits(long bytes) => inUse == 0 || inUse + bytes <= Limit;

    private Credit Grant(long bytes)
    {
        inUse += bytes;
        highest = Math.Max(highest, inUse);
        return new Credit(this, bytes);
    }

    private void Release(long bytes)
    {
        TaskCompletionSource next;
        lock (gate)
        {
            inUse -= bytes;
            if (waiting is null || !Fits(wanted)) return;
            (next, waiting) = (waiting, null);
            Grant(wanted);
        }
        next.SetResult();
    }

    private sealed class Credit(ByteCredits owner, long bytes) : IBatchCredit
    {
        private ByteCredits? owner = owner;

        public void Release() => Interlocked.Exchange(ref owner, null)?.Release(bytes);
    }
}

/// <summary>Two shares that are released together.</summary>
internal sealed class BothCredits(IBatchCredit? first, IBatchCredit? second) : IBatchCredit
{
    public void Release()
    {
        first?.Release();
        second?.Release();
    }
}
