namespace Pipelines.Io;

/// <summary>A fixed number of batches that may be under way at once; who waits is served in order of arrival.</summary>
public sealed class BatchCredits : IBatchCredits
{
    private readonly Lock gate = new();

    // Guarded by gate.
    private readonly LinkedList<TaskCompletionSource<IBatchCredit?>> waiting = new();
    private int inUse, highest;

    /// <summary>Makes credits.</summary>
    /// <param name="count">How many batches may be under way, at least 1.</param>
    public BatchCredits(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
    }

    /// <summary>How many batches may be under way.</summary>
    public int Count { get; }

    /// <summary>How many are under way now.</summary>
    public int InUse
    {
        get
        {
            lock (gate) return inUse;
        }
    }

    /// <summary>The most that were under way at once so far.</summary>
    public int HighestInUse
    {
        get
        {
            lock (gate) return highest;
        }
    }

    /// <summary>How many wait for a credit.</summary>
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
            // Who was given a credit in the same moment keeps it: only one of the two takes the node out.
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
