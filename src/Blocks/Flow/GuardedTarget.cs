using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A bounded block at the end of a graph that processes one item at a time, in order.</summary>
/// <typeparam name="TIn">Type of the inputs.</typeparam>
public abstract class GuardedTarget<TIn> : GuardedBlock, ITargetBlock<TIn>
    where TIn : class
{
    private readonly ActionBlock<TIn> inner;

    private protected GuardedTarget(string name, RunSupervisor run)
        : base(name, run)
    {
        inner = new ActionBlock<TIn>(WorkAsync, new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = 1,
            BoundedCapacity = run.Options.Capacity,
            CancellationToken = run.Token,
        });
        Wrap(inner, EndAsync);
    }

    /// <inheritdoc/>
    public DataflowMessageStatus OfferMessage(DataflowMessageHeader messageHeader, TIn messageValue, ISourceBlock<TIn>? source, bool consumeToAccept) =>
        ((ITargetBlock<TIn>)inner).OfferMessage(messageHeader, messageValue, source, consumeToAccept);

    /// <summary>Processes one item.</summary>
    private protected abstract ValueTask TakeAsync(TIn item);

    /// <summary>Describes the input, for messages; by default a batch of rows.</summary>
    private protected virtual string Describe(TIn item) => Guard.Describe((DataBatch)(object)item);

    /// <summary>Called once all items have been processed, if the run has not been stopped.</summary>
    private protected abstract ValueTask FinishAsync();

    /// <summary>Called last, however the run ends.</summary>
    private protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    private async Task WorkAsync(TIn item)
    {
        if (Run.IsStopped) return;
        try
        {
            if (item is null) throw new InvalidOperationException($"block '{Name}': found null, expected a batch; let the block before return one for each");
            await TakeAsync(item).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Run.Fail(Name, e, item is null ? null : Describe(item));
        }
    }

    private async Task EndAsync()
    {
        await inner.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (inner.Completion.IsFaulted) Run.Fail(Name, inner.Completion.Exception);
        var isFinished = false;
        try
        {
            if (!Run.IsStopped && inner.Completion.IsCompletedSuccessfully)
            {
                await FinishAsync().ConfigureAwait(false);
                isFinished = true;
            }
        }
        catch (Exception e)
        {
            Run.Fail(Name, e);
        }
        try
        {
            await CleanUpAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Run.Fail(Name, e);
        }
        // A commit is final: a cancellation that arrives meanwhile does not undo it.
        if (!isFinished || Run.Failure is not null) Run.ThrowIfStopped();
    }
}
