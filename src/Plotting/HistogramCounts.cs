using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Plotting;

/// <summary>Equal bins: bin b holds the values from Low + b Width, inclusive, to the start of the next bin, exclusive.</summary>
/// <param name="Low">Lower edge of the first bin.</param>
/// <param name="Width">Width of each bin, above 0.</param>
/// <param name="Count">Number of bins, at least 1.</param>
internal readonly record struct Bins(double Low, double Width, int Count)
{
    /// <summary>Upper edge of the last bin.</summary>
    public double High => Low + (Count * Width);

    /// <summary>Middle of a bin.</summary>
    public double Center(int bin) => Low + ((bin + 0.5) * Width);

    /// <summary>The bin of a value; -1 if it is outside all bins. A value on the last edge, up to rounding, is in the last bin.</summary>
    public int Of(double value)
    {
        var at = (value - Low) / Width;
        return at >= 0 && at < Count ? (int)at : at >= Count && at <= Count + 1e-9 ? Count - 1 : -1;
    }
}

/// <summary>Weighted counts of each feature's values in bins.</summary>
/// <param name="bins">Shape [features].</param>
internal sealed class HistogramCounts(Bins[] bins) : ISummarizer
{
    private const string Kind = "histogram";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind,
        json => new HistogramCounts([.. json.Array("features").Select(f => new Bins(f.Number("low"), f.Number("width"), f.Count("bins")))]));

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
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Shape [features][bins + 1]; the last one holds the weight of the values outside all bins.</summary>
    public static double[][] Cells(Statistics statistics) => [.. ((CompositeStatistics)statistics).Parts.Select(p => ((SumStatistics)p).Sums)];

    public Statistics CreateStatistics() => new CompositeStatistics(Kind, Array.ConvertAll(bins, b => new SumStatistics("bins", b.Count + 1)));

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
                var bin = bins[j].Of(value);
                var weight = block.Weights.IsEmpty ? 1 : block.Weights[i];
                cells[bin < 0 ? bins[j].Count : bin] += weight;
            }
        }
        statistics.Rows += block.Rows;
    }
}
