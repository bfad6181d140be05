using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Summarises the labelled items under a classifier, each for its own class.</summary>
/// <param name="start">The classifier.</param>
internal sealed class LabeledClasses(Classifier start) : ISummarizer
{
    private const string Kind = "labeled-items";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new LabeledClasses(ModelFormat.Read(json.Required("start")) as Classifier
        ?? throw JsonHelpers.Bad("property 'start'", "another model", "a classifier")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("start");
        ModelFormat.Write(writer, start);
    }

    public Statistics CreateStatistics() => start.CreateStatistics();

    public void Summarize(in FeatureBlock block, Statistics statistics) => start.Summarize(block, statistics, isStart: true);
}
