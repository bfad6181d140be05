using System.Globalization;
using System.Text.Json;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of an evaluation.</summary>
/// <param name="Found">What was measured.</param>
/// <param name="Rejected">Rows that were left out because the model could not use them.</param>
/// <param name="Seconds">Time from the start of reading.</param>
/// <param name="RefusesRows">True if bad rows do not fail the run.</param>
internal sealed record EvaluationReport(ModelEvaluation Found, long Rejected, double Seconds, bool RefusesRows)
{
    private double RowsPerSecond => Seconds > 0 ? Used / Seconds : 0;

    private long Used => Found.Rows + ((Found as Evaluation)?.Unlabeled ?? 0);

    /// <summary>For people.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="width">Columns of the terminal.</param>
    public void WriteText(TextWriter target, int width)
    {
        if (Found is Evaluation found) WriteClasses(target, found);
        else if (Found is LikelihoodEvaluation likelihood)
        {
            target.WriteLine($"evaluated on {Figures.Number(likelihood.Rows, "row")}:");
            target.WriteLine($"  mean log-likelihood {UnitText(likelihood)} {Share(likelihood.MeanLogLikelihood)}, log-likelihood "
                + $"{Figures.Real(likelihood.LogLikelihood)}, BIC {Real(likelihood.Bic)}, AIC {Real(likelihood.Aic)}");
        }
        if (RefusesRows) WrappedText.Write(target, Figures.Balance(Used, Rejected), width);
        WrappedText.Write(target, Figures.Cost(Seconds, RowsPerSecond), width);
    }

    /// <summary>Adds the results to a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="saved">The model.</param>
    public void AddTo(HtmlPage page, SavedModel saved)
    {
        string[][] measures = Found switch
        {
            Evaluation e => [["rows without a label, not counted", Figures.Count(e.Unlabeled)], ["accuracy", Share(e.Accuracy)], ["log-loss", Share(e.LogLoss)],
                ["Brier score", Share(e.Brier)], ["area under the ROC curve", Share(e.RocAuc)]],
            LikelihoodEvaluation e => [[$"mean log-likelihood {UnitText(e)}", Share(e.MeanLogLikelihood)], ["log-likelihood", Figures.Real(e.LogLikelihood)],
                ["BIC", Real(e.Bic)], ["AIC", Real(e.Aic)]],
            _ => [],
        };
        page.Table([], [["model", saved.Model.Title], ["features", ShownFeature.Names(saved.Features)],
            ["rows", Figures.Count(Found.Rows)], ["rows rejected", Figures.Count(Rejected)], .. measures, ["time", Figures.Time(Seconds)],
            ["rate", Figures.Rate(RowsPerSecond)], ["peak memory", Figures.Bytes(PeakMemory.Bytes())]]);
        if (Found is not Evaluation found) return;
        page.Heading("Classes");
        page.Table([.. classHead[^1..], .. classHead[..^1]], ClassRows(found).Select(r => (string[])[.. r[^1..], .. r[..^1]]), numeric: 1);
        page.Heading("Weight of the rows of each class, by predicted class");
        page.Table(["true class", .. found.Classes], ConfusionRows(found).Select(r => (string[])[.. r[^1..], .. r[..^1]]), numeric: 1);
    }

    private static readonly string[] classHead = ["precision", "recall", "F1", "ROC area", "calibration error", "class"];

    // Each of the measures is computed from the whole matrix.
    private static IEnumerable<string[]> ClassRows(Evaluation found)
    {
        var (precision, recall, f1, error) = (found.Precision, found.Recall, found.F1, found.CalibrationError);
        return found.Classes.Select((name, k) => new[]
        {
            Share(precision[k]), Share(recall[k]), Share(f1[k]), Share(found.RocAucByClass[k]), Share(error[k]), name,
        });
    }

    private static IEnumerable<string[]> ConfusionRows(Evaluation found) =>
        found.Classes.Select((name, i) => found.Classes.Select((_, j) => Figures.Real(found.Confusion[i, j])).Append(name).ToArray());

    // Of sequences, too: those of different lengths have different log-likelihoods.
    private static string UnitText(LikelihoodEvaluation found) => found.Weight == found.Rows ? "per row" : "per unit of weight";

    /// <summary>A table of evaluations, for people.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="what">What each of them is about, as a title.</param>
    /// <param name="all">The evaluations, all of one kind, and their names.</param>
    public static void WriteTable(TextWriter target, string what, IEnumerable<(string Name, ModelEvaluation Found)> all)
    {
        var rows = all.ToArray();
        string[] head = rows[0].Found is Evaluation
            ? [what, "rows", "accuracy", "log-loss", "Brier score", "ROC area"]
            : [what, "rows", "mean log-likelihood", "log-likelihood", "BIC", "AIC"];
        TextTable.Write(target, head, rows.Select(r => (string[])[r.Name, Figures.Count(r.Found.Rows), .. Cells(r.Found)]), numeric: head.Length);

        static string[] Cells(ModelEvaluation found) => found switch
        {
            Evaluation e => [Share(e.Accuracy), Share(e.LogLoss), Share(e.Brier), Share(e.RocAuc)],
            LikelihoodEvaluation e => [Share(e.MeanLogLikelihood), Figures.Real(e.LogLikelihood), Real(e.Bic), Real(e.Aic)],
            _ => [],
        };
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console, string? output) => JsonObject.Write(console, json =>
    {
        WriteMeasures(json, Found);
        json.WriteNumber("rowsRejected", Rejected);
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("rowsPerSecond", RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        if (output is not null) json.WriteString("output", output);
    });

    /// <summary>For a file.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("format", FileKind.EvaluationFormat);
            WriteMeasures(json, Found);
            json.WriteNumber("rowsRejected", Rejected);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Writes what was measured as properties of the current object.</summary>
    public static void WriteMeasures(Utf8JsonWriter json, ModelEvaluation measured)
    {
        json.WriteNumber("rows", measured.Rows);
        if (measured is LikelihoodEvaluation likelihood)
        {
            Write(json, "weight", likelihood.Weight);
            Write(json, "meanLogLikelihood", likelihood.MeanLogLikelihood);
            Write(json, "logLikelihood", likelihood.LogLikelihood);
            Write(json, "bic", likelihood.Bic);
            Write(json, "aic", likelihood.Aic);
        }
        if (measured is not Evaluation found) return;
        json.WriteNumber("unlabelled", found.Unlabeled);
        Write(json, "weight", found.Weight);
        json.WriteTexts("classes", found.Classes);
        json.WriteMatrix("confusion", found.Confusion);
        Write(json, "accuracy", found.Accuracy);
        Write(json, "logLoss", found.LogLoss);
        Write(json, "brier", found.Brier);
        Write(json, "rocAuc", found.RocAuc);
        Write(json, "rocAucError", found.RocAucError);
        WriteList(json, "rocAucByClass", found.RocAucByClass);
        WriteList(json, "precision", found.Precision);
        WriteList(json, "recall", found.Recall);
        WriteList(json, "f1", found.F1);
        json.WriteStartArray("calibration");
        foreach (var bins in found.Calibration)
        {
            json.WriteStartArray();
            foreach (var bin in bins)
            {
                json.WriteStartObject();
                json.WriteNumber("rows", bin.Rows);
                Write(json, "weight", bin.Weight);
                Write(json, "meanProbability", bin.MeanProbability);
                Write(json, "share", bin.Share);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        WriteList(json, "calibrationError", [.. found.CalibrationError.Select(e => (double?)e)]);
    }

    private static void WriteClasses(TextWriter target, Evaluation found)
    {
        target.WriteLine($"evaluated on {Figures.Number(found.Rows, "labeled row")}"
            + $"{(found.Unlabeled > 0 ? $"; {Figures.Number(found.Unlabeled, "row")} without a label not counted" : "")}:");
        target.WriteLine($"  accuracy {Share(found.Accuracy)}, log-loss {Share(found.LogLoss)}, Brier score {Share(found.Brier)}, area under the ROC curve "
            + $"{Share(found.RocAuc)}{(found.RocAucError > 0 ? $" (to within {Share(found.RocAucError)})" : "")}");
        TextTable.Write(target, classHead, ClassRows(found), numeric: classHead.Length - 1);
        target.WriteLine("weight of the rows of each class, by predicted class:");
        TextTable.Write(target, [.. found.Classes.Select(c => PrintableText.Of(c)), "true class"], ConfusionRows(found), numeric: found.Classes.Count);
    }

    private static string Real(double? value) => value is { } number ? Figures.Real(number) : "-";

    private static string Share(double? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "-";

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<double?> values) =>
        json.WriteList(name, values, value => WriteValue(json, value));

    internal static void Write(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, double? value)
    {
        if (value is { } number) JsonHelpers.WriteNumber(json, number);
        else json.WriteNullValue();
    }
}
