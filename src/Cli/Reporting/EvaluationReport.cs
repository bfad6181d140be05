using System.Globalization;
using System.Text.Json;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of an evaluation.</summary>
/// <param name="Result">The evaluation.</param>
/// <param name="Seconds">Time from the start of reading.</param>
/// <param name="RefusesRows">True if bad rows do not fail the run.</param>
internal sealed record EvaluationReport(EvaluatedModel Result, double Seconds, bool RefusesRows)
{
    private Evaluation Found => Result.Evaluation;

    private double RowsPerSecond => Seconds > 0 ? (Found.Rows + Found.Unlabeled) / Seconds : 0;

    /// <summary>For people.</summary>
    public void WriteText(TextWriter target)
    {
        target.WriteLine($"evaluated on {Figures.Number(Found.Rows, "labeled row")}"
            + $"{(Found.Unlabeled > 0 ? $"; {Figures.Number(Found.Unlabeled, "row")} without a label not counted" : "")}:");
        target.WriteLine($"  accuracy {Share(Found.Accuracy)}, log-loss {Share(Found.LogLoss)}, Brier score {Share(Found.Brier)}, area under the ROC curve "
            + $"{Share(Found.RocAuc)}{(Found.RocAucError > 0 ? $" (to within {Share(Found.RocAucError)})" : "")}");
        // Each of them is computed from the whole matrix.
        var (precision, recall, f1, error) = (Found.Precision, Found.Recall, Found.F1, Found.CalibrationError);
        TextTable.Write(target, ["precision", "recall", "F1", "ROC area", "calibration error", "class"], Found.Classes.Select((name, k) => new[]
        {
            Share(precision[k]), Share(recall[k]), Share(f1[k]), Share(Found.RocAucByClass[k]), Share(error[k]), name,
        }), numeric: 5);
        target.WriteLine("weight of the rows of each class, by predicted class:");
        TextTable.Write(target, [.. Found.Classes.Select(c => PrintableText.Of(c)), "true class"],
            Found.Classes.Select((name, i) => Found.Classes.Select((_, j) => Figures.Real(Found.Confusion[i, j])).Append(name).ToArray()),
            numeric: Found.Classes.Count);
        if (RefusesRows) target.WriteLine(Figures.Balance(Found.Rows + Found.Unlabeled, Result.RowsRejected));
        target.WriteLine($"{Figures.Time(Seconds)}, {Figures.Rate(RowsPerSecond)}, peak memory {Figures.Bytes(PeakMemory.Bytes())}");
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console, string? output) => JsonObject.Write(console, json =>
    {
        WriteMeasures(json, Found);
        json.WriteNumber("rowsRejected", Result.RowsRejected);
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
            json.WriteNumber("rowsRejected", Result.RowsRejected);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Writes what was measured as properties of the current object.</summary>
    public static void WriteMeasures(Utf8JsonWriter json, Evaluation found)
    {
        json.WriteNumber("rows", found.Rows);
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

    private static string Share(double? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "-";

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<double?> values) =>
        json.WriteList(name, values, value => WriteValue(json, value));

    private static void Write(Utf8JsonWriter json, string name, double? value)
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
