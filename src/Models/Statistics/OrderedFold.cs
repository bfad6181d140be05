namespace Pipelines.Models.Fitting;

/// <summary>
/// Computes the statistics of batches on several threads and folds them in batch order (<see cref="CanonicalFold"/>), so that the bits do not depend on
/// the number of threads. Beside those in the fold, at most two statistics per thread exist at a time, whatever the number of batches.
/// </summary>
/// <param name="summarizer">Creates the statistics.</param>
/// <param name="fold">Receives the statistics, from its next batch on.</param>
/// <param name="end">Number after that of the last batch to summarise; beyond <paramref name="batches"/> it starts over at the first batch.</param>
/// <param name="batches">Number of batches in the data.</param>
/// <param name="threads">Threads, at least 1.</param>
internal sealed class OrderedFold(ISummarizer summarizer, CanonicalFold fold, long end, long batches, int threads) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Statistics> waiting = [];
    private readonly Stack<Statistics> free = new();
    private readonly SemaphoreSlim slots = new(2 * threads);
    private long next = fold.Next - 1;

    // One thread folds at a time. The others go on to their next batches: merging large statistics may take as long as summarising.
    private bool isFolding;
    private long folded = fold.Next;

    /// <summary>Called in batch order, one call at a time, after each batch is folded. Null = not called.</summary>
    public Action<CanonicalFold>? Folded { get; init; }

    /// <summary>Summarises every batch.</summary>
    /// <param name="summarize">Fills empty statistics from the batch with that number; called by several threads at once.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The statistics of all batches.</returns>
    public Statistics Run(Action<long, Statistics> summarize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarize);
        Parallelism.Run(threads, token => Work(summarize, token), cancellationToken);
        return fold.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => slots.Dispose();

    private void Work(Action<long, Statistics> summarize, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A slot first, then a number: the holder of the lowest number always has a slot, so the fold always advances.
            slots.Wait(cancellationToken);
            var batch = Interlocked.Increment(ref next);
            if (batch >= end)
            {
                slots.Release();
                return;
            }
            Statistics? statistics;
            lock (gate) free.TryPop(out statistics);
            statistics ??= summarizer.CreateStatistics();
            cancellationToken.ThrowIfCancellationRequested();
            summarize(batch % batches, statistics);
            Hand(batch, statistics);
        }
    }

    private void Hand(long batch, Statistics statistics)
    {
        lock (gate)
        {
            waiting.Add(batch, statistics);
            if (isFolding) return;
            isFolding = true;
        }
        while (true)
        {
            Statistics? ready;
            lock (gate)
            {
                isFolding = waiting.Remove(folded, out ready);
                if (!isFolding) return;
            }
            fold.Add(folded % batches, ready!);
            ready!.Clear();
            folded++;
            Folded?.Invoke(fold);
            lock (gate) free.Push(ready);
            slots.Release();
        }
    }
}
