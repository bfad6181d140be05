namespace Pipelines.Blocks;

/// <content>Passes over sequences.</content>
internal sealed partial class FeaturePass
{
    private long workerBytes;

    /// <summary>Number of sequences in the data; null if rows form none, and before the first pass.</summary>
    public long? Sequences => store?.Sequences?.Index.Count;

    /// <summary>Where the sequences are, once the source has been read.</summary>
    internal SequenceFilling Found => store!.Sequences!;

    /// <summary>What the passes warn about.</summary>
    internal IEnumerable<string> Warnings => loader.Warnings;

    /// <summary>Opens a temporary file.</summary>
    internal SpillFile OpenSpill() => loader.OpenSpill();

    /// <summary>Prepares passes that score: data without any usable row have no scores, which is not an error.</summary>
    /// <param name="rowBytes">Memory that a worker needs for each row of its sequences, in addition to the features.</param>
    internal void ForScores(long rowBytes) => (workerBytes, loader.AllowsNoRow) = (rowBytes, true);

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
        catch (FlowException)
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
            throw new FlowException(ErrorKind.Data, $"{Graph.Source.Name}, column '{sequences!.Key}'",
                $"sequences that together need {new MemorySize(needed)} ({index.LargestGroup} rows)",
                $"at most {new MemorySize(most)}, a quarter of the memory budget",
                "give more memory (PipelineOptions.MemoryBudget), take smaller batches (PipelineOptions.BatchSize), or cut long sequences");
        return (new SequenceReader(cache, index), (int)Math.Clamp(most / Math.Max(1, needed), 1, Threads));
    }
}
