using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>Candidates as stored in model files: properties that a failed fit lacks are omitted.</summary>
internal static class FitCandidateFormat
{
    /// <summary>Writes a candidate.</summary>
    public static void Write(Utf8JsonWriter writer, FitCandidate candidate)
    {
        writer.WriteStartObject();
        writer.WriteNumber("components", candidate.Components);
        writer.WriteNumber("restart", candidate.Restart);
        writer.WriteNumber("seed", candidate.Seed);
        if (!double.IsNaN(candidate.LogLikelihood)) writer.WriteExact("logLikelihood", candidate.LogLikelihood);
        if (candidate.Failure is null) writer.WriteNumber("parameters", candidate.Parameters);
        if (!double.IsNaN(candidate.Aic)) writer.WriteExact("aic", candidate.Aic);
        if (!double.IsNaN(candidate.Bic)) writer.WriteExact("bic", candidate.Bic);
        writer.WriteNumber("iterations", candidate.Iterations);
        writer.WriteBoolean("converged", candidate.Converged);
        writer.WriteBoolean("chosen", candidate.Chosen);
        if (candidate.Failure is { } failure) writer.WriteString("failure", failure);
        writer.WriteEndObject();
    }

    /// <summary>Reads a candidate.</summary>
    public static FitCandidate Read(JsonElement json) => new(
        json.Required("components").GetInt32(), json.Required("restart").GetInt32(), json.Required("seed").GetInt64(), Optional(json, "logLikelihood"),
        json.TryGetProperty("parameters", out var parameters) ? parameters.GetInt64() : 0, Optional(json, "aic"), Optional(json, "bic"),
        json.Required("iterations").GetInt32(), json.Required("converged").GetBoolean(), json.Required("chosen").GetBoolean())
    {
        Failure = json.TryGetProperty("failure", out var failure) ? failure.GetString() : null,
    };

    private static double Optional(JsonElement json, string name) => json.TryGetProperty(name, out _) ? json.Number(name) : double.NaN;
}
