namespace Pipelines.Models.Fitting;

/// <summary>What one pass over the data computes: statistics of blocks of rows, merged in row order.</summary>
public interface ISummarizer
{
    /// <summary>Empty statistics of the kind that <see cref="Summarize"/> fills.</summary>
    Statistics CreateStatistics();

    /// <summary>Adds the statistics of a block of rows. Called by many threads at once, each with statistics of its own.</summary>
    void Summarize(in FeatureBlock block, Statistics statistics);
}

/// <summary>
/// One way to go once over all the data: rows in memory, a dataflow pipeline, later a cluster. All of them cut the rows into batches by
/// global row number and merge the batches' statistics in row order, so that the bits depend on neither the way nor the parallelism.
/// </summary>
public interface IDataPass
{
    /// <summary>Number of features in each row.</summary>
    int Columns { get; }

    /// <summary>Names of the features, for messages and saved models; null (default) if they have none.</summary>
    IReadOnlyList<Feature>? Features => null;

    /// <summary>Summarises every row once.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="cancellationToken">Stops the pass early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The statistics of all rows.</returns>
    ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken);
}
