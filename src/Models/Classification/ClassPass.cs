using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>A pass over the items of one class only.</summary>
/// <param name="pass">The pass over all items.</param>
/// <param name="label">The class.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class ClassPass(IDataPass pass, int label, int classes) : IDataPass
{
    public int Columns => pass.Columns;

    public IReadOnlyList<Feature>? Features => pass.Features;

    public long? StatisticsBytes => pass.StatisticsBytes;

    public int StatisticsInFlight => pass.StatisticsInFlight;

    public ValueTask FindCategoriesAsync(CancellationToken cancellationToken) => pass.FindCategoriesAsync(cancellationToken);

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
        pass.RunAsync(new ClassSummarizer(summarizer, label, classes), cancellationToken);

    public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) =>
        pass.RunAsync(new ClassSummarizer(summarizer, label, classes), range, cancellationToken);

    public async ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken)
    {
        var own = await RunAsync(new ExtentSummarizer(), cancellationToken).ConfigureAwait(false);
        var all = await pass.MeasureAsync(cancellationToken).ConfigureAwait(false);
        return new(own.Rows, own.Weight, all.Batches);
    }
}

/// <summary>Lets a summarizer see the items of one class only.</summary>
/// <param name="inner">The summarizer.</param>
/// <param name="label">The class.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class ClassSummarizer(ISummarizer inner, int label, int classes) : ISummarizer
{
    private const string Kind = "class";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new ClassSummarizer(SummarizerFormat.Read(json.Required("summarizer")),
        (int)json.Number("class"), (int)json.Number("classes")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("class", label);
        writer.WriteNumber("classes", classes);
        writer.WritePropertyName("summarizer");
        SummarizerFormat.Write(writer, inner);
    }

    public Statistics CreateStatistics() => inner.CreateStatistics();

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        using var scratch = Kernels.Scratch.Enter();
        using var memory = new ClassMemory();
        var items = new ClassItems(block, classes, scratch);
        var count = items.CountOf(label);
        if (count == 0) return;
        inner.Summarize(items.Take(label, 0, count, memory, scratch.Take(count)) with { Priors = default }, statistics);
    }
}
