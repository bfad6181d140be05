using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Sequences;

/// <summary>Reads and writes hidden Markov models as JSON.</summary>
internal static class HiddenMarkovJson
{
    public static void Write(Utf8JsonWriter writer, HiddenMarkovModel model)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (model.ModelName is not null) writer.WriteString("name", model.ModelName);
        writer.WriteObjects("states", model.States, state =>
        {
            writer.WriteString("name", state.Name);
            if (state.Weight != 1) writer.WriteExact("weight", state.Weight);
            if (state.TiedTo is not null)
            {
                writer.WriteString("tiedTo", state.TiedTo);
            }
            else if (state.Distribution is not null)
            {
                writer.WritePropertyName("distribution");
                ModelFormat.Write(writer, state.Distribution);
            }
        });
        writer.WriteObjects("transitions", model.Transitions, t =>
        {
            writer.WriteString("from", t.From);
            writer.WriteString("to", t.To);
            writer.WriteExact("probability", t.Probability);
            if (t.Pseudocount is { } p) writer.WriteExact("pseudocount", p);
            if (t.Group is not null) writer.WriteString("group", t.Group);
        });
        if (model.Fitting != new HiddenFitting()) WriteFitting(writer, model.Fitting);
    }

    public static HiddenMarkovModel Read(JsonElement json)
    {
        var states = json.Array("states").Select(s => new HiddenState(s.Text("name"),
            s.TryGetProperty("distribution", out var d) ? ModelFormat.ReadDistribution(d) : null,
            s.TryGetProperty("weight", out _) ? s.Number("weight") : 1,
            s.TryGetProperty("tiedTo", out _) ? s.Text("tiedTo") : null)).ToList();
        var transitions = json.Array("transitions").Select(t => new HiddenTransition(t.Text("from"), t.Text("to"), t.Number("probability"),
            t.TryGetProperty("pseudocount", out _) ? t.Number("pseudocount") : null,
            t.TryGetProperty("group", out _) ? t.Text("group") : null)).ToList();
        return new(states, transitions, json.TryGetProperty("name", out _) ? json.Text("name") : null,
            json.TryGetProperty("fitting", out var fitting) ? ReadFitting(fitting) : null);
    }

    private static void WriteFitting(Utf8JsonWriter writer, HiddenFitting fitting)
    {
        writer.WriteStartObject("fitting");
        writer.WriteString("training", fitting.Training.ToString());
        writer.WriteExact("edgeInertia", fitting.EdgeInertia);
        writer.WriteExact("distributionInertia", fitting.DistributionInertia);
        writer.WriteExact("transitionPseudocount", fitting.TransitionPseudocount);
        writer.WriteExact("emissionPseudocount", fitting.EmissionPseudocount);
        writer.WriteBoolean("useEdgePseudocounts", fitting.UseEdgePseudocounts);
        writer.WriteBoolean("freezeTransitions", fitting.FreezeTransitions);
        writer.WriteFlag(JsonHelpers.Tied, fitting.TiedCovariances);
        writer.WriteString("impossible", fitting.Impossible.ToString());
        writer.WriteEndObject();
    }

    private static HiddenFitting ReadFitting(JsonElement json) => new()
    {
        Training = json.Choice<HiddenTraining>("training"),
        EdgeInertia = json.Number("edgeInertia"),
        DistributionInertia = json.Number("distributionInertia"),
        TransitionPseudocount = json.Number("transitionPseudocount"),
        EmissionPseudocount = json.Number("emissionPseudocount"),
        UseEdgePseudocounts = json.Required("useEdgePseudocounts").ValueKind == JsonValueKind.True,
        FreezeTransitions = json.Required("freezeTransitions").ValueKind == JsonValueKind.True,
        TiedCovariances = json.Flag(JsonHelpers.Tied),
        Impossible = json.Choice<ImpossibleSequence>("impossible"),
    };
}
