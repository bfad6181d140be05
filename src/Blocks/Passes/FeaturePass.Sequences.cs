using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over sequences.</content>
public sealed partial class FeaturePass
{
    private readonly SequenceColumns? sequences;
    private SequenceFilling? found;

    // What a worker needs for each row of its sequences, beside the features.
    private long workerBytes;

    /// <summary>Number of sequences of the data; null where rows make none, and before the first pass.</summary>
    public long? Sequences => found?.Index.Count;

    private IReadOnlyList<string> Needed => [.. extractor.Needed.Union(sequences?.Needed ?? [], StringComparer.Ordinal)];

    /// <summary>Scores all sequences; dispose what comes back.</summary>
    internal async Task<SequenceScores> ScoreAsync(ScorePlan plan, CancellationToken cancellationToken)
    {
        using var scorer = new SequenceScorer(plan, () => found!, options.Budget / 4, OpenSpill);
        workerBytes = sizeof(double) * (long)plan.Added.Count;
        await RunAsync(scorer, cancellationToken).ConfigureAwait(false);
        return scorer.Take();
    }

    /// <summary>
    /// A pass over groups of sequences, up to the one before <paramref name="end"/> (null = all). The source is read whole first, as a sequence may go on in the next batch;
    /// then each worker takes the next group.
    /// </summary>
    private async Task<Statistics> SweepSequencesAsync(PassWork work, CancellationTokenSource stop, long? end)
    {
        await FindSequencesAsync(stop).ConfigureAwait(false);
        var index = found!.Index;
        var reader = new SequenceReader(cache!, index, extractor.Columns, extractor.IsWeighted);
        var most = options.Budget / 4;
        var room = reader.RoomBytes + (index.LargestGroup * workerBytes);
        if (room > most)
            throw new DataException(DataErrorKind.Data, $"{graph.Source.Name}, column '{sequences!.Key}'", $"sequences that together need {new MemorySize(room)} ({index.LargestGroup} rows)", $"at most {new MemorySize(most)}, a quarter of the memory budget",
                "give more memory (--memory), take smaller batches (--batch-size), or cut long sequences");
        var threads = (int)Math.Clamp(most / Math.Max(1, room), 1, options.Parallelism);
        var accounts = new RunAccounts(options) { Phase = "pass", TotalRows = cache!.Rows };
        return await FoldAsync(work, accounts, index.Groups, end ?? index.Groups, threads, "group of sequences", (group, use) => reader.Read((int)group, use)).ConfigureAwait(false);
    }

    private async Task FindSequencesAsync(CancellationTokenSource stop)
    {
        if (cache is null) await ReadAsync(Unkept(new ExtentSummarizer(), 0, stop)).ConfigureAwait(false);
    }
}
