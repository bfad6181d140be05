using System.Collections.Concurrent;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Books every batch that enters a run and strikes it off when it has been written or folded: rows in = rows out.
/// It also gives back each batch's credit then, in case a block in between made new batches without handing the credit on.
/// </summary>
internal sealed class RunAccounts(PipelineOptions options)
{
    private readonly ConcurrentDictionary<long, Entry> open = new();
    private readonly long started = options.TimeProvider.GetTimestamp();
    private long rowsIn;
    private long rowsOut;

    public string Phase { get; set; } = "run";

    public long? TotalRows { get; set; }

    /// <summary>True once a source of this run books its batches; without one there is nothing to compare with.</summary>
    public bool HasSource { get; set; }

    public long RowsIn => Interlocked.Read(ref rowsIn);

    public long RowsOut => Interlocked.Read(ref rowsOut);

    public TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(started);

    /// <summary>Books a batch; the one returned stands for it and carries the credit.</summary>
    public DataBatch Enter(DataBatch batch, IBatchCredit? credit)
    {
        var entry = new Entry(batch.Rows, batch, credit);
        if (!open.TryAdd(batch.Index, entry))
            throw new InvalidOperationException($"batch {batch.Index}: found a second batch of this number, expected each number once; give every source a run of its own");
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

    /// <summary>Strikes a batch off.</summary>
    /// <param name="block">Name of the block, for messages.</param>
    /// <param name="index">The batch's number.</param>
    /// <param name="rows">Its rows, as they arrived.</param>
    public void Leave(string block, long index, int rows)
    {
        if (HasSource)
        {
            if (!open.TryRemove(index, out var entry))
                throw new InvalidOperationException($"block '{block}': found batch {index}, expected a batch that the source made; keep the batches' numbers (DataBatch.With does)");
            if (entry.Rows != rows)
                throw new InvalidOperationException($"block '{block}', batch {index}: found {rows} rows, expected the {entry.Rows} that were read; keep every row of a batch");
            entry.Release();
        }
        var done = Interlocked.Add(ref rowsOut, rows);
        options.Progress?.Report(new RunProgress(Phase, done, TotalRows, Elapsed));
    }

    /// <summary>Checks at the end that no row vanished.</summary>
    public void Balance(string block)
    {
        if (HasSource && (RowsIn != RowsOut || !open.IsEmpty))
            throw new InvalidOperationException($"block '{block}': found {RowsOut} rows at the end, expected the {RowsIn} that were read; a block in between lost batches (did it throw OperationCanceledException, or return null?)");
    }

    private sealed class Entry(int rows, DataBatch batch, IBatchCredit? credit) : IBatchCredit
    {
        // Only the source's own credit is kept of the batch, not its columns.
        private readonly DataBatch? carrier = batch.With(new BatchSchema([]), []);
        private int released;

        public int Rows { get; } = rows;

        public void Release()
        {
            if (Interlocked.Exchange(ref released, 1) != 0) return;
            carrier?.Release();
            credit?.Release();
        }
    }
}
