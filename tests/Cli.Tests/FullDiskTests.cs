using System.Diagnostics;

namespace Pipelines.Cli.Tests;

/// <summary>A disk that fills up: a limit on the size of files stands for it. One error, exit code 1, nothing left.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Fit = "fit kmeans ~/d.parquet --features x --components 2 --output ~/o.json ";

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public async Task Score_fails_cleanly()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 30_000);
        TestData.SaveModel(folder["m.json"], "x");
        var result = await RunLimitedAsync(100, "score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"]);
        Assert.Equal(1, result.Code);
        Assert.Matches($"^pipelines: error: {folder["s.parquet"]}: found an error when writing \\(.*\\), expected room and permission to write; free space "
            + "or choose "
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

    [LinuxTheory]
    [InlineData("score ~/m.json ~/d.parquet --output ~/s.parquet", "~/s.parquet")]
    [InlineData("score ~/m.json ~/d.parquet --output ~/s", "~/s")]
    [InlineData("sample ~/m.json --rows 5 --output ~/there", "~/there")]
    [InlineData(Fit + "--on-bad-row quarantine ~/q", "~/q")]
    [InlineData(Fit + "--on-bad-row quarantine ~/there", "~/there")]
    [InlineData(Fit + "--checkpoint ~/c", "checkpoint folder ~/c")]
    [InlineData(Fit + "--checkpoint ~/there", "checkpoint folder ~/there")]
    [InlineData(Fit + "--incremental ~/state.json", "--incremental ~/state.json")]
    [InlineData("score ~/m.json ~/d.parquet --output ~/s --incremental ~/state.json", "--incremental ~/state.json")]
    public async Task A_lock_that_finds_no_room_is_not_left_behind(string arguments, string place)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 60);
        TestData.SaveModel(folder["m.json"], "x");
        Directory.CreateDirectory(folder["there"]);
        var result = await RunLimitedAsync(0, arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        Assert.Equal(
            (1, $"pipelines: error: {place}: found an error when writing (File too large), expected room and permission to write; free space or choose another "
                + "place; nothing was left behind"),
            (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
        Assert.Equal(["d.parquet", "m.json", "there"], folder.Names);
    }

    [LinuxFact]
    public async Task A_full_folder_of_temporary_files_is_named()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 1_500_000).Select(i => i % 1_000.0).ToArray()));
        Directory.CreateDirectory(folder["tmp"]);
        var result = await RunLimitedAsync(
            1, folder["tmp"],
            ["fit", "kmeans", folder["d.parquet"], "--features", "x", "--components", "2", "--memory", "16MiB", "--output", folder["o.json"]]);
        Assert.Equal(
            (1, $"pipelines: error: temporary files in {folder["tmp"]}: found an error when writing (File too large), expected room for another 131136 bytes; "
                + "free space, choose another spill folder (TMPDIR), or give more memory (--memory)"),
            (result.Code, result.ErrorText));
        Assert.Equal(["d.parquet", "tmp"], folder.Names);
    }

    private static Task<ToolResult> RunLimitedAsync(int kilobytes, params string[] args) => RunLimitedAsync(kilobytes, null, args);

    private static Task<ToolResult> RunLimitedAsync(int kilobytes, string? temporary, string[] args)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in (string[])["-c", $"ulimit -f {kilobytes}; exec dotnet \"$@\"", "bash", Tool.ToolPath, .. args])
            start.ArgumentList.Add(arg);
        // The runtime's own double mapping of code is a file too, larger than the limit.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (temporary is not null) start.Environment["TMPDIR"] = temporary;
        return Tool.RunProcessAsync(start, null);
    }
}
