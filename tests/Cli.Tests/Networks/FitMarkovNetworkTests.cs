using System.Text.Json;

namespace Pipelines.Cli.Tests.Networks;

/// <summary>Fits of Markov networks from the command line.</summary>
public sealed class FitMarkovNetworkTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("[[\"a\", \"B\"]]", "found 'B', expected variables of the fit; did you mean 'b'?")]
    [InlineData("{\"a\": []}", "found an object, expected a list of cliques; for example [[\"A\", \"B\"], [\"B\", \"C\"]]")]
    [InlineData("[\"a\"]", "found a text, expected a list of variables' names for each clique; for example [[\"A\", \"B\"], [\"B\", \"C\"]]")]
    [InlineData("[[1]]", "found a number, expected the names of variables in each clique; for example [[\"A\", \"B\"], [\"B\", \"C\"]]")]
    public async Task A_bad_file_is_named(string content, string message)
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], content);
        var result = await FitAsync("--structure", folder["f.json"]);
        Assert.Equal((2, $"pipelines: error: --structure {folder["f.json"]}: {message}"), (result.Code, result.ErrorText.Split('\n')[0]));
        Assert.Equal(["f.json", "t.parquet"], folder.Names);
    }

    [Fact]
    public async Task A_variable_in_no_clique_is_named()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], "[[\"a\", \"b\"]]");
        var result = await FitAsync("--structure", folder["f.json"]);
        Assert.Equal((2, "pipelines: error: Markov network: found variable 'c' in no clique, expected each variable in at least one clique; add a clique of "
            + "it"), (result.Code, result.ErrorText.Split('\n')[0]));
    }

    [Fact]
    public async Task Options_that_contradict_are_refused_before_the_data_is_read()
    {
        Assert.Equal("pipelines: error: --structure: found 'tree', which is no file, expected chow-liu, or a file; for example --structure chow-liu",
            (await FitAsync("--structure", "tree")).ErrorText.Split('\n')[0]);
        Assert.StartsWith("pipelines: error: --structure and --initial: found both, expected one of them, as an initial model has its own",
            (await FitAsync("--structure", "chow-liu", "--initial", "m.json")).ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("[[\"a\", \"b\"], [\"b\", \"c\"]]")]
    public async Task A_fit_scores_as_enumeration_says(string? cliques)
    {
        // The tree of the data is a - b - c as well: all that a says of c, b says too, and more.
        await NetworkData.WriteAsync(folder["t.parquet"]);
        if (cliques is not null) await File.WriteAllTextAsync(folder["f.json"], cliques);
        var fit = await FitAsync(["--json", .. cliques is null ? Array.Empty<string>() : ["--structure", folder["f.json"]]]);
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        using var report = JsonDocument.Parse(fit.Out);
        Assert.Equal("""[["a","b"],["b","c"]]""", report.RootElement.GetProperty("cliques").GetRawText().Replace(" ", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal));

        await NetworkData.WriteAsync(folder["new.parquet"], ("no", 3, null), (null, 7, true), ("yes", null, false), (null, null, null));
        var score = await Tool.RunAsync("score", folder["m.json"], folder["new.parquet"], "--columns", "log-probability", "--output", folder["s.parquet"],
            "--quiet");
        Assert.Equal((0, ""), (score.Code, score.ErrorText));
        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(scored).RunAsync();
        // P(a, b) P(b, c) / Z = P(a) P(b | a) P(c | b) P(b) / Z.
        double total = Sum(null, null, null);
        double[] expected = [Sum("no", 3, null), Sum(null, 7, true), Sum("yes", null, false), total];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(Math.Log(expected[i] / total), scored.Doubles("log_probability")[i], 1e-12);
    }

    [Fact]
    public async Task An_initial_network_keeps_its_cliques()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], "[[\"c\", \"a\"], [\"b\"]]");
        Assert.Equal(0, (await FitAsync("--structure", folder["f.json"])).Code);
        File.Move(folder["m.json"], folder["i.json"]);
        using var report = JsonDocument.Parse((await FitAsync("--initial", folder["i.json"], "--inertia", "0.5", "--json")).Out);
        Assert.Equal(["c", "a", "b"], report.RootElement.GetProperty("cliques").EnumerateArray().SelectMany(c => c.EnumerateArray())
            .Select(v => v.GetString()));
        using var inspected = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["m.json"], "--json")).Out);
        // 2 x 2 - 1 and 3 - 1.
        Assert.Equal(5, inspected.RootElement.GetProperty("parameters").GetInt32());
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder["g.dot"])).Code);
        Assert.Contains("--", await File.ReadAllTextAsync(folder["g.dot"]), StringComparison.Ordinal);
    }

    private static double Sum(object? a, object? b, object? c) => NetworkData.Complete(a, b, c).Sum(r => r.Probability * Share(r.Row[1]));

    private static double Share(object b) => NetworkData.Complete(null, b, null).Sum(r => r.Probability);

    private Task<ToolResult> FitAsync(params string[] options) =>
        Tool.RunAsync(["fit", "markov-network", folder["t.parquet"], "--output", folder["m.json"], .. options]);
}
