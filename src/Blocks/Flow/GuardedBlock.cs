using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// The base of this library's blocks, each of which wraps a block of Dataflow. Exceptions go to the run's supervisor and never into Dataflow, which would pass
/// on later items after a fault and drop an item whose delegate throws <see cref="OperationCanceledException"/>.
/// </summary>
public abstract class GuardedBlock : IDataflowBlock
{
    private IDataflowBlock inner = null!;

    private protected GuardedBlock(string name, RunSupervisor run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        (Name, Run, Completion) = (name, run, Task.CompletedTask);
    }

    /// <summary>The block's name in messages.</summary>
    public string Name { get; }

    /// <summary>Completes when all work is done and, for a sink, committed; faults with the run's root cause; cancelled when the run is.</summary>
    public Task Completion { get; private set; }

    private protected RunSupervisor Run { get; }

    /// <summary>Takes no further input; a source reads no further batch.</summary>
    public void Complete() => inner.Complete();

    /// <inheritdoc/>
    public void Fault(Exception exception)
    {
        Run.Fail(Name, exception);
        inner.Fault(RunFailure.Unwrap(exception));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Wraps a block; called once, by the constructor.</summary>
    private protected void Wrap(IDataflowBlock block, Func<Task> completion)
    {
        inner = block;
        Completion = completion();
        Run.Add(Completion);
    }

    /// <summary>A block's completion as its users see it: the run's root cause instead of Dataflow's wrapper.</summary>
    private protected async Task CompletionAsync()
    {
        await inner.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (inner.Completion.IsCompletedSuccessfully && !Run.IsStopped) return;
        if (inner.Completion.IsFaulted) Run.Fail(Name, inner.Completion.Exception);
        Run.ThrowIfStopped();
    }
}
