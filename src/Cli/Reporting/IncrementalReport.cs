using Pipelines.Cli.Terminal;
using Pipelines.Io.Reading;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a finished incremental run.</summary>
/// <param name="Result">The run.</param>
/// <param name="Done">What was done to the rows: <c>scored</c>, <c>fitted to</c>.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="Output">Path of the output.</param>
internal sealed record IncrementalReport(IncrementalResult Result, string Done, double Seconds, string Output)
{
    /// <summary>The fit, without iterations if no row was new; null if nothing was fitted.</summary>
    public FitReport? Fit { get; init; }

    /// <summary>What the inference of a network took; null for other models.</summary>
    public InferenceCost? Inference { get; init; }

    /// <summary>For people.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="width">Columns of the terminal.</param>
    public void WriteText(TextWriter target, int width)
    {
        var before = $"{Figures.Number(Result.Done, "file")} done before";
        if (Result.New.Count == 0)
        {
            target.WriteLine($"no new file; {before}");
            return;
        }
        WrappedText.Write(target, $"{Done} {Figures.Number(Result.RowsOut, "row")} of {Figures.Number(Result.New.Count, "new file")}; {before}", width);
        WrappedText.Write(target, Figures.Cost(Seconds, RowsPerSecond), width);
        if (Result.RowsRejected > 0) target.WriteLine(Figures.Balance(Result.RowsOut, Result.RowsRejected));
        target.WriteLine($"wrote {Output}");
    }

    private double RowsPerSecond => Seconds > 0 ? Result.RowsOut / Seconds : 0;

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteNumber("rows", Result.RowsOut);
        json.WriteNumber("rowsIn", Result.RowsIn);
        json.WriteNumber("rowsRejected", Result.RowsRejected);
        Fit?.WriteOutcome(json);
        if (Inference is { } cost) json.WriteCost(cost);
        json.WriteNumber("filesDone", Result.Done);
        json.WriteTexts("filesNew", Result.New.Select(f => f.Name));
        json.WriteTexts("filesChanged", Result.Changed.Select(f => f.Name));
        json.WriteTexts("filesVanished", Result.Vanished.Select(ParquetPaths.NameOf));
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("rowsPerSecond", RowsPerSecond);
        json.WriteNumber("peakMemoryBytes", PeakMemory.Bytes());
        json.WriteString("output", Output);
    });
}
