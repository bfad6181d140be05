using System.Globalization;
using System.Text.Json;
using Pipelines.Blocks;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a finished fit.</summary>
/// <param name="Saved">The model and how it was fitted.</param>
/// <param name="History">One entry per update.</param>
/// <param name="Seconds">Time from the start of reading to the saved model.</param>
/// <param name="Output">Path of the model.</param>
/// <param name="Rejected">Rows read but rejected; null if a bad row fails the fit.</param>
internal sealed record FitReport(SavedModel Saved, IReadOnlyList<FitIteration> History, double Seconds, string Output, long? Rejected)
{
    /// <summary>How one of several fits was chosen; null if there was one.</summary>
    public SelectionCriterion? Criterion { get; init; }

    /// <summary>Batches per iteration; null = all.</summary>
    public int? BatchesPerIteration { get; init; }

    /// <summary>Evaluations of the data by the earlier run that this run resumed.</summary>
    public long EarlierEvaluations { get; init; }

    /// <summary>The evaluation of each fold under the model fitted without it; null = there was no cross-validation.</summary>
    public IReadOnlyList<ModelEvaluation>? Folds { get; init; }

    /// <summary>All folds together.</summary>
    public ModelEvaluation? Pooled { get; init; }

    /// <summary>The evaluation of the model on the rows held out; null = none were.</summary>
    public ModelEvaluation? Test { get; init; }

    /// <summary>The model for people.</summary>
    public IEnumerable<OutlineEntry> Outline { get; init; } = [];

    /// <summary>The features' values.</summary>
    public IReadOnlyList<FeatureProfile> Profile { get; init; } = [];

    /// <summary>Writes what only this kind of model has; null (default) = nothing.</summary>
    public Action<Utf8JsonWriter>? WriteMore { get; init; }

    /// <summary>Path of the page that describes the fit; null = none was asked for.</summary>
    public string? Page { get; init; }

    /// <summary>Why the fit ended.</summary>
    public StopReason Stop { get; init; }

    private TrainingRecord Training => Saved.Training!;

    /// <summary>For people.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="width">Columns of the terminal.</param>
    public void WriteText(TextWriter target, int width)
    {
        WrappedText.Write(target, $"{Saved.Model.FormatName} over {ShownFeature.Names(Saved.Features)}, fitted to {Figures.Number(Training.Rows, "row")}"
            + $"{MissingText.Of(Profile, Test is not null)}:", width);
        string[] lines = [.. TransformLines.Before(Saved), .. ModelOutline.Of(Parts(), $"; inspect {Output} --json shows all", ModelInspection.Most)];
        foreach (var line in lines) WrappedText.Write(target, $"  {line}", width);
        if (Rejected is { } rejected) WrappedText.Write(target, Figures.Balance(Training.Rows, rejected), width);
        WrappedText.Write(target, $"{Figures.Number(History.Count, "iteration")} ({StopText}), "
            + $"{Figures.Mean(Saved.Model, Training)}", width);
        WriteEvaluations(target);
        WrappedText.Write(target, Figures.Cost(Seconds, RowsPerSecond), width);
        target.WriteLine($"wrote {Output}");
        if (Page is not null) target.WriteLine($"wrote {Page}");
    }

    /// <summary>The fits from which this one was chosen, and the evaluations on rows that were held out. Nothing, if there are none.</summary>
    public void WriteEvaluations(TextWriter target)
    {
        if (Training.Candidates.Count > 0) WriteCandidates(target);
        if (Test is not null)
        {
            target.WriteLine("on the rows held out:");
            EvaluationReport.WriteTable(target, "", [("test", Test)]);
        }
        if (Folds is not null)
        {
            target.WriteLine("cross-validation, each fold under the model fitted without it:");
            EvaluationReport.WriteTable(target, "fold", [.. Folds.Select((f, i) => ($"{i}", f)), ("all", Pooled!)]);
        }
    }

    /// <summary>Why the fit ended, in words.</summary>
    public string StopText => Stop switch
    {
        StopReason.Converged => "converged within the tolerance",
        StopReason.OnePass => "converged: one update is enough",
        StopReason.TimeLimit => "not converged: --max-seconds ran out",
        _ => "not converged: --iterations ran out",
    };

    /// <summary>The model's parts, with the weights of their rows where only the data tell them.</summary>
    public IEnumerable<OutlineEntry> Parts() => ClusterFacts.Sized(Outline, Training);

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteNumber("rows", Training.Rows);
        json.WriteNumber("rowsRejected", Rejected ?? 0);
        WriteOutcome(json);
        WriteValidation(json);
        if (Training.Candidates.Count > 0)
        {
            json.WriteObjects("candidates", Training.Candidates, candidate =>
            {
                FitCandidateFormat.Write(json, candidate, hasParameters: true, json.WriteReal);
                json.WriteString("failure", candidate.Failure is { } why ? OptionNames.AsTyped(why) : null);
            });
        }
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("rowsPerSecond", RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Output);
        if (Page is not null) json.WriteString("report", Page);
    });

    /// <summary>For scripts: the iterations, and what they led to.</summary>
    public void WriteOutcome(Utf8JsonWriter json)
    {
        json.WriteNumber("iterations", History.Count);
        json.WriteBoolean("converged", Training.Converged);
        json.WriteString("stopReason", Stop switch
        {
            StopReason.Converged => "converged",
            StopReason.OnePass => "one-pass",
            StopReason.TimeLimit => "seconds",
            _ => "iterations",
        });
        json.WriteNumber("logLikelihood", Training.LogLikelihood);
        ClusterFacts.WriteJson(json, Saved.Model, Training);
        json.WriteObjects("history", History, iteration =>
        {
            json.WriteNumber("iteration", iteration.Iteration);
            json.WriteNumber("logLikelihood", iteration.LogLikelihood);
            json.WriteNumber("improvement", iteration.Improvement);
            json.WriteNumber("seconds", iteration.Seconds);
        });
        WriteMore?.Invoke(json);
        if (Saved.Model is Classifier classifier) json.WriteTexts("classes", classifier.Names);
    }

    private void WriteValidation(Utf8JsonWriter json)
    {
        if (Folds is not null)
        {
            json.WriteStartObject("crossValidation");
            json.WriteObjects("folds", Folds, fold => EvaluationReport.WriteMeasures(json, fold));
            json.WriteStartObject("pooled");
            EvaluationReport.WriteMeasures(json, Pooled!);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        if (Test is null) return;
        json.WriteStartObject("test");
        EvaluationReport.WriteMeasures(json, Test);
        json.WriteEndObject();
    }

    private void WriteCandidates(TextWriter target)
    {
        var hasLikelihood = Training.Candidates.Any(c => !double.IsNaN(c.Bic));
        // Digits that tell apart what differs.
        var distances = Training.Candidates.Where(c => c.Failure is null).Select(c => -c.LogLikelihood / Training.Weight).Order().ToArray();
        var step = distances.Zip(distances.Skip(1), (a, b) => b - a).Where((d, i) => d > 1e-9 * distances[i + 1]).DefaultIfEmpty(double.NaN).Min();
        var by = hasLikelihood && Criterion is { } criterion ? SelectionSettings.NameOf(criterion) : "mean squared distance";
        target.WriteLine($"chosen by {by} among {Figures.Count(Training.Candidates.Count)} fits:");
        string[] head = ["components", "restart", "seed", hasLikelihood ? "log-likelihood" : "mean squared distance",
            .. hasLikelihood ? ["parameters", "aic", "bic"] : Array.Empty<string>(), "iterations", ""];
        TextTable.Write(target, head, Training.Candidates.Select(Row), numeric: head.Length - 1);

        string[] Row(FitCandidate c) =>
        [
            Figures.Count(c.Components), Figures.Count(c.Restart), c.Seed.ToString(CultureInfo.InvariantCulture),
            hasLikelihood ? Figure(c, c.LogLikelihood) : c.Failure is null ? (-c.LogLikelihood / Training.Weight).Text(step * 1e3) : "-",
            .. hasLikelihood ? [c.Failure is null ? Figures.Count(c.Parameters) : "-", Figure(c, c.Aic), Figure(c, c.Bic)] : Array.Empty<string>(),
            Figures.Count(c.Iterations), c.Chosen
                ? c.Converged ? "chosen" : "chosen, not converged"
                : c.Failure is not null ? "failed" : Figures.Outcome(c),
        ];
    }

    private static string Figure(FitCandidate candidate, double value) => candidate.Failure is null ? Figures.Real(value) : "-";

    // Each evaluation counts the rows that it uses; a mini-batch fit has one more evaluation, over all rows.
    private double RowsPerSecond
    {
        get
        {
            double evaluations = Training.Candidates.Count == 0 ? History.Count + 1 : Training.Candidates.Sum(c => c.Iterations + 1.0);
            evaluations = Math.Max(0, evaluations - EarlierEvaluations);
            var fits = Math.Max(1, Training.Candidates.Count);
            var rows = BatchesPerIteration is { } batches && (double)batches * Training.BatchSize < Training.Rows
                ? (evaluations * batches * Training.BatchSize) + ((double)fits * Training.Rows)
                : evaluations * Training.Rows;
            return Seconds > 0 ? rows / Seconds : 0;
        }
    }
}
