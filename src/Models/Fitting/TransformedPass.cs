namespace Pipelines.Models.Fitting;

/// <summary>A pass over transformed rows. Every batch is transformed again in each pass, in the processor's cache.</summary>
/// <param name="pass">The pass over the rows.</param>
/// <param name="transforms">What is applied to them.</param>
internal sealed class TransformedPass(IDataPass pass, FeatureTransforms transforms) : IDataPass
{
    public int Columns => pass.Columns;

    public IReadOnlyList<Feature>? Features => pass.Features;

    public IReadOnlyList<string>? LabelNames => pass.LabelNames;

    public string? LabelType => pass.LabelType;

    public int PriorComponents => pass.PriorComponents;

    public long? StatisticsBytes => pass.StatisticsBytes;

    public int StatisticsInFlight => pass.StatisticsInFlight;

    /// <summary>The pass, or one over transformed rows if there is something to apply.</summary>
    public static IDataPass Of(IDataPass pass, FeatureTransforms transforms) => transforms.IsEmpty ? pass : new TransformedPass(pass, transforms);

    public ValueTask FindLabelsAsync(CancellationToken cancellationToken) => pass.FindLabelsAsync(cancellationToken);

    public ValueTask FindCategoriesAsync(CancellationToken cancellationToken) => pass.FindCategoriesAsync(cancellationToken);

    public ValueTask<Statistics> SurveyAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
        pass.SurveyAsync(Of(summarizer), cancellationToken);

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) => pass.RunAsync(Of(summarizer), cancellationToken);

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) =>
        pass.RunAsync(Of(summarizer), range, cancellationToken);

    public ValueTask SubtotalsAsync(ISummarizer summarizer, long first, long? end, Action<Statistics> subtotal, CancellationToken cancellationToken) =>
        pass.SubtotalsAsync(Of(summarizer), first, end, subtotal, cancellationToken);

    public ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => pass.MeasureAsync(cancellationToken);

    private TransformedSummarizer Of(ISummarizer summarizer) => new(summarizer, transforms);
}
