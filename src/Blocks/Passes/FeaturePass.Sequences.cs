using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over sequences.</content>
public sealed partial class FeaturePass
{
    // Memory that a worker needs for each row of its sequences, in addition to the features.
    private long workerBytes;

    /// <summary>Number of sequences in the data; null if rows form none, and before the first pass.</summary>
    public long? Sequences => store?.Sequences?.Index.Count;

    /// <summary>Scores all sequences; dispose the result.</summary>
    internal async Task<(SequenceScores Scores, IReadOnlyList<string> Warnings)> ScoreAsync(ScorePlan plan, CancellationToken cancellationToken)
    {
        using var scorer = new SequenceScorer(plan, () => store!.Sequences!, Options.Budget / 4, loader.OpenSpill);
        (workerBytes, loader.AllowsNoRow) = (sizeof(double) * (long)plan.Added.Count, true);
        await RunAsync(scorer, cancellationToken).ConfigureAwait(false);
        List<string> warnings = [.. loader.Warnings];
        if (scorer.Impossible is ( > 0, _) impossible)
        {
            var keys = await KeysOfAsync(impossible.First, cancellationToken).ConfigureAwait(false);
            var count = string.Create(CultureInfo.InvariantCulture, $"{impossible.Count:N0} of {Sequences:N0} sequences");
            if (plan.Options.Impossible == ImpossibleRows.Fail)
                throw new DataException(DataErrorKind.Data, $"{Graph.Source.Name}, column '{sequences!.Key}'",
                    $"{count} that the model gives probability 0{KeyList(keys, impossible.Count)}", "sequences that the model can produce",
                    "look for unknown symbols and missing transitions, or score them -infinity (ImpossibleRows.Keep)");
            warnings.Add($"{count} {(impossible.Count == 1 ? "is" : "are")} impossible under the model{KeyList(keys, impossible.Count)}: rows have the "
                + "log-probability -infinity");
        }
        using (Cancellation.Enter(cancellationToken)) return (scorer.Take(), warnings);
    }

    /// <summary>Formats keys for a message, given their total number.</summary>
    internal static string KeyList(IReadOnlyList<string> keys, long count) =>
        keys.Count == 0 ? "" : $" ({(count == 1 ? "key" : "keys")} {string.Join(", ", keys)}{(count > keys.Count ? " …" : "")})";

    /// <summary>The keys of some sequences as text; fewer, or none, if the data can no longer be read. Reads the key column.</summary>
    internal async Task<IReadOnlyList<string>> KeysOfAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        if (store?.Sequences is not { } known || numbers.Count == 0) return [];
        try
        {
            var keys = numbers.Where(n => n < known.Index.Count).Select(known.Index.Key).ToList();
            var bound = await Graph.BindAsync([sequences!.Key], cancellationToken).ConfigureAwait(false);
            await using var run = new RunSupervisor(Options with { Checkpoints = null }, cancellationToken);
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

    /// <summary>The groups of sequences, and the workers that they leave memory for.</summary>
    private (IFeatureStore Items, int Threads) Groups(FeatureCache cache, SequenceIndex index)
    {
        var most = Options.Budget / 4;
        var layout = loader.Layout;
        var needed = index.LargestGroup * ((sizeof(double) * (long)layout.AllColumns) + workerBytes + (layout.Labeled ? sizeof(int) : 0));
        if (needed > most)
            throw new DataException(DataErrorKind.Data, $"{Graph.Source.Name}, column '{sequences!.Key}'",
                $"sequences that together need {new MemorySize(needed)} ({index.LargestGroup} rows)",
                $"at most {new MemorySize(most)}, a quarter of the memory budget",
                "give more memory (PipelineOptions.MemoryBudget), take smaller batches (PipelineOptions.BatchSize), or cut long sequences");
        return (new SequenceReader(cache, index), (int)Math.Clamp(most / Math.Max(1, needed), 1, Threads));
    }
}
