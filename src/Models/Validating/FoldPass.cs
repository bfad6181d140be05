namespace Pipelines.Models.Fitting;

/// <summary>A pass over the items of the only fold of a rule.</summary>
/// <param name="pass">The pass over all items.</param>
/// <param name="rule">Tells which items belong to the fold.</param>
internal sealed class FoldPass(IDataPass pass, FoldRule rule) : IDataPass
{
    public int Columns => pass.Columns;

    public IReadOnlyList<Feature>? Features => pass.Features;

    public IReadOnlyList<string>? LabelNames => pass.LabelNames;

    public string? LabelType => pass.LabelType;

    public int PriorComponents => pass.PriorComponents;

    public long? StatisticsBytes => pass.StatisticsBytes;

    public int StatisticsInFlight => pass.StatisticsInFlight;

    public ValueTask FindLabelsAsync(CancellationToken cancellationToken) => pass.FindLabelsAsync(cancellationToken);

    public ValueTask FindCategoriesAsync(CancellationToken cancellationToken) => pass.FindCategoriesAsync(cancellationToken);

    public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
        Own(await pass.RunAsync(new FoldedSummarizer(rule, [summarizer]), cancellationToken).ConfigureAwait(false));

    public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) =>
        Own(await pass.RunAsync(new FoldedSummarizer(rule, [summarizer]), range, cancellationToken).ConfigureAwait(false));

    public async ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken)
    {
        var own = await RunAsync(new ExtentSummarizer(), cancellationToken).ConfigureAwait(false);
        var all = await pass.MeasureAsync(cancellationToken).ConfigureAwait(false);
        return new(own.Rows, own.Weight, all.Batches);
    }

    private static Statistics Own(Statistics all) => ((CompositeStatistics)all).Parts[0];
}
