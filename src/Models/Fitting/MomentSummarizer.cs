using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Computes the moments of the features, and what their transforms add to the log-likelihood.</summary>
/// <param name="columns">Number of features.</param>
/// <param name="transforms">What has been applied to the rows.</param>
internal sealed class MomentSummarizer(int columns, FeatureTransforms transforms) : ISummarizer
{
    private const string Kind = "moments";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
        new MomentSummarizer(json.Count("columns"), FeatureTransformFormat.ReadAll(json)));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("columns", columns);
        FeatureTransformFormat.WriteAll(writer, transforms, columns);
    }

    public Statistics CreateStatistics() => new MomentStatistics(columns);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var moments = (MomentStatistics)statistics;
        for (var j = 0; j < columns; j++) moments.Add(j, block, transforms);
        moments.Rows += block.Rows;
    }
}
