using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Decodes row groups ahead of their reader, several at a time, and hands them on in order. What is decoded and not yet read stays within a number of bytes,
/// but for one row group that is always decoded.
/// </summary>
internal sealed class RowGroupQueue(ParquetPlan plan, BatchSchema schema, int parallelism, long maxBytes, ArrayRecycler? recycler, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly FileColumn[][] columns = [.. plan.Files.Select(f => ParquetPlan.Columns(f, schema))];
    private readonly Queue<(Task<RowBlock> Task, long Bytes)> running = new();
    private int file, group;
    private long held, handed;

    /// <summary>The next row group, or null at the end. The one before counts as read.</summary>
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

    /// <summary>Stops decoding and waits until nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (var (task, _) in running) await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private void Start()
    {
        while (running.Count < parallelism && Find())
        {
            var (from, wanted, g) = (plan.Files[file], columns[file], group);
            var bytes = DecodedSize.Of(from.Footer.RowGroups[g], wanted);
            if (held > 0 && held + bytes > maxBytes) return;
            var token = stop.Token;
            running.Enqueue((Task.Run(() => Decode(from, g, wanted, token), token), bytes));
            held += bytes;
            group++;
        }
    }

    private RowBlock Decode(PlannedFile from, int g, FileColumn[] wanted, CancellationToken token)
    {
        var rows = (int)from.Footer.RowGroups[g].Rows;
        using var reader = EngineChoice.Open(plan.Engines, from, g, wanted, new ReaderLimits());
        var decoded = reader.Read(rows, recycler, token);
        return new RowBlock(from.Name, g, rows, decoded, recycler is null ? null : new BlockLease(decoded, recycler));
    }

    // Moves on to the next row group that has rows.
    private bool Find()
    {
        for (; file < plan.Files.Length; file++, group = 0)
        {
            var groups = plan.Files[file].Footer.RowGroups;
            while (group < groups.Length && groups[group].Rows == 0) group++;
            if (group < groups.Length) return true;
        }
        return false;
    }
}
