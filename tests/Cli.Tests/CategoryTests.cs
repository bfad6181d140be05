using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Columns of categories, texts and numbers, from Parquet to the model and back.</summary>
public sealed class CategoryTests : IDisposable
{
    // Sums of some hundred shares of order 1: 1e-12 is some thousand roundings.
    private const double Rounding = 1e-12;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Shares_of_texts_are_counted()
    {
        string?[] texts = ["b", "a", null, "b", "ä", "B", "b"];
        await TestData.WriteAsync(folder["d.parquet"], ("t", texts));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "discrete", "--features", "t",
            "--output", folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        // In ordinal order; the missing one is none.
        Assert.Equal(["B", "a", "b", "ä"], saved.Features![0].Categories!);
        Close([1.0 / 6, 1.0 / 6, 3.0 / 6, 1.0 / 6], ((DiscreteDistribution)saved.Model).Probabilities);
        Assert.Equal((3 * Math.Log(1.0 / 6)) + (3 * Math.Log(0.5)), saved.Training!.LogLikelihood, Rounding);
    }

    [Fact]
    public async Task Categories_that_are_numbers_stand_in_the_order_of_numbers()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("n", new[] { 10.0, 9, -1.5, double.NaN, 9, -0.0, 0 }));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "discrete", "--features", "n",
            "--output", folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["-1.5", "0", "9", "10"], saved.Features![0].Categories!);
        Close([1.0 / 6, 2.0 / 6, 2.0 / 6, 1.0 / 6], ((DiscreteDistribution)saved.Model).Probabilities);
    }

    [Fact]
    public async Task Weights_count()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new[] { "a", "b", "a" }), ("w", new[] { 1.0, 6, 1 }));
        Assert.Equal(new ToolResult(0, "", ""),
            await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "discrete", "--features", "t", "--weights", "w", "--output",
                folder["m.json"], "--quiet"));
        Close([0.25, 0.75], ((DiscreteDistribution)SavedModel.Load(folder["m.json"]).Model).Probabilities);
    }

    [Fact]
    public async Task A_family_for_each_feature()
    {
        double[] delay = [1, 2, 4, 5];
        await TestData.WriteAsync(folder["d.parquet"], ("carrier", new[] { "AA", "AA", "UA", "AA" }), ("delay", delay));
        Assert.Equal(new ToolResult(0, "", ""),
            await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "discrete,normal", "--features", "carrier,delay", "--output",
                folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["AA", "UA"], saved.Features![0].Categories!);
        Assert.Null(saved.Features[1].Categories);
        var parts = ((IndependentComponentsDistribution)saved.Model).Parts;
        Close([0.75, 0.25], ((DiscreteDistribution)parts[0]).Probabilities);
        var normal = (NormalDistribution)parts[1];
        Assert.Equal(3, normal.Mean, Rounding);
        Assert.Equal(Math.Sqrt(2.5), normal.StandardDeviation, Rounding);
    }

    [Fact]
    public async Task Groups_of_texts_and_numbers_are_found()
    {
        // Text and number tell the same two groups apart without a doubt.
        var random = new SeededRandom(3);
        var (t, x) = (new string[600], new double[600]);
        for (var i = 0; i < t.Length; i++)
        {
            var far = i % 4 == 0;
            t[i] = (far ? "xyz" : "abc")[random.NextIndex([1.0, 1, 2], 4)].ToString();
            x[i] = (far ? 50 : 0) + random.NextNormal();
        }
        await TestData.WriteAsync(folder["d.parquet"], ("t", t), ("x", x));
        Assert.Equal(new ToolResult(0, "", ""),
            await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--distribution", "discrete,normal", "--features", "t,x", "--components", "2",
                "--output", folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["a", "b", "c", "x", "y", "z"], saved.Features![0].Categories!);
        var model = (GeneralMixtureModel)saved.Model;
        var near = Enumerable.Range(0, 2).MinBy(k => ((NormalDistribution)((IndependentComponentsDistribution)model.Components[k]).Parts[1]).Mean);
        Assert.Equal(0.75, model.Weights[near], 1e-9);
        // The other group's rows have at most e^-600 of a part in this one.
        var shares = ((DiscreteDistribution)((IndependentComponentsDistribution)model.Components[near]).Parts[0]).Probabilities;
        for (var c = 0; c < 3; c++) Assert.Equal(t.Count(v => v == "abc"[c].ToString()) / 450.0, shares[c], 1e-9);
    }

    [Theory]
    [InlineData("texts")]
    [InlineData("numbers")]
    public async Task Same_bytes_at_any_parallelism_and_split(string kind)
    {
        const int rows = 20_000;
        var random = new SeededRandom(8);
        var (t, x) = (new string?[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            var code = (int)(random.NextDouble() * random.NextDouble() * 40);
            // Late categories come in the last rows only, so no dictionary but the whole data's has them.
            t[i] = i % 97 == 0 ? null : i > rows - 50 ? $"{1000 + (i % 3)}" : $"{code}";
            x[i] = (code % 2 * 5) + random.NextNormal();
        }
        Array category =
            kind == "texts" ? t : Array.ConvertAll(t, v => v is null ? double.NaN : double.Parse(v, System.Globalization.CultureInfo.InvariantCulture));
        await TestData.WriteAsync(folder["whole.parquet"], ("t", category), ("x", x));
        Directory.CreateDirectory(folder["parts"]);
        int[] cuts = [0, 1, 4_097, 12_345, 19_999, rows];
        for (var f = 0; f + 1 < cuts.Length; f++)
            await TestData.WriteAsync(folder[$"parts/{f}.parquet"], ("t", Part(category, cuts[f], cuts[f + 1])), ("x", x[cuts[f]..cuts[f + 1]]));

        byte[]? model = null, scored = null;
        foreach (var (input, parallelism, memory) in new[] { ("whole.parquet", 1, "16MiB"), ("whole.parquet", 2, "1GiB"), ("parts", 3, "16MiB"),
            ("whole.parquet", 8, "16MiB"), ("parts", 64, "1GiB") })
        {
            string[] common = ["--max-parallelism", $"{parallelism}", "--batch-size", "777", "--seed", "3", "--memory", memory, "--quiet"];
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["fit", "mixture", folder[input], "--features", "t,x", "--distribution", "discrete,normal", "--components", "2",
                    "--iterations", "4", "--tolerance", "-1", "--output", folder["m.json"], .. common]));
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["score", folder["m.json"], folder["whole.parquet"], "--output", folder["s.parquet"], .. common]));
            var (m, s) = (await File.ReadAllBytesAsync(folder["m.json"]), await File.ReadAllBytesAsync(folder["s.parquet"]));
            Assert.Equal(model ??= m, m);
            Assert.Equal(scored ??= s, s);
        }
        Assert.Contains("1002", SavedModel.Load(folder["m.json"]).Features![0].Categories!);

        static Array Part(Array all, int from, int to) => all is string?[] texts ? texts[from..to] : ((double[])all)[from..to];
    }

    [Theory]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(0.25, -1.3862943611198906)]
    public async Task An_unknown_category_gets_the_models_unknown_probability(double unknown, double expected)
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new string?[] { "a", "new", "b", null, "A", "" }));
        new SavedModel(new DiscreteDistribution([0.5, 0.5], unknown), [new Feature("t", ["a", "b"])]).Save(folder["m.json"]);
        var half = Math.Log(0.5);
        Assert.Equal([half, expected, half, 0, expected, expected], await LogsAsync("column 't': found 3 values that are not categories"));
    }

    [Fact]
    public async Task An_incremental_run_warns_of_each_file()
    {
        Directory.CreateDirectory(folder["in"]);
        await TestData.WriteAsync(folder["in/a.parquet"], ("t", new[] { "a", "new" }));
        await TestData.WriteAsync(folder["in/b.parquet"], ("t", new[] { "a", "b" }));
        new SavedModel(new DiscreteDistribution([0.5, 0.5]), [new Feature("t", ["a", "b"])]).Save(folder["m.json"]);
        var result = await Tool.RunAsync("score", folder["m.json"], folder["in"], "--output", folder["out"], "--incremental", folder["state.json"], "--quiet");
        Assert.Equal(0, result.Code);
        Assert.StartsWith($"pipelines: warning: {folder["in/a.parquet"]}, column 't': found 1 value that is not a category", result.Error,
            StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Numbers_and_booleans_match_categories_by_value()
    {
        new SavedModel(new DiscreteDistribution([0.125, 0.5, 0.375]), [new Feature("v", ["0", "1", "2.5"])]).Save(folder["m.json"]);
        var (zero, one, other) = (Math.Log(0.125), Math.Log(0.5), Math.Log(0.375));
        Array[] columns = [new[] { 0, 1 }, new[] { 0L, 1L }, new[] { 0.0, 1.0 }, new[] { -0.0f, 1.0f }, new[] { false, true }, new[] { "0", "1" }];
        foreach (var values in columns)
        {
            await TestData.WriteAsync(folder["d.parquet"], ("v", values));
            Assert.Equal([zero, one], await LogsAsync());
        }
        await TestData.WriteAsync(folder["d.parquet"], ("v", new[] { 2.5, double.NaN, 2, 1 }));
        Assert.Equal([other, 0, double.NegativeInfinity, one], await LogsAsync("column 'v': found 1 value that is not a category"));
    }

    [Fact]
    public async Task Refining_and_resuming_keep_the_models_categories()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new[] { "b", "b", "c", "b" }));
        new SavedModel(new GeneralMixtureModel([new DiscreteDistribution([0.2, 0.3, 0.5]), new DiscreteDistribution([0.4, 0.4, 0.2])]),
            [new Feature("t", ["c", "a", "b"])]).Save(folder["start.json"]);
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--initial", folder["start.json"], "--output",
            folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        // In the start's order, with the one that these rows do not have.
        Assert.Equal(["c", "a", "b"], saved.Features![0].Categories!);
        var model = (GeneralMixtureModel)saved.Model;
        // Whatever EM splits, the mixture as a whole has the rows' shares after one update.
        for (var c = 0; c < 3; c++)
            Assert.Equal(new[] { 0.25, 0, 0.75 }[c],
                Enumerable.Range(0, 2).Sum(k => model.Weights[k] * ((DiscreteDistribution)model.Components[k]).Probabilities[c]), Rounding);
    }

    [Fact]
    public async Task A_category_that_the_model_to_refine_does_not_know_is_not_learned()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new[] { "b", "new", "a", "b", "new" }));
        new SavedModel(new GeneralMixtureModel([new DiscreteDistribution([0.5, 0.5], 0.001), new DiscreteDistribution([0.25, 0.75], 0.001)]),
            [new Feature("t", ["a", "b"])]).Save(folder["start.json"]);
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--initial", folder["start.json"], "--output", folder["m.json"], "--quiet");
        Assert.Equal(0, result.Code);
        Assert.Contains("values that are not known categories", result.Error, StringComparison.Ordinal);
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["a", "b"], saved.Features![0].Categories!);
        foreach (var component in ((GeneralMixtureModel)saved.Model).Components)
        {
            var discrete = (DiscreteDistribution)component;
            Assert.Equal((2, 0.001), (discrete.Probabilities.Length, discrete.UnknownProbability));
            Assert.Equal(1, discrete.Probabilities[0] + discrete.Probabilities[1], Rounding);
        }
    }

    [Fact]
    public async Task Json_of_a_fit_of_categories_has_the_promised_fields()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new[] { "b", "a", "b" }));
        var result = await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--features", "t", "--distribution", "categorical", "--output",
            folder["m.json"], "--json", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(3, json.RootElement.GetProperty("rows").GetInt64());
        Assert.True(json.RootElement.GetProperty("converged").GetBoolean());
        Assert.Equal(Math.Log(1.0 / 3) + (2 * Math.Log(2.0 / 3)), json.RootElement.GetProperty("logLikelihood").GetDouble(), Rounding);
    }

    private async Task<double[]> LogsAsync(string? unknown = null)
    {
        var result = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--columns", "log-probability", "--output",
            folder["s.parquet"], "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Out));
        Assert.Equal(unknown is null ? "" : $"pipelines: warning: {unknown} of the model, scored with the probability that it gives to unknown ones\n",
            result.Error.ReplaceLineEndings("\n"));
        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(scored).RunAsync();
        return scored.Doubles("log_probability");
    }

    private static void Close(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], Rounding);
    }
}
