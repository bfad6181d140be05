using System.Globalization;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a finished scoring run.</summary>
/// <param name="Result">The run.</param>
/// <param name="RefusesRows">True if bad rows do not fail the run.</param>
internal sealed record ScoreReport(RunResult Result, bool RefusesRows)
{
    private const int MostLabels = 10;
    private const int MostListed = 100;

    /// <summary>Path of the page that describes the run; null = none was asked for.</summary>
    public string? Page { get; init; }

    /// <summary>What the inference of a network took; null for other models.</summary>
    public InferenceCost? Inference { get; init; }

    /// <summary>For people.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="width">Columns of the terminal.</param>
    public void WriteText(TextWriter target, int width)
    {
        if (Result.RowsResumed > 0 && Result.RowsResumed == Result.RowsIn)
            target.WriteLine(Result.RowsIn == 1
                ? "the only row was done before; the output was checked"
                : $"all {Figures.Count(Result.RowsIn)} rows were done before; the output was checked");
        else
        {
            WrappedText.Write(target, $"scored {Figures.Number(Result.RowsOut, "row")}: {Figures.Cost(Result.Seconds, Result.RowsPerSecond)}", width);
            if (Result.RowsResumed > 0) target.WriteLine($"{Figures.Count(Result.RowsResumed)} of {Figures.Count(Result.RowsIn)} rows were done before");
        }
        if (RefusesRows) WrappedText.Write(target, Figures.Balance(Result.RowsOut, Result.RowsRejected), width);
        WriteScores(target);
        if (Inference is { Patterns: > 0 } cost)
            target.WriteLine($"{Figures.Number(cost.Patterns, "set")} of observed variables, largest table {Figures.Bytes(cost.LargestTableBytes)}");
        target.WriteLine($"wrote {Result.Output}");
        if (Page is not null) target.WriteLine($"wrote {Page}");
    }

    /// <summary>Adds the results to a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="saved">The model.</param>
    public void AddTo(HtmlPage page, SavedModel saved)
    {
        string[][] more = Result.Scores?.MeanLogLikelihood is { } mean ? [[MeanText(Result.Scores), Figures.Real(mean)]] : [];
        page.Table([], [["model", saved.Model.Title], ["features", ShownFeature.Names(saved.Features)],
            ["rows scored", Figures.Count(Result.RowsOut)], ["rows rejected", Figures.Count(Result.RowsRejected)],
            ["rows done before", Figures.Count(Result.RowsResumed)], .. more, ["time", Figures.Time(Result.Seconds)],
            ["rate", Figures.Rate(Result.RowsPerSecond)], ["peak memory", Figures.Bytes(PeakMemory.Bytes())], ["output", Result.Output]]);
        if (Result.Scores is not { Labels.Count: > 0 } scores) return;
        page.Heading("Labels");
        page.Table(["label", "rows", "share"], scores.Labels.OrderByDescending(l => l.Rows).Take(MostListed).Select(l => (string[])
            [l.Label ?? "(none)", Figures.Count(l.Rows), Share(l.Rows, scores)]), numeric: 1);
        if (scores.Labels.Count > MostListed) page.Paragraph($"and {Figures.Count(scores.Labels.Count - MostListed)} more");
    }

    private static string Share(long rows, ScoreSummary scores) =>
        (rows / (double)scores.Labels.Sum(o => o.Rows)).ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string MeanText(ScoreSummary scores) => $"mean log-likelihood per {(scores.IsOfSequences ? "sequence" : "row")}";

    private void WriteScores(TextWriter target)
    {
        if (Result.Scores is not { } scores) return;
        var part = Result.RowsResumed > 0 ? " of the rows that this run scored" : "";
        if (scores.MeanLogLikelihood is { } mean)
            target.WriteLine($"{MeanText(scores)} {Figures.Real(mean)}{(scores.IsOfSequences ? $", of {Figures.Number(scores.Items, "sequence")}" : part)}");
        if (scores.Labels.Count == 0) return;
        target.WriteLine($"labels{part}:");
        var most = scores.Labels.OrderByDescending(l => l.Rows).Take(MostLabels).ToArray();
        TextTable.Write(target, ["rows", "", "label"], most.Select(l => new[] { Figures.Count(l.Rows),
            Share(l.Rows, scores), l.Label ?? "(none)" }), numeric: 2);
        if (scores.Labels.Count > most.Length) target.WriteLine($"  … and {Figures.Count(scores.Labels.Count - most.Length)} more; --json shows all");
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteNumber("rows", Result.RowsOut);
        json.WriteNumber("rowsIn", Result.RowsIn);
        json.WriteNumber("rowsRejected", Result.RowsRejected);
        json.WriteNumber("rowsResumed", Result.RowsResumed);
        if (Result.Scores is { } scores)
        {
            EvaluationReport.Write(json, "meanLogLikelihood", scores.MeanLogLikelihood);
            json.WriteObjects("labels", scores.Labels, label =>
            {
                if (scores.HasNames || label.Label is null) json.WriteString("label", label.Label);
                else json.WriteNumber("label", int.Parse(label.Label, CultureInfo.InvariantCulture));
                json.WriteNumber("rows", label.Rows);
            });
        }
        if (Inference is { } cost) json.WriteCost(cost);
        json.WriteNumber("seconds", Result.Seconds);
        json.WriteNumber("rowsPerSecond", Result.RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Result.Output);
        if (Page is not null) json.WriteString("report", Page);
    });
}
