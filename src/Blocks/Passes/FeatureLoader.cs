using Pipelines.Io;
using Pipelines.Io.Format;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// Decodes the features of a source once, through the blocks: a first pass that also keeps them, in memory within the budget and beyond it in a private
/// temporary file. Knows the features, their categories and the labels.
/// </summary>
internal sealed partial class FeatureLoader
{
    private readonly FeatureExtractor extractor;
    private readonly SequenceColumns? sequences;
    private LabelColumn? labels;

    // Null until the values have been looked at.
    private string? labelType;
    private BoundGraph? bound;

    /// <summary>Creates the loader; nothing is read yet.</summary>
    /// <param name="graph">The source and the stages before the features.</param>
    /// <param name="features">The features, in the model's order; at least one.</param>
    /// <param name="weights">Name of the column with the row weights; null = every weight is 1.</param>
    /// <param name="options">How to read.</param>
    /// <param name="sequences">The columns that define a sequence; null = rows form none.</param>
    /// <param name="labels">The column with the labels; null = no row has one.</param>
    /// <param name="priors">Names of the columns with the priors of each component; null = rows have none.</param>
    /// <param name="isCategorical">Tells which features hold categories; null = those whose categories are known.</param>
    /// <param name="foldKeys">The fold keys of the rows; null = they have none.</param>
    public FeatureLoader(Graph graph, IReadOnlyList<Feature> features, string? weights, PipelineOptions options, SequenceColumns? sequences,
        LabelColumn? labels, IReadOnlyList<string>? priors, Func<int, bool>? isCategorical, FoldKeyColumn? foldKeys)
    {
        options.Validate();
        sequences?.Validate();
        (Graph, Features, Options, this.sequences, this.labels) = (graph.ForRun(), [.. features], options, sequences, labels);
        extractor = new FeatureExtractor(Features, weights, labels?.Name, labels?.Map, priors)
        {
            Unknown = [.. Enumerable.Range(0, Features.Count).Where(i => Features[i].Categories is null && isCategorical?.Invoke(i) == true)],
            LabelNoun = sequences is null ? "class" : "state",
            FoldKeys = foldKeys,
        };
        // A part of a time needs less than the time itself.
        var parts = extractor.PartColumns.Except([.. sequences?.Needed ?? [], .. Graph.Stages.SelectMany(s => s.Used)], StringComparer.Ordinal).ToHashSet();
        if (parts.Count > 0 && Graph.Source is IStoredValueSource source && !Graph.Stages.Any(s => s.IsForeign))
            Graph = Graph with { Source = source.PassingOn(null, parts) };
        Layout = new FeatureLayout(options.BatchSize, extractor.Columns, extractor.IsWeighted, extractor.IsLabeled, extractor.Priors, foldKeys is not null);
        Seen = new SeenData(extractor.Columns);
    }

    /// <summary>The source and stages of all passes, which therefore see the same files.</summary>
    public Graph Graph { get; }

    public PipelineOptions Options { get; }

    /// <summary>The layout of each batch.</summary>
    public FeatureLayout Layout { get; }

    /// <summary>Only names before the source is read; afterwards also the column's type and the range of its values.</summary>
    public IReadOnlyList<Feature> Features { get; private set; }

    /// <summary>The names behind the labels, known once the source is read; null if rows have none.</summary>
    public IReadOnlyList<string>? LabelNames => labels?.Names;

    /// <summary>Type of the label column, known once the source is bound; null if there is none.</summary>
    public string? LabelType => labels is null ? null
        : labelType ?? (bound?.Schema is { } schema ? TypeOf(schema.Fields[schema.IndexOf(labels.Name)]) : labels.Names is null ? null : ClassLabels.Text);

    /// <summary>True: features are columns of text, booleans or integers. False by default: any numbers, too.</summary>
    public bool TakesCategories
    {
        get => extractor.TakesCategories;
        set => extractor.TakesCategories = value;
    }

    /// <summary>True if there are categorical features or labels whose values are not known yet.</summary>
    public bool HasUnknownCategories => extractor.Unknown.Count > 0 || extractor.HasUnknownLabels;

    /// <summary>True if there are labels whose type or meaning is not known yet.</summary>
    public bool LabelsAreUnknown => extractor.HasUnknownLabels || (labels is not null && bound is null);

    /// <summary>Warnings about values that are not categories.</summary>
    public IEnumerable<string> Warnings => extractor.UnknownCategoryWarnings;

    /// <summary>What the passes recorded about the data.</summary>
    public SeenData Seen { get; private set; }

    /// <summary>Opens the spill file; replaced by tests.</summary>
    public Func<SpillFile>? SpillFactory { get; set; }

    /// <summary>Bytes of the cache in memory, for tests; null = as the budget allows.</summary>
    public long? MemoryBytes { get; set; }

    /// <summary>Bytes for the statistics of several models that share the passes; null = there is one model.</summary>
    public long? StatisticsBytes { get; set; }

    /// <summary>True: there will be one pass only, so rows are not kept. Sequences are, because they may continue in the next batch.</summary>
    public bool KeepsNothing { get; set; }

    /// <summary>True for scoring: data without any usable row have no scores, which is not an error.</summary>
    public bool AllowsNoRow { get; set; }

    /// <summary>Goes on with what an interrupted fit had found.</summary>
    /// <param name="features">The features; null = not known yet.</param>
    /// <param name="seen">What the passes had recorded; null = nothing.</param>
    public void Resume(IReadOnlyList<Feature>? features, byte[]? seen)
    {
        if (features is not null)
        {
            Features = features;
            extractor.Know([.. features.Select(f => f.ToMap())], labels?.Map);
        }
        if (seen is not null) Seen.FromBytes(seen);
    }

    /// <summary>A pass over the source. One that starts at the first batch also fills a store for later passes.</summary>
    /// <param name="work">What to compute.</param>
    /// <param name="threads">Workers, at least 1.</param>
    /// <returns>The statistics, and the store unless the pass started in the middle.</returns>
    public async Task<(Statistics Total, FeatureStore? Store)> LoadAsync(PassWork work, int threads)
    {
        var filling = new FeatureCache(Layout, OpenSpill) { IsOff = work.First > 0 || (KeepsNothing && sequences is null) };
        if (work.First == 0) Seen = new SeenData(extractor.Columns);
        FeatureStore? made = null;
        try
        {
            var (total, found) = await FillAsync(filling, work, threads).ConfigureAwait(false);
            if (!filling.IsOff) made = new FeatureStore(filling, found);
            return (total, made);
        }
        finally
        {
            if (made is null) filling.Dispose();
        }
    }

    /// <summary>Adds what a pass over all rows has found to the features' names.</summary>
    public async Task DescribeAsync(CancellationToken cancellationToken)
    {
        if (!Seen.IsWhole) return;
        var schema = (await BindAsync(cancellationToken).ConfigureAwait(false)).Schema;
        Features = [.. Features.Select((f, i) => Describe(f, schema, Seen[i]))];
    }

    /// <summary>Previews the first pass: performs every check before a row is read, and writes nothing.</summary>
    public async ValueTask<RunPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var bound = await BindAsync(cancellationToken).ConfigureAwait(false);
        if (bound.Schema is { } schema) Check(schema);
        if (bound.Info.Rows == 0) throw NoRow();
        var memory = Plan(bound, Layout.Bytes / Options.BatchSize);
        var plan = await RunPlan.OfAsync(bound, Options, memory, cancellationToken).ConfigureAwait(false);
        var batches = plan.Batches ?? 0;
        return plan with
        {
            Outputs = Options.BadRows.QuarantineFolder is { } folder
                ? [("quarantine", QuarantineWriter.Preview(FileLayer.Disk, folder, Options.Checkpoints?.Resume == true))]
                : [],
            Cache = new CachePlan(Layout.Bytes, batches * Layout.Bytes, Math.Min(batches, memory.CacheBytes / Layout.Bytes) * Layout.Bytes,
                Options.SpillFolder ?? SpillFile.DefaultFolder()),
        };
    }

    public SpillFile OpenSpill() => SpillFactory?.Invoke() ?? SpillFile.Create(Options.SpillFolder);

    /// <summary>Source, features with cache and statistics, fold.</summary>
    private async Task<(Statistics Total, SequenceFilling? Sequences)> FillAsync(FeatureCache filling, PassWork work, int threads)
    {
        var bound = await BindAsync(work.Token).ConfigureAwait(false);
        if (bound.Schema is { } schema)
        {
            Check(schema);
            TakeNumbersAsLabels(schema);
        }
        filling.MemoryBytes = MemoryBytes ?? Plan(bound).CacheBytes;

        using var quarantine = OpenQuarantine(bound, work.Token);
        await using var run = new RunSupervisor(Options with { MaxDegreeOfParallelism = threads }, work.Token);
        run.Accounts.Phase = "read";
        run.Accounts.RejectedBefore = Seen.IsWhole ? 0 : Seen.RowsRejected;
        // While rows are sorted and stored, each of the two gets half.
        if (sequences is { Regroup: true }) filling.MemoryBytes /= 2;
        using var keys = sequences is null ? null : new SequenceFilling(sequences, Layout, Options, filling.MemoryBytes, OpenSpill);
        var fill = new FillBlock(extractor, Layout, filling, work.Summarizer, run, keys);
        var fold = new FoldBlock(work.Summarizer, run, work.Fold)
        {
            Quarantine = quarantine,
            Runs = keys is null ? null : keys.Follow,
            Seen = Seen.IsWhole ? null : Seen,
            Folded = work.Folded,
        };
        Linking.Link(bound.Create(run, work.First, Layout.Bytes / Options.BatchSize), fill);
        Linking.Link(fill, fold);
        await run.RunAsync().ConfigureAwait(false);
        if (!filling.IsOff && keys?.Sorter is null) filling.Seal(run.Accounts.RowsOut);
        if (run.Accounts.RowsOut == 0 && work.First == 0 && !AllowsNoRow)
        {
            if (run.Accounts.RowsIn == 0) throw NoRow();
            throw new FlowException(ErrorKind.Data, Graph.Source.Name, $"no row that can be used: all {Seen.RowsRejected} were rejected", "at least one",
                "look at the rows (BadRowMode.Quarantine)");
        }
        keys?.Finish(filling, work.Token);
        Seen.IsWhole = true;
        await DescribeAsync(work.Token).ConfigureAwait(false);
        return (await fold.Result.ConfigureAwait(false), keys);
    }

    private FlowException NoRow() => new(ErrorKind.Data, Graph.Source.Name, "no row", "at least one", "check the paths and filters");

    // Rows written to quarantine keep all their columns. Bound once: every pass over the source sees the same files.
    private async Task<BoundGraph> BindAsync(CancellationToken cancellationToken)
    {
        if (bound is { } known) return known;
        var made = await Graph.BindAsync(Needed, cancellationToken, Options.BadRows.Keeps).ConfigureAwait(false);
        if (Options.BadRows.Keeps) made.CheckNothingLost("leave bad rows out without keeping them (BadRowMode.Skip), or choose columns (Pipeline.Select)");
        return bound = made;
    }

    private IReadOnlyList<string> Needed => [.. extractor.Needed.Union(sequences?.Needed ?? [], StringComparer.Ordinal)];

    private void Check(BatchSchema schema)
    {
        extractor.Check(schema, Graph.Source.Name);
        sequences?.Check(schema, Graph.Source.Name);
    }

    private MemoryPlan Plan(BoundGraph bound, long extraRowBytes = 0)
    {
        var plan = MemoryPlan.For(Options, bound.Info.Schema, bound.Columns, extraRowBytes);
        return StatisticsBytes is { } bytes ? plan with { StatisticsBytes = bytes, CacheBytes = plan.CacheBytes - bytes } : plan;
    }

    // Written by the pass that reads all rows; a resumed fit reads them again and writes the same.
    private QuarantineWriter? OpenQuarantine(BoundGraph bound, CancellationToken cancellationToken)
    {
        if (Options.BadRows.QuarantineFolder is not { } folder) return null;
        var made = new QuarantineWriter(folder);
        try
        {
            var job = JobDescription.Of(bound, Options, [new("features", string.Join(", ", extractor.Needed))]);
            made.Open(job, bound.Info.Schema.Project(bound.Columns, Graph.Source.Name), Options.Checkpoints?.Resume == true, cancellationToken);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static string TypeOf(ColumnField field) => StoredTimes.TypeOf(field).Name.ToLowerInvariant();

    // A schema known only from a transform's first batch says nothing certain about later batches.
    private static Feature Describe(Feature feature, BatchSchema? schema, ValueRange? range)
    {
        // The range of category codes says nothing about the values.
        if (feature.Categories is not null) range = null;
        var field = schema?.Fields[schema.IndexOf(feature.Column)];
        return feature with
        {
            Type = field is null ? null : TypeOf(field),
            IsNullable = field?.IsNullable,
            Minimum = range?.Minimum,
            Maximum = range?.Maximum
        };
    }
}
