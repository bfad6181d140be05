using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>Runs a pass over stored features: the source sends them, workers summarise several at a time, and the fold takes them in order.</summary>
internal static class PassRunner
{
    /// <summary>Runs the pass.</summary>
    /// <param name="store">The features.</param>
    /// <param name="rows">Number of rows in the store, for progress.</param>
    /// <param name="work">What to compute, from which batch on.</param>
    /// <param name="end">Number after that of the last batch; beyond the last of the store it starts over at the first.</param>
    /// <param name="options">How to run.</param>
    /// <param name="threads">Workers, at least 1.</param>
    /// <param name="mostTogether">Number of batches that may travel in one message, at least 1.</param>
    /// <returns>The statistics of all batches.</returns>
    public static async Task<Statistics> RunAsync(IFeatureStore store, long rows, PassWork work, long end, PipelineOptions options, int threads,
        int mostTogether)
    {
        await using var run = new RunSupervisor(options with { MaxDegreeOfParallelism = threads }, work.Token);
        (run.Accounts.Phase, run.Accounts.TotalRows) = ("pass", rows);
        var summarize = new SummarizeBlock(work.Summarizer, run);
        var fold = new FoldBlock(work.Summarizer, run, work.Fold) { Folded = work.Folded, Batches = store.Count };
        // Several messages for each worker, so that all of them end at about the same time.
        var together = (int)Math.Clamp((end - work.First) / (4 * threads), 1, mostTogether);
        Linking.Link(new StoreSourceBlock(store, run, work.First, end, together), summarize);
        Linking.Link(summarize, fold);
        await run.RunAsync().ConfigureAwait(false);
        if (fold.Next != Math.Max(end, work.First))
            throw new InvalidOperationException($"block '{fold.Name}': found {fold.Next - work.First} batches, expected {end - work.First}; a block lost some");
        return await fold.Result.ConfigureAwait(false);
    }
}
