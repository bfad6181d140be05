using System.Collections.Concurrent;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Records every batch that enters a run and removes it when it has been written or folded: rows in = rows out + rows rejected. At that point it also returns
/// the batch's credit, in case a block in between created new batches without passing the credit on.
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

    /// <summary>True once a source of this run records its batches; without one there is nothing to compare with.</summary>
    public bool HasSource { get; set; }

    public long RowsIn => Interlocked.Read(ref rowsIn);

    public long RowsOut => Interlocked.Read(ref rowsOut);

    /// <summary>Rows rejected so far, counted in batch order.</summary>
    public long RowsRejected => Interlocked.Read(ref rowsRejected);

    /// <summary>Rows rejected by the earlier run that this one resumes; they count towards the maximum.</summary>
    public long RejectedBefore { get; set; }

    /// <summary>Adds the counts of the earlier run that this one resumes.</summary>
    public void Resume(ResumePoint point) => (rowsIn, rowsOut, rowsRejected) = (point.RowsIn, point.RowsOut, point.RowsRejected);

    /// <summary>Marks the start of the flow of rows: the reported speed excludes the time before.</summary>
    public void Flow() => flowing = options.TimeProvider.GetTimestamp();

    public TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(started);

    /// <summary>Records a batch; the returned batch represents it and carries the credit.</summary>
    public DataBatch Enter(DataBatch batch, IBatchCredit? credit)
    {
        var entry = new Entry(batch.Rows, batch, credit, options.BadRows.Keeps);
        if (!open.TryAdd(batch.Index, entry))
            throw new InvalidOperationException($"batch {batch.Index}: found a second batch with this number, expected unique numbers; give every source a "
                + "run of its own");
        Interlocked.Add(ref rowsIn, batch.Rows);
        return new DataBatch(batch.Schema, batch.Columns, batch.Rows, batch.Index, batch.FirstRow, batch.Origins, entry);
    }

    /// <summary>Removes a batch that was never taken, because reading was ended early.</summary>
    public void Withdraw(DataBatch batch)
    {
        open.TryRemove(batch.Index, out _);
        Interlocked.Add(ref rowsIn, -batch.Rows);
        batch.Release();
    }

    /// <summary>
    /// The batch as it was read, if a source of this run recorded it; with columns only if rejected rows are stored. Valid until the batch is released.
    /// </summary>
    public DataBatch? AsRead(long index) => open.TryGetValue(index, out var entry) ? entry.AsRead : null;

    /// <summary>Counts the rows removed from a batch. Called in batch order, so that the row named by the error does not depend on the parallelism.</summary>
    /// <exception cref="FlowException">There are more than the options allow.</exception>
    public void Refuse(RejectedRows? rejected)
    {
        if (rejected is null) return;
        var before = RowsRejected;
        if (options.BadRows.MaxRows is { } most && rejected.Rows.Count > most - before - RejectedBefore)
        {
            var last = rejected.Rows[(int)Math.Max(0, most - before - RejectedBefore)];
            var place = last.RowGroup < 0 ? $"{last.File}, row {last.Row}" : $"{last.File}, row group {last.RowGroup}, row {last.Row}";
            throw new FlowException(ErrorKind.Data, $"{place}, column '{last.Column}'",
                $"more than {most} bad rows (the last one here: "
                    + $"{last.Reason.Replace("found ", "", StringComparison.Ordinal).Replace(", expected ", " instead of ", StringComparison.Ordinal)})",
                    $"at most {most}", "correct the data, or allow more (BadRowPolicy.MaxRows)");
        }
        Interlocked.Exchange(ref rowsRejected, before + rejected.Rows.Count);
    }

    /// <summary>Removes a completed batch.</summary>
    /// <param name="block">Name of the block, for messages.</param>
    /// <param name="index">The batch's number.</param>
    /// <param name="rows">The number of rows that arrived.</param>
    /// <param name="rejected">Its rejected rows; null if none.</param>
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

    /// <summary>Checks at the end that no row was lost.</summary>
    public void Balance(string block)
    {
        if (HasSource && (RowsIn != RowsOut + RowsRejected || !open.IsEmpty))
            throw new InvalidOperationException($"block '{block}': found {RowsOut + RowsRejected} rows at the end, expected the {RowsIn} that were read; a "
                + "block in between lost batches (did it throw OperationCanceledException, or return null?)");
    }

    private sealed class Entry : IBatchCredit
    {
        private readonly IBatchCredit? credit;

        // Only the source's own credit and the batch's origins are kept, not its columns.
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
