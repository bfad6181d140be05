using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Reads an <see cref="IBatchSource"/> into a graph. It reserves a share of the run's memory before reading a batch, and the last block returns that share: a
/// slow sink holds back the source, however many blocks are in between.
/// </summary>
public sealed class SourceBlock : ISourceBlock<DataBatch>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly IBatchSource source;
    private readonly RunSupervisor run;
    private readonly IReadOnlyList<string>? columns;
    private readonly SourceInfo? info;
    private readonly BufferBlock<DataBatch> inner;
    private int started;

    /// <summary>Creates the block; <see cref="RunSupervisor.RunAsync"/> or <see cref="Start"/> starts it.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="columns">Columns to read, in this order; null = all.</param>
    /// <param name="info">What the source contains, if it is already open; null = the block opens it.</param>
    /// <param name="name">Name for messages.</param>
    public SourceBlock(IBatchSource source, RunSupervisor run, IReadOnlyList<string>? columns = null, SourceInfo? info = null, string name = "source")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(name);
        // A source that is already open belongs to this run.
        (this.source, this.run, this.columns, this.info, Name) = (info is null ? source.ForRun() : source, run, columns, info, name);
        inner = new BufferBlock<DataBatch>(new DataflowBlockOptions { BoundedCapacity = run.Options.Capacity, CancellationToken = run.Token });
        Completion = Guard.CompletionAsync(inner.Completion, name, run);
        run.Accounts.HasSource = true;
        run.Add(Completion);
        run.AddSource(Start);
    }

    /// <summary>The block's name in messages.</summary>
    public string Name { get; }

    /// <summary>Completes when every batch has been taken; faults with the run's root cause; cancelled when the run is.</summary>
    public Task Completion { get; }

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

    /// <summary>Starts reading; a second call does nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref started, 1) != 0) return;
        run.AddPatiently(Task.Run(PumpAsync));
    }

    /// <summary>Stops reading: no further batch is read.</summary>
    public void Complete() => inner.Complete();

    /// <inheritdoc/>
    public void Fault(Exception exception)
    {
        run.Fail(Name, exception);
        ((IDataflowBlock)inner).Fault(RunFailure.Unwrap(exception));
    }

    /// <inheritdoc/>
    public IDisposable LinkTo(ITargetBlock<DataBatch> target, DataflowLinkOptions linkOptions) => Guard.LinkTo(inner, this, target, linkOptions);

    /// <inheritdoc/>
    public DataBatch? ConsumeMessage(DataflowMessageHeader messageHeader, ITargetBlock<DataBatch> target, out bool messageConsumed) =>
        ((ISourceBlock<DataBatch>)inner).ConsumeMessage(messageHeader, target, out messageConsumed);

    /// <inheritdoc/>
    public bool ReserveMessage(DataflowMessageHeader messageHeader, ITargetBlock<DataBatch> target) =>
        ((ISourceBlock<DataBatch>)inner).ReserveMessage(messageHeader, target);

    /// <inheritdoc/>
    public void ReleaseReservation(DataflowMessageHeader messageHeader, ITargetBlock<DataBatch> target) =>
        ((ISourceBlock<DataBatch>)inner).ReleaseReservation(messageHeader, target);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private async Task PumpAsync()
    {
        IBatchCredit? credit = null;
        try
        {
            var opened = info ?? await source.OpenAsync(run.Token).ConfigureAwait(false);
            var plan = MemoryPlan.For(run.Options, opened.Schema, columns, ExtraRowBytes);
            run.Accounts.TotalRows ??= opened.Rows;
            Credits = new BatchCredits(plan.Credits);
            Weights = new ByteCredits(plan.FlightBytes);
            var options = new ReadOptions
            {
                BatchSize = run.Options.BatchSize,
                Columns = columns,
                MaxDegreeOfParallelism = run.Options.Parallelism,
                ReadAheadBytes = plan.ReadAheadBytes,
                DecoderBytes = plan.DecoderBytes,
                LargestBatchBytes = plan.BatchBytes,
                ExtraRowBytes = ExtraRowBytes,
                ReuseMemory = ReuseMemory,
                FirstBatch = FirstBatch,
                Rounded = Rounded,
            };
            var heap = run.Options.OwnsProcess ? new HeapGuard(plan.HeapBytes) : null;
            long index = FirstBatch, row = FirstBatch * run.Options.BatchSize, weight = 0;
            await using var batches = source.ReadAsync(options, run.Token).GetAsyncEnumerator(run.Token);
            while (!run.IsStopped)
            {
                // Reserved here rather than by the source, so that the bound also holds for sources that do not support credits.
                credit = await Credits.TakeAsync(run.Token).ConfigureAwait(false);
                // The next batch is assumed to be as large as the last: large batches are not even decoded before there is enough memory.
                (await Weights.TakeAsync(weight, run.Token).ConfigureAwait(false)).Release();
                heap?.Check(weight);
                if (!await batches.MoveNextAsync().ConfigureAwait(false)) break;
                var batch = batches.Current;
                if (batch.Index != index || batch.FirstRow != row)
                    throw new InvalidOperationException($"{source.Name}: found batch {batch.Index} from row {batch.FirstRow}, expected batch {index} from row "
                        + $"{row}; a source numbers its batches and rows without a gap");
                weight = batch.MemoryBytes + (batch.Rows * ExtraRowBytes);
                credit = new BothCredits(credit, await Weights.TakeAsync(weight, run.Token).ConfigureAwait(false));
                (index, row) = (index + 1, row + batch.Rows);
                var booked = run.Accounts.Enter(batch, credit);
                credit = null;
                if (await inner.SendAsync(booked, run.Token).ConfigureAwait(false)) continue;
                run.Accounts.Withdraw(booked);
                return;
            }
            if (index == 0 && SendsEmpty && !run.IsStopped)
            {
                var booked = run.Accounts.Enter(DataBatch.Empty(opened.Schema.Project(columns, source.Name)), credit);
                credit = null;
                if (!await inner.SendAsync(booked, run.Token).ConfigureAwait(false)) run.Accounts.Withdraw(booked);
            }
            inner.Complete();
        }
        catch (Exception e)
        {
            credit?.Release();
            credit = null;
            if (!run.IsStopped) await DrainAsync().ConfigureAwait(false);
            run.Fail(Name, e);
        }
        finally
        {
            credit?.Release();
        }
    }

    // Batches in flight precede the fault in the data: if one of them fails too, its fault is reported instead. A slow sink is not waited for.
    private async ValueTask DrainAsync()
    {
        if (Credits is null) return;
        using var patience = new CancellationTokenSource(Patience, run.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, run.Token);
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
