namespace Pipelines.Blocks;

/// <summary>
/// Sends stored features into a graph, batch after batch. Nothing is read here: the block that uses a batch reads it, so that several are read at a time and
/// only as many as are in use.
/// </summary>
/// <param name="store">The features.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="first">Number of the first batch to send, at least 0.</param>
/// <param name="end">Number after that of the last one; beyond the last batch of the store it starts over at the first.</param>
/// <param name="together">Number of batches in a message, at least 1; the last message may have fewer.</param>
internal sealed class StoreSourceBlock(IFeatureStore store, RunSupervisor run, long first, long end, int together = 1)
    : GuardedSource<FeatureBatch>("store", run)
{
    private protected override async Task PumpAsync()
    {
        try
        {
            for (var number = first; number < end && !Run.IsStopped; number += together)
                if (!await SendAsync(Open(number, Math.Min(end, number + together))).ConfigureAwait(false)) return;
            Complete();
        }
        catch (Exception e)
        {
            Run.Fail(Name, e);
        }
    }

    private FeatureBatch Open(long start, long stop)
    {
        FeatureBatch? next = null;
        for (var number = stop - 1; number >= start; number--)
        {
            var batch = store.Open(number % store.Count, number);
            (batch.Next, next) = (next, batch);
        }
        return next!;
    }
}
