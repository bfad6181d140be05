using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over some of the batches, for mini-batch EM and for work that is divided.</content>
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
                return await RangeAsync(Unkept(summarizer, range.First, stop), stop, range.First + range.Count).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>The first pass reads all the data, even for a range; later passes take their batches from the cached features.</remarks>
    public async ValueTask SubtotalsAsync(ISummarizer summarizer, long first, long? end, Action<Statistics> subtotal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summarizer);
        ArgumentNullException.ThrowIfNull(subtotal);
        await InTurnAsync(
            async stop =>
            {
                Journal?.SkipPass();
                CheckStatistics(summarizer.CreateStatistics());
                var work = Unkept(summarizer, first, stop, subtotal);
                if (sequences is null && cache is null && first == 0 && end is null) return await ReadAsync(work).ConfigureAwait(false);
                await ReadOnceAsync(stop).ConfigureAwait(false);
                var count = found?.Index.Groups ?? cache!.Batches;
                return await RangeAsync(work, stop, Math.Min(end ?? count, count)).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Batches up to the one before <paramref name="end"/>, as numbered before they start over.</summary>
    private async Task<Statistics> RangeAsync(PassWork work, CancellationTokenSource stop, long end)
    {
        if (sequences is not null) return await SweepSequencesAsync(work, stop, end).ConfigureAwait(false);
        await ReadOnceAsync(stop).ConfigureAwait(false);
        return await SweepAsync(cache!, work, end).ConfigureAwait(false);
    }

    /// <summary>Fills the cache, unless it is filled.</summary>
    private async Task ReadOnceAsync(CancellationTokenSource stop)
    {
        if (cache is null) await ReadAsync(Unkept(new ExtentSummarizer(), 0, stop)).ConfigureAwait(false);
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
    private PassWork Unkept(ISummarizer summarizer, long first, CancellationTokenSource stop, Action<Statistics>? subtotal = null) => new(
        summarizer,
        new CanonicalFold(summarizer, first) { Closed = subtotal },
        _ =>
        {
            if (options.WindDown.IsCancellationRequested) stop.Cancel();
        },
        stop.Token);
}
