using System.Diagnostics;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Signals in the middle of steps that know nothing of signals.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_step_that_cannot_be_interrupted_does_not_hold_the_process(string signal)
    {
        Shell($"mkfifo '{folder["key"]}'");
        var start = Tool.Command("inspect", folder["d.parquet"], "--decryption-key-file", folder["key"], "--json");
        Tool.HearSignals(start);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        // Opened once the tool reads it; it waits for bytes that never come.
        var opened = Task.Run(() => new FileStream(folder["key"], FileMode.Open, FileAccess.Write));
        await Task.WhenAny(opened, process.WaitForExitAsync());
        Assert.True(opened.IsCompletedSuccessfully);
        await using (await opened)
        {
            Shell($"kill -{signal} {process.Id}");
            await process.WaitForExitAsync();
        }
        Assert.Equal(130, process.ExitCode);
        const string text = "stopped in the middle of a step that cannot be interrupted";
        Assert.Equal($"pipelines: {text}\n", await error);
        using var json = JsonDocument.Parse(await output);
        Assert.Equal(text, json.RootElement.GetProperty("error").GetProperty("text").GetString());
        Assert.Equal(["key"], folder.Names);
    }

    [LinuxFact]
    public async Task A_floor_of_many_features_is_left()
    {
        const int features = 600;
        var random = new SeededRandom(1);
        var columns = Enumerable.Range(0, features).Select(j => ($"f{j}", (Array)Enumerable.Range(0, 300).Select(_ => random.NextNormal()).ToArray()));
        await TestData.WriteAsync(folder["wide.parquet"], [.. columns]);
        var start = Tool.Command(
            "fit", "mixture", folder["wide.parquet"], "--distribution", "multivariate-gaussian", "--components", "2", "--min-variance", "0.01",
            "--tolerance=-1e300",
            "--output", folder["m.json"], "--verbose");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var isSent = false;
        var result = await Tool.RunProcessAsync(start, (process, line) =>
        {
            if (isSent || !line.Contains("Z start, ", StringComparison.Ordinal)) return;
            isSent = true;
            Shell($"kill -TERM {process.Id}");
        });
        Assert.True(isSent);
        Assert.Equal(130, result.Code);
        Assert.EndsWith("pipelines: cancelled; no output was written\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(["wide.parquet"], folder.Names);
    }

    [LinuxFact]
    public async Task A_hangup_that_the_shell_ignores_is_ignored()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        // As nohup does.
        start.ArgumentList.Add(
            $"trap '' HUP; exec dotnet '{Tool.ToolPath}' fit mixture '{folder["d.parquet"]}' --features x,y --distribution normal " +
            $"--components 2 --iterations 5 --tolerance=-1e300 --output '{folder["m.json"]}' --verbose");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var result = await Tool.RunProcessAsync(start, (process, line) =>
        {
            if (line.Contains("Z iteration 2,", StringComparison.Ordinal)) Shell($"kill -HUP {process.Id}");
        });
        Assert.Equal(0, result.Code);
        Assert.True(File.Exists(folder["m.json"]));
    }

    // The shell has a kill of its own; the program is not everywhere.
    private static void Shell(string command)
    {
        using var shell = Process.Start("bash", ["-c", command]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
