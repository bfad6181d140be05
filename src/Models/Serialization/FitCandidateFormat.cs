using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>Candidates as stored in model files: properties that a failed fit lacks are omitted.</summary>
internal static class FitCandidateFormat
{
    /// <summary>Writes the properties of a candidate.</summary>
    public static void Write(Utf8JsonWriter writer, FitCandidate candidate)
    {
        Write(writer, candidate, candidate.Failure is null, Real);
        if (candidate.Failure is { } failure) writer.WriteString("failure", failure);

        void Real(string name, double value)
        {
            if (!double.IsNaN(value)) writer.WriteExact(name, value);
        }
    }

    /// <summary>Writes all properties but the failure.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="hasParameters">False: without the number of parameters.</param>
    /// <param name="real">Writes a number that may be NaN.</param>
    public static void Write(Utf8JsonWriter writer, FitCandidate candidate, bool hasParameters, Action<string, double> real)
    {
        writer.WriteNumber("components", candidate.Components);
        writer.WriteNumber("restart", candidate.Restart);
        writer.WriteNumber("seed", candidate.Seed);
        real("logLikelihood", candidate.LogLikelihood);
        if (hasParameters) writer.WriteNumber("parameters", candidate.Parameters);
        real("aic", candidate.Aic);
        real("bic", candidate.Bic);
        writer.WriteNumber("iterations", candidate.Iterations);
        writer.WriteBoolean("converged", candidate.Converged);
        writer.WriteBoolean("chosen", candidate.Chosen);
        if (candidate.StoppedAfterShortRun) writer.WriteBoolean("stoppedAfterShortRun", true);
    }

    /// <summary>Reads a candidate.</summary>
    public static FitCandidate Read(JsonElement json) => new(
        json.Required("components").GetInt32(), json.Required("restart").GetInt32(), json.Required("seed").GetInt64(), Optional(json, "logLikelihood"),
        json.TryGetProperty("parameters", out var parameters) ? parameters.GetInt64() : 0, Optional(json, "aic"), Optional(json, "bic"),
        json.Required("iterations").GetInt32(), json.Required("converged").GetBoolean(), json.Required("chosen").GetBoolean())
    {
        StoppedAfterShortRun = json.Flag("stoppedAfterShortRun"),
        Failure = json.TryGetProperty("failure", out var failure) ? failure.GetString() : null,
    };

    private static double Optional(JsonElement json, string name) => json.TryGetProperty(name, out _) ? json.Number(name) : double.NaN;
}
