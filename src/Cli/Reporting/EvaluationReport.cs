using System.Globalization;
using System.Text.Json;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;
using Pipelines.Models;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of an evaluation.</summary>
/// <param name="Result">The evaluation.</param>
/// <param name="Seconds">Time from the start of reading.</param>
/// <param name="RefusesRows">True if bad rows do not fail the run.</param>
internal sealed record EvaluationReport(EvaluatedModel Result, double Seconds, bool RefusesRows)
{
    /// <summary>How a report file begins.</summary>
    public static ReadOnlySpan<byte> Beginning => "{\"format\":\"pipelines-evaluation\""u8;

    private Evaluation Found => Result.Evaluation;

    private double RowsPerSecond => Seconds > 0 ? (Found.Rows + Found.Unlabeled) / Seconds : 0;

    /// <summary>For people.</summary>
    public void WriteText(TextWriter target)
    {
        target.WriteLine($"evaluated on {Figures.Number(Found.Rows, "labeled row")}"
            + $"{(Found.Unlabeled > 0 ? $"; {Figures.Number(Found.Unlabeled, "row")} without a label not counted" : "")}:");
        target.WriteLine($"  accuracy {Share(Found.Accuracy)}, log-loss {Share(Found.LogLoss)}, Brier score {Share(Found.Brier)}, area under the ROC curve "
            + $"{Share(Found.RocAuc)}{(Found.RocAucError > 0 ? $" (to within {Share(Found.RocAucError)})" : "")}");
        TextTable.Write(target, ["precision", "recall", "F1", "ROC area", "calibration error", "class"], Found.Classes.Select((name, k) => new[]
        {
            Share(Found.Precision[k]), Share(Found.Recall[k]), Share(Found.F1[k]), Share(Found.RocAucByClass[k]), Share(Found.CalibrationError[k]), name,
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
            json.WriteString("format", "pipelines-evaluation");
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
        json.WriteStartArray("classes");
        foreach (var name in found.Classes) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("confusion");
        for (var i = 0; i < found.Classes.Count; i++)
        {
            json.WriteStartArray();
            for (var j = 0; j < found.Classes.Count; j++) WriteValue(json, found.Confusion[i, j]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
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

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<double?> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) WriteValue(json, value);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        WriteValue(json, value);
    }

    // JSON has no infinities.
    private static void WriteValue(Utf8JsonWriter json, double? value)
    {
        if (value is not { } number) json.WriteNullValue();
        else if (double.IsFinite(number)) json.WriteNumberValue(number);
        else json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }
}
