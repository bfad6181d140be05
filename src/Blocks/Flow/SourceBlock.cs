using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Reads an <see cref="IBatchSource"/> into a graph. It takes a share of the run's memory before it reads a batch, and the last block gives it back:
/// a slow sink holds the source back, however many blocks stand between them.
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

    /// <summary>Makes the block; <see cref="RunSupervisor.RunAsync"/> or <see cref="Start"/> starts it.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="columns">Columns to read, in this order; null = all.</param>
    /// <param name="info">What the source holds, if it was opened already; null = the block opens it.</param>
    /// <param name="name">Name for messages.</param>
    public SourceBlock(IBatchSource source, RunSupervisor run, IReadOnlyList<string>? columns = null, SourceInfo? info = null, string name = "source")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(name);
        // A source that was opened already is for this run.
        (this.source, this.run, this.columns, this.info, Name) = (info is null ? source.ForRun() : source, run, columns, info, name);
        inner = new BufferBlock<DataBatch>(new DataflowBlockOptions { BoundedCapacity = run.Options.Capacity, CancellationToken = run.Token });
        Completion = Guard.CompletionAsync(inner.Completion, name, run);
        run.Accounts.HasSource = true;
        run.Add(Completion);
        run.AddSource(Start);
    }

    /// <summary>The block's name in messages.</summary>
    public string Name { get; }

    /// <summary>Ends when every batch was taken; faulted with the run's root cause, cancelled when the run was.</summary>
    public Task Completion { get; }

    /// <summary>The batches that the run may hold; null before the source was opened.</summary>
    internal BatchCredits? Credits { get; private set; }

    /// <summary>True if nobody reads a batch after it is released, so that the source may decode into its memory.</summary>
    internal bool ReuseMemory { get; init; }

    /// <summary>What the batches under way may weigh; null before the source was opened.</summary>
    internal ByteCredits? Weights { get; private set; }

    /// <summary>Bytes that the blocks behind add to each row: features, scores.</summary>
    internal long ExtraRowBytes { get; init; }

    /// <summary>Number of the first batch to read, at least 0 (default): those before it were done by an earlier run.</summary>
    internal long FirstBatch { get; init; }

    /// <summary>True if the blocks behind take numbers as doubles, whatever types the files hold them in.</summary>
    internal bool MixesNumbers { get; init; }

    /// <summary>True: where there is no row at all, one batch without rows is sent, so that the blocks behind can tell what columns they make.</summary>
    internal bool SendsEmpty { get; init; }

    /// <summary>Begins to read; a second call does nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref started, 1) != 0) return;
        run.AddPatiently(Task.Run(PumpAsync));
    }

    /// <summary>Reads no further batch.</summary>
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
                MixesNumbers = MixesNumbers,
            };
            var heap = run.Options.OwnsProcess ? new HeapGuard(plan.HeapBytes) : null;
            long index = FirstBatch, row = FirstBatch * run.Options.BatchSize, weight = 0;
            await using var batches = source.ReadAsync(options, run.Token).GetAsyncEnumerator(run.Token);
            while (!run.IsStopped)
            {
                // Taken here rather than by the source, so that the bound also holds for sources that know no credits.
                credit = await Credits.TakeAsync(run.Token).ConfigureAwait(false);
                // The next batch is expected to weigh as much as the last one: heavy ones are not even decoded before there is room.
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

    // Batches on their way lie before the fault in the data: if one of them has a fault of its own, that is the one to name. But nobody waits for a slow sink.
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
            // The run has stopped, or waiting longer would keep the caller from the fault.
        }
    }
}
