using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// A bounded block at the end of a graph that processes one item at a time, in order. Faults go to the run's supervisor, as in <see
/// cref="GuardedPropagator{TIn, TOut}"/>.
/// </summary>
/// <typeparam name="TIn">Type of the inputs.</typeparam>
public abstract class GuardedTarget<TIn> : ITargetBlock<TIn>
    where TIn : class
{
    private readonly ActionBlock<TIn> inner;

    private protected GuardedTarget(string name, RunSupervisor run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        (Name, Run) = (name, run);
        inner = new ActionBlock<TIn>(WorkAsync, new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = 1,
            BoundedCapacity = run.Options.Capacity,
            CancellationToken = run.Token,
        });
        Completion = EndAsync();
        run.Add(Completion);
    }

    /// <summary>The block's name in messages.</summary>
    public string Name { get; }

    /// <summary>Completes when all work is done and, for a sink, committed; faults with the run's root cause; cancelled when the run is.</summary>
    public Task Completion { get; }

    private protected RunSupervisor Run { get; }

    /// <inheritdoc/>
    public void Complete() => inner.Complete();

    /// <inheritdoc/>
    public void Fault(Exception exception)
    {
        Run.Fail(Name, exception);
        ((IDataflowBlock)inner).Fault(RunFailure.Unwrap(exception));
    }

    /// <inheritdoc/>
    public DataflowMessageStatus OfferMessage(DataflowMessageHeader messageHeader, TIn messageValue, ISourceBlock<TIn>? source, bool consumeToAccept) =>
        ((ITargetBlock<TIn>)inner).OfferMessage(messageHeader, messageValue, source, consumeToAccept);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Processes one item.</summary>
    private protected abstract ValueTask TakeAsync(TIn item);

    /// <summary>Describes the input, for messages.</summary>
    private protected abstract string Describe(TIn item);

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
