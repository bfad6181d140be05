using Pipelines.Io;
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
internal sealed partial class FeaturePass : IDataPass, IAsyncDisposable
{
    private const int MostTogether = 8;

    private readonly FeatureLoader loader;
    private readonly SequenceColumns? sequences;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource closing = new();
    private FeatureStore? store;
    private bool isDisposed;
    private int mostThreads = int.MaxValue;
    private int mostTogether = 1;

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
        LabelColumn? labels = null, Func<int, bool>? isCategorical = null, IReadOnlyList<string>? priors = null, FoldKeyColumn? foldKeys = null)
    {
        ArgumentNullException.ThrowIfNull(graph.Source);
        this.sequences = sequences;
        loader = new FeatureLoader(graph, features, weights, options, sequences, labels, priors, isCategorical, foldKeys);
    }

    /// <summary>Resumes an interrupted fit.</summary>
    /// <param name="journal">Saves the passes of the fit.</param>
    /// <param name="features">The features that the interrupted run had saved; null = none.</param>
    /// <param name="seen">What it had recorded about the data; null = nothing.</param>
    internal void Resume(IPassJournal journal, IReadOnlyList<Feature>? features, byte[]? seen)
    {
        Journal = journal;
        loader.Resume(features, seen);
    }

    /// <summary>True: features are columns of text, booleans or integers. False by default: any numbers, too.</summary>
    internal bool TakesCategories
    {
        get => loader.TakesCategories;
        init => loader.TakesCategories = value;
    }

    public int Columns => loader.Layout.Columns;

    public int PriorComponents => loader.Layout.Priors;

    /// <remarks>Only names before the first pass; afterwards also the column's type and the range of its values.</remarks>
    public IReadOnlyList<Feature> Features => loader.Features;

    public IReadOnlyList<string>? LabelNames => loader.LabelNames;

    /// <inheritdoc/>
    public string? LabelType => loader.LabelType;

    /// <remarks>Reads the label column and the categorical features only, unless their values are known.</remarks>
    public async ValueTask FindLabelsAsync(CancellationToken cancellationToken) => await InTurnAsync(
        async stop =>
        {
            await FindAsync(loader.LabelsAreUnknown, loader.FindLabelsAsync, stop).ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask FindCategoriesAsync(CancellationToken cancellationToken) => await InTurnAsync(
        async stop =>
        {
            await FindAsync(loader.HasUnknownCategories, loader.FindCategoriesAsync, stop).ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Number of rejected rows; 0 before the first pass.</summary>
    public long RowsRejected => Seen.RowsRejected;

    /// <summary>Number of rows, not counting those rejected; null before the first pass.</summary>
    public long? Rows => store?.Cache.Rows;

    /// <summary>Bytes of decoded features in the temporary file; 0 if all of them fit in memory.</summary>
    public long SpilledBytes => store?.Cache.SpilledBytes ?? 0;

    /// <summary>The source and stages of all passes, which therefore see the same files.</summary>
    internal Graph Graph => loader.Graph;

    /// <summary>Saves the passes of a fit; null = they are not saved.</summary>
    internal IPassJournal? Journal { get; private set; }

    /// <summary>What the passes recorded about the data.</summary>
    internal SeenData Seen => loader.Seen;

    /// <summary>True: there will be one pass only. Set before it.</summary>
    internal bool IsOnlyPass
    {
        set => loader.KeepsNothing = value;
    }

    /// <summary>True: each pass fits several models, so their statistics get a share of the memory. Set before the first pass.</summary>
    internal bool IsShared
    {
        set => loader.StatisticsBytes = value ? Options.Budget / 8 : null;
    }

    public long? StatisticsBytes => loader.StatisticsBytes;

    /// <remarks>Two for each worker, two around the fold, and the open subtotal.</remarks>
    public int StatisticsInFlight => (2 * Options.Parallelism) + 3;

    /// <summary>Opens the spill file; replaced by tests.</summary>
    internal Func<SpillFile>? SpillFactory
    {
        init => loader.SpillFactory = value;
    }

    /// <summary>Bytes of the cache in memory, for tests; null = as the budget allows.</summary>
    internal long? MemoryBytes
    {
        init => loader.MemoryBytes = value;
    }

    private PipelineOptions Options => loader.Options;

    private int Threads => Math.Min(mostThreads, Options.Parallelism);

    /// <exception cref="FlowException">A feature is absent, not numeric or infinite, the source cannot be read, or the temporary file cannot be
    /// written.</exception>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) => RunAsync(summarizer, false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Statistics> SurveyAsync(ISummarizer summarizer, CancellationToken cancellationToken) => RunAsync(summarizer, true, cancellationToken);

    private ValueTask<Statistics> RunAsync(ISummarizer summarizer, bool isSurvey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        return InTurnAsync(
            async stop =>
            {
                var fold = new CanonicalFold(summarizer);
                CheckStatistics(summarizer.CreateStatistics());
                // The labels' meaning is also needed for passes restored from a journal, which do not read.
                await FindAsync(Journal is not null && loader.LabelsAreUnknown, loader.FindLabelsAsync, stop).ConfigureAwait(false);
                // Rejected rows are stored by a pass that starts at the first row, so the statistics of a partial pass cannot be used then.
                if (Journal?.BeginPass(fold, mayContinue: !Options.BadRows.Keeps) == false)
                {
                    // No pass may follow that reads.
                    await loader.DescribeAsync(stop.Token).ConfigureAwait(false);
                    Journal.EndPass(fold, isSurvey);
                    return fold.Finish();
                }
                var work = new PassWork(summarizer, fold, sofar => Folded(stop, sofar), stop.Token);
                var total = await PassAsync(work, stop).ConfigureAwait(false);
                Journal?.EndPass(fold, isSurvey);
                return total;
            },
            cancellationToken);
    }

    // The workers' statistics, those waiting for their turn, the open subtotal, the total and the model: only a few large ones at a time.
    private void CheckStatistics(Statistics empty)
    {
        int[] codes = [.. Features.Select(f => f.Categories?.Count ?? 0)];
        // One row can make a table of categories as large as it gets. Rows that are kept only limit the number of threads: there may be few of them.
        var least = Math.Max(1, empty.MaxBytes(1, codes) ?? StatisticsSize.Of(empty));
        if (least * 4 > Options.Budget)
            throw new FlowException(ErrorKind.Usage, $"{Graph.Source.Name}, statistics of a pass", $"{new MemorySize(least)} for each batch",
                $"at most {new MemorySize(Options.Budget / 4)}, a quarter of the memory budget",
                "give more memory (PipelineOptions.MemoryBudget), take fewer components, or group categories");
        var bytes = empty.MaxBytes(Options.BatchSize, codes) ?? least;
        // Two for each worker and the open subtotal.
        mostThreads = (int)Math.Clamp(((Options.Budget / 4 / bytes) - 1) / 2, 1, int.MaxValue);
        // Small statistics only: those of batches in one message hardly count in the budget.
        mostTogether = (int)Math.Clamp(Options.Budget / 64 / bytes / (2 * Threads), 1, MostTogether);
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
        catch (OperationCanceledException) when (Options.WindDown.IsCancellationRequested)
        {
            throw new OperationCanceledException(Options.WindDown);
        }
        finally
        {
            turn.Release();
        }
    }

    private void Folded(CancellationTokenSource stop, CanonicalFold sofar)
    {
        var isLast = Options.WindDown.IsCancellationRequested;
        Journal?.Folded(sofar, isLast);
        if (isLast) stop.Cancel();
    }

    /// <summary>Previews the passes: performs every check that the first one performs before it reads a row, and writes nothing.</summary>
    internal ValueTask<RunPlan> PlanAsync(CancellationToken cancellationToken) => loader.PlanAsync(cancellationToken);

    /// <summary>Stops a running pass, and releases memory and file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed) return;
        isDisposed = true;
        await closing.CancelAsync().ConfigureAwait(false);
        await turn.WaitAsync().ConfigureAwait(false);
        store?.Dispose();
        closing.Dispose();
        turn.Dispose();
    }

    /// <summary>A pass over all rows: over the source if they are not stored yet.</summary>
    private async Task<Statistics> PassAsync(PassWork work, CancellationTokenSource stop)
    {
        await FindAsync(loader.HasUnknownCategories, loader.FindCategoriesAsync, stop).ConfigureAwait(false);
        return sequences is null && store is null ? await LoadAsync(work).ConfigureAwait(false) : await SweepAsync(work, stop, null).ConfigureAwait(false);
    }

    /// <summary>Finds categories and labels, if they are not known. That may also store the rows.</summary>
    private async Task FindAsync(bool isNeeded, Func<CancellationToken, Task<FeatureStore?>> find, CancellationTokenSource stop)
    {
        if (isNeeded && await find(stop.Token).ConfigureAwait(false) is { } found) store = found;
    }

    /// <summary>The first pass, which reads the source. It fills the store, unless it starts in the middle.</summary>
    private async Task<Statistics> LoadAsync(PassWork work)
    {
        var (total, loaded) = await loader.LoadAsync(work, Threads).ConfigureAwait(false);
        store = loaded;
        return total;
    }

    /// <summary>Reads the source into the store, unless that has been done.</summary>
    private async Task<FeatureStore> StoredAsync(CancellationTokenSource stop)
    {
        await FindAsync(loader.HasUnknownCategories, loader.FindCategoriesAsync, stop).ConfigureAwait(false);
        if (store is null) await LoadAsync(Unkept(new ExtentSummarizer(), 0, stop)).ConfigureAwait(false);
        return store!;
    }

    /// <summary>
    /// A later pass, over the store: up to the batch before <paramref name="end"/> (null = all), as numbered before they start over. Where rows form sequences,
    /// a batch is a group of whole sequences; the whole source is read first, because a sequence may continue in the next batch.
    /// </summary>
    private async Task<Statistics> SweepAsync(PassWork work, CancellationTokenSource stop, long? end)
    {
        var stored = await StoredAsync(stop).ConfigureAwait(false);
        if (stored.Sequences is { } found && found.Index.Groups == 0) return work.Fold.Finish();
        var (items, threads) = stored.Sequences is null ? (stored.Cache, Threads) : Groups((FeatureCache)stored.Cache, stored.Sequences.Index);
        return await PassRunner.RunAsync(items, stored.Cache.Rows, work, end ?? items.Count, Options, threads, mostTogether)
            .ConfigureAwait(false);
    }
}
