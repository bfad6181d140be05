using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Decodes row groups ahead of their consumer and returns them in order. Small ones are decoded whole, several at a time; those larger than the read-ahead
/// limit in slices that end at batch boundaries, one after the other. Decoded, unread data stays within the limit, except that one piece is always decoded.
/// </summary>
internal sealed class RowGroupQueue : IAsyncDisposable
{
    private readonly ParquetPlan plan;
    private readonly ReadOptions options;
    private readonly ArrayRecycler? recycler;
    private readonly int parallelism;
    private readonly CancellationTokenSource stop;
    private readonly FileProjection[] columns;
    private readonly Queue<(Task<RowBlock> Task, long Bytes)> running = new();
    private int file, group;
    private long held, handed;

    // Global number of the next row to decode, and its row in the row group.
    private long globalRow, groupRow;

    // The row group being read in slices, if any, and the slice started last.
    private IRowGroupReader? reader;
    private Task slices = Task.CompletedTask;

    /// <summary>Starts at the first row of the first requested batch; nothing is decoded yet.</summary>
    public RowGroupQueue(ParquetPlan plan, BatchSchema schema, ReadOptions options, CancellationToken cancellationToken)
    {
        (this.plan, this.options) = (plan, options);
        recycler = options.ReuseMemory ? new ArrayRecycler() : null;
        parallelism = options.MaxDegreeOfParallelism == -1 ? Environment.ProcessorCount : options.MaxDegreeOfParallelism;
        columns = [.. plan.Files.Select(f => new FileProjection(f, schema, options.Rounded))];
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = options.FirstBatch > long.MaxValue / options.BatchSize ? long.MaxValue : options.FirstBatch * options.BatchSize;
        while (plan.Find(ref file, ref group) && plan.Files[file].Footer.RowGroups[group].Rows <= first - globalRow)
            globalRow += plan.Files[file].Footer.RowGroups[group++].Rows;
        if (file < plan.Files.Length) (groupRow, globalRow) = (first - globalRow, first);
    }

    /// <summary>The next rows, or null at the end. The previous rows count as read.</summary>
    public async ValueTask<RowBlock?> NextAsync()
    {
        held -= handed;
        handed = 0;
        Start();
        if (running.Count == 0) return null;
        var (task, bytes) = running.Peek();
        var decoded = await task.ConfigureAwait(false);
        running.Dequeue();
        handed = bytes;
        Start();
        return decoded;
    }

    /// <summary>Stops decoding and waits for running tasks.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (var (task, _) in running) await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        reader?.Dispose();
        stop.Dispose();
    }

    private void Start()
    {
        while (running.Count < Math.Max(2, parallelism) && plan.Find(ref file, ref group))
        {
            var (from, wanted, g) = (plan.Files[file], columns[file], group);
            var info = from.Footer.RowGroups[g];
            var bytes = DecodedSize.Of(info, wanted.Stored) + (info.Rows * wanted.ExtraRowBytes);
            var isWhole = groupRow == 0 && bytes <= options.ReadAheadBytes;
            if (isWhole && running.Count >= parallelism) return;
            var rows = isWhole ? info.Rows : SliceRows(info, wanted, bytes);
            bytes = (long)((double)bytes / info.Rows * rows);
            if (held > 0 && held + bytes > options.ReadAheadBytes) return;
            var token = stop.Token;
            var before = slices;
            var (at, count) = (groupRow, (int)rows);
            if (isWhole) running.Enqueue((Task.Run(() => WholeAsync(before, from, g, wanted, token), token), bytes));
            else
            {
                // One at a time, and not while whole row groups are decoded, because each would use the decoders' memory.
                var others = Task.WhenAll(running.Select(r => (Task)r.Task));
                var slice = Task.Run(() => SliceAsync(others, from, g, wanted, at, count, token), token);
                slices = slice;
                running.Enqueue((slice, bytes));
            }
            held += bytes;
            globalRow += rows;
            groupRow += rows;
            if (groupRow < info.Rows) continue;
            groupRow = 0;
            group++;
        }
    }

    // As many whole batches as fit in half the limit, so that one slice is decoded while another is read; one batch if there are variable-length texts.
    private long SliceRows(RowGroupInfo info, FileProjection wanted, long bytes)
    {
        var batchBytes = Math.Max(1, (double)bytes / info.Rows * options.BatchSize);
        var batches = Array.Exists(wanted.Stored, DecodedSize.IsVariable) ? 1 : Math.Max(1, (long)(options.ReadAheadBytes / 2 / batchBytes));
        return Math.Min(info.Rows - groupRow, (batches * options.BatchSize) - (globalRow % options.BatchSize));
    }

    private async Task<RowBlock> WholeAsync(Task before, PlannedFile from, int g, FileProjection wanted, CancellationToken token)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        var rows = (int)from.Footer.RowGroups[g].Rows;
        using var whole = Open(from, g, wanted, parallelism, 1);
        return Block(from, g, 0, rows, wanted.Complete(whole.Read(rows, recycler, token), rows, g, 0));
    }

    private async Task<RowBlock> SliceAsync(Task before, PlannedFile from, int g, FileProjection wanted, long at, int rows, CancellationToken token)
    {
        // After a failed slice the reader's position is undefined: nothing may follow it.
        await before.ConfigureAwait(false);
        token.ThrowIfCancellationRequested();
        if (reader is null)
        {
            reader = Open(from, g, wanted, 1, parallelism);
            if (at > 0) reader.Skip(at, token);
        }
        var block = Block(from, g, at, rows, wanted.Complete(reader.Read(rows, recycler, token), rows, g, at));
        if (at + rows == from.Footer.RowGroups[g].Rows)
        {
            reader.Dispose();
            reader = null;
        }
        return block;
    }

    private IRowGroupReader Open(PlannedFile from, int g, FileProjection wanted, int readers, int workers)
    {
        DecodedSize.CheckBatch(from, g, wanted.Stored,
            wanted.ExtraRowBytes == 0 ? options : options with { ExtraRowBytes = options.ExtraRowBytes + wanted.ExtraRowBytes });
        var share = options.DecoderBytes is { } bytes ? bytes / readers : long.MaxValue;
        return EngineChoice.Open(plan.Engines, from, g, wanted.Stored,
            new ReaderLimits(share, Math.Max(options.LargestBatchBytes ?? long.MaxValue, options.ReadAheadBytes), workers));
    }

    private RowBlock Block(PlannedFile from, int g, long at, int rows, ColumnBlock[] decoded) =>
        new(from.Name, g, rows, decoded, recycler is null ? null : new BlockLease(decoded, recycler), at);
}
