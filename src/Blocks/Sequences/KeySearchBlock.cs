using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Finds the words for some keys, at the end of a run of its own: what is kept of the others is too little to tell them.</summary>
/// <param name="columns">What makes a sequence.</param>
/// <param name="wanted">The keys, as <see cref="BatchRuns.Keys"/> has them.</param>
/// <param name="run">The run's supervisor.</param>
internal sealed class KeySearchBlock(SequenceColumns columns, IEnumerable<UInt128> wanted, RunSupervisor run) : GuardedTarget<DataBatch>("keys", run)
{
    private readonly HashSet<UInt128> missing = [.. wanted];

    /// <summary>The words by key.</summary>
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

    private protected override string Describe(DataBatch item) => Guard.Describe(item);
}
