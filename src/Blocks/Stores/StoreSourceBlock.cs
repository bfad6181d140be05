using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// Sends stored features into a graph, batch after batch. Nothing is read here: the block that uses a batch reads it, so that several are read at a time and
/// only as many as are in use.
/// </summary>
internal sealed class StoreSourceBlock : ISourceBlock<FeatureBatch>
{
    private readonly IFeatureStore store;
    private readonly RunSupervisor run;
    private readonly BufferBlock<FeatureBatch> inner;
    private readonly long first;
    private readonly long end;
    private int started;

    /// <summary>Creates the block; <see cref="RunSupervisor.RunAsync"/> starts it.</summary>
    /// <param name="store">The features.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="first">Number of the first batch to send, at least 0.</param>
    /// <param name="end">Number after that of the last one; beyond the last batch of the store it starts over at the first.</param>
    public StoreSourceBlock(IFeatureStore store, RunSupervisor run, long first, long end)
    {
        (this.store, this.run, this.first, this.end) = (store, run, first, end);
        inner = new BufferBlock<FeatureBatch>(new DataflowBlockOptions { BoundedCapacity = run.Options.Capacity, CancellationToken = run.Token });
        Completion = Guard.CompletionAsync(inner.Completion, Name, run);
        run.Add(Completion);
        run.AddSource(Start);
    }

    public static string Name => "store";

    public Task Completion { get; }

    public void Complete() => inner.Complete();

    public void Fault(Exception exception)
    {
        run.Fail(Name, exception);
        ((IDataflowBlock)inner).Fault(RunFailure.Unwrap(exception));
    }

    public IDisposable LinkTo(ITargetBlock<FeatureBatch> target, DataflowLinkOptions linkOptions) => Guard.LinkTo(inner, this, target, linkOptions);

    public FeatureBatch? ConsumeMessage(DataflowMessageHeader messageHeader, ITargetBlock<FeatureBatch> target, out bool messageConsumed) =>
        ((ISourceBlock<FeatureBatch>)inner).ConsumeMessage(messageHeader, target, out messageConsumed);

    public bool ReserveMessage(DataflowMessageHeader messageHeader, ITargetBlock<FeatureBatch> target) =>
        ((ISourceBlock<FeatureBatch>)inner).ReserveMessage(messageHeader, target);

    public void ReleaseReservation(DataflowMessageHeader messageHeader, ITargetBlock<FeatureBatch> target) =>
        ((ISourceBlock<FeatureBatch>)inner).ReleaseReservation(messageHeader, target);

    public override string ToString() => Name;

    private void Start()
    {
        if (Interlocked.Exchange(ref started, 1) == 0) run.Add(Task.Run(PumpAsync));
    }

    private async Task PumpAsync()
    {
        try
        {
            for (var number = first; number < end && !run.IsStopped; number++)
                if (!await inner.SendAsync(store.Open(number % store.Count, number), run.Token).ConfigureAwait(false)) return;
            inner.Complete();
        }
        catch (Exception e)
        {
            run.Fail(Name, e);
        }
    }
}
