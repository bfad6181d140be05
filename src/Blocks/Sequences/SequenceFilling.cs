using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Finds the sequences while the features are read for the first time.</summary>
/// <param name="columns">The columns that define a sequence.</param>
/// <param name="layout">The memory layout of a batch's decoded rows.</param>
/// <param name="options">Batch size and budget.</param>
/// <param name="sortBytes">Bytes of rows in memory while they are regrouped.</param>
/// <param name="createSpill">Opens temporary files.</param>
internal sealed class SequenceFilling(SequenceColumns columns, FeatureLayout layout, PipelineOptions options, long sortBytes, Func<SpillFile> createSpill)
    : IDisposable
{
    // Rows that are sorted later have no order yet.
    private readonly SequenceColumns asRead = columns.Regroup ? columns with { Order = null } : columns;

    /// <summary>The sequences, complete after <see cref="Finish"/>.</summary>
    public SequenceIndex Index { get; } = new(columns.Regroup ? columns with { Order = null } : columns, options.BatchSize, options.Budget / 8);

    /// <summary>The rows at which the source's batches start.</summary>
    public BatchRows Read { get; private set; } = new();

    /// <summary>Groups the rows with the same key; null if rows are used in their original order.</summary>
    public RowSorter? Sorter { get; } = columns.Regroup ? new RowSorter(layout, columns, sortBytes, createSpill) : null;

    /// <summary>The position of each row in the source; null if rows are used in their original order. The caller that takes it disposes it.</summary>
    public RowPlaces? Places { get; private set; }

    /// <summary>Adds a batch. Thread-safe; batches may arrive in any order.</summary>
    public BatchRuns Take(DataBatch batch, ReadOnlySpan<double> decoded)
    {
        var runs = BatchRuns.Find(batch, asRead);
        Sorter?.Add(batch, runs, decoded);
        return runs;
    }

    /// <summary>Adds the runs of the next batch, in batch order.</summary>
    public void Follow(BatchRuns runs)
    {
        if (Sorter is null) Index.Add(runs);
        else Read.Add(runs.Rows);
    }

    /// <summary>Completes the work once all batches have arrived. Afterwards the cache is full.</summary>
    public void Finish(FeatureCache cache, CancellationToken token)
    {
        if (Sorter is not null)
        {
            Places = Sorter.Fill(cache, Index, options.BatchSize, token);
            return;
        }
        Index.Seal();
        Read = Index.Batches;
    }

    public void Dispose() => Sorter?.Dispose();
}
