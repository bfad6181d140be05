namespace Pipelines.Models.Fitting;

/// <summary>
/// Computes the statistics of batches on several threads and merges them strictly in batch order, so that the bits do not depend on the
/// number of threads. At most two statistics per thread exist at a time, whatever the number of batches.
/// </summary>
/// <param name="summarizer">Creates the statistics.</param>
/// <param name="batches">Number of batches, at least 0.</param>
/// <param name="threads">Threads, at least 1.</param>
/// <param name="total">Statistics to fold into: those of the batches before <paramref name="first"/>; null = empty ones.</param>
/// <param name="first">Number of the first batch to summarise, at least 0.</param>
public sealed class OrderedFold(ISummarizer summarizer, long batches, int threads, Statistics? total = null, long first = 0) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Statistics> waiting = [];
    private readonly Stack<Statistics> free = new();
    private readonly SemaphoreSlim slots = new(2 * threads);
    private readonly Statistics total = total ?? summarizer.CreateStatistics();
    private long next = first - 1;
    private long folded = first;

    /// <summary>
    /// Called in batch order, one call at a time, after each batch is folded, with the next batch's number and the statistics so far. Null = not called.
    /// </summary>
    public Action<long, Statistics>? Folded { get; init; }

    /// <summary>Summarises every batch.</summary>
    /// <param name="summarize">Fills empty statistics from the batch with that index; called by several threads at once.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The statistics of all batches.</returns>
    public Statistics Run(Action<long, Statistics> summarize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarize);
        Parallelism.Run(threads, token => Work(summarize, token), cancellationToken);
        return total;
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
            if (batch >= batches)
            {
                slots.Release();
                return;
            }
            Statistics? statistics;
            lock (gate) free.TryPop(out statistics);
            statistics ??= summarizer.CreateStatistics();
            cancellationToken.ThrowIfCancellationRequested();
            summarize(batch, statistics);
            Hand(batch, statistics);
        }
    }

    private void Hand(long batch, Statistics statistics)
    {
        var done = 0;
        lock (gate)
        {
            waiting.Add(batch, statistics);
            while (waiting.Remove(folded, out var ready))
            {
                total.Merge(ready);
                ready.Clear();
                free.Push(ready);
                folded++;
                done++;
                Folded?.Invoke(folded, total);
            }
        }
        if (done > 0) slots.Release(done);
    }
}
