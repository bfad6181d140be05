using Pipelines.Models.Fitting;

namespace Pipelines.Models.Sequences;

/// <summary>A pass over sequences in memory: groups are processed in parallel and folded in order; all threads share one copy of the data.</summary>
/// <param name="sequences">The sequences.</param>
/// <param name="batchSize">Rows per batch; see <see cref="SequenceGroups"/>.</param>
/// <param name="maxDegreeOfParallelism">Threads, -1 = all cores.</param>
internal sealed class SequencePass(SequenceSet sequences, int batchSize = 16_384, int maxDegreeOfParallelism = -1) : IDataPass
{
    private readonly int[] groups = SequenceGroups.Cut(sequences, batchSize);

    public int Columns => sequences.Columns;

    public int PriorComponents => sequences.PriorComponents;

    /// <remarks>Labels in memory are state indices; the states are named s0, s1 …</remarks>
    public IReadOnlyList<string>? LabelNames => sequences.LabelCount > 0 ? [.. Enumerable.Range(0, sequences.LabelCount).Select(k => $"s{k}")] : null;

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        return new(Fold(summarizer, new(summarizer), groups.Length - 1, cancellationToken));
    }

    public ValueTask SubtotalsAsync(ISummarizer summarizer, long first, long? end, Action<Statistics> subtotal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        ArgumentNullException.ThrowIfNull(subtotal);
        Fold(summarizer, new(summarizer, first) { Closed = subtotal }, Math.Min(end ?? groups.Length - 1, groups.Length - 1), cancellationToken);
        return default;
    }

    private Statistics Fold(ISummarizer summarizer, CanonicalFold into, long end, CancellationToken cancellationToken)
    {
        var count = (int)Math.Max(0, end - into.Next);
        using var fold = new OrderedFold(summarizer, into, end, groups.Length - 1, Parallelism.Threads(maxDegreeOfParallelism, count));
        return fold.Run((group, statistics) =>
        {
            using var lent = SpareThreads.Lend(maxDegreeOfParallelism, count);
            summarizer.Summarize(sequences.Block(groups[group], groups[group + 1] - groups[group]), statistics);
        }, cancellationToken);
    }
}
