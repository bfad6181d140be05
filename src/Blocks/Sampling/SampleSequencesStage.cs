using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Sequences drawn from a sequence model. Each sequence has its own random number stream, so the rows do not depend on the scheduling of threads or on the
/// batch boundaries.
/// </summary>
internal sealed record SampleSequencesStage : Stage
{
    // Separate from the streams used by fits and by independent rows.
    private const long FirstStream = 1L << 41;

    private readonly ProbabilityModel model;
    private readonly SampleColumn[] columns;
    private readonly SampleColumn? label;
    private readonly SampleOptions options;
    private readonly BatchSchema schema;

    /// <summary>Checks that the model can be sampled.</summary>
    /// <exception cref="ModelException">An option is invalid.</exception>
    public SampleSequencesStage(SavedModel saved, SampleOptions options)
        : base("sample")
    {
        model = SampleOptions.Source(saved);
        columns = SampleColumn.Of(saved);
        options.Validate(model, [.. columns.Select(c => c.Field.Name)]);
        this.options = options;
        if (options.Label is { } name)
        {
            var scored = model.ScoreKinds.First(k => k.Name == ScoreKind.Label).Columns[0];
            label = SampleColumn.OfLabels(name, scored.Names);
        }
        schema = new BatchSchema([new ColumnField(options.Key, typeof(long), false), .. columns.Select(c => c.Field),
            .. label is null ? Array.Empty<ColumnField>() : [label.Field]]);
    }

    public override long ExtraRowBytes => sizeof(double) * (2L * columns.Length + 3);

    public override BatchSchema? Bind(BatchSchema? input, string place) => schema;

    public override IReadOnlyList<string> Needs(IReadOnlyList<string>? wanted) => [];

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new TransformRowsBlock(Draw, run, Name);

    private DataBatch Draw(DataBatch batch)
    {
        var length = options.Length!.Value;
        var sequence = new double[length * columns.Length];
        var states = new int[label is null ? 0 : length];
        var keys = new long[batch.Rows];
        var labels = new double[label is null ? 0 : batch.Rows];
        var values = Array.ConvertAll(columns, _ => new double[batch.Rows]);
        for (var i = 0; i < batch.Rows;)
        {
            var (number, from) = Math.DivRem(batch.FirstRow + i, length);
            model.Sample(new SeededRandom(options.Seed, FirstStream + number), sequence, states);
            for (var t = (int)from; t < length && i < batch.Rows; t++, i++)
            {
                keys[i] = number;
                for (var j = 0; j < values.Length; j++) values[j][i] = sequence[(t * values.Length) + j];
                if (label is not null) labels[i] = states[t];
            }
        }
        var made = new List<BatchColumn>(schema.Fields.Count) { new BatchColumn<long>(schema.Fields[0], keys) };
        for (var j = 0; j < columns.Length; j++) made.Add(columns[j].Make(values[j]));
        if (label is not null) made.Add(label.Make(labels));
        return batch.With(schema, made);
    }
}
