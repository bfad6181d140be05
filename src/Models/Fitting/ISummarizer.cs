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

    /// <summary>
    /// What the labels of rows (<see cref="FeatureBlock.Labels"/>) stand for, in code order; null (default) where rows have none. Known after the first pass.
    /// </summary>
    IReadOnlyList<string>? LabelNames => null;

    /// <summary>Summarises every row once.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="cancellationToken">Stops the pass early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The statistics of all rows.</returns>
    ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken);

    /// <summary>Summarises some batches only, in the order of the range.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="range">Which batches.</param>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">This pass always goes over all the data (default).</exception>
    ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) => throw NoRanges();

    /// <summary>How much data there are. It may take a look at all of them.</summary>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">This pass always goes over all the data (default).</exception>
    ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => throw NoRanges();

    /// <summary>
    /// Bytes that the statistics of all batches in flight may take, where several models are fitted in one pass: those beyond go into another pass. Null
    /// (default) = no limit.
    /// </summary>
    long? StatisticsBytes => null;

    /// <summary>Statistics that exist at the same time during a pass, at least 1 (default).</summary>
    int StatisticsInFlight => 1;

    private ModelException NoRanges() =>
        new(ErrorKind.Usage, "FitOptions.BatchesPerIteration", "a number, and data that are gone over as a whole",
            "none, so that each iteration takes all batches", "leave it out");
}

/// <summary>Some batches, in this order; after the last batch of the data comes the first.</summary>
/// <param name="First">Number of the first one, at least 0.</param>
/// <param name="Count">How many, from 1 to all there are.</param>
public readonly record struct BatchRange(long First, long Count);

/// <summary>How much data there are.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Weight">Their total weight.</param>
/// <param name="Batches">Batches that they are cut into.</param>
public sealed record DataExtent(long Rows, double Weight, long Batches);
