using System.Collections.Concurrent;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Books every batch that enters a run and strikes it off when it has been written or folded: rows in = rows out + rows refused.
/// It also gives back each batch's credit then, in case a block in between made new batches without handing the credit on.
/// </summary>
internal sealed class RunAccounts(PipelineOptions options)
{
    private readonly ConcurrentDictionary<long, Entry> open = new();
    private readonly long started = options.TimeProvider.GetTimestamp();
    private long flowing = options.TimeProvider.GetTimestamp();
    private long rowsIn;
    private long rowsOut;
    private long rowsRejected;

    public string Phase { get; set; } = "run";

    public long? TotalRows { get; set; }

    /// <summary>True once a source of this run books its batches; without one there is nothing to compare with.</summary>
    public bool HasSource { get; set; }

    public long RowsIn => Interlocked.Read(ref rowsIn);

    public long RowsOut => Interlocked.Read(ref rowsOut);

    /// <summary>Rows refused so far, counted in batch order.</summary>
    public long RowsRejected => Interlocked.Read(ref rowsRejected);

    /// <summary>Rows that an earlier run refused which this one goes on from; they count for the most there may be.</summary>
    public long RejectedBefore { get; set; }

    /// <summary>Counts what an earlier run did which this one goes on from.</summary>
    public void Resume(ResumePoint point) => (rowsIn, rowsOut, rowsRejected) = (point.RowsIn, point.RowsOut, point.RowsRejected);

    /// <summary>Rows begin to flow now: what is told of their speed leaves out what came before.</summary>
    public void Flow() => flowing = options.TimeProvider.GetTimestamp();

    public TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(started);

    /// <summary>Books a batch; the one returned stands for it and carries the credit.</summary>
    public DataBatch Enter(DataBatch batch, IBatchCredit? credit)
    {
        var entry = new Entry(batch.Rows, batch, credit, options.BadRows.Keeps);
        if (!open.TryAdd(batch.Index, entry))
            throw new InvalidOperationException($"batch {batch.Index}: found a second batch of this number, expected each number once; give every source a "
                + "run of its own");
        Interlocked.Add(ref rowsIn, batch.Rows);
        return new DataBatch(batch.Schema, batch.Columns, batch.Rows, batch.Index, batch.FirstRow, batch.Origins, entry);
    }

    /// <summary>Strikes a batch off that nobody took, because reading was ended early.</summary>
    public void Withdraw(DataBatch batch)
    {
        open.TryRemove(batch.Index, out _);
        Interlocked.Add(ref rowsIn, -batch.Rows);
        batch.Release();
    }

    /// <summary>
    /// The batch as it was read, if a source of this run booked it; its columns only where refused rows are kept. Valid until the batch is released.
    /// </summary>
    public DataBatch? AsRead(long index) => open.TryGetValue(index, out var entry) ? entry.AsRead : null;

    /// <summary>Counts the rows that a batch lost. Called in batch order, so that the row named by the error does not depend on the parallelism.</summary>
    /// <exception cref="DataException">There are more than the options allow.</exception>
    public void Refuse(RejectedRows? rejected)
    {
        if (rejected is null) return;
        var before = RowsRejected;
        if (options.BadRows.MaxRows is { } most && rejected.Rows.Count > most - before - RejectedBefore)
        {
            var last = rejected.Rows[(int)Math.Max(0, most - before - RejectedBefore)];
            var place = last.RowGroup < 0 ? $"{last.File}, row {last.Row}" : $"{last.File}, row group {last.RowGroup}, row {last.Row}";
            throw new DataException(DataErrorKind.Data, $"{place}, column '{last.Column}'",
                $"more than {most} bad rows (the last one here: "
                    + $"{last.Reason.Replace("found ", "", StringComparison.Ordinal).Replace(", expected ", " instead of ", StringComparison.Ordinal)})",
                    $"at most {most}", "correct the data, or allow more (BadRowPolicy.MaxRows)");
        }
        Interlocked.Exchange(ref rowsRejected, before + rejected.Rows.Count);
    }

    /// <summary>Strikes a batch off.</summary>
    /// <param name="block">Name of the block, for messages.</param>
    /// <param name="index">The batch's number.</param>
    /// <param name="rows">Its rows, as they arrived.</param>
    /// <param name="rejected">Its rows that were refused; null if none.</param>
    public void Leave(string block, long index, int rows, RejectedRows? rejected = null)
    {
        var all = rows + (rejected?.Rows.Count ?? 0);
        if (HasSource)
        {
            if (!open.TryRemove(index, out var entry))
                throw new InvalidOperationException($"block '{block}': found batch {index}, expected a batch that the source made; keep the batches' numbers "
                    + "(DataBatch.With does)");
            if (entry.Rows != all)
                throw new InvalidOperationException($"block '{block}', batch {index}: found {all} rows, expected the {entry.Rows} that were read; keep every "
                    + "row of a batch");
            entry.Release();
        }
        var done = Interlocked.Add(ref rowsOut, rows);
        options.Progress?.Report(new RunProgress(Phase, done + RowsRejected, TotalRows, options.TimeProvider.GetElapsedTime(flowing)));
    }

    /// <summary>Checks at the end that no row vanished.</summary>
    public void Balance(string block)
    {
        if (HasSource && (RowsIn != RowsOut + RowsRejected || !open.IsEmpty))
            throw new InvalidOperationException($"block '{block}': found {RowsOut + RowsRejected} rows at the end, expected the {RowsIn} that were read; a "
                + "block in between lost batches (did it throw OperationCanceledException, or return null?)");
    }

    private sealed class Entry : IBatchCredit
    {
        private readonly IBatchCredit? credit;

        // Only the source's own credit and the origins are kept of the batch, not its columns.
        private readonly DataBatch carrier;
        private int released;

        public Entry(int rows, DataBatch batch, IBatchCredit? credit, bool keepColumns)
        {
            carrier = batch.With(new BatchSchema([]), []);
            (Rows, this.credit, AsRead) = (rows, credit, keepColumns ? batch : carrier);
        }

        public DataBatch AsRead { get; }

        public int Rows { get; }

        public void Release()
        {
            if (Interlocked.Exchange(ref released, 1) != 0) return;
            carrier.Release();
            credit?.Release();
        }
    }
}
