namespace Pipelines.Models.Fitting;

/// <summary>A pass over rows in memory: batches in parallel, folded in row order, all threads on one copy of the data.</summary>
/// <param name="data">The rows.</param>
/// <param name="batchSize">Rows of a batch.</param>
/// <param name="maxDegreeOfParallelism">Threads, -1 = all cores.</param>
public sealed class InMemoryPass(FeatureMatrix data, int batchSize = 16_384, int maxDegreeOfParallelism = -1) : IDataPass
{
    /// <inheritdoc/>
    public int Columns => data.Columns;

    /// <inheritdoc/>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        var batches = (int)((data.Rows + (long)batchSize - 1) / batchSize);
        using var fold = new OrderedFold(summarizer, batches, Parallelism.Threads(maxDegreeOfParallelism, batches));
        return new(fold.Run((batch, statistics) => summarizer.Summarize(data.Block((int)(batch * batchSize), (int)Math.Min(batchSize, data.Rows - (batch * batchSize))), statistics), cancellationToken));
    }
}
