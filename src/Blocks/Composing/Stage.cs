using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>One step of a pipeline between source and end: it can be checked without rows, and makes its block when the pipeline runs.</summary>
internal abstract record Stage(string Name)
{
    /// <summary>True if code of the user's sees the batches: it may keep one longer than the run does, so its memory must not be used again.</summary>
    public virtual bool IsForeign => false;

    /// <summary>
    /// What the stage does, as facts of the job: a run that was interrupted is only resumed by one of the same facts. Code of the user's is known by its name
    /// alone.
    /// </summary>
    public virtual IEnumerable<JobProperty> JobProperties => [new(Name, "code of your own, known by this name")];

    /// <summary>Bytes that the stage adds to each row while it works on it.</summary>
    public virtual long ExtraRowBytes => 0;

    /// <summary>What a user should know of a run that has ended, a sentence each; nothing by default.</summary>
    public virtual IEnumerable<string> Warnings => [];

    /// <summary>The columns after this stage; null where only its first batch tells. Throws if the stage cannot work on the columns before it.</summary>
    public abstract BatchSchema? Bind(BatchSchema? input, string place);

    /// <summary>The columns that the stage must get so that <paramref name="wanted"/> come out; null = all.</summary>
    public abstract IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted);

    /// <summary>
    /// Does what must be done before the first row comes, such as looking at all rows once; called for each run, before <see cref="Create"/>. Returns the stage
    /// to run with: this one (the default), or a disposable one that holds what was found.
    /// </summary>
    /// <param name="before">The source and the stages before this one.</param>
    /// <param name="options">How the run reads.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public virtual ValueTask<Stage> PrepareAsync(Graph before, PipelineOptions options, CancellationToken cancellationToken) => new(this);

    /// <summary>Makes the block.</summary>
    public abstract IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run);
}

/// <summary>Some columns, in a new order.</summary>
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

/// <summary>A function of the user's.</summary>
internal sealed record TransformStage(Func<DataBatch, DataBatch> Transform, string Name) : Stage(Name)
{
    public override bool IsForeign => true;

    public override BatchSchema? Bind(BatchSchema? input, string place) => null;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => null;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new TransformRowsBlock(Transform, run, Name);
}

/// <summary>A block of the user's.</summary>
internal sealed record ViaStage(Func<RunSupervisor, IPropagatorBlock<DataBatch, DataBatch>> Make, string Name) : Stage(Name)
{
    public override bool IsForeign => true;

    public override BatchSchema? Bind(BatchSchema? input, string place) => null;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => null;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => run.Watch(Name, Make(run));
}

/// <summary>Scores of a model.</summary>
internal sealed record ScoreStage(ScorePlan Plan) : Stage("score")
{
    public override long ExtraRowBytes => sizeof(double) * (Plan.Extractor.Columns + (long)Plan.Added.Count);

    public override IEnumerable<JobProperty> JobProperties => Plan.JobProperties;

    public override IEnumerable<string> Warnings => Plan.Extractor.UnknownCategoryWarnings;

    public override BatchSchema? Bind(BatchSchema? input, string place) => input is null ? null : Plan.Bind(input, place).Schema;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => Plan.Needed;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new ScoreBlock(Plan, run, Name);
}
