using System.Text.Json;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary><c>--json</c>: one object on standard output, whatever happens, with every warning that standard error shows.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("command", "frobnicate", "--json")]
    [InlineData("command", "--json")]
    [InlineData("INPUT", "fit", "mixture", "--json")]
    [InlineData("--seed", "score", "m.json", "d.parquet", "--json", "--output", "o.parquet", "--seed", "x")]
    [InlineData("--jsn", "inspect", "m.json", "--jsn", "--json")]
    public async Task A_mistake_in_the_arguments_is_an_object(string place, params string[] args)
    {
        var result = await Tool.RunAsync(args);
        Assert.Equal(2, result.Code);
        var error = Error(result);
        Assert.Equal(place, error.GetProperty("place").GetString());
        string? Part(string name) => error.GetProperty(name).GetString();
        var text = $"{place}: found {Part("found")}, expected {Part("expected")}; {Part("remedy")}";
        Assert.StartsWith(text, error.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_mistakes_are_one_object()
    {
        var result = await Tool.RunAsync("sample", "m.json", "--json");
        var error = Error(result);
        Assert.Equal("--rows", error.GetProperty("place").GetString());
        Assert.Equal(2, error.GetProperty("text").GetString()!.Split('\n').Length);
    }

    [Fact]
    public async Task After_the_end_of_the_options_it_is_a_file()
    {
        var result = await Tool.RunAsync("inspect", "--", "--json");
        Assert.Equal("", result.Out);
    }

    [Theory]
    [InlineData("fit", "distribution", "nix.parquet", "--distribution", "normal", "--output", "m.json")]
    [InlineData("score", "nix.json", "nix.parquet", "--output", "s.parquet")]
    [InlineData("inspect", "nix.parquet")]
    [InlineData("verify", "nix")]
    [InlineData("plot", "nix.json", "--output", "p.png")]
    [InlineData("sample", "nix.json", "--rows", "5", "--output", "s.parquet")]
    [InlineData("convert", "nix.json", "m.json")]
    public async Task An_error_of_any_verb_is_an_object(params string[] args)
    {
        var result = await Tool.RunAsync([.. args, "--json"]);
        Assert.InRange(result.Code, 1, 3);
        var error = Error(result);
        foreach (var part in (string[])["place", "found", "expected", "remedy", "text"]) Assert.NotEqual("", error.GetProperty(part).GetString());
        Assert.Equal($"pipelines: error: {error.GetProperty("text").GetString()}", result.ErrorText);
    }

    [Fact]
    public async Task A_cancelled_run_is_an_object()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        var cancelled = new CancellationToken(canceled: true);
        var result = await Tool.RunAsync(cancelled, "score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--json");
        Assert.Equal(130, result.Code);
        var error = Error(result);
        Assert.Equal("pipelines score", error.GetProperty("place").GetString());
        Assert.Equal("cancelled; no output was written", error.GetProperty("text").GetString());
    }

    [Fact]
    public void An_error_that_nobody_foresaw_is_an_object()
    {
        var (output, error) = (new StringWriter(), new StringWriter { NewLine = "\n" });
        var console = new ToolConsole(output, error, false);
        var stop = StopRequest.From(CancellationToken.None);
        Assert.Equal(1, ErrorReport.Write(console, new InvalidOperationException("broken"), verbose: false, stop, "pipelines fit", isJson: true));
        Assert.Equal(
            """{"error":{"place":"pipelines fit","found":"broken (InvalidOperationException)","expected":"a run without such an error",""" + '"' +
            """remedy":"--verbose shows where it occurred","text":"broken (an unforeseen error; --verbose shows where it occurred)"},"warnings":[]}""",
            output.ToString().TrimEnd());
        Assert.Equal("pipelines: error: broken (an unforeseen error; --verbose shows where it occurred)\n", error.ToString());
    }

    [Theory]
    [InlineData("--help", "help"), InlineData("--version", "version"), InlineData("fit kmeans --help", "help")]
    public async Task A_help_page_and_the_version_are_objects(string arguments, string name)
    {
        var plain = await Tool.RunAsync(arguments.Split(' '));
        var result = await Tool.RunAsync([.. arguments.Split(' '), "--json"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal([name, "warnings"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(plain.Out.Trim(), json.RootElement.GetProperty(name).GetString()!.Trim());
    }

    [Fact]
    public async Task An_incremental_fit_has_what_other_fits_have()
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"], rows: 60);
        string[] fit = ["fit", "mixture", folder["a.parquet"], "--features", "x", "--distribution", "normal", "--components", "2", "--iterations", "3",
            "--tolerance=-1", "--json", "--quiet", "--output", folder["m.json"]];
        string[] names = ["iterations", "converged", "logLikelihood", "history", "rowsPerSecond"];
        using var whole = JsonDocument.Parse((await Tool.RunAsync(fit)).Out);
        using var first = JsonDocument.Parse((await Tool.RunAsync([.. fit, "--incremental", folder["s.json"]])).Out);
        foreach (var name in names[..3]) Assert.Equal($"{whole.RootElement.GetProperty(name)}", $"{first.RootElement.GetProperty(name)}");
        Assert.Equal(3, first.RootElement.GetProperty("history").GetArrayLength());
        // A run without new rows has no iterations, and the outcome of the runs before.
        using var again = JsonDocument.Parse((await Tool.RunAsync([.. fit, "--incremental", folder["s.json"]])).Out);
        Assert.Equal((0, 0, 0, $"{whole.RootElement.GetProperty("logLikelihood")}"),
            (again.RootElement.GetProperty("rows").GetInt64(), again.RootElement.GetProperty("iterations").GetInt32(),
                again.RootElement.GetProperty("history").GetArrayLength(), $"{again.RootElement.GetProperty("logLikelihood")}"));
        foreach (var name in names) Assert.True(again.RootElement.TryGetProperty(name, out _), name);
    }

    [Fact]
    public async Task Drift_that_is_warned_of_is_in_the_object()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--features", "x", "--distribution", "normal", "--output", folder["m.json"]);
        await TestData.WriteAsync(folder["far.parquet"], ("x", new[] { -500.0, 900.0 }));
        var (model, data) = (folder["m.json"], folder["far.parquet"]);
        SameWarnings(await Tool.RunAsync("score", model, data, "--output", folder["s.parquet"], "--json"), 1);
        SameWarnings(await Tool.RunAsync("score", model, data, "--output", folder["runs"], "--incremental", folder["state.json"], "--json"), 1);
        SameWarnings(await Tool.RunAsync("fit", "distribution", data, "--initial", model, "--output", folder["n.json"], "--json"), 1);
    }

    [Fact]
    public async Task What_a_model_file_is_warned_of_is_in_the_object()
    {
        var model = new HiddenMarkovModel(
            [new HiddenState("a") { Distribution = new NormalDistribution(0, 1) }, new HiddenState("b") { Distribution = new NormalDistribution(5, 1) }],
            [new(HiddenMarkovModel.Start, "a", 1), new("a", "b", 0.75), new("a", "a", 0.25), new("b", "a", 1)]);
        new SavedModel(model, [new Feature("x")]).Save(folder["h.json"]);
        // Transitions out of a state that do not sum to 1.
        File.WriteAllText(folder["h.json"], File.ReadAllText(folder["h.json"]).Replace("0.25", "0.2", StringComparison.Ordinal));
        SameWarnings(await Tool.RunAsync("inspect", folder["h.json"], "--json"), 1);
        SameWarnings(await Tool.RunAsync("sample", folder["h.json"], "--rows", "10", "--length", "5", "--output", folder["s.parquet"], "--json"), 1);
        SameWarnings(await Tool.RunAsync("convert", folder["h.json"], folder["c.json"], "--json"), 1);
    }

    [Fact]
    public void A_warning_is_kept_where_it_is_printed()
    {
        // One place prints them, so none is printed that is not kept.
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Pipelines.sln"))) root = root.Parent;
        var sources = Directory.EnumerateFiles(Path.Combine(root!.FullName, "src", "Cli"), "*.cs", SearchOption.AllDirectories)
            .Where(f => File.ReadAllText(f).Contains("pipelines: warning", StringComparison.Ordinal));
        Assert.Equal(["ToolConsole.cs"], sources.Select(Path.GetFileName));
    }

    private static void SameWarnings(ToolResult result, int least)
    {
        Assert.Equal(0, result.Code);
        const string prefix = "pipelines: warning: ";
        var shown = result.Error.Split('\n').Where(l => l.StartsWith(prefix, StringComparison.Ordinal)).Select(l => l[prefix.Length..]).ToArray();
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(shown, json.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
        Assert.True(shown.Length >= least, result.Error);
    }

    // Exactly one object, on one line, and nothing else.
    private static JsonElement Error(ToolResult result)
    {
        Assert.Single(result.Out.TrimEnd('\n').Split('\n'));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(["error", "warnings"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["place", "found", "expected", "remedy", "text"], json.RootElement.GetProperty("error").EnumerateObject().Select(p => p.Name));
        return json.RootElement.GetProperty("error").Clone();
    }
}
