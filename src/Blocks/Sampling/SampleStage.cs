using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>Rows drawn from a distribution. Each batch has its own random number stream, so the rows do not depend on the scheduling of threads.</summary>
internal sealed record SampleStage : Stage
{
    // Separate from the streams used by fits.
    private const long FirstStream = 1L << 40;

    private readonly ProbabilityModel distribution;
    private readonly SampleColumn[] columns;
    private readonly SampleOptions options;
    private readonly BatchSchema schema;
    private readonly double[] evidence;

    /// <summary>Checks that the model can be sampled.</summary>
    /// <exception cref="ModelException">The model is not a distribution, or an option is invalid.</exception>
    public SampleStage(SavedModel model, SampleOptions options)
        : base("sample")
    {
        distribution = SampleOptions.Source(model);
        columns = SampleColumn.Of(model);
        options.Validate(distribution, [.. columns.Select(c => c.Field.Name)]);
        distribution.EnsureEvaluable();
        this.options = options;
        evidence = options.EvidenceFor(distribution);
        schema = new BatchSchema(
        [
            .. columns.Select(c => c.Field),
            .. options.Label is { } label ? [new ColumnField(label, typeof(int), false)] : Array.Empty<ColumnField>(),
            .. options.Weight is { } weight ? [new ColumnField(weight, typeof(double), false)] : Array.Empty<ColumnField>(),
        ]);
    }

    public override long ExtraRowBytes => sizeof(double) * (2L * columns.Length + 1);

    public override BatchSchema? Bind(BatchSchema? input, string place) => schema;

    public override IReadOnlyList<string> Needs(IReadOnlyList<string>? wanted) => [];

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new TransformRowsBlock(Draw, run, Name);

    private DataBatch Draw(DataBatch batch)
    {
        var random = new SeededRandom(options.Seed, FirstStream + batch.Index);
        var labels = new int[options.Label is null ? 0 : batch.Rows];
        var row = new double[columns.Length];
        var values = Array.ConvertAll(columns, _ => new double[batch.Rows]);
        var weights = Array.Empty<double>();
        if (options.UsedMethod == SamplingMethod.Forward)
        {
            for (var i = 0; i < batch.Rows; i++)
            {
                Cancellation.Poll();
                distribution.Sample(random, row, labels.Length == 0 ? default : labels.AsSpan(i, 1));
                for (var j = 0; j < row.Length; j++) values[j][i] = row[j];
            }
        }
        else
        {
            var rows = new double[batch.Rows * row.Length];
            weights = new double[batch.Rows];
            ((IEvidenceSampler)distribution).Sample(random, evidence, options.UsedMethod, rows, weights);
            for (var i = 0; i < rows.Length; i++) values[i % row.Length][i / row.Length] = rows[i];
        }
        var made = new List<BatchColumn>(schema.Fields.Count);
        for (var j = 0; j < columns.Length; j++) made.Add(columns[j].Make(values[j]));
        if (options.Label is not null) made.Add(new BatchColumn<int>(schema.Fields[made.Count], labels));
        if (options.Weight is not null) made.Add(new BatchColumn<double>(schema.Fields[made.Count], weights));
        return batch.With(schema, made);
    }
}
