using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>A parallel, ordered, bounded block that produces one output for each input.</summary>
/// <typeparam name="TIn">Type of the inputs.</typeparam>
/// <typeparam name="TOut">Type of the outputs.</typeparam>
public abstract class GuardedPropagator<TIn, TOut> : GuardedBlock, IPropagatorBlock<TIn, TOut>
    where TIn : class
    where TOut : class
{
    private readonly TransformBlock<TIn, TOut> inner;
    private readonly FirstFault faults;
    private readonly TaskCompletionSource<TOut> stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected GuardedPropagator(string name, RunSupervisor run)
        : base(name, run)
    {
        faults = new FirstFault(name, run);
        run.Token.UnsafeRegister(static s => ((TaskCompletionSource<TOut>)s!).TrySetResult(null!), stopped);
        inner = new TransformBlock<TIn, TOut>(Work, new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = run.Options.Parallelism,
            BoundedCapacity = run.Options.Capacity,
            CancellationToken = run.Token,
            EnsureOrdered = true,
        });
        Wrap(inner, CompletionAsync);
    }

    /// <inheritdoc/>
    public IDisposable LinkTo(ITargetBlock<TOut> target, DataflowLinkOptions linkOptions) => Guard.LinkTo(inner, this, target, linkOptions);

    /// <inheritdoc/>
    public DataflowMessageStatus OfferMessage(DataflowMessageHeader messageHeader, TIn messageValue, ISourceBlock<TIn>? source, bool consumeToAccept) =>
        ((ITargetBlock<TIn>)inner).OfferMessage(messageHeader, messageValue, source, consumeToAccept);

    /// <inheritdoc/>
    public TOut? ConsumeMessage(DataflowMessageHeader messageHeader, ITargetBlock<TOut> target, out bool messageConsumed) =>
        ((ISourceBlock<TOut>)inner).ConsumeMessage(messageHeader, target, out messageConsumed);

    /// <inheritdoc/>
    public bool ReserveMessage(DataflowMessageHeader messageHeader, ITargetBlock<TOut> target) =>
        ((ISourceBlock<TOut>)inner).ReserveMessage(messageHeader, target);

    /// <inheritdoc/>
    public void ReleaseReservation(DataflowMessageHeader messageHeader, ITargetBlock<TOut> target) =>
        ((ISourceBlock<TOut>)inner).ReleaseReservation(messageHeader, target);

    /// <summary>Produces the output for one input; called concurrently by many threads.</summary>
    private protected abstract TOut Process(TIn item);

    /// <summary>Describes the input, for messages; by default a batch of rows.</summary>
    private protected virtual string Describe(TIn item) => Guard.Describe((DataBatch)(object)item);

    /// <summary>The input's number in row order; by default that of a batch of rows.</summary>
    private protected virtual long IndexOf(TIn item) => ((DataBatch)(object)item).Index;

    // Dataflow treats a null task as "no output". The run is stopped in that case, so nothing follows. Until it has stopped, a failed batch keeps its place in
    // the order.
    private Task<TOut> Work(TIn item)
    {
        if (Run.IsStopped) return null!;
        if (item is null)
        {
            Run.Fail(Name, new InvalidOperationException($"block '{Name}': found null, expected a batch; let the block before return one for each"));
            return null!;
        }
        var index = IndexOf(item);
        if (!faults.Begin(index)) return stopped.Task;
        TOut? made = null;
        Exception? fault = null;
        try
        {
            using var scope = Cancellation.Enter(Run.Token);
            made = Process(item);
        }
        catch (Exception e)
        {
            fault = e;
        }
        var counts = faults.End(index, fault, fault is null ? null : Describe(item));
        return Run.IsStopped ? null! : counts ? Task.FromResult(made!) : stopped.Task;
    }
}

/// <summary>Members shared by all blocks of this library.</summary>
internal static class Guard
{
    /// <summary>
    /// Links as Dataflow does, but shows the guarded completion to a target that asks for it: otherwise Dataflow would complete the target when the source is
    /// cancelled.
    /// </summary>
    public static IDisposable LinkTo<T>(ISourceBlock<T> inner, IDataflowBlock outer, ITargetBlock<T> target, DataflowLinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var link = inner.LinkTo(target, new DataflowLinkOptions { Append = options.Append, MaxMessages = options.MaxMessages, PropagateCompletion = false });
        if (options.PropagateCompletion) _ = Linking.PropagateAsync([outer], target);
        return link;
    }

    /// <summary>Throws if a batch is larger than the memory made for each.</summary>
    public static void CheckSize(DataBatch batch, RunSupervisor run, string block)
    {
        if (batch.Rows > run.Options.BatchSize)
            throw new InvalidOperationException($"block '{block}', batch {batch.Index}: found {batch.Rows} rows, expected at most the batch size of "
                + $"{run.Options.BatchSize}");
    }

    public static string Describe(DataBatch batch) => batch.Rows == 0 ? $"batch {batch.Index}" : $"batch {batch.Index} (from {batch.Locate(0)})";
}
