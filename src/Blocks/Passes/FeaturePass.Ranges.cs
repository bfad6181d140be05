using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>Passes over some of the batches, for mini-batch EM and for work that is divided.</content>
internal sealed partial class FeaturePass
{
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
                return await SweepAsync(Unkept(summarizer, range.First, stop), stop, range.First + range.Count).ConfigureAwait(false);
            },
            cancellationToken);
    }

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
                if (sequences is null && store is null && first == 0 && end is null) return await LoadAsync(work).ConfigureAwait(false);
                var stored = await StoredAsync(stop).ConfigureAwait(false);
                return await SweepAsync(work, stop, Math.Min(end ?? stored.Count, stored.Count)).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => InTurnAsync(
        async stop =>
        {
            var all = await AllAsync(Unkept(new ExtentSummarizer(), 0, stop), stop).ConfigureAwait(false);
            return new DataExtent(all.Rows, all.Weight, store!.Count);
        },
        cancellationToken);

    /// <summary>A pass that is not saved in a journal, because the state before it is.</summary>
    private PassWork Unkept(ISummarizer summarizer, long first, CancellationTokenSource stop, Action<Statistics>? subtotal = null) => new(
        summarizer,
        new CanonicalFold(summarizer, first) { Closed = subtotal },
        _ =>
        {
            if (Options.WindDown.IsCancellationRequested) stop.Cancel();
        },
        stop.Token);
}
