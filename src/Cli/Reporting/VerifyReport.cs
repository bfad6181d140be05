using Pipelines.Io;

namespace Pipelines.Cli.Reporting;

/// <summary>What a check of an output says.</summary>
/// <param name="Verification">The check.</param>
internal sealed record VerifyReport(OutputVerification Verification)
{
    /// <summary>One line for everything that is wrong.</summary>
    public void WriteDiscrepancies(TextWriter target)
    {
        foreach (var discrepancy in Verification.Discrepancies) target.WriteLine($"pipelines: error: {discrepancy}");
    }

    /// <summary>For people.</summary>
    public void WriteWords(TextWriter target)
    {
        var v = Verification;
        var what = $"{Words.Count(v.Parts)} {(v.Parts == 1 ? "file" : "files")}, {Words.Count(v.Rows)} rows, {Words.Bytes(v.Bytes)}";
        if (v.Discrepancies.Count > 0) target.WriteLine($"{v.Output} is not as it was written: {Words.Count(v.Discrepancies.Count)} {(v.Discrepancies.Count == 1 ? "discrepancy" : "discrepancies")} in {what}");
        else target.WriteLine($"{v.Output} is whole: {what}");
        if (v.RowsRejected > 0) target.WriteLine(Words.Balance(v.Rows, v.RowsRejected.Value));
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteString("output", Verification.Output);
        json.WriteBoolean("ok", Verification.Discrepancies.Count == 0);
        json.WriteNumber("files", Verification.Parts);
        json.WriteNumber("rows", Verification.Rows);
        if (Verification.RowsIn is { } rowsIn) json.WriteNumber("rowsIn", rowsIn);
        if (Verification.RowsRejected is { } rejected) json.WriteNumber("rowsRejected", rejected);
        json.WriteNumber("bytes", Verification.Bytes);
        json.WriteStartArray("discrepancies");
        foreach (var discrepancy in Verification.Discrepancies) json.WriteStringValue(discrepancy);
        json.WriteEndArray();
        if (Verification.Discrepancies.Count > 0) Failure.Of(Verification.Discrepancies, "pipelines verify").WriteJson(json);
    });
}
