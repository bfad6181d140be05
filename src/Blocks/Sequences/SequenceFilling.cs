using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Finds the sequences while the features are read for the first time.</summary>
/// <param name="columns">What makes a sequence.</param>
/// <param name="layout">How the decoded rows of a batch stand in memory.</param>
/// <param name="options">Batch size and budget.</param>
/// <param name="sortBytes">Bytes of rows in memory while they are regrouped.</param>
/// <param name="createSpill">Opens temporary files.</param>
internal sealed class SequenceFilling(SequenceColumns columns, FeatureLayout layout, PipelineOptions options, long sortBytes, Func<SpillFile> createSpill)
    : IDisposable
{
    // Rows that are sorted afterwards have no order yet.
    private readonly SequenceColumns asRead = columns.Regroup ? columns with { Order = null } : columns;

    /// <summary>The sequences, complete after <see cref="Finish"/>.</summary>
    public SequenceIndex Index { get; } = new(columns.Regroup ? columns with { Order = null } : columns, options.BatchSize, options.Budget / 8);

    /// <summary>Where the batches of the source begin.</summary>
    public BatchRows Read { get; private set; } = new();

    /// <summary>Brings the rows of one key together; null where they are taken as they stand.</summary>
    public RowSorter? Sorter { get; } = columns.Regroup ? new RowSorter(layout, columns, sortBytes, createSpill) : null;

    /// <summary>For each row its place in the source; null where rows are taken as they stand. Whoever takes it disposes it.</summary>
    public RowPlaces? Places { get; private set; }

    /// <summary>Takes a batch; called by several threads at once, in any order.</summary>
    public BatchRuns Take(DataBatch batch, ReadOnlySpan<double> decoded)
    {
        var runs = BatchRuns.Find(batch, asRead);
        Sorter?.Add(batch, runs, decoded);
        return runs;
    }

    /// <summary>Takes the runs of the next batch, in batch order.</summary>
    public void Follow(BatchRuns runs)
    {
        if (Sorter is null) Index.Add(runs);
        else Read.Add(runs.Rows);
    }

    /// <summary>Ends it: all batches came. The cache is full afterwards.</summary>
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
