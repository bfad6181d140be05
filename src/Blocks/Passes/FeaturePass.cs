using Pipelines.Blocks.Checkpoints;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// Passes over data of any size. The first pass reads and decodes the source through the blocks and keeps the features: in memory within the budget, the rest
/// in a private temporary file. Later passes only compute and do not decode. All of them give bit-identical results to a pass over the same rows in memory.
/// </summary>
/// <remarks>
/// One pass runs at a time; a second call waits. A failed pass leaves nothing behind: the next one reads the source again. All passes read the files that
/// existed when the source was first opened.
/// </remarks>
public sealed partial class FeaturePass : IDataPass, IAsyncDisposable
{
    private readonly Graph graph;
    private readonly FeatureExtractor extractor;
    private readonly PipelineOptions options;
    private readonly FeatureLayout layout;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource closing = new();
    private IReadOnlyList<Feature> decoded;
    private FeatureCache? cache;
    private bool isDisposed;
    private int mostThreads = int.MaxValue;

    /// <summary>Creates the passes over a source; nothing is read yet.</summary>
    /// <param name="source">The data.</param>
    /// <param name="features">Names of the feature columns, in the model's order; at least one.</param>
    /// <param name="weights">Name of the column with the row weights; null = every weight is 1.</param>
    /// <param name="options">Null = the defaults.</param>
    public FeaturePass(IBatchSource source, IReadOnlyList<string> features, string? weights = null, PipelineOptions? options = null)
        : this(new Graph(source, []), [.. features?.Select(f => new Feature(f)) ?? []], weights, options ?? new PipelineOptions())
    {
    }

    internal FeaturePass(Graph graph, IReadOnlyList<Feature> features, string? weights, PipelineOptions options, SequenceColumns? sequences = null,
        Func<int, bool>? isCategorical = null)
    {
        ArgumentNullException.ThrowIfNull(graph.Source);
        options.Validate();
        sequences?.Validate();
        (this.graph, this.options, this.sequences) = (graph.ForRun(), options, sequences);
        // Labels are carried as an additional categorical feature that models do not see.
        decoded = sequences?.Label is { } label ? [.. features, new Feature(label, sequences.States)] : [.. features];
        extractor = new FeatureExtractor([.. decoded.Select(f => f.Name)], weights, [.. decoded.Select(f => f.ToMap())])
        {
            Unknown = [.. Enumerable.Range(0, decoded.Count)
                .Where(i => decoded[i].Categories is null && (i >= features.Count || isCategorical?.Invoke(i) == true))],
            Label = sequences?.Label is null ? null : features.Count,
        };
        layout = new FeatureLayout(options.BatchSize, extractor.Columns, extractor.IsWeighted);
        Seen = new SeenData(extractor.Columns);
    }

    /// <summary>Resumes an interrupted fit.</summary>
    internal void Resume(FitJournal journal)
    {
        Journal = journal;
        if (journal.ResumedFeatures is { } features)
        {
            decoded = [.. features, .. decoded.Skip(features.Count)];
            extractor.Know([.. decoded.Select(f => f.ToMap())]);
        }
        if (journal.Seen is { } bytes) Seen = SeenData.FromBytes(bytes, extractor.Columns);
    }

    /// <inheritdoc/>
    public int Columns => extractor.Label ?? extractor.Columns;

    /// <inheritdoc/>
    /// <remarks>Only names before the first pass; afterwards also the column's type and the range of its values.</remarks>
    public IReadOnlyList<Feature> Features => extractor.Label is { } label ? [.. decoded.Take(label)] : decoded;

    /// <inheritdoc/>
    public IReadOnlyList<string>? LabelNames => extractor.Label is { } label ? sequences!.States ?? decoded[label].Categories : null;

    /// <summary>Number of rejected rows; 0 before the first pass.</summary>
    public long RowsRejected => Seen.RowsRejected;

    /// <summary>Number of rows, not counting those rejected; null before the first pass.</summary>
    public long? Rows => cache?.Rows;

    /// <summary>Bytes of decoded features in the temporary file; 0 if all of them fit in memory.</summary>
    public long SpilledBytes => cache?.SpilledBytes ?? 0;

    /// <summary>The source and stages of all passes, which therefore see the same files.</summary>
    internal Graph Graph => graph;

    /// <summary>Saves the passes of a fit; null = they are not saved.</summary>
    internal FitJournal? Journal { get; set; }

    /// <summary>What the passes recorded about the data.</summary>
    internal SeenData Seen { get; private set; }

    /// <summary>True: each pass fits several models, so their statistics get a share of the memory. Set before the first pass.</summary>
    internal bool IsShared { get; set; }

    /// <inheritdoc/>
    public long? StatisticsBytes => IsShared ? options.Budget / 8 : null;

    /// <inheritdoc/>
    public int StatisticsInFlight => (2 * options.Parallelism) + 2;

    /// <summary>Opens the spill file; replaced by tests.</summary>
    internal Func<SpillFile>? SpillFactory { get; init; }

    /// <summary>Bytes of the cache in memory, for tests; null = as the budget allows.</summary>
    internal long? MemoryBytes { get; init; }

    /// <inheritdoc/>
    /// <exception cref="DataException">A feature is absent, not numeric or infinite, the source cannot be read, or the temporary file cannot be
    /// written.</exception>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        return InTurnAsync(
            async stop =>
            {
                var total = summarizer.CreateStatistics();
                CheckStatistics(total);
                // The labels' meaning is also needed for passes restored from a journal, which do not read.
                if (Journal is not null && extractor.Label is { } label && decoded[label].Categories is null)
                    await FindCategoriesAsync(stop.Token).ConfigureAwait(false);
                // Rejected rows are stored by a pass that starts at the first row, so the statistics of a partial pass cannot be used then.
                if ((Journal is null ? 0 : Journal.BeginPass(total, mayContinue: !options.BadRows.Keeps)) is not { } first) return total;
                var work = new PassWork(summarizer, total, first, (next, sofar) => Folded(stop, next, sofar), stop.Token);
                total = sequences is not null ? await SweepSequencesAsync(work, stop, null).ConfigureAwait(false)
                    : cache is { } filled ? await SweepAsync(filled, work, filled.Batches).ConfigureAwait(false)
                    : await ReadAsync(work).ConfigureAwait(false);
                Journal?.EndPass(total);
                return total;
            },
            cancellationToken);
    }

    // The workers' statistics, those waiting for their turn, the total and the model: only a few large ones at a time.
    private void CheckStatistics(Statistics total)
    {
        var bytes = Math.Max(1, StatisticsSize.Of(total));
        if (bytes * 4 > options.Budget)
            throw new DataException(DataErrorKind.Usage, $"{graph.Source.Name}, statistics of a pass", $"{new MemorySize(bytes)} for each batch",
                $"at most {new MemorySize(options.Budget / 4)}, a quarter of the memory budget",
                "give more memory (PipelineOptions.MemoryBudget), take fewer components, or group categories");
        mostThreads = (int)Math.Clamp(options.Budget / 8 / bytes, 1, int.MaxValue);
    }

    /// <summary>Waits until no other pass is running, and attributes a cancellation to the token that caused it.</summary>
    private async ValueTask<T> InTurnAsync<T>(Func<CancellationTokenSource, Task<T>> run, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing.Token);
        await turn.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            return await run(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (options.WindDown.IsCancellationRequested)
        {
            throw new OperationCanceledException(options.WindDown);
        }
        finally
        {
            turn.Release();
        }
    }

    private void Folded(CancellationTokenSource stop, long next, Statistics sofar)
    {
        var isLast = options.WindDown.IsCancellationRequested;
        Journal?.Folded(next, sofar, isLast);
        if (isLast) stop.Cancel();
    }

    /// <summary>Previews the passes: performs every check that the first one performs before it reads a row, and writes nothing.</summary>
    internal async ValueTask<RunPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var bound = await BindAsync(cancellationToken).ConfigureAwait(false);
        if (bound.Schema is { } schema)
        {
            extractor.Check(schema, graph.Source.Name);
            sequences?.Check(schema, graph.Source.Name);
        }
        if (bound.Info.Rows == 0) throw NoRow();
        var memory = Plan(bound, layout.Bytes / options.BatchSize);
        var plan = await RunPlan.OfAsync(bound, options, memory, cancellationToken).ConfigureAwait(false);
        var batches = plan.Batches ?? 0;
        return plan with
        {
            Outputs = options.BadRows.QuarantineFolder is { } folder
                ? [("quarantine", QuarantineWriter.Preview(FileLayer.Disk, folder, options.Checkpoints?.Resume == true))]
                : [],
            Cache = new CachePlan(layout.Bytes, batches * layout.Bytes, Math.Min(batches, memory.CacheBytes / layout.Bytes) * layout.Bytes,
                options.SpillFolder ?? SpillFile.DefaultFolder()),
        };
    }

    /// <summary>Stops a running pass, and releases memory and file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed) return;
        isDisposed = true;
        await closing.CancelAsync().ConfigureAwait(false);
        await turn.WaitAsync().ConfigureAwait(false);
        cache?.Dispose();
        found?.Places?.Dispose();
        closing.Dispose();
        turn.Dispose();
    }

    /// <summary>A later pass, up to the batch before <paramref name="end"/>: each worker takes the next cached batch; folding is in batch order.</summary>
    private async Task<Statistics> SweepAsync(FeatureCache filled, PassWork work, long end)
    {
        var accounts = new RunAccounts(options) { Phase = "pass", TotalRows = filled.Rows };
        return await FoldAsync(work, accounts, filled.Batches, end, Math.Min(mostThreads, options.Parallelism), "batch", filled.Read).ConfigureAwait(false);
    }

    /// <summary>
    /// Summarises items up to the one before <paramref name="end"/>, several at a time, and folds them in order; the last of the <paramref name="count"/> items
    /// is followed by the first.
    /// </summary>
    private static Task<Statistics> FoldAsync(PassWork work, RunAccounts accounts, long count, long end, int parallelism, string what,
        Action<long, Action<FeatureBlock>> read) => Task.Run(
        () =>
        {
            using var fold = new OrderedFold(work.Summarizer, end, Parallelism.Threads(parallelism, end - work.First), work.Total,
                work.First)
            { Folded = work.Folded };
            return fold.Run(
                (number, statistics) =>
                {
                    var item = number % count;
                    var rows = 0;
                    try
                    {
                        read(item, block =>
                        {
                            work.Summarizer.Summarize(block, statistics);
                            rows = block.Rows;
                        });
                    }
                    catch (Exception e) when (!work.Token.IsCancellationRequested)
                    {
                        RunFailure.For("summarize", $"{what} {item}", e).Mark().Throw();
                    }
                    accounts.Leave("pass", item, rows);
                },
                work.Token);
        },
        work.Token);

    private MemoryPlan Plan(BoundGraph bound, long extraRowBytes = 0)
    {
        var plan = MemoryPlan.For(options, bound.Info.Schema, bound.Columns, extraRowBytes);
        return StatisticsBytes is { } bytes ? plan with { StatisticsBytes = bytes, CacheBytes = plan.CacheBytes - bytes } : plan;
    }

    /// <summary>What one pass computes.</summary>
    /// <param name="Summarizer">Computes the statistics.</param>
    /// <param name="Total">The statistics of the batches before <paramref name="First"/>, to which the pass adds.</param>
    /// <param name="First">Number of the first batch to read.</param>
    /// <param name="Folded">Called in order for each batch that was folded.</param>
    /// <param name="Token">Cancels the pass.</param>
    private sealed record PassWork(ISummarizer Summarizer, Statistics Total, long First, Action<long, Statistics> Folded, CancellationToken Token);
}
