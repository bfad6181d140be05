using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Plotting;

/// <summary>Total weight of the rows to which a model gives each label.</summary>
/// <param name="model">The model, which has <see cref="ScoreKind.Label"/>.</param>
/// <param name="labels">Number of labels.</param>
internal sealed class LabelCounts(Model model, int labels) : ISummarizer
{
    private const string Kind = "label-counts";

    [ModuleInitializer]
    internal static void Register() =>
        SummarizerFormat.Register(Kind, json => new LabelCounts(ModelFormat.Read(json.Required("model")), json.Count("labels")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("labels", labels);
        writer.WritePropertyName("model");
        ModelFormat.Write(writer, model);
    }

    /// <summary>Total weight of each label, shape [labels].</summary>
    public static double[] Of(Statistics statistics) => ((SumStatistics)statistics).Sums;

    /// <summary>The label of each row of a matrix, shape [rows].</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The rows.</param>
    public static int[] LabelsOf(Model model, FeatureMatrix rows)
    {
        var scores = new ScoreBatch(model, [ScoreKind.Label], Math.Max(1, rows.Rows));
        model.Score(rows.Block(0, rows.Rows), scores);
        return scores.Integers(ScoreKind.Label)[..rows.Rows].ToArray();
    }

    public Statistics CreateStatistics() => new SumStatistics(Kind, labels);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var totals = Of(statistics);
        var scores = new ScoreBatch(model, [ScoreKind.Label], Math.Max(1, block.Rows));
        model.Score(block, scores);
        var own = scores.Integers(ScoreKind.Label);
        for (var i = 0; i < block.Rows; i++)
            if (own[i] >= 0) totals[own[i]] += block.Weights.IsEmpty ? 1 : block.Weights[i];
        statistics.Rows += block.Rows;
    }
}
