using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over some of the batches, for mini-batch EM.</content>
public sealed partial class FeaturePass
{
    /// <inheritdoc/>
    /// <remarks>Where rows make sequences, a batch is a group of whole ones. The first pass reads all the data, also for a range: the later ones then take
    /// theirs from the features that it kept.</remarks>
    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        return InTurnAsync(
            async stop =>
            {
                Journal?.SkipPass();
                CheckStatistics(summarizer.CreateStatistics());
                if (sequences is not null)
                    return await SweepSequencesAsync(Unkept(summarizer, range.First, stop), stop, range.First + range.Count).ConfigureAwait(false);
                if (cache is null) await ReadAsync(Unkept(new ExtentSummarizer(), 0, stop)).ConfigureAwait(false);
                return await SweepAsync(cache!, Unkept(summarizer, range.First, stop), range.First + range.Count).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => InTurnAsync(
        async stop =>
        {
            var work = Unkept(new ExtentSummarizer(), 0, stop);
            if (sequences is not null)
            {
                var whole = await SweepSequencesAsync(work, stop, null).ConfigureAwait(false);
                return new DataExtent(whole.Rows, whole.Weight, found!.Index.Groups);
            }
            var all = cache is { } filled ? await SweepAsync(filled, work, filled.Batches).ConfigureAwait(false) : await ReadAsync(work).ConfigureAwait(false);
            return new DataExtent(all.Rows, all.Weight, cache!.Batches);
        },
        cancellationToken);

    /// <summary>A pass that no journal keeps: the state before it is kept.</summary>
    private PassWork Unkept(ISummarizer summarizer, long first, CancellationTokenSource stop) => new(
        summarizer,
        summarizer.CreateStatistics(),
        first,
        (_, _) =>
        {
            if (options.WindDown.IsCancellationRequested) stop.Cancel();
        },
        stop.Token);
}
