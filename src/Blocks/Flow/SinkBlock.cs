using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Writes batches to an <see cref="IBatchSink"/> in order, releases their memory, and commits only if every row that was read has arrived and nothing has
/// failed. It disposes the sink in any case.
/// </summary>
/// <param name="sink">Destination of the batches.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="isOpen">True if the sink is already open; otherwise the first batch's schema opens it.</param>
/// <param name="name">Name for messages.</param>
public sealed class SinkBlock(IBatchSink sink, RunSupervisor run, bool isOpen = false, string name = "sink") : GuardedTarget<DataBatch>(name, run)
{
    // Initialisers run before the base starts to wait for the end, which may come at once.
    private readonly IBatchSink sink = sink ?? throw new ArgumentNullException(nameof(sink));
    private bool isOpen = isOpen;
    private long next;

    /// <summary>Number of the first batch; above 0 (the default) for a resumed run.</summary>
    internal long FirstBatch
    {
        get => next;
        init => next = value;
    }

    /// <summary>Stores rejected rows if the sink does not; null = they are not stored. Completed by the block, disposed by its creator.</summary>
    internal QuarantineWriter? Quarantine { get; init; }

    /// <summary>Called after each batch was written; null = no callback.</summary>
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

    private protected override async ValueTask FinishAsync()
    {
        Run.Accounts.Balance(Name);
        // Rejected rows first: no output may become visible while some of its rows are unaccounted for.
        Quarantine?.Complete();
        // A resumed run may find nothing left to read and still has to complete the output.
        if (isOpen || FirstBatch > 0) await sink.CompleteAsync(Run.Token).ConfigureAwait(false);
    }

    private protected override ValueTask CleanUpAsync() => sink.DisposeAsync();
}
