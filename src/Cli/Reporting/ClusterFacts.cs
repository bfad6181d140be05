using System.Globalization;
using System.Text.Json;

namespace Pipelines.Cli.Reporting;

/// <summary>What a fit found of its clusters: their sizes, and the mean of what it lowered. Nothing for models that have no clusters.</summary>
internal static class ClusterFacts
{
    /// <summary>The model's parts with the weights of their rows, where only the data tell them.</summary>
    /// <param name="outline">The parts.</param>
    /// <param name="facts">The fit; null = there was none.</param>
    public static IEnumerable<OutlineEntry> Sized(IEnumerable<OutlineEntry> outline, TrainingRecord? facts) => outline.Select((entry, k) =>
    {
        if (facts is null || k >= facts.ClusterWeights.Count) return entry;
        var size = facts.ClusterWeights[k];
        return entry with
        {
            Text = $"{entry.Text}: {(facts.Weight == facts.Rows ? Figures.Number((long)size, "row") : $"weight {Figures.Real(size)}")} "
                + $"({(facts.Weight > 0 ? size / facts.Weight : 0).ToString("0.0 %", CultureInfo.InvariantCulture)})",
            Weight = size,
        };
    });

    /// <summary>Writes <c>clusterWeights</c> and <c>meanSquaredDistance</c> as properties of the current object.</summary>
    public static void WriteJson(Utf8JsonWriter json, Model model, TrainingRecord facts)
    {
        if (facts.ClusterWeights.Count > 0) json.WriteList("clusterWeights", facts.ClusterWeights, json.WriteReal);
        var (name, value) = model.ShownObjective(facts.LogLikelihood, facts.Weight);
        if (name == model.ObjectiveName) return;
        var words = name.Split(' ');
        json.WritePropertyName(words[0] + string.Concat(words[1..].Select(w => char.ToUpperInvariant(w[0]) + w[1..])));
        json.WriteReal(value);
    }
}
