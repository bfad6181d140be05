using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Finds the text of some keys, at the end of a separate run, because too little is kept of each key to reconstruct it.</summary>
/// <param name="columns">The columns that define a sequence.</param>
/// <param name="wanted">The keys, as in <see cref="BatchRuns.Keys"/>.</param>
/// <param name="run">The run's supervisor.</param>
internal sealed class KeySearchBlock(SequenceColumns columns, IEnumerable<UInt128> wanted, RunSupervisor run) : GuardedTarget<DataBatch>("keys", run)
{
    private readonly HashSet<UInt128> missing = [.. wanted];

    /// <summary>The text of each key.</summary>
    public Dictionary<UInt128, string> Names { get; } = [];

    private protected override ValueTask TakeAsync(DataBatch item)
    {
        if (missing.Count > 0)
        {
            var runs = BatchRuns.Find(item, columns);
            for (var r = 0; r < runs.Keys.Length && missing.Count > 0; r++)
                if (missing.Remove(runs.Keys[r])) Names[runs.Keys[r]] = $"'{runs.Name(r)}'";
        }
        Run.Accounts.Leave(Name, item.Index, item.Rows, item.Rejected);
        item.Release();
        return ValueTask.CompletedTask;
    }

    private protected override ValueTask FinishAsync() => ValueTask.CompletedTask;
}
