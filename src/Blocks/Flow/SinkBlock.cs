using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Writes batches into an <see cref="IBatchSink"/>, in order, gives their memory back, and commits only when every row that was read has come and nothing
/// failed. It disposes the sink, whatever the end.
/// </summary>
/// <param name="sink">Where the batches go.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="isOpen">True if the sink was opened already; else the first batch's schema opens it.</param>
/// <param name="name">Name for messages.</param>
public sealed class SinkBlock(IBatchSink sink, RunSupervisor run, bool isOpen = false, string name = "sink") : GuardedTarget<DataBatch>(name, run)
{
    // Initialisers run before the base begins to wait for the end, which may come at once.
    private readonly IBatchSink sink = sink ?? throw new ArgumentNullException(nameof(sink));
    private bool isOpen = isOpen;
    private long next;

    /// <summary>A run that goes on from an earlier one begins at this batch; default 0.</summary>
    internal long FirstBatch
    {
        get => next;
        init => next = value;
    }

    /// <summary>Keeps refused rows where the sink does not; null = nobody does. The block completes it, who made it disposes it.</summary>
    internal QuarantineWriter? Quarantine { get; init; }

    /// <summary>Called after each batch was written; null = nobody is.</summary>
    internal Action? Written { get; init; }

    private protected override async ValueTask TakeAsync(DataBatch item)
    {
        if (item.Index != next)
            throw new InvalidOperationException($"block '{Name}': found batch {item.Index}, expected batch {next}; a block in between lost it or "
                + "changed the order");
        next++;
        Run.Accounts.Refuse(item.Rejected);
        if (!isOpen)
        {
            isOpen = true;
            await sink.OpenAsync(item.Schema, Run.Token).ConfigureAwait(false);
        }
        await sink.WriteAsync(item, Run.Token).ConfigureAwait(false);
        Quarantine?.Write(item.Rejected);
        item.Release();
        Run.Accounts.Leave(Name, item.Index, item.Rows, item.Rejected);
        Written?.Invoke();
    }

    private protected override string Describe(DataBatch item) => Guard.Describe(item);

    private protected override async ValueTask FinishAsync()
    {
        Run.Accounts.Balance(Name);
        // The refused rows first: no output may be seen whose rows are not all accounted for.
        Quarantine?.Complete();
        // A run that goes on may find nothing left to read, and yet must end the output.
        if (isOpen || FirstBatch > 0) await sink.CompleteAsync(Run.Token).ConfigureAwait(false);
    }

    private protected override ValueTask CleanUpAsync() => sink.DisposeAsync();
}
