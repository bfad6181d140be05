using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Counts rows and adds up weights.</summary>
internal sealed class ExtentSummarizer : ISummarizer
{
    private const string Kind = "extent";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, _ => new ExtentSummarizer());

    /// <inheritdoc/>
    public string SummarizerKind => Kind;

    /// <inheritdoc/>
    public void WriteSettings(Utf8JsonWriter writer)
    {
    }

    /// <inheritdoc/>
    public Statistics CreateStatistics() => new SumStatistics(Kind, 0);

    /// <inheritdoc/>
    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        statistics.Rows += block.Rows;
        if (block.Weights.IsEmpty) statistics.Weight += block.Rows;
        for (var i = 0; i < block.Weights.Length; i++) statistics.Weight += block.Weights[i];
    }
}
