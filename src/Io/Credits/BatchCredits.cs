namespace Pipelines.Io;

/// <summary>A fixed number of batches that may be in flight at once; waiters are served in order of arrival.</summary>
public sealed class BatchCredits : IBatchCredits
{
    private readonly Lock gate = new();

    // Guarded by gate.
    private readonly LinkedList<TaskCompletionSource<IBatchCredit?>> waiting = new();
    private int inUse, highest;

    /// <summary>Creates credits.</summary>
    /// <param name="count">How many batches may be in flight, at least 1.</param>
    public BatchCredits(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
    }

    /// <summary>How many batches may be in flight.</summary>
    public int Count { get; }

    /// <summary>How many are in flight now.</summary>
    public int InUse
    {
        get
        {
            lock (gate) return inUse;
        }
    }

    /// <summary>The largest number in flight at once so far.</summary>
    public int HighestInUse
    {
        get
        {
            lock (gate) return highest;
        }
    }

    /// <summary>Number of callers waiting for a credit.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IBatchCredit?> TakeAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<IBatchCredit?>(cancellationToken);
        TaskCompletionSource<IBatchCredit?> waiter;
        LinkedListNode<TaskCompletionSource<IBatchCredit?>> node;
        lock (gate)
        {
            if (inUse < Count)
            {
                highest = Math.Max(highest, ++inUse);
                return new(new Credit(this));
            }
            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            node = waiting.AddLast(waiter);
        }
        return new(WaitAsync(waiter, node, cancellationToken));
    }

    private async Task<IBatchCredit?> WaitAsync(TaskCompletionSource<IBatchCredit?> waiter, LinkedListNode<TaskCompletionSource<IBatchCredit?>> node,
        CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() =>
        {
            // A waiter that is granted a credit at the same moment keeps it: only one of the two removes the node.
            lock (gate)
            {
                if (node.List is null) return;
                waiting.Remove(node);
            }
            waiter.SetCanceled(cancellationToken);
        });
        return await waiter.Task.ConfigureAwait(false);
    }

    private void Release()
    {
        TaskCompletionSource<IBatchCredit?> next;
        lock (gate)
        {
            if (waiting.First is not { } first)
            {
                inUse--;
                return;
            }
            waiting.RemoveFirst();
            next = first.Value;
        }
        next.SetResult(new Credit(this));
    }

    private sealed class Credit(BatchCredits owner) : IBatchCredit
    {
        private BatchCredits? owner = owner;

        public void Release() => Interlocked.Exchange(ref owner, null)?.Release();
    }
}
