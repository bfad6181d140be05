using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>What a finished fit says.</summary>
/// <param name="Saved">The model and how it was fitted.</param>
/// <param name="History">One entry an update.</param>
/// <param name="Warnings">What the user should know, one sentence each.</param>
/// <param name="Seconds">Time from the first look at the data to the saved model.</param>
/// <param name="Output">Where the model went.</param>
/// <param name="Rejected">Rows read but refused.</param>
internal sealed record FitReport(SavedModel Saved, IReadOnlyList<FitIteration> History, IReadOnlyList<string> Warnings, double Seconds, string Output, long Rejected)
{
    private TrainingFacts Facts => Saved.Training!;

    /// <summary>For people.</summary>
    public void WriteWords(TextWriter target)
    {
        target.WriteLine($"{Saved.Model.FormatName} over {string.Join(", ", Saved.Features?.Select(f => f.Name) ?? [])}, fitted to {Words.Count(Facts.Rows)} rows:");
        foreach (var line in Saved.Model.Describe(Saved.Features).Split('\n')) target.WriteLine($"  {line.TrimEnd('\r')}");
        if (Rejected > 0) target.WriteLine(Words.Balance(Facts.Rows, Rejected));
        target.WriteLine($"{Words.Count(History.Count)} {(History.Count == 1 ? "iteration" : "iterations")} ({(Facts.Converged ? "converged" : "not converged: the iterations ran out")}), {Saved.Model.ObjectiveName} {Words.Real(Facts.LogLikelihood)}");
        target.WriteLine($"{Words.Time(Seconds)}, {Words.Rate(RowsPerSecond)}, peak memory {Words.Bytes(PeakMemory.Bytes())}");
        target.WriteLine($"wrote {Output}");
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(TextWriter target) => JsonObject.Write(target, json =>
    {
        json.WriteNumber("rows", Facts.Rows);
        json.WriteNumber("rowsRejected", Rejected);
        json.WriteNumber("iterations", History.Count);
        json.WriteBoolean("converged", Facts.Converged);
        json.WriteNumber("logLikelihood", Facts.LogLikelihood);
        json.WriteStartArray("history");
        foreach (var iteration in History)
        {
            json.WriteStartObject();
            json.WriteNumber("iteration", iteration.Iteration);
            json.WriteNumber("logLikelihood", iteration.LogLikelihood);
            json.WriteNumber("improvement", iteration.Improvement);
            json.WriteNumber("seconds", iteration.Seconds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("rowsPerSecond", RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Output);
        json.WriteStartArray("warnings");
        foreach (var warning in Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
    });

    /// <summary>Warnings, one a line.</summary>
    public void WriteWarnings(TextWriter target)
    {
        foreach (var warning in Warnings) target.WriteLine($"pipelines: warning: {warning}");
    }

    // Every iteration works on all rows, and so does the look at the start.
    private double RowsPerSecond => Seconds > 0 ? Facts.Rows * (History.Count + 1.0) / Seconds : 0;
}
