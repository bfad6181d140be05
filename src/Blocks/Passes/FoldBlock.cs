using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// Folds statistics in batch order (<see cref="CanonicalFold"/>), so that the result does not depend on the parallelism in any bit. A gap or a wrong order is
/// an error.
/// </summary>
/// <param name="summarizer">The summarizer that produced the statistics.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="name">Name for messages.</param>
public sealed class FoldBlock(ISummarizer summarizer, RunSupervisor run, string name = "fold") : GuardedTarget<BatchStatistics>(name, run)
{
    private readonly CanonicalFold fold = new(summarizer);
    private long next;

    /// <summary>Goes on with a fold from its next batch.</summary>
    internal FoldBlock(ISummarizer summarizer, RunSupervisor run, CanonicalFold fold)
        : this(summarizer, run) => (this.fold, next) = (fold, fold.Next);

    /// <summary>Number of batches in the data, after which the fold goes on with the first.</summary>
    internal long Batches { get; init; } = long.MaxValue;

    /// <summary>Called in batch order after each batch was folded; null = no callback.</summary>
    internal Action<CanonicalFold>? Folded { get; init; }

    /// <summary>Receives the runs of equal keys in batch order, if rows form sequences; otherwise null.</summary>
    internal Action<BatchRuns>? Runs { get; init; }

    /// <summary>Receives what a first pass recorded about the batches, in batch order; null = it is known already.</summary>
    internal SeenData? Seen { get; init; }

    /// <summary>Stores the rejected rows; completed together with this block. Null = they are not stored. Disposed by its creator.</summary>
    internal QuarantineWriter? Quarantine { get; init; }

    /// <summary>Number of the next batch.</summary>
    internal long Next => next;

    /// <summary>The statistics of all rows, or the run's failure.</summary>
    public Task<Statistics> Result => ResultAsync();

    private protected override ValueTask TakeAsync(BatchStatistics item)
    {
        for (var batch = item; batch is not null && !Run.IsStopped; batch = batch.Next) Take(batch);
        return ValueTask.CompletedTask;
    }

    private protected override string Describe(BatchStatistics item) => $"batch {Math.Max(item.Index, next - 1)}";

    private protected override ValueTask FinishAsync()
    {
        Run.Accounts.Balance(Name);
        Quarantine?.Complete();
        return ValueTask.CompletedTask;
    }

    private void Take(BatchStatistics item)
    {
        if (item.Index != next)
            throw new InvalidOperationException($"block '{Name}': found batch {item.Index}, expected batch {next}; a block in between lost it or "
                + "changed the order");
        next++;
        Run.Accounts.Refuse(item.Rejected);
        Quarantine?.Write(item.Rejected);
        if (item.Runs is { } runs) Runs!(runs);
        if (item.Seen is { } seen) Seen?.Merge(seen);
        fold.Add(item.Index % Batches, item.Statistics);
        item.Release();
        Run.Accounts.Leave(Name, item.Index, item.Rows, item.Rejected);
        Folded?.Invoke(fold);
    }

    private async Task<Statistics> ResultAsync()
    {
        await Completion.ConfigureAwait(false);
        return fold.Finish();
    }
}
