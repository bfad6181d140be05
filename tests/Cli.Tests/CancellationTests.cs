using System.Diagnostics;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>A run that is stopped cleans up and says so with exit code 130.</summary>
public sealed class CancellationTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_a_fit(string signal)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        // No tolerance: this fit would go on for a hundred million iterations.
        var start = Tool.Command("fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "normal", "--components", "2", "--tolerance",
            "-1e300", "--output", folder["m.json"], "--verbose");
        start.Environment["TMPDIR"] = folder.Root;
        Tool.HearSignals(start);
        var sent = false;
        var result = await Tool.RunProcessAsync(start, (process, line) =>
        {
            if (sent || !line.Contains("Z iteration 2,", StringComparison.Ordinal)) return;
            sent = true;
            // The shell has a kill of its own; the program is not everywhere.
            using var kill = Process.Start("bash", ["-c", $"kill -{signal} {process.Id}"]);
            kill.WaitForExit();
        });
        Assert.True(sent);
        Assert.Equal(130, result.Code);
        Assert.EndsWith("pipelines: cancelled; no output was written\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(["d.parquet"],
            folder.Names.Where(n => !n.StartsWith("clr-debug-pipe", StringComparison.Ordinal) && !n.StartsWith("dotnet-diagnostic", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cancelled_score_leaves_nothing()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 20_000);
        TestData.SaveModel(folder["m.json"], "x");
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new CancellingWriter(stop));
        var code = await PipelinesTool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--batch-size", "100"],
            new ToolConsole(output, error, ErrorIsTerminal: false), stop.Token);
        Assert.Equal(130, code);
        Assert.Equal("", output.ToString());
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
    }

    /// <summary>Cancels at the first thing that is written: the first progress, in the middle of the run.</summary>
    private sealed class CancellingWriter(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value) => stop.Cancel();
    }
}
