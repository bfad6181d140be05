using System.Diagnostics;
using Pipelines.Cli.Commands;

namespace Pipelines.Cli.Tests;

/// <summary>What shells are told may follow on a command line.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Verbs_and_kinds_follow_the_name()
    {
        Assert.Equal(["sample", "score"], (await AskAsync("s")).Order());
        Assert.Equal(FitKind.All.Select(k => k.Name), await AskAsync("fit", ""));
        Assert.Equal(["bash", "zsh", "pwsh"], await AskAsync("completion", ""));
    }

    [Theory]
    [InlineData("fit mixture d.parquet --dist", "--distribution")]
    [InlineData("fit mixture d.parquet --memo", "--memory")]
    [InlineData("fit mixture d.parquet --distribution log-n", "log-normal")]
    [InlineData("fit mixture d.parquet --distribution normal,log-n", "normal,log-normal")]
    [InlineData("fit mixture d.parquet --distribution=log-n", "--distribution=log-normal")]
    [InlineData("fit mixture d.parquet --distribution = log-n", "log-normal")]
    [InlineData("fit mixture d.parquet --init kmeans-", "kmeans-parallel")]
    [InlineData("fit bayes-classifier d.parquet --class-model hm", "hmm")]
    [InlineData("plot m.json --kind cont", "contour")]
    [InlineData("fit mixture d.parquet --output ", "")]
    [InlineData("fit mixture d.parquet -- --dist", "")]
    [InlineData("fit mixture ", "")]
    public async Task Options_and_their_values_are_completed(string line, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : [expected], await AskAsync(line.Split(' ')));

    [Fact]
    public async Task Columns_are_those_of_the_input()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("delay (min)", new[] { 1.0 }), ("a,b", new[] { 1.0 }), ("dist", new[] { 2.0 }));
        TestData.SaveModel(folder["m.json"], "x");
        Assert.Equal(["delay (min)", "\"a,b\"", "dist"], await AskAsync("fit", "mixture", folder["d.parquet"], "--features", ""));
        Assert.Equal(["dist,delay (min)"], await AskAsync("fit", "mixture", folder["d.parquet"], "--features", "dist,de"));
        Assert.Equal(["delay (min)", "dist"], await AskAsync("score", folder["m.json"], folder["d.parquet"], "--keep", "D"));
        Assert.Equal(["dist"], await AskAsync("fit", "hmm", folder["d.parquet"], "--quiet", "--sequence", "di"));
        Assert.Equal(["dist"], await AskAsync("fit", "kmeans", folder["d.parquet"], "--log", "di"));
        Assert.Empty(await AskAsync("fit", "mixture", folder["gone.parquet"], "--features", ""));
    }

    [Fact]
    public async Task Names_in_a_model_are_those_of_the_model()
    {
        TestData.SaveModel(folder["m.json"], "x");
        Assert.Equal(SavedModel.Load(folder["m.json"]).Model.ScoreKinds.Select(k => k.Name), await AskAsync("score", folder["m.json"], "--columns", ""));
        Assert.Equal(["label,log-probability"], await AskAsync("score", folder["m.json"], "--columns", "label,log"));
        Assert.Equal(["x"], await AskAsync("plot", folder["m.json"], "--features", ""));
        await File.WriteAllTextAsync(folder["m.json"], "{}");
        Assert.Empty(await AskAsync("score", folder["m.json"], "--columns", ""));
    }

    [Fact]
    public async Task A_part_of_a_date_is_completed_with_the_columns_that_have_it()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("at", new[] { new DateTime(2024, 1, 2, 3, 4, 5) }), ("x", new[] { 1.0 }));
        Assert.Equal(["hour(at)"], await AskAsync("fit", "kmeans", folder["d.parquet"], "--features", "hour("));
        Assert.Equal(["x,hour(at)"], await AskAsync("fit", "kmeans", folder["d.parquet"], "--features", "x,hour(a"));
    }

    [UnixTheory]
    [InlineData("pipelines fit mix", "mixture")]
    [InlineData("pipelines fit mixture ~/d.parquet --features del", "delay\\ \\(min\\)")]
    [InlineData("pipelines fit mixture ~/d.parquet --features 'del", "delay (min)")]
    [InlineData("pipelines fit mixture ~/d.parquet --features delay\\ \\(min\\),di", "delay\\ \\(min\\),dist")]
    [InlineData("pipelines inspect ~/d.par", "~/d.parquet")]
    public async Task Bash_completes(string line, string expected)
    {
        await TestData.WriteAsync(folder["d.parquet"], ("delay (min)", new[] { 1.0 }), ("dist", new[] { 2.0 }));
        await File.WriteAllTextAsync(folder["pipelines"], $"#!/bin/sh\nexec dotnet '{Tool.ToolPath}' \"$@\"\n");
        File.SetUnixFileMode(folder["pipelines"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // The words as bash splits them, with their quotation marks and backslashes.
        var words = System.Text.RegularExpressions.Regex.Split(line, @"(?<!\\) ").Select(w => w.Replace("~", folder.Root, StringComparison.Ordinal));
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{folder.Root}:{Environment.GetEnvironmentVariable("PATH")}";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("eval \"$(pipelines completion bash)\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _pipelines; "
            + "printf '%s\\n' \"${COMPREPLY[@]}\"");
        start.ArgumentList.Add("bash");
        foreach (var word in words) start.ArgumentList.Add(word);
        var result = await Tool.RunProcessAsync(start, null);
        Assert.Equal(new ToolResult(0, expected.Replace("~", folder.Root, StringComparison.Ordinal) + "\n", ""), result);
    }

    [ShellFact("zsh")]
    public Task Zsh_reads_its_script() => ReadsAsync("zsh", "-n", "{0}");

    [ShellFact("pwsh")]
    public Task Powershell_reads_its_script() =>
        ReadsAsync("pwsh", "-NoProfile", "-Command", "$null = [scriptblock]::Create((Get-Content -Raw '{0}'))");

    private async Task ReadsAsync(string shell, params string[] arguments)
    {
        await File.WriteAllTextAsync(folder["script"], (await Tool.RunAsync("completion", shell)).Out);
        var start = new ProcessStartInfo(shell) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument.Replace("{0}", folder["script"], StringComparison.Ordinal));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunProcessAsync(start, null));
    }

    private static async Task<string[]> AskAsync(params string[] words)
    {
        var result = await Tool.RunAsync(["complete", "--", .. words]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        return result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
