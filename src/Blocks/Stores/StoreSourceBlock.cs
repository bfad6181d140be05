namespace Pipelines.Blocks;

/// <summary>
/// Sends stored features into a graph, batch after batch. Nothing is read here: the block that uses a batch reads it, so that several are read at a time and
/// only as many as are in use.
/// </summary>
/// <param name="store">The features.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="first">Number of the first batch to send, at least 0.</param>
/// <param name="end">Number after that of the last one; beyond the last batch of the store it starts over at the first.</param>
internal sealed class StoreSourceBlock(IFeatureStore store, RunSupervisor run, long first, long end) : GuardedSource<FeatureBatch>("store", run)
{
    private protected override async Task PumpAsync()
    {
        try
        {
            for (var number = first; number < end && !Run.IsStopped; number++)
                if (!await SendAsync(store.Open(number % store.Count, number)).ConfigureAwait(false)) return;
            Complete();
        }
        catch (Exception e)
        {
            Run.Fail(Name, e);
        }
    }
}
