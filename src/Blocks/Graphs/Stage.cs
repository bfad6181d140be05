using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>One step of a pipeline between source and sink: it can be checked without rows, and creates its block when the pipeline runs.</summary>
internal abstract record Stage(string Name)
{
    /// <summary>True if user code sees the batches: it may keep a batch longer than the run does, so the batch's memory must not be reused.</summary>
    public virtual bool IsForeign => false;

    /// <summary>
    /// Describes the stage as properties of the job: an interrupted run is resumed only by a job with the same properties. User code is identified by its name
    /// alone.
    /// </summary>
    public virtual IEnumerable<JobProperty> JobProperties => [new(Name, "code of your own, known by this name")];

    /// <summary>Bytes that the stage adds to each row while processing it.</summary>
    public virtual long ExtraRowBytes => 0;

    /// <summary>Notes for the user about a run that has ended, one sentence each; none by default.</summary>
    public virtual IEnumerable<string> Warnings => [];

    /// <summary>What the scores of a run that has ended say together; null (default) if the stage scores nothing.</summary>
    public virtual ScoreSummary? Summary => null;

    /// <summary>
    /// The columns after this stage; null where they are known only from its first batch. Throws if the stage cannot process the columns before it.
    /// </summary>
    public abstract BatchSchema? Bind(BatchSchema? input, string place);

    /// <summary>The columns that the stage needs in order to produce <paramref name="wanted"/>; null = all.</summary>
    public abstract IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted);

    /// <summary>The columns whose values the stage looks at; none by default. Others it passes on. User code may look at all of them.</summary>
    public virtual IEnumerable<string> Used => [];

    /// <summary>The columns of whose dates and times the stage looks at parts only; none by default.</summary>
    public virtual IEnumerable<string> Parts => [];

    /// <summary>
    /// Does the work needed before the first row arrives, such as one pass over all rows; called for each run, before <see cref="Create"/>. Returns the stage
    /// to run with: this one (the default), or a disposable one that holds the results.
    /// </summary>
    /// <param name="before">The source and the stages before this one.</param>
    /// <param name="options">How the run reads.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public virtual ValueTask<Stage> PrepareAsync(Graph before, PipelineOptions options, CancellationToken cancellationToken) => new(this);

    /// <summary>Creates the block.</summary>
    public abstract IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run);
}

/// <summary>Selected columns, in a new order.</summary>
internal sealed record SelectStage(IReadOnlyList<string> Columns) : Stage("select")
{
    public override IEnumerable<JobProperty> JobProperties => [new(Name, string.Join(", ", Columns))];

    public override BatchSchema? Bind(BatchSchema? input, string place) =>
        input is null ? null : new BatchSchema(Columns.Select(name => input.Fields[IndexOf(input, name, place)]));

    public override IReadOnlyList<string> Needs(IReadOnlyList<string>? wanted) => Columns;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new TransformRowsBlock(Pick, run, Name);

    private static int IndexOf(BatchSchema schema, string name, string place) => schema.IndexOf(name) is >= 0 and var index
        ? index
        : throw MissingColumn.Of(place, name, schema);

    private DataBatch Pick(DataBatch batch)
    {
        if (batch.Schema.Fields.Select(f => f.Name).SequenceEqual(Columns, StringComparer.Ordinal)) return batch;
        var indexes = Columns.Select(name => IndexOf(batch.Schema, name, $"block '{Name}', batch {batch.Index}")).ToArray();
        return batch.With(new BatchSchema(indexes.Select(i => batch.Schema.Fields[i])), [.. indexes.Select(i => batch.Columns[i])]);
    }
}

/// <summary>A user function.</summary>
internal sealed record TransformStage(Func<DataBatch, DataBatch> Transform, string Name) : Stage(Name)
{
    public override bool IsForeign => true;

    public override BatchSchema? Bind(BatchSchema? input, string place) => null;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => null;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new TransformRowsBlock(Transform, run, Name);
}

/// <summary>A user block.</summary>
internal sealed record ViaStage(Func<RunSupervisor, IPropagatorBlock<DataBatch, DataBatch>> Make, string Name) : Stage(Name)
{
    public override bool IsForeign => true;

    public override BatchSchema? Bind(BatchSchema? input, string place) => null;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => null;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => run.Watch(Name, Make(run));
}
