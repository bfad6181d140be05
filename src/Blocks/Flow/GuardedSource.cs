using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>A bounded block at the beginning of a graph.</summary>
/// <typeparam name="T">Type of the outputs.</typeparam>
public abstract class GuardedSource<T> : GuardedBlock, ISourceBlock<T>
    where T : class
{
    private readonly BufferBlock<T> inner;
    private int started;

    private protected GuardedSource(string name, RunSupervisor run)
        : base(name, run)
    {
        inner = new BufferBlock<T>(new DataflowBlockOptions { BoundedCapacity = run.Options.Capacity, CancellationToken = run.Token });
        Wrap(inner, CompletionAsync);
        run.AddSource(Start);
    }

    /// <summary>Starts reading; a second call does nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref started, 1) != 0) return;
        Run.AddPatiently(Task.Run(PumpAsync));
    }

    /// <inheritdoc/>
    public IDisposable LinkTo(ITargetBlock<T> target, DataflowLinkOptions linkOptions) => Guard.LinkTo(inner, this, target, linkOptions);

    /// <inheritdoc/>
    public T? ConsumeMessage(DataflowMessageHeader messageHeader, ITargetBlock<T> target, out bool messageConsumed) =>
        ((ISourceBlock<T>)inner).ConsumeMessage(messageHeader, target, out messageConsumed);

    /// <inheritdoc/>
    public bool ReserveMessage(DataflowMessageHeader messageHeader, ITargetBlock<T> target) =>
        ((ISourceBlock<T>)inner).ReserveMessage(messageHeader, target);

    /// <inheritdoc/>
    public void ReleaseReservation(DataflowMessageHeader messageHeader, ITargetBlock<T> target) =>
        ((ISourceBlock<T>)inner).ReleaseReservation(messageHeader, target);

    /// <summary>Sends the outputs, then completes the block. Reports its faults to the run.</summary>
    private protected abstract Task PumpAsync();

    /// <summary>Sends an output as soon as there is room; false if the block takes no more.</summary>
    private protected Task<bool> SendAsync(T item) => inner.SendAsync(item, Run.Token);
}
