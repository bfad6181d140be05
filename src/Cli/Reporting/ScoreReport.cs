using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a finished scoring run.</summary>
/// <param name="Result">The run.</param>
/// <param name="RefusesRows">True if bad rows do not fail the run.</param>
internal sealed record ScoreReport(RunResult Result, bool RefusesRows)
{
    /// <summary>What the inference of a network took; null for other models.</summary>
    public InferenceCost? Inference { get; init; }

    /// <summary>For people.</summary>
    public void WriteText(TextWriter target)
    {
        if (Result.RowsResumed > 0 && Result.RowsResumed == Result.RowsIn)
            target.WriteLine($"all {Figures.Count(Result.RowsIn)} rows were done before; the output was checked");
        else
        {
            target.WriteLine($"scored {Figures.Count(Result.RowsOut)} rows: {Figures.Time(Result.Seconds)}, {Figures.Rate(Result.RowsPerSecond)}, peak memory "
                + $"{Figures.Bytes(PeakMemory.Bytes())}");
            if (Result.RowsResumed > 0) target.WriteLine($"{Figures.Count(Result.RowsResumed)} of {Figures.Count(Result.RowsIn)} rows were done before");
        }
        if (RefusesRows) target.WriteLine(Figures.Balance(Result.RowsOut, Result.RowsRejected));
        if (Inference is { Patterns: > 0 } cost)
            target.WriteLine($"{Figures.Number(cost.Patterns, "set")} of observed variables, largest table {Figures.Bytes(cost.LargestTableBytes)}");
        target.WriteLine($"wrote {Result.Output}");
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteNumber("rows", Result.RowsOut);
        json.WriteNumber("rowsIn", Result.RowsIn);
        json.WriteNumber("rowsRejected", Result.RowsRejected);
        json.WriteNumber("rowsResumed", Result.RowsResumed);
        if (Inference is { } cost) json.WriteCost(cost);
        json.WriteNumber("seconds", Result.Seconds);
        json.WriteNumber("rowsPerSecond", Result.RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Result.Output);
    });
}
