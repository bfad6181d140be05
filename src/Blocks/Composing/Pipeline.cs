using System.Threading.Tasks.Dataflow;
using Microsoft.Data.Analysis;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>
/// Data on their way from a source: chosen, changed, scored, written, or fitted. Immutable: each verb returns a new pipeline, and nothing is read before
/// <see cref="SinkPipeline.RunAsync"/> or <see cref="FitAsync"/>. The same blocks can be linked by hand, see <see cref="RunSupervisor"/>.
/// </summary>
public sealed partial class Pipeline
{
    private readonly Graph graph;

    // Null until With gives some.
    private readonly PipelineOptions? given;
    private readonly IReadOnlyList<Feature>? features;
    private readonly string? weights;
    private readonly SequenceColumns? sequences;

    private Pipeline(Graph graph, PipelineOptions? given, IReadOnlyList<Feature>? features, string? weights, SequenceColumns? sequences)
    {
        (this.graph, this.given, this.features, this.weights, this.sequences) = (graph, given, features, weights, sequences);
        Options = given ?? new PipelineOptions();
    }

    /// <summary>Refuses jobs that take each file by itself where rows make sequences: one may go on in the next file.</summary>
    /// <exception cref="DataException">Rows make sequences.</exception>
    internal void CheckNoSequences()
    {
        if (sequences is not null)
            throw new DataException(DataErrorKind.Usage, graph.Source.Name, $"sequences of '{sequences.Key}' in an incremental run",
                "independent rows, as a sequence may go on in the next file",
                "leave the state file out (IncrementalOptions.StateFile), or take all files at once");
    }

    /// <summary>How the pipeline runs.</summary>
    public PipelineOptions Options { get; }

    /// <summary>Begins with Parquet files: paths, folders and globs, read in ordinal order of their paths.</summary>
    public static Pipeline FromParquet(params IEnumerable<string> paths) => From(new ParquetSource(paths));

    /// <summary>Begins with a source of your own, or rows in memory (<see cref="MemorySource"/>).</summary>
    public static Pipeline From(IBatchSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Pipeline(new Graph(source, []), null, null, null, null);
    }

    /// <summary>Begins with rows drawn from a model: columns named as its features, categories as what they stand for.</summary>
    /// <param name="model">The model: a distribution, or a model of sequences, whose rows get a column with their sequence's number.</param>
    /// <param name="options">How many rows, of which length, and the seed.</param>
    /// <exception cref="ModelException">The model cannot be drawn from, or an option is wrong.</exception>
    public static Pipeline FromModel(SavedModel model, SampleOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Stage stage = model.Model is SequenceModel sequences ? new SampleSequencesStage(model, sequences, options) : new SampleStage(model, options);
        return new Pipeline(new Graph(new RowCount($"sample of the {model.Model.FormatName} model", options.Rows), [stage]), null, null, null, null);
    }

    /// <summary>The same pipeline with these options. They decide: <see cref="FitOptions"/> with another batch size or parallelism are an error.</summary>
    /// <exception cref="ModelException">An option is out of range.</exception>
    public Pipeline With(PipelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new Pipeline(graph, options, features, weights, sequences);
    }

    /// <summary>
    /// Goes on with these columns, in this order; the others are not even decoded. They are the features to fit, unless <see cref="Features(string[])"/> names
    /// others.
    /// </summary>
    public Pipeline Select(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ModelException.CheckOptions(
            "select",
            (columns.Length > 0, "number of columns", columns.Length, "at least 1"),
            (columns.Distinct(StringComparer.Ordinal).Count() == columns.Length, "columns", string.Join(",", columns), "each name once"));
        return Then(new SelectStage([.. columns]));
    }

    /// <summary>Names the feature columns of a fit, in the model's order; without it all numeric columns but the weights are features.</summary>
    public Pipeline Features(params string[] columns) => new(graph, given, [.. columns.Select(c => new Feature(c))], weights, sequences);

    /// <summary>Names the features of a fit that goes on with a model, with the categories that it knows.</summary>
    /// <param name="features">The model's features, in its order.</param>
    public Pipeline Features(IReadOnlyList<Feature> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new(graph, given, [.. features.Select(f => new Feature(f.Name, f.Categories) { MissingText = f.MissingText })], weights, sequences);
    }

    /// <summary>Names the column of the rows' weights in a fit.</summary>
    public Pipeline WeightedBy(string column) => new(graph, given, features, column, sequences);

    /// <summary>Says which rows make a sequence, for models of sequences: rows of one key that stand behind one another.</summary>
    /// <param name="key">Name of the column with the sequences' keys.</param>
    /// <param name="order">Name of the column that must not fall within a sequence; null = the order of the rows.</param>
    /// <param name="regroup">True: rows of one key may stand anywhere; see <see cref="SequenceColumns"/>.</param>
    /// <exception cref="ModelException">The two columns are one.</exception>
    public Pipeline Sequences(string key, string? order = null, bool regroup = false)
    {
        var columns = new SequenceColumns(key, order, regroup);
        columns.Validate();
        return new(graph, given, features, weights, columns);
    }

    /// <summary>
    /// Names the column with the states that rows of sequences are known to be in, for fits of hidden Markov models: where a label is missing, the state is not
    /// known.
    /// </summary>
    /// <param name="column">Name of the column: texts, numbers or booleans.</param>
    /// <param name="states">Names that labels may have, in the order of the model's states (a column of numbers may hold their indices); null = all values of
    /// the column, sorted.</param>
    /// <exception cref="ModelException">There are no sequences, or the column is the key or the order.</exception>
    public Pipeline Labels(string column, IReadOnlyList<string>? states = null)
    {
        var columns = (sequences ?? throw new ModelException(ErrorKind.Usage, "pipeline", "labels without sequences", "the column with the "
            + "sequences' keys first", "name it (Pipeline.Sequences)")) with
        { Label = column, States = states };
        columns.Validate();
        return new(graph, given, features, weights, columns);
    }

    /// <summary>
    /// Passes each batch through a function of yours that keeps the number of rows. It is called by many threads at once. Where the source has no row, it is
    /// called once, with a batch of 0 rows: what it returns says which columns the output has.
    /// </summary>
    public Pipeline Transform(Func<DataBatch, DataBatch> transform, string name = "transform")
    {
        ArgumentNullException.ThrowIfNull(transform);
        return Then(new TransformStage(transform, name));
    }

    /// <summary>
    /// Passes each batch through a function of yours over a DataFrame, which keeps the number of rows and their order. It is called by many threads at once.
    /// Columns that a DataFrame cannot hold (<c>byte[]</c>, lists, maps, structures) go beside it unchanged.
    /// </summary>
    public Pipeline TransformDataFrame(Func<DataFrame, DataFrame> transform, string name = "transform") =>
        Then(new TransformStage(TransformRowsBlock.FromDataFrame(transform, name), name));

    /// <summary>
    /// Sends the batches through a block of your own, such as a TransformBlock. It must hand on each batch once, in order, made with
    /// <see cref="DataBatch.With"/>.
    /// </summary>
    /// <param name="block">Makes the block for a run; the run's options and token are the supervisor's.</param>
    /// <param name="name">Name for messages.</param>
    public Pipeline Via(Func<RunSupervisor, IPropagatorBlock<DataBatch, DataBatch>> block, string name = "via")
    {
        ArgumentNullException.ThrowIfNull(block);
        return Then(new ViaStage(block, name));
    }

    /// <summary>Sends the batches through a block of your own. A block can be completed only once, so this pipeline can run once.</summary>
    public Pipeline Via(IPropagatorBlock<DataBatch, DataBatch> block, string name = "via")
    {
        ArgumentNullException.ThrowIfNull(block);
        var used = 0;
        return Via(
            _ => Interlocked.Exchange(ref used, 1) == 0
                ? block
                : throw new InvalidOperationException($"block '{name}': found a second run, expected one for each block; give Via a function that "
                    + "makes a new block"),
            name);
    }

    /// <summary>Adds score columns of a model.</summary>
    /// <param name="model">The model with its features' names.</param>
    /// <param name="options">What to keep and to write; null = all input columns and the model's default scores.</param>
    /// <exception cref="ModelException">The model has no such score, or its features have no names.</exception>
    public Pipeline Score(SavedModel model, ScoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var names = options?.Features ?? (model.FeaturesByPosition ? null : model.Features?.Select(f => f.Name).ToArray())
            ?? throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", "features without names", "the columns that hold them",
                "name them (ScoreOptions.Features)");
        return Score(model.Model, names, model.Features, options);
    }

    /// <summary>Adds score columns of a model that a pipeline fitted.</summary>
    public Pipeline Score<TModel>(FittedModel<TModel> fitted, ScoreOptions? options = null)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(fitted);
        return Score(fitted.Saved, options);
    }

    /// <summary>Adds score columns of a model of yours.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Names of the columns that hold its features, in its order.</param>
    /// <param name="options">What to keep and to write; null = all input columns and the model's default scores.</param>
    public Pipeline Score(Model model, IReadOnlyList<string> features, ScoreOptions? options = null) => Score(model, features, null, options);

    private Pipeline Score(Model model, IReadOnlyList<string> features, IReadOnlyList<Feature>? known, ScoreOptions? options)
    {
        var plan = new ScorePlan(model, features, options ?? new ScoreOptions(), known);
        if (model is not SequenceModel) return Then(new ScoreStage(plan));
        return Then(new SequenceScoreStage(plan, sequences is { } rows ? rows with { Label = null, States = null }
            : throw new ModelException(ErrorKind.Usage, $"{model.FormatName} model", "rows that are no sequences", "the column with the sequences' keys",
                "name it (Pipeline.Sequences), or the columns of lists (ParquetSourceOptions.Lists)")));
    }

    /// <summary>
    /// Compares every input with what a model was fitted to, before any row is read. Where functions of yours change the columns, it says nothing of what they
    /// make.
    /// </summary>
    /// <param name="model">The model with its features.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DataException">The source cannot be opened.</exception>
    public async ValueTask<SchemaContract> CompareAsync(SavedModel model, CancellationToken cancellationToken = default) =>
        graph.Source is ParquetSource parquet
        ? SchemaContract.Check(model, await parquet.InspectAsync(cancellationToken).ConfigureAwait(false))
        : SchemaContract.Check(model, (await graph.Source.OpenAsync(cancellationToken).ConfigureAwait(false)).Schema, graph.Source.Name);

    /// <summary>Ends in a sink of your own; a run disposes it.</summary>
    public SinkPipeline To(IBatchSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return new SinkPipeline(graph, Options, () => sink);
    }

    /// <summary>Ends in Parquet: one file if the path ends with <c>.parquet</c>, else a new or empty folder.</summary>
    /// <param name="path">File or folder; nothing is there before the run has ended well, but for what a later run can go on from.</param>
    /// <param name="sink">How it is written, and whether to go on from an interrupted run; null = the defaults, with the pipeline's parallelism.</param>
    /// <exception cref="DataException">An option is wrong.</exception>
    public SinkPipeline ToParquet(string path, ParquetSinkOptions? sink = null)
    {
        sink ??= new ParquetSinkOptions { MaxDegreeOfParallelism = Options.MaxDegreeOfParallelism };
        if (Options.BadRows.Keeps) sink = sink with { QuarantineFolder = Options.BadRows.QuarantineFolder };
        sink.Validate();
        return new SinkPipeline(graph, Options, () => new ParquetSink(path, sink));
    }

    /// <summary>The pipeline for a comparison and a run that see the same files: their footers are read once.</summary>
    internal Pipeline ForRun() => new(graph.ForRun(), given, features, weights, sequences);

    private Pipeline Then(Stage stage) => new(graph with { Stages = [.. graph.Stages, stage] }, given, features, weights, sequences);
}
