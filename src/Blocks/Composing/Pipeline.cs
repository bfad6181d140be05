using System.Threading.Tasks.Dataflow;
using Microsoft.Data.Analysis;
using Pipelines.Blocks;
using Pipelines.Io;

namespace Pipelines;

/// <summary>
/// A flow of data from a source: select columns, transform, score, write or fit. Immutable: each method returns a new pipeline, and nothing is read before <see
/// cref="SinkPipeline.RunAsync"/> or <see cref="FitAsync"/>. The same blocks can be linked by hand; see <see cref="RunSupervisor"/>.
/// </summary>
public sealed partial class Pipeline
{
    private readonly Graph graph;

    // Null until With sets it.
    private readonly PipelineOptions? given;
    private readonly ColumnRoles roles;

    private Pipeline(Graph graph, PipelineOptions? given = null, ColumnRoles? roles = null)
    {
        (this.graph, this.given, this.roles) = (graph, given, roles ?? new ColumnRoles());
        Options = given ?? new PipelineOptions();
    }

    /// <summary>Rejects jobs that process files one by one if rows form sequences, because a sequence may continue in the next file.</summary>
    /// <exception cref="FlowException">Rows form sequences.</exception>
    internal void CheckNoSequences()
    {
        if (roles.Sequences is { } sequences)
            throw new FlowException(ErrorKind.Usage, graph.Source.Name, $"sequences of '{sequences.Key}' in an incremental run",
                "independent rows, as a sequence may continue in the next file",
                "leave the state file out (IncrementalOptions.StateFile), or take all files at once");
    }

    /// <summary>How the pipeline runs.</summary>
    public PipelineOptions Options { get; }

    /// <summary>Starts from Parquet files: paths, folders and globs, read in ordinal order of their paths.</summary>
    public static Pipeline FromParquet(params IEnumerable<string> paths) => From(new ParquetSource(paths));

    /// <summary>Starts from a source of your own, or from rows in memory (<see cref="MemorySource"/>).</summary>
    public static Pipeline From(IBatchSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Pipeline(new Graph(source, []));
    }

    /// <summary>Starts from rows drawn from a model. Columns have the names of its features; categories are written as their original values.</summary>
    /// <param name="model">The model: a distribution, or a sequence model, whose rows get a column with the sequence number.</param>
    /// <param name="options">Number of rows, sequence length and seed.</param>
    /// <exception cref="ModelException">The model cannot be sampled, or an option is invalid.</exception>
    public static Pipeline FromModel(SavedModel model, SampleOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Stage stage = model.Model.IsOfSequences ? new SampleSequencesStage(model, options) : new SampleStage(model, options);
        return new Pipeline(new Graph(new RowCount($"sample of the {model.Model.FormatName} model", options.Rows), [stage]));
    }

    /// <summary>
    /// The same pipeline with these options. They take precedence: <see cref="FitOptions"/> with a different batch size or parallelism are an error.
    /// </summary>
    /// <exception cref="ModelException">An option is out of range.</exception>
    public Pipeline With(PipelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new Pipeline(graph, options, roles);
    }

    /// <summary>
    /// Selects these columns, in this order; the others are not even decoded. The selected columns are the features to fit, unless <see
    /// cref="Features(string[])"/> names others.
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

    /// <summary>
    /// Passes each batch through your function, which must keep the number of rows. It is called concurrently by many threads. If the source has no rows, it is
    /// called once with a batch of 0 rows; its result defines the output columns.
    /// </summary>
    public Pipeline Transform(Func<DataBatch, DataBatch> transform, string name = "transform")
    {
        ArgumentNullException.ThrowIfNull(transform);
        return Then(new TransformStage(transform, name));
    }

    /// <summary>
    /// Passes each batch through your function over a DataFrame, which must keep the number of rows and their order. It is called concurrently by many threads.
    /// Columns that a DataFrame cannot hold (<c>byte[]</c>, lists, maps, structures) bypass it unchanged.
    /// </summary>
    public Pipeline TransformDataFrame(Func<DataFrame, DataFrame> transform, string name = "transform") =>
        Then(new TransformStage(TransformRowsBlock.FromDataFrame(transform, name), name));

    /// <summary>
    /// Sends the batches through a block of your own, such as a TransformBlock. It must pass on each batch exactly once, in order, created with <see
    /// cref="DataBatch.With"/>.
    /// </summary>
    /// <param name="block">Creates the block for a run; the run's options and token are available from the supervisor.</param>
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
    /// <param name="options">Columns to keep and scores to write; null = all input columns and the model's default scores.</param>
    /// <exception cref="ModelException">The model has no such score, or its features have no names.</exception>
    public Pipeline Score(SavedModel model, ScoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Score(model.Model, ScorePlan.Of(model, options ?? new ScoreOptions()));
    }

    /// <summary>Adds score columns of a model fitted by a pipeline.</summary>
    public Pipeline Score<TModel>(FittedModel<TModel> fitted, ScoreOptions? options = null)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(fitted);
        return Score(fitted.Saved, options);
    }

    /// <summary>Adds score columns of a model that you provide.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Names of the columns that hold the model's features, in the model's order.</param>
    /// <param name="options">Columns to keep and scores to write; null = all input columns and the model's default scores.</param>
    public Pipeline Score(Model model, IReadOnlyList<string> features, ScoreOptions? options = null) =>
        Score(model, new ScorePlan(model, features, options ?? new ScoreOptions()));

    private Pipeline Score(Model model, ScorePlan plan)
    {
        if (!model.IsOfSequences) return Then(new ScoreStage(plan));
        return Then(new SequenceScoreStage(plan, NeededSequences(model)));
    }

    private SequenceColumns NeededSequences(Model model) => roles.Sequences
        ?? throw new ModelException(ErrorKind.Usage, $"{model.FormatName} model", "rows that are not sequences", "the column with the sequences' keys",
            "name it (Pipeline.Sequences), or the columns of lists (ParquetSourceOptions.Lists)");

    /// <summary>
    /// Compares every input with the data that a model was fitted to, before any row is read. If your functions change the columns, the result does not cover
    /// their output.
    /// </summary>
    /// <param name="model">The model with its features.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="FlowException">The source cannot be opened.</exception>
    public async ValueTask<SchemaContract> CompareAsync(SavedModel model, CancellationToken cancellationToken = default) =>
        graph.Source is IInspectableSource source
        ? SchemaContract.Check(model, await source.InspectAsync(cancellationToken).ConfigureAwait(false))
        : SchemaContract.Check(model, (await graph.Source.OpenAsync(cancellationToken).ConfigureAwait(false)).Schema, graph.Source.Name);

    /// <summary>Writes to a sink of your own, which is disposed by the run.</summary>
    public SinkPipeline To(IBatchSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return new SinkPipeline(graph, Options, () => sink);
    }

    /// <summary>Writes Parquet: one file if the path ends with <c>.parquet</c>, otherwise a new or empty folder.</summary>
    /// <param name="path">File or folder; it does not exist until the run has succeeded, except for parts that a later run can resume from.</param>
    /// <param name="sink">How the output is written, and whether to resume an interrupted run; null = the defaults, with the pipeline's parallelism.</param>
    /// <exception cref="FlowException">An option is invalid.</exception>
    public SinkPipeline ToParquet(string path, ParquetSinkOptions? sink = null)
    {
        sink ??= new ParquetSinkOptions { MaxDegreeOfParallelism = Options.MaxDegreeOfParallelism };
        if (Options.BadRows.Keeps) sink = sink with { QuarantineFolder = Options.BadRows.QuarantineFolder };
        sink.Validate();
        return new SinkPipeline(graph, Options, () => new ParquetSink(path, sink));
    }

    /// <summary>The pipeline for a comparison and a run over the same files, so that their footers are read only once.</summary>
    internal Pipeline ForRun() => new(graph.ForRun(), given, roles);

    private Pipeline Then(Stage stage) => new(graph with { Stages = [.. graph.Stages, stage] }, given, roles);
}
