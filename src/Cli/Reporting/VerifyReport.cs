using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a check of an output.</summary>
/// <param name="Verification">The check.</param>
internal sealed record VerifyReport(OutputVerification Verification)
{
    /// <summary>Writes one line for each discrepancy.</summary>
    public void WriteDiscrepancies(TextWriter target)
    {
        foreach (var discrepancy in Verification.Discrepancies)
            target.WriteLine($"pipelines: error: {ErrorText.Shortened(discrepancy, ErrorText.MostCharacters)}");
    }

    /// <summary>For people.</summary>
    public void WriteText(TextWriter target)
    {
        var v = Verification;
        var what = $"{Figures.Number(v.Parts, "file")}, {Figures.Number(v.Rows, "row")}, {Figures.Bytes(v.Bytes)}";
        if (v.Discrepancies.Count > 0)
            target.WriteLine($"{v.Output} has changed since it was written: {Figures.Count(v.Discrepancies.Count)} "
                + $"{(v.Discrepancies.Count == 1 ? "discrepancy" : "discrepancies")} in {what}");
        else target.WriteLine($"{v.Output} is intact: {what}");
        if (v.RowsRejected > 0) target.WriteLine(Figures.Balance(v.Rows, v.RowsRejected.Value));
    }

    private Failure Damage => new(Verification.Output, Verification.Discrepancies[0], "the output as the run wrote it", "restore it, or run the job again",
        string.Join('\n', Verification.Discrepancies));

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
        json.WriteTexts("discrepancies", Verification.Discrepancies);
        if (Verification.Discrepancies.Count > 0) Damage.WriteJson(json);
    });
}
