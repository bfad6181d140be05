using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Reads an <see cref="IBatchSource"/> into a graph. It reserves a share of the run's memory before reading a batch, and the last block returns that share: a
/// slow sink holds back the source, however many blocks are in between.
/// </summary>
public sealed class SourceBlock : GuardedSource<DataBatch>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly IBatchSource source;
    private readonly IReadOnlyList<string>? columns;
    private readonly SourceInfo? info;

    /// <summary>Creates the block; <see cref="RunSupervisor.RunAsync"/> or <see cref="GuardedSource{T}.Start"/> starts it.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="columns">Columns to read, in this order; null = all.</param>
    /// <param name="info">What the source contains, if it is already open; null = the block opens it.</param>
    /// <param name="name">Name for messages.</param>
    public SourceBlock(IBatchSource source, RunSupervisor run, IReadOnlyList<string>? columns = null, SourceInfo? info = null, string name = "source")
        : base(source is null ? throw new ArgumentNullException(nameof(source)) : name, run)
    {
        // A source that is already open belongs to this run.
        (this.source, this.columns, this.info) = (info is null ? source.ForRun() : source, columns, info);
        run.Accounts.HasSource = true;
    }

    /// <summary>Number of batches that the run may hold; null before the source is opened.</summary>
    internal BatchCredits? Credits { get; private set; }

    /// <summary>True if batches are never read after release, so that the source may reuse their memory for decoding.</summary>
    internal bool ReuseMemory { get; init; }

    /// <summary>Maximum bytes of the batches in flight; null before the source is opened.</summary>
    internal ByteCredits? Weights { get; private set; }

    /// <summary>Bytes that later blocks add to each row: features, scores.</summary>
    internal long ExtraRowBytes { get; init; }

    /// <summary>Number of the first batch to read, at least 0 (default): earlier batches were processed by an earlier run.</summary>
    internal long FirstBatch { get; init; }

    /// <summary>Columns that later blocks only take as doubles, whatever types the files use.</summary>
    internal IReadOnlyCollection<string> Rounded { get; init; } = [];

    /// <summary>True: if there are no rows at all, one batch without rows is sent, so that later blocks can determine their output columns.</summary>
    internal bool SendsEmpty { get; init; }

    private protected override async Task PumpAsync()
    {
        IBatchCredit? credit = null;
        try
        {
            var opened = info ?? await source.OpenAsync(Run.Token).ConfigureAwait(false);
            var plan = MemoryPlan.For(Run.Options, opened.Schema, columns, ExtraRowBytes);
            Run.Accounts.TotalRows ??= opened.Rows;
            Credits = new BatchCredits(plan.Credits);
            Weights = new ByteCredits(plan.FlightBytes);
            var options = new ReadOptions
            {
                BatchSize = Run.Options.BatchSize,
                Columns = columns,
                MaxDegreeOfParallelism = Run.Options.Parallelism,
                ReadAheadBytes = plan.ReadAheadBytes,
                DecoderBytes = plan.DecoderBytes,
                LargestBatchBytes = plan.BatchBytes,
                ExtraRowBytes = ExtraRowBytes,
                ReuseMemory = ReuseMemory,
                FirstBatch = FirstBatch,
                Rounded = Rounded,
            };
            var heap = Run.Options.OwnsProcess ? new HeapGuard(plan.HeapBytes) : null;
            long index = FirstBatch, row = FirstBatch * Run.Options.BatchSize, weight = 0;
            await using var batches = source.ReadAsync(options, Run.Token).GetAsyncEnumerator(Run.Token);
            while (!Run.IsStopped)
            {
                // Reserved here rather than by the source, so that the bound also holds for sources that do not support credits.
                credit = await Credits.TakeAsync(Run.Token).ConfigureAwait(false);
                // The next batch is assumed to be as large as the last: large batches are not even decoded before there is enough memory.
                (await Weights.TakeAsync(weight, Run.Token).ConfigureAwait(false)).Release();
                heap?.Check(weight);
                if (!await batches.MoveNextAsync().ConfigureAwait(false)) break;
                var batch = batches.Current;
                CheckEven(batch, index, row);
                weight = batch.MemoryBytes + (batch.Rows * ExtraRowBytes);
                credit = new BothCredits(credit, await Weights.TakeAsync(weight, Run.Token).ConfigureAwait(false));
                (index, row) = (index + 1, row + batch.Rows);
                var booked = Run.Accounts.Enter(batch, credit);
                credit = null;
                if (await SendAsync(booked).ConfigureAwait(false)) continue;
                Run.Accounts.Withdraw(booked);
                return;
            }
            if (index == 0 && SendsEmpty && !Run.IsStopped)
            {
                var booked = Run.Accounts.Enter(DataBatch.Empty(opened.Schema.Project(columns, source.Name)), credit);
                credit = null;
                if (!await SendAsync(booked).ConfigureAwait(false)) Run.Accounts.Withdraw(booked);
            }
            Complete();
        }
        catch (Exception e)
        {
            credit?.Release();
            credit = null;
            if (!Run.IsStopped) await DrainAsync().ConfigureAwait(false);
            Run.Fail(Name, e);
        }
        finally
        {
            credit?.Release();
        }
    }

    // Statistics are summed batch by batch, so rows that are cut otherwise would give other bits.
    private void CheckEven(DataBatch batch, long index, long row)
    {
        var size = Run.Options.BatchSize;
        if (batch.Index == index && batch.FirstRow == row && row == index * size && batch.Rows <= size) return;
        throw new FlowException(ErrorKind.Data, source.Name, $"batch {batch.Index} of the {batch.Rows} rows from {batch.FirstRow}",
            $"batch {index} of at most {size} rows from {index * size}, as all batches but the last hold {size}",
            "derive the source from BatchSourceBase, which cuts blocks of any size");
    }

    // Batches in flight precede the fault in the data: if one of them fails too, its fault is reported instead. A slow sink is not waited for.
    private async ValueTask DrainAsync()
    {
        if (Credits is null) return;
        using var patience = new CancellationTokenSource(Patience, Run.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, Run.Token);
        try
        {
            for (var i = 0; i < Credits.Count; i++) await Credits.TakeAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The run has stopped, or waiting longer would delay the report of the fault.
        }
    }
}
