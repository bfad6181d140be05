namespace Pipelines.Models.Fitting;

/// <summary>A pass over rows in memory: batches in parallel, folded in row order, with all threads sharing one copy of the data.</summary>
/// <param name="data">The rows.</param>
/// <param name="batchSize">Rows per batch.</param>
/// <param name="maxDegreeOfParallelism">Threads, -1 = all cores.</param>
internal sealed class InMemoryPass(FeatureMatrix data, int batchSize = 16_384, int maxDegreeOfParallelism = -1) : IDataPass
{
    public int Columns => data.Columns;

    public int PriorComponents => data.PriorComponents;

    public IReadOnlyList<string>? LabelNames => data.LabelNames;

    /// <inheritdoc/>
    public string? LabelType => data.HasLabelNames ? ClassLabels.Text : null;

    private long Batches => (data.Rows + (long)batchSize - 1) / batchSize;

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
        RunAsync(summarizer, new BatchRange(0, Batches), cancellationToken);

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        return new(Fold(summarizer, new(summarizer, range.First), range.First + range.Count, cancellationToken));
    }

    public ValueTask SubtotalsAsync(ISummarizer summarizer, long first, long? end, Action<Statistics> subtotal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        ArgumentNullException.ThrowIfNull(subtotal);
        Fold(summarizer, new(summarizer, first) { Closed = subtotal }, Math.Min(end ?? Batches, Batches), cancellationToken);
        return default;
    }

    public async ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken)
    {
        var found = await RunAsync(new ExtentSummarizer(), cancellationToken).ConfigureAwait(false);
        return new(found.Rows, found.Weight, Batches);
    }

    private Statistics Fold(ISummarizer summarizer, CanonicalFold into, long end, CancellationToken cancellationToken)
    {
        using var fold = new OrderedFold(summarizer, into, end, Batches, Parallelism.Threads(maxDegreeOfParallelism, end - into.Next));
        return fold.Run((batch, statistics) => summarizer.Summarize(Batch(batch), statistics), cancellationToken);
    }

    private FeatureBlock Batch(long batch) => data.Block((int)(batch * batchSize), (int)Math.Min(batchSize, data.Rows - (batch * batchSize)));
}
