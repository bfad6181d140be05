namespace Pipelines.Cli.Reporting;

/// <summary>What a finished scoring says.</summary>
/// <param name="Rows">Rows scored and written.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="Output">Where they went.</param>
/// <param name="Rejected">Rows read but refused.</param>
internal sealed record ScoreReport(long Rows, double Seconds, string Output, long Rejected)
{
    /// <summary>For people.</summary>
    public void WriteWords(TextWriter target)
    {
        target.WriteLine($"scored {Words.Count(Rows)} rows: {Words.Time(Seconds)}, {Words.Rate(RowsPerSecond)}, peak memory {Words.Bytes(PeakMemory.Bytes())}");
        if (Rejected > 0) target.WriteLine(Words.Balance(Rows, Rejected));
        target.WriteLine($"wrote {Output}");
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(TextWriter target) => JsonObject.Write(target, json =>
    {
        json.WriteNumber("rows", Rows);
        json.WriteNumber("rowsRejected", Rejected);
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("rowsPerSecond", RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Output);
    });

    private double RowsPerSecond => Seconds > 0 ? Rows / Seconds : 0;
}
