using System.Text.Json;

namespace Pipelines.Models.Fitting;

/// <summary>
/// The work of one pass over the data: statistics of blocks of rows, merged in row order. Its name and settings say all about it, so that another process can
/// do the same work (<see cref="Serialization.SummarizerFormat"/>).
/// </summary>
public interface ISummarizer
{
    /// <summary>Name of the kind of work in saved forms, lower-case with hyphens.</summary>
    string SummarizerKind { get; }

    /// <summary>Writes all that the statistics depend on, apart from the data, as properties of the current JSON object.</summary>
    /// <exception cref="ModelException">Another process cannot do this work; the error says why.</exception>
    void WriteSettings(Utf8JsonWriter writer);

    /// <summary>
    /// True if the other summarizer has the same kind and settings, so that one may do the work of both; false (default) if that is not known.
    /// </summary>
    bool IsSame(ISummarizer other) => false;

    /// <summary>Empty statistics of the kind that <see cref="Summarize"/> fills.</summary>
    Statistics CreateStatistics();

    /// <summary>Adds the statistics of a block of rows. Called by many threads at once, each with its own statistics.</summary>
    void Summarize(in FeatureBlock block, Statistics statistics);
}

/// <summary>
/// A way to read all the data once: rows in memory, a dataflow pipeline, later a cluster. Every implementation cuts the rows into batches by global row
/// number and folds the batches' statistics as <see cref="CanonicalFold"/> does, so that the bits depend on neither the implementation nor the parallelism.
/// </summary>
public interface IDataPass
{
    /// <summary>Number of features in each row.</summary>
    int Columns { get; }

    /// <summary>Names of the features, for messages and saved models; null (default) if they are unnamed.</summary>
    IReadOnlyList<Feature>? Features => null;

    /// <summary>
    /// The names behind the rows' label codes (<see cref="FeatureBlock.Labels"/>), in code order; null (default) if rows have none. Known after the first pass,
    /// or after <see cref="FindLabelsAsync"/>.
    /// </summary>
    IReadOnlyList<string>? LabelNames => null;

    /// <summary>Type of the labels, as in <see cref="ClassLabels"/>; null (default) if they are only numbers, or if rows have none.</summary>
    string? LabelType => null;

    /// <summary>Makes the labels' names known before the first pass, if that takes less than a pass. By default does nothing.</summary>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    ValueTask FindLabelsAsync(CancellationToken cancellationToken) => default;

    /// <summary>Makes the categories of the features known before the first pass, if that takes less than a pass. By default does nothing.</summary>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    ValueTask FindCategoriesAsync(CancellationToken cancellationToken) => default;

    /// <summary>
    /// Number of components, classes or states that the rows have priors of (<see cref="FeatureBlock.Priors"/>); 0 (default) = no row has any.
    /// </summary>
    int PriorComponents => 0;

    /// <summary>Summarises every row once.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="cancellationToken">Stops the pass early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The statistics of all rows.</returns>
    ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken);

    /// <summary>
    /// Summarises every row once, before a fit begins or is resumed: saved beside the state of the fit, where that is saved. By default the same as
    /// <see cref="RunAsync(ISummarizer, CancellationToken)"/>.
    /// </summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="cancellationToken">Stops the pass early with an <see cref="OperationCanceledException"/>.</param>
    ValueTask<Statistics> SurveyAsync(ISummarizer summarizer, CancellationToken cancellationToken) => RunAsync(summarizer, cancellationToken);

    /// <summary>Summarises only some batches, in the order of the range.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="range">Which batches.</param>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">This pass always reads all the data (default).</exception>
    ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) => throw NoRanges();

    /// <summary>
    /// Summarises only some batches and hands over their subtotals instead of a total (<see cref="CanonicalFold"/>). Folded from left to right, the
    /// subtotals of consecutive ranges have the bits of one pass over all of them, provided that the ranges meet at multiples of
    /// <see cref="CanonicalFold.SubtotalBatches"/>.
    /// </summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="first">Number of the first batch, at least 0. Where rows form sequences, a batch is a group of whole sequences.</param>
    /// <param name="end">Number after that of the last batch; null, or beyond the data = all that follow.</param>
    /// <param name="subtotal">Receives each subtotal in order, one call at a time, and owns it.</param>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">This pass always reads all the data (default).</exception>
    ValueTask SubtotalsAsync(ISummarizer summarizer, long first, long? end, Action<Statistics> subtotal, CancellationToken cancellationToken) =>
        throw new ModelException(ErrorKind.Usage, "range of batches", "data that can only be read as a whole", "data that can be read in part",
            "read it in one pass");

    /// <summary>The extent of the data. May read all of it.</summary>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">This pass always reads all the data (default).</exception>
    ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => throw NoRanges();

    /// <summary>
    /// Maximum bytes for the statistics of all batches in flight, if several models are fitted in one pass: the rest go into another pass. Null
    /// (default) = no limit.
    /// </summary>
    long? StatisticsBytes => null;

    /// <summary>Number of statistics that exist at the same time during a pass, beside the total, at least 1 (default).</summary>
    int StatisticsInFlight => 1;

    private ModelException NoRanges() =>
        new(ErrorKind.Usage, "FitOptions.BatchesPerIteration", "a number, and data that can only be read as a whole",
            "none, so that each iteration takes all batches", "leave it out");
}

/// <summary>A range of batches, in this order; after the last batch of the data it starts over at the first.</summary>
/// <param name="First">Number of the first batch, at least 0.</param>
/// <param name="Count">Number of batches, from 1 to all.</param>
public readonly record struct BatchRange(long First, long Count);

/// <summary>The extent of the data.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Weight">Their total weight.</param>
/// <param name="Batches">Number of batches.</param>
public sealed record DataExtent(long Rows, double Weight, long Batches);
