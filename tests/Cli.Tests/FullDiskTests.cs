using System.Diagnostics;

namespace Pipelines.Cli.Tests;

/// <summary>A disk that fills up: a limit on the size of files stands for it. One error, exit code 1, nothing left.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public async Task Score_fails_cleanly()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 30_000);
        TestData.SaveModel(folder["m.json"], "x");
        var result = await RunLimitedAsync(100, "score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"]);
        Assert.Equal(1, result.Code);
        Assert.Matches($"^pipelines: error: {folder["s.parquet"]}: found a failing write \\(.*\\), expected room and permission to write; free space or choose "
            + "another place; nothing was left behind$", result.ErrorText);
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
    }

    [LinuxFact]
    public async Task Fit_fails_cleanly()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        // 20 components of two features take some 8 kB; the limit is 1.
        var result = await RunLimitedAsync(1, "fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "multivariate-gaussian",
            "--components", "20", "--min-variance", "0.01", "--iterations", "1", "--output", folder["m.json"]);
        Assert.Equal(1, result.Code);
        Assert.Matches($"^pipelines: error: --output {folder["m.json"]}: found .*, expected space to write the model; free space or choose another folder, "
            + "and run again$", result.ErrorText);
        Assert.Equal(["d.parquet"], folder.Names);
    }

    private static Task<ToolResult> RunLimitedAsync(int kilobytes, params string[] args)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in (string[])["-c", $"trap '' XFSZ; ulimit -f {kilobytes}; exec dotnet \"$@\"", "bash", Tool.ToolPath, .. args])
            start.ArgumentList.Add(arg);
        // The runtime's own double mapping of code is a file too, larger than the limit.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Tool.RunProcessAsync(start, null);
    }
}
