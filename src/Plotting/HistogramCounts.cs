using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Plotting;

/// <summary>Weighted counts of each feature's values in bins.</summary>
/// <param name="bins">Shape [features].</param>
internal sealed class HistogramCounts(Bins[] bins) : ISummarizer
{
    private const string Kind = "histogram";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind,
        json => new HistogramCounts([.. json.Array("features").Select(f => new Bins(f.Number("low"), f.Number("width"), f.Count("bins"))
        {
            IsLog = f.Required("log").GetBoolean(),
            Atoms = f.Numbers("atoms"),
            Reaches = [.. f.Numbers("from").Zip(f.Numbers("to"))],
        })]));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("features");
        foreach (var feature in bins)
        {
            writer.WriteStartObject();
            writer.WriteExact("low", feature.Low);
            writer.WriteExact("width", feature.Width);
            writer.WriteNumber("bins", feature.Count);
            writer.WriteBoolean("log", feature.IsLog);
            writer.WriteNumbers("atoms", feature.Atoms);
            writer.WriteNumbers("from", [.. feature.Reaches.Select(r => r.Low)]);
            writer.WriteNumbers("to", [.. feature.Reaches.Select(r => r.High)]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Total weights, shape [features][cells].</summary>
    public static double[][] Cells(Statistics statistics) => [.. ((CompositeStatistics)statistics).Parts.Select(p => ((SumStatistics)p).Sums)];

    public Statistics CreateStatistics() => new CompositeStatistics(Kind, Array.ConvertAll(bins, b => new SumStatistics("bins", b.Cells)));

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var totals = Cells(statistics);
        for (var j = 0; j < bins.Length; j++)
        {
            var cells = totals[j];
            for (var i = 0; i < block.Rows; i++)
            {
                var value = block[i, j];
                if (double.IsNaN(value)) continue;
                cells[bins[j].Of(value)] += block.Weights.IsEmpty ? 1 : block.Weights[i];
            }
        }
        statistics.Rows += block.Rows;
    }
}
