using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over sequences.</content>
public sealed partial class FeaturePass
{
    private readonly SequenceColumns? sequences;
    private SequenceFilling? found;

    // Memory that a worker needs for each row of its sequences, in addition to the features.
    private long workerBytes;

    // Data without any usable row have no scores, which is not an error.
    private bool isScoring;

    /// <summary>Number of sequences in the data; null if rows form none, and before the first pass.</summary>
    public long? Sequences => found?.Index.Count;

    private IReadOnlyList<string> Needed => [.. extractor.Needed.Union(sequences?.Needed ?? [], StringComparer.Ordinal)];

    /// <summary>Scores all sequences; dispose the result.</summary>
    internal async Task<(SequenceScores Scores, string? Warning)> ScoreAsync(ScorePlan plan, CancellationToken cancellationToken)
    {
        using var scorer = new SequenceScorer(plan, () => found!, options.Budget / 4, OpenSpill);
        (workerBytes, isScoring) = (sizeof(double) * (long)plan.Added.Count, true);
        await RunAsync(scorer, cancellationToken).ConfigureAwait(false);
        string? warning = null;
        if (scorer.Impossible is ( > 0, _) impossible)
        {
            var keys = await KeysOfAsync(impossible.First, cancellationToken).ConfigureAwait(false);
            var count = string.Create(CultureInfo.InvariantCulture, $"{impossible.Count:N0} of {Sequences:N0} sequences");
            if (plan.Options.Impossible == ImpossibleRows.Fail)
                throw new DataException(DataErrorKind.Data, $"{graph.Source.Name}, column '{sequences!.Key}'",
                    $"{count} that the model gives probability 0{KeyList(keys, impossible.Count)}", "sequences that the model can produce",
                    "look for unknown symbols and missing transitions, or score them -infinity (ImpossibleRows.Keep)");
            warning = $"{count} {(impossible.Count == 1 ? "is" : "are")} impossible under the model{KeyList(keys, impossible.Count)}: rows have the "
                + "log-probability -infinity";
        }
        using (Cancellation.Enter(cancellationToken)) return (scorer.Take(), warning);
    }

    /// <summary>Formats keys for a message, given their total number.</summary>
    internal static string KeyList(IReadOnlyList<string> keys, long count) =>
        keys.Count == 0 ? "" : $" ({(count == 1 ? "key" : "keys")} {string.Join(", ", keys)}{(count > keys.Count ? " …" : "")})";

    /// <summary>The keys of some sequences as text; fewer, or none, if the data can no longer be read. Reads the key column.</summary>
    internal async Task<IReadOnlyList<string>> KeysOfAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        if (found is not { } known || numbers.Count == 0) return [];
        try
        {
            var keys = numbers.Where(n => n < known.Index.Count).Select(known.Index.Key).ToList();
            var bound = await graph.BindAsync([sequences!.Key], cancellationToken).ConfigureAwait(false);
            await using var run = new RunSupervisor(options with { Checkpoints = null }, cancellationToken);
            run.Accounts.Phase = "keys";
            var search = new KeySearchBlock(new SequenceColumns(sequences.Key), keys, run);
            Linking.Link(bound.Create(run), search);
            await run.RunAsync().ConfigureAwait(false);
            return [.. keys.Select(k => search.Names.GetValueOrDefault(k)).OfType<string>()];
        }
        catch (DataException)
        {
            // The caller has something more important to report.
            return [];
        }
    }

    /// <summary>
    /// A pass over groups of sequences, up to the one before <paramref name="end"/> (null = all). The whole source is read first, because a sequence may
    /// continue in the next batch; then each worker takes the next group.
    /// </summary>
    private async Task<Statistics> SweepSequencesAsync(PassWork work, CancellationTokenSource stop, long? end)
    {
        await ReadOnceAsync(stop).ConfigureAwait(false);
        var index = found!.Index;
        if (index.Groups == 0) return work.Fold.Finish();
        var most = options.Budget / 4;
        var needed = index.LargestGroup * ((sizeof(double) * (extractor.Columns + (extractor.IsWeighted ? 1L : 0))) + workerBytes
            + (extractor.Label is null ? 0 : sizeof(int)));
        if (needed > most)
            throw new DataException(DataErrorKind.Data, $"{graph.Source.Name}, column '{sequences!.Key}'",
                $"sequences that together need {new MemorySize(needed)} ({index.LargestGroup} rows)",
                $"at most {new MemorySize(most)}, a quarter of the memory budget",
                "give more memory (PipelineOptions.MemoryBudget), take smaller batches (PipelineOptions.BatchSize), or cut long sequences");
        var reader = new SequenceReader(cache!, index, extractor.Columns, extractor.Label is not null, extractor.IsWeighted);
        var threads = (int)Math.Clamp(most / Math.Max(1, needed), 1, Math.Min(mostThreads, options.Parallelism));
        var accounts = new RunAccounts(options) { Phase = "pass", TotalRows = cache!.Rows };
        return await FoldAsync(work, accounts, index.Groups, end ?? index.Groups, threads, "group of sequences", (group, use) => reader.Read((int)group, use))
            .ConfigureAwait(false);
    }

    private void CheckSequences(BatchSchema schema) => sequences?.Check(schema, graph.Source.Name);
}
