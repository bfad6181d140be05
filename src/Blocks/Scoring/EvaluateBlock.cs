using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// The end of a graph that evaluates a classifier of rows: compares its posteriors with a column of labels, several batches at a time. Its input has the
/// model's features and the labels, such as what a <see cref="ScoreBlock"/> passes on. Computes the same bits as
/// <see cref="Pipeline.EvaluateAsync(SavedModel, EvaluateOptions?, CancellationToken)"/>.
/// </summary>
public sealed class EvaluateBlock : ITargetBlock<DataBatch>
{
    private readonly ClassifierEvaluator evaluator;
    private readonly RunSupervisor run;
    private readonly FillBlock summarize;
    private readonly FoldBlock fold;

    /// <summary>Creates the block.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="features">The columns that hold the model's features, in its order, with their categories and transforms if they have any (<see
    /// cref="SavedModel.Features"/>).</param>
    /// <param name="labels">Name of the column with the class of each row; a null label = not known. A label that is no class of the model is a bad row (<see
    /// cref="PipelineOptions.BadRows"/>).</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="weights">Name of the column with the row weights; null (default) = every weight is 1.</param>
    /// <param name="bins">Number of calibration bins of each class, 1 to 10,000; default 10.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="ModelException">The classes are models of sequences, the number of features is not the model's, or an option is out of
    /// range.</exception>
    public EvaluateBlock(Classifier model, IReadOnlyList<Feature> features, string labels, RunSupervisor run, string? weights = null, int bins = 10,
        string name = "evaluate")
        : this(new(model, bins, (run ?? throw new ArgumentNullException(nameof(run))).Options.Budget / 8), null, features, labels, run, weights, name)
    {
    }

    /// <summary>Creates a block whose summaries a test can watch.</summary>
    internal EvaluateBlock(ClassifierEvaluator evaluator, ISummarizer? summarizer, IReadOnlyList<Feature> features, string labels, RunSupervisor run,
        string? weights, string name)
    {
        var model = evaluator.Model;
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(features);
        ModelException.CheckOptions(name,
            (!model.IsOfSequences, nameof(model), "a classifier of sequences", "one of rows (evaluate sequences with Pipeline.EvaluateAsync)"),
            (features.Count == model.Dimensions, nameof(features), features.Count, $"{model.Dimensions}, the model's number of features"));
        (this.evaluator, this.run) = (evaluator, run);
        var extractor = new FeatureExtractor(features, weights, labels, new LabelColumn(labels, [.. model.Names]).Map);
        var layout = new FeatureLayout(run.Options.BatchSize, extractor.Columns, extractor.IsWeighted, extractor.IsLabeled);
        summarizer ??= evaluator;
        // Fails now rather than at the first batch.
        _ = summarizer.CreateStatistics();
        summarize = new FillBlock(extractor, layout, FeatureCache.Off(layout), summarizer, run, name: name);
        fold = new FoldBlock(summarizer, run, name);
        Linking.Link(summarize, fold);
    }

    /// <summary>The evaluation of all rows, or the run's failure.</summary>
    public Task<Evaluation> Result => ResultAsync();

    /// <summary>Completes when all rows have been compared; faults with the run's root cause; cancelled when the run is.</summary>
    public Task Completion => fold.Completion;

    /// <inheritdoc/>
    public DataflowMessageStatus OfferMessage(DataflowMessageHeader messageHeader, DataBatch messageValue, ISourceBlock<DataBatch>? source,
        bool consumeToAccept) => ((ITargetBlock<DataBatch>)summarize).OfferMessage(messageHeader, messageValue, source, consumeToAccept);

    /// <summary>Takes no further input.</summary>
    public void Complete() => summarize.Complete();

    /// <inheritdoc/>
    public void Fault(Exception exception) => summarize.Fault(exception);

    /// <inheritdoc/>
    public override string ToString() => fold.Name;

    private async Task<Evaluation> ResultAsync() =>
        evaluator.Evaluate(await fold.Result.ConfigureAwait(false), run.Options.MaxDegreeOfParallelism);
}
