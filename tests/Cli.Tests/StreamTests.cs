using System.Diagnostics;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Standard streams that are closed, full or left by their reader: the job is done all the same, and only a lost result is an error.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData("2>&-", 0)]
    [InlineData(">&-", 0)]
    [InlineData(">&- 2>&-", 0)]
    [InlineData("<&- >&- 2>&-", 0)]
    [InlineData("2>/dev/full", 0)]
    [InlineData(">/dev/full", 0)]
    [InlineData("2> >(true)", 0)]
    [InlineData("> >(true)", 0)]
    [InlineData("--json 2>&-", 0)]
    [InlineData("--json 2>/dev/full", 0)]
    [InlineData("--json >/dev/full", 1)]
    [InlineData("--json >&-", 1)]
    public async Task A_fit_ends(string redirection, int code)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        const string options = "--features x,y --distribution normal --components 2 --verbose";
        var result = await ShellAsync($"fit mixture '{folder["d.parquet"]}' {options} --output '{folder["m.json"]}' {redirection}");
        Assert.Equal(code, result.Code);
        Assert.True(File.Exists(folder["m.json"]));
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
        if (redirection.Contains("2>", StringComparison.Ordinal)) Assert.Equal("", result.Error);
        if (redirection.StartsWith("--json 2>", StringComparison.Ordinal)) using (JsonDocument.Parse(result.Out)) { }
        if (code != 0) AssertLost(redirection, result);
    }

    private static void AssertLost(string redirection, ToolResult result)
    {
        var found = redirection.EndsWith('-') ? "a closed stream" : "an error when writing \\(No space left on device.*\\)";
        const string rest = "expected a stream that accepts the result; free space, or write elsewhere; the run itself is complete";
        Assert.Matches($"^pipelines: error: standard output: found {found}, {rest}$", result.ErrorText.Split('\n')[0]);
    }

    [LinuxTheory]
    [InlineData("2>&-", 0)]
    [InlineData(">/dev/full", 0)]
    [InlineData("--json >/dev/full", 1)]
    [InlineData("--dry-run >/dev/full", 1)]
    public async Task A_score_ends(string redirection, int code)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        Assert.Equal(code, (await ShellAsync($"score '{folder["m.json"]}' '{folder["d.parquet"]}' --output '{folder["s.parquet"]}' {redirection}")).Code);
        Assert.Equal(!redirection.Contains("dry", StringComparison.Ordinal), File.Exists(folder["s.parquet"]));
    }

    [LinuxTheory]
    [InlineData("--help >/dev/full", 1)]
    [InlineData("inspect NIX >/dev/full", 2)]
    [InlineData("inspect MODEL >/dev/full", 1)]
    [InlineData("inspect MODEL >&-", 1)]
    [InlineData("inspect MODEL 2>&-", 0)]
    [InlineData("frobnicate 2>&-", 2)]
    [InlineData("frobnicate --json >&- 2>&-", 2)]
    public async Task What_was_asked_for_must_not_be_lost(string args, int code)
    {
        TestData.SaveModel(folder["m.json"], "x");
        Assert.Equal(code, (await ShellAsync(args.Replace("MODEL", $"'{folder["m.json"]}'", StringComparison.Ordinal))).Code);
    }

    [LinuxFact]
    public async Task A_reader_that_goes_away_is_no_error()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        var paths = $"'{folder["m.json"]}' '{folder["d.parquet"]}' --output '{folder["s.parquet"]}'";
        var result = await ShellAsync($"score {paths} --batch-size 10 --json | true; exit ${{PIPESTATUS[0]}}");
        Assert.Equal(0, result.Code);
        Assert.True(File.Exists(folder["s.parquet"]));
    }

    // The tool as a process of its own, with a shell's redirections behind its arguments.
    private static Task<ToolResult> ShellAsync(string commandLine)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"dotnet '{Tool.ToolPath}' {commandLine}");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Tool.RunProcessAsync(start, null);
    }
}
