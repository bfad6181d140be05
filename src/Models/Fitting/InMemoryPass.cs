namespace Pipelines.Models.Fitting;

/// <summary>A pass over rows in memory: batches in parallel, folded in row order, with all threads sharing one copy of the data.</summary>
/// <param name="data">The rows.</param>
/// <param name="batchSize">Rows per batch.</param>
/// <param name="maxDegreeOfParallelism">Threads, -1 = all cores.</param>
public sealed class InMemoryPass(FeatureMatrix data, int batchSize = 16_384, int maxDegreeOfParallelism = -1) : IDataPass
{
    /// <inheritdoc/>
    public int Columns => data.Columns;

    /// <inheritdoc/>
    public IReadOnlyList<string>? LabelNames => data.LabelNames;

    private long Batches => (data.Rows + (long)batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
        RunAsync(summarizer, new BatchRange(0, Batches), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        var batches = Batches;
        using var fold = new OrderedFold(summarizer, range.First + range.Count, Parallelism.Threads(maxDegreeOfParallelism, range.Count), null, range.First);
        return new(fold.Run((number, statistics) => summarizer.Summarize(Batch(number % batches), statistics), cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken)
    {
        var found = await RunAsync(new ExtentSummarizer(), cancellationToken).ConfigureAwait(false);
        return new(found.Rows, found.Weight, Batches);
    }

    private FeatureBlock Batch(long batch) => data.Block((int)(batch * batchSize), (int)Math.Min(batchSize, data.Rows - (batch * batchSize)));
}
