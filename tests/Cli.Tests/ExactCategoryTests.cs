using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Categories that are numbers which no double holds: each is itself, from Parquet to the model, its file, scores, draws and pictures.</summary>
public sealed class ExactCategoryTests : IDisposable
{
    private const long Edge = 1L << 53;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Whole_numbers_beyond_2_to_the_53_are_categories_of_their_own()
    {
        long?[] ids = [Edge + 1, Edge, Edge + 1, null, Edge + 1, -Edge - 1];
        await TestData.WriteAsync(folder["d.parquet"], ("id", ids));
        await FitAsync("id");
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["-9007199254740993", "9007199254740992", "9007199254740993"], saved.Features![0].Categories!);
        Assert.Equal([0.2, 0.2, 0.6], ((DiscreteDistribution)saved.Model).Probabilities.ToArray());
        var (fifth, most) = (Math.Log(0.2), Math.Log(0.6));
        Assert.Equal([most, fifth, most, 0, most, fifth], await LogsAsync("d.parquet", ""));
        // Their neighbours are unknown, whatever the type of the column; texts match as they are written.
        var floor = Math.Log(1e-9);
        await TestData.WriteAsync(folder["other.parquet"], ("id", new ulong[] { Edge + 2, Edge + 1 }));
        Assert.Equal([floor, most], await LogsAsync("other.parquet", "pipelines: warning: column 'id': found 1 value that is not a category of the model, "
            + "scored with the probability that it gives to unknown ones\n"));
        await TestData.WriteAsync(folder["other.parquet"], ("id", new[] { "9007199254740993", "9007199254740992" }));
        Assert.Equal([most, fifth], await LogsAsync("other.parquet", ""));
        await TestData.WriteAsync(folder["other.parquet"], ("id", new double[] { Edge }));
        Assert.Equal([fifth], await LogsAsync("other.parquet", ""));
    }

    [Fact]
    public async Task They_are_drawn_inspected_plotted_and_converted_exactly()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("id", new[] { Edge + 1, Edge, long.MaxValue }), ("n", new ulong[] { ulong.MaxValue, 1, 1 }));
        await FitAsync("id,n");
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("sample", folder["m.json"], "--rows", "200", "--output", folder["s.parquet"], "--quiet"));
        var drawn = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(drawn).RunAsync();
        Assert.Equal([Edge, Edge + 1, long.MaxValue], Distinct<long>(drawn, "id").Order());
        Assert.Equal(new ulong[] { 1, ulong.MaxValue }, Distinct<ulong>(drawn, "n").Order());
        var inspected = await Tool.RunAsync("inspect", folder["m.json"]);
        Assert.Contains("9007199254740992, 9007199254740993, 9223372036854775807", inspected.Out, StringComparison.Ordinal);
        Assert.Contains("18446744073709551615", inspected.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], folder["d.parquet"], "--output", folder["p.svg"], "--quiet")).Code);
        // A picture may shorten long names; both stand in it.
        var picture = await File.ReadAllTextAsync(folder["p.svg"]);
        Assert.Contains("9007199254740992", picture, StringComparison.Ordinal);
        Assert.Contains("9007199254740993", picture, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("convert", folder["m.json"], folder["p.json"], "--to", "pomegranate", "--quiet")).Code);
        Assert.Equal(Categories("m.json"), Categories("p.json"));

        IEnumerable<IReadOnlyList<string>> Categories(string file) => SavedModel.Load(folder[file]).Features!.Select(f => f.Categories!);
    }

    [Fact]
    public async Task Same_categories_at_any_split_and_parallelism()
    {
        var ids = Enumerable.Range(0, 5_000).Select(i => Edge - 20 + (i * 7 % 41)).ToArray();
        await TestData.WriteAsync(folder["whole.parquet"], ("id", ids));
        Directory.CreateDirectory(folder["parts"]);
        await TestData.WriteAsync(folder["parts/a.parquet"], ("id", ids[..17]));
        await TestData.WriteAsync(folder["parts/b.parquet"], ("id", ids[17..]));
        string? model = null;
        foreach (var (input, threads) in new[] { ("whole.parquet", "1"), ("parts", "1"), ("parts", "3") })
        {
            Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "distribution", folder[input], "--distribution", "discrete", "--features", "id",
                "--batch-size", "100", "--max-parallelism", threads, "--output", folder["m.json"], "--quiet"));
            model ??= await File.ReadAllTextAsync(folder["m.json"]);
            Assert.Equal(model, await File.ReadAllTextAsync(folder["m.json"]));
        }
        var categories = SavedModel.Load(folder["m.json"]).Features![0].Categories!;
        Assert.Equal(Enumerable.Range(0, 41).Select(i => (Edge - 20 + i).ToString(System.Globalization.CultureInfo.InvariantCulture)), categories);
    }

    [Fact]
    public async Task Decimals_are_told_apart_by_all_their_digits()
    {
        decimal[] amounts = [0.1234567890123456789m, 0.1234567890123456788m, 0.5m, 0.50m, 0.1234567890123456789m];
        var fitted = await Pipeline.From(MemorySource.FromArrays(("amount", amounts))).Features("amount")
            .FitAsync(new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>()));
        Assert.Equal(["0.1234567890123456788", "0.1234567890123456789", "0.5"], fitted.Saved.Features![0].Categories!);
        Assert.Equal([0.2, 0.4, 0.4], ((DiscreteDistribution)fitted.Saved.Model).Probabilities.ToArray());
        var drawn = new MemorySink();
        await Pipeline.FromModel(fitted.Saved, new SampleOptions { Rows = 100 }).To(drawn).RunAsync();
        Assert.Equal(fitted.Saved.Features[0].Categories!, Distinct<string>(drawn, "amount").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_update_keeps_the_inertias_share_of_the_model_to_begin_with()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("s", new[] { "k", "k", "k", "k" }), ("t", new[] { "a", "a", "b", "a" }));
        var start = new MarkovChain([new DiscreteDistribution([0.5, 0.5]), new ConditionalProbabilityTable([2, 2], [0.5, 0.5, 0.9, 0.1])]);
        new SavedModel(start, [new Feature("t", ["a", "b"])]).Save(folder["start.json"]);
        string[] chain =
            ["fit", "markov-chain", folder["d.parquet"], "--features", "t", "--sequence", "s", "--initial", folder["start.json"], "--inertia", "0.4"];
        var result = await Tool.RunAsync([.. chain, "--output", folder["m.json"], "--json", "--quiet"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal((1, true), (json.RootElement.GetProperty("history").GetArrayLength(), json.RootElement.GetProperty("converged").GetBoolean()));
        var tables = ((MarkovChain)SavedModel.Load(folder["m.json"]).Model).Tables;
        Close([(0.4 * 0.5) + 0.6, 0.4 * 0.5], tables[0].Probabilities);
        Close([0.5, 0.5, (0.4 * 0.9) + 0.6, 0.4 * 0.1], tables[1].Probabilities);
        // No update leaves the model as it was.
        Assert.Equal(0, (await Tool.RunAsync([.. chain, "--iterations", "0", "--output", folder["m.json"], "--quiet"])).Code);
        Assert.Equal(SavedModel.Load(folder["start.json"]).Model, SavedModel.Load(folder["m.json"]).Model);
        var plan = await Tool.RunAsync([.. chain, "--output", folder["m.json"], "--dry-run"]);
        Assert.Contains("then one pass after the only update, and another if that update moved the parameters "
            + "far\n", plan.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);

        await TestData.WriteAsync(folder["x.parquet"], ("x", new[] { 2.0, 4, 9 }));
        new SavedModel(new NormalDistribution(10, 3), [new Feature("x")]).Save(folder["start.json"]);
        result = await Tool.RunAsync(
            "fit", "distribution", folder["x.parquet"], "--initial", folder["start.json"], "--inertia", "0.4", "--output", folder["m.json"], "--quiet");
        Assert.Equal(new ToolResult(0, "", ""), result);
        var normal = (NormalDistribution)SavedModel.Load(folder["m.json"]).Model;
        Close([(0.4 * 10) + (0.6 * 5), (0.4 * 3) + (0.6 * Math.Sqrt(26.0 / 3))], [normal.Mean, normal.StandardDeviation]);
    }

    private static IEnumerable<T> Distinct<T>(MemorySink sink, string column) => sink.Values<T>(column).ToArray().Distinct();

    private async Task FitAsync(string features) => Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(
        "fit", "distribution", folder["d.parquet"], "--distribution", "discrete", "--features", features, "--output", folder["m.json"], "--quiet"));

    private async Task<double[]> LogsAsync(string input, string warning)
    {
        var result = await Tool.RunAsync("score", folder["m.json"], folder[input], "--columns", "log-probability", "--output", folder["s.parquet"], "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Out));
        // A column of another type is warned of as well.
        Assert.Equal(warning, string.Concat(result.Error.Split('\n').Where(l => l.Contains("not a category", StringComparison.Ordinal)).Select(l => $"{l}\n")));
        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(scored).RunAsync();
        return scored.Doubles("log_probability");
    }

    private static void Close(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-14);
    }
}
