using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over some of the batches, for mini-batch EM.</content>
public sealed partial class FeaturePass
{
    /// <inheritdoc/>
    /// <remarks>Where rows form sequences, a batch is a group of whole sequences. The first pass reads all the data, even for a range; later passes take their
    /// batches from the cached features.</remarks>
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

    /// <summary>A pass that is not saved in a journal, because the state before it is.</summary>
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
