using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>A saved model, described.</summary>
internal sealed record ModelInspection(string Path, SavedModel Saved) : IInspection
{
    public void WriteWords(TextWriter target)
    {
        var model = Saved.Model;
        target.WriteLine($"{Path}: {model.FormatName} model of {model.Dimensions} {(model.Dimensions == 1 ? "feature" : "features")}");
        if (Saved.FeaturesByPosition) target.WriteLine($"features: columns by position{Categories()}");
        else if (Saved.Features is { } features) target.WriteLine($"features: {string.Join(", ", features)}");
        if (Saved.Training is { } facts)
        {
            target.WriteLine($"fitted to {Words.Count(facts.Rows)} rows: {facts.LogLikelihoods.Count} iterations ({(facts.Converged ? "converged" : "not converged")}), {model.ObjectiveName} {Words.Real(facts.LogLikelihood)}");
            target.WriteLine($"seed {facts.Seed}, batch size {facts.BatchSize}, kernels {facts.Kernel}");
        }
        target.WriteLine($"scores: {string.Join(", ", model.ScoreKinds.Select(k => k.Name))}");
        target.WriteLine(model.Describe(Saved.Features));
    }

    private string Categories() => string.Concat((Saved.Features ?? []).Where(f => f.Categories is not null).Select(f => $"; {f}"));

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("file", Path);
        json.WriteString("kind", "model");
        json.WriteString("type", Saved.Model.FormatName);
        json.WriteNumber("dimensions", Saved.Model.Dimensions);
        json.WriteStartArray("features");
        foreach (var feature in Saved.Features ?? []) json.WriteStringValue(feature.Name);
        json.WriteEndArray();
        if (Saved.FeaturesByPosition) json.WriteBoolean("featuresByPosition", true);
        json.WriteStartArray("scores");
        foreach (var kind in Saved.Model.ScoreKinds) json.WriteStringValue(kind.Name);
        json.WriteEndArray();
        if (Saved.Training is { } facts)
        {
            json.WriteNumber("rows", facts.Rows);
            json.WriteNumber("iterations", facts.LogLikelihoods.Count);
            json.WriteBoolean("converged", facts.Converged);
            json.WriteNumber("logLikelihood", facts.LogLikelihood);
            json.WriteNumber("seed", facts.Seed);
            json.WriteNumber("batchSize", facts.BatchSize);
            json.WriteString("kernel", facts.Kernel);
        }
        json.WriteStartArray("warnings");
        foreach (var warning in Saved.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WritePropertyName("model");
        ModelFormat.Write(json, Saved.Model);
    }
}
