using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>Summarises batches of features, several at a time, each into its own statistics, and passes them on in batch order.</summary>
/// <param name="summarizer">Defines what to compute; usually a model.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="name">Name for messages.</param>
public sealed class SummarizeBlock(ISummarizer summarizer, RunSupervisor run, string name = "summarize")
    : GuardedPropagator<FeatureBatch, BatchStatistics>(name, run)
{
    private readonly ISummarizer summarizer = summarizer ?? throw new ArgumentNullException(nameof(summarizer));
    private readonly StatisticsPool pool = new(summarizer);

    private protected override BatchStatistics Process(FeatureBatch item)
    {
        var first = Summarize(item);
        for (var (batch, last) = (item.Next, first); batch is not null && !Run.IsStopped; batch = batch.Next) last = last.Next = Summarize(batch);
        return first;
    }

    // The batches before the one that failed have been released.
    private protected override string Describe(FeatureBatch item)
    {
        while (item is { IsReleased: true, Next: { } next }) item = next;
        return item.Rows == 0 ? $"batch {item.Index}" : $"batch {item.Index} (from {item.Locate(0)})";
    }

    private protected override long IndexOf(FeatureBatch item) => item.Index;

    private BatchStatistics Summarize(FeatureBatch item)
    {
        var statistics = pool.Rent();
        summarizer.Summarize(item.AsBlock(), statistics);
        var made = new BatchStatistics(item.Index, item.Rows, statistics) { Pool = pool, Rejected = item.Rejected };
        item.Release();
        return made;
    }
}
