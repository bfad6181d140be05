using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>What fit and score give when all is well.</summary>
public sealed class FitTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Fit_prints_one_object_with_the_promised_fields()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "multivariate-gaussian", "--components",
            "2", "--output", folder["m.json"], "--json");
        Assert.Equal(0, result.Code);
        using var json = JsonDocument.Parse(result.Out);
        var root = json.RootElement;
        Assert.Equal(["rows", "rowsRejected", "iterations", "converged", "stopReason", "logLikelihood", "history", "seconds", "rowsPerSecond",
            "peakMemoryBytes", "output",
            "warnings"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(3_000, root.GetProperty("rows").GetInt64());
        Assert.True(root.GetProperty("converged").GetBoolean());
        Assert.Equal(folder["m.json"], root.GetProperty("output").GetString());
        Assert.True(root.GetProperty("peakMemoryBytes").GetInt64() > 10_000_000);
        var history = root.GetProperty("history").EnumerateArray().ToArray();
        Assert.Equal(root.GetProperty("iterations").GetInt32(), history.Length);
        Assert.Equal(["iteration", "logLikelihood", "improvement", "seconds"], history[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(Enumerable.Range(1, history.Length), history.Select(h => h.GetProperty("iteration").GetInt32()));
        Assert.Equal(root.GetProperty("logLikelihood").GetDouble(), history[^1].GetProperty("logLikelihood").GetDouble());

        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["x", "y"], saved.Features!.Select(f => f.Name));
        var model = (GeneralMixtureModel)saved.Model;
        // The blobs stand at x = 0 and 10, one row of three in the second: within five standard errors of 3,000 rows.
        var far = model.Components.Select((c, k) => (Mean: ((MultivariateGaussianDistribution)c).Mean[0], Weight: model.Weights[k])).MaxBy(c => c.Mean);
        Assert.InRange(far.Mean, 10 - 0.16, 10 + 0.16);
        Assert.InRange(far.Weight, 0.33, 0.34);
    }

    [Fact]
    public async Task Fit_tells_people_what_it_found()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--features", "x", "--distribution", "normal", "--components", "2", "--output",
            folder["m.json"]);
        Assert.Equal(0, result.Code);
        var lines = result.Out.Split('\n');
        Assert.Equal("mixture over x, fitted to 3,000 rows:", lines[0]);
        // One row of three is in the other blob: the heavier component comes first.
        Assert.Matches(@"^  component [01], weight 0\.66\d+: normal$", lines[1]);
        Assert.Matches(@"^    x: mean -?0\.0\d+, standard deviation [\d.]+$", lines[2]);
        Assert.Matches(@"^  component [01], weight 0\.33\d+: normal$", lines[3]);
        Assert.Matches(@"^\d+ iterations? \(converged within the tolerance\), log-likelihood -[\d,.]+$", lines[5]);
        Assert.Matches(@"^[\d.:]+ s?, [\d.]+[kMG]? rows/s, peak memory [\d.]+[MG]B$", lines[6]);
        Assert.Equal($"wrote {folder["m.json"]}", lines[7]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ reading, ", result.Error);
    }

    [Fact]
    public async Task Quiet_says_nothing()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] fit = ["fit", "kmeans", folder["d.parquet"], "--features", "x,y", "--scale", "standard", "--components", "2", "--output",
            folder["m.json"], "--quiet"];
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(fit));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"],
            "--quiet"));
    }

    [Fact]
    public async Task Verbose_says_each_iteration()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--features", "x,y", "--scale", "standard", "--components", "2",
            "--init", "first-k", "--iterations", "2", "--tolerance", "-1", "--output", folder["m.json"], "--verbose");
        Assert.Equal(["start, total squared distance", "iteration 1, total squared distance", "iteration 2, total squared distance"],
            result.Error.Split('\n').Where(l => l.Contains("distance", StringComparison.Ordinal))
                .Select(l => l["2001-02-03T04:05:06Z ".Length..(l.IndexOf("distance", StringComparison.Ordinal) + 8)]));
        // The distance is shown without a sign, its change with one.
        Assert.Matches("Z iteration 1, total squared distance [0-9,.]+ \\(-[0-9,.]+\\)", result.Error);
        Assert.Matches("\n2 iterations .*, mean\\s+squared\\s+distance\\s+[0-9,.]+\n", result.Out);
        Assert.Matches(", mean squared distance [0-9,.]+\n", (await Tool.RunAsync("inspect", folder["m.json"])).Out);
    }

    [Fact]
    public async Task The_size_of_a_cluster_and_the_mean_distance_count_weights_everywhere()
    {
        // The centroids are the weighted means 1 and 10.
        await TestData.WriteAsync(folder["d.parquet"], ("x", new double[] { 0, 2, 10 }), ("w", new double[] { 2, 2, 1 }));
        var fit = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--features", "x", "--weights", "w", "--components", "2", "--output",
            folder["m.json"], "--json");
        var inspect = await Tool.RunAsync("inspect", folder["m.json"], "--json");
        foreach (var text in new[] { fit.Out, inspect.Out })
        {
            using var json = JsonDocument.Parse(text);
            Assert.Equal([1, 4], json.RootElement.GetProperty("clusterWeights").EnumerateArray().Select(v => v.GetDouble()).Order());
            // Four of weight at a squared distance of 1, one at 0.
            Assert.Equal(0.8, json.RootElement.GetProperty("meanSquaredDistance").GetDouble(), 1e-15);
        }
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(0.8, saved.Model.ShownObjective(saved.Training!.LogLikelihood, saved.Training.Weight).Value, 1e-15);
        Assert.Matches(@"\ncluster [01]: weight 4 \(80\.0 %\)\n  x: 1\ncluster [01]: weight 1 \(20\.0 %\)\n",
            (await Tool.RunAsync("inspect", folder["m.json"])).Out);
    }

    [Fact]
    public async Task A_dead_component_is_a_warning()
    {
        // The second component stands so far away that no row belongs to it.
        await TestData.WriteAsync(folder["d.parquet"], ("x", new double[] { 1, 2, 3, 4, 5 }));
        var start = new GeneralMixtureModel([new NormalDistribution(3, 1), new NormalDistribution(1e6, 1)]);
        new SavedModel(start, [new Feature("x")]).Save(folder["start.json"]);
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--initial", folder["start.json"], "--output", folder["m.json"], "--json");
        Assert.Equal(0, result.Code);
        Assert.Contains("pipelines: warning: component 1 died", result.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Out);
        Assert.StartsWith("component 1 died", json.RootElement.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_cluster_is_kept_or_relocated()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", new double[] { 0, 1, 2, 3, 9 }));
        new SavedModel(new KMeans(new double[,] { { 2 }, { 1e6 } }), [new Feature("x")]).Save(folder["start.json"]);
        string[] fit = ["fit", "kmeans", folder["d.parquet"], "--initial", folder["start.json"], "--iterations", "1", "--output", folder["m.json"]];
        var kept = await Tool.RunAsync(fit);
        Assert.Equal(0, kept.Code);
        Assert.Contains("cluster 1 is empty", kept.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync([.. fit, "--empty-clusters", "relocate"])).Code);
        var model = Assert.IsType<KMeans>(SavedModel.Load(folder["m.json"]).Model);
        Assert.Equal((1.5, 9), (model.Centroid(0)[0], model.Centroid(1)[0]));

        // The model keeps the policy.
        var batches = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--initial", folder["m.json"], "--batches-per-iteration", "1", "--output",
            folder["n.json"]);
        Assert.Equal(new ToolResult(2, "", "pipelines: error: --initial and --batches-per-iteration: found a model that relocates empty clusters, expected one "
            + "that keeps them, as a cluster without rows in a few batches is not empty; add --empty-clusters keep\n"), batches);
    }

    [Fact]
    public async Task An_initial_model_gives_the_features_and_goes_on()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] fit = ["fit", "mixture", folder["d.parquet"], "--tolerance", "-1", "--json", "--quiet"];
        await Tool.RunAsync([.. fit, "--features", "y,x", "--distribution", "multivariate-gaussian", "--components", "2", "--iterations", "5", "--output",
            folder["five.json"]]);
        await Tool.RunAsync([.. fit, "--features", "y,x", "--distribution", "multivariate-gaussian", "--components", "2", "--iterations", "3", "--output",
            folder["three.json"]]);
        var result = await Tool.RunAsync([.. fit, "--initial", folder["three.json"], "--iterations", "2", "--output", folder["more.json"]]);
        Assert.Equal(0, result.Code);
        var (five, more) = (SavedModel.Load(folder["five.json"]), SavedModel.Load(folder["more.json"]));
        Assert.Equal(["y", "x"], more.Features!.Select(f => f.Name));
        Assert.Equal(five.Model, more.Model);
        Assert.Equal(five.Training!.LogLikelihood, more.Training!.LogLikelihood);
    }

    [Fact]
    public async Task All_numeric_columns_but_the_weights_are_features()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        Assert.Equal(0, (await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--weights", "w", "--components", "2", "--output", folder["m.json"])).Code);
        Assert.Equal(["x", "y"], SavedModel.Load(folder["m.json"]).Features!.Select(f => f.Name));
    }

    [Fact]
    public async Task Score_keeps_rows_and_columns()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        var result = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--columns", "probability,label",
            "--keep", "name,x", "--json");
        Assert.Equal(0, result.Code);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(["rows", "rowsIn", "rowsRejected", "rowsResumed", "meanLogLikelihood", "labels", "seconds", "rowsPerSecond",
                "peakMemoryBytes", "output", "warnings"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(3_000, json.RootElement.GetProperty("rows").GetInt64());

        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(scored).RunAsync();
        Assert.Equal(["name", "x", "probability_0", "probability_1", "label"], scored.Schema.Fields.Select(f => f.Name));
        var (x, p1, label) = (scored.Doubles("x"), scored.Doubles("probability_1"), scored.Doubles("label"));
        for (var i = 0; i < x.Length; i++)
        {
            // Two normals of variance 1 and weight 1/2 at 0 and 10: the posterior is logistic in 10 x - 50.
            Assert.Equal(1 / (1 + Math.Exp(50 - (10 * x[i]))), p1[i], 12);
            Assert.Equal(x[i] > 5 ? 1 : 0, label[i]);
        }
    }

    [Fact]
    public async Task Inspect_describes_models_and_data()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x", "y");
        var model = await Tool.RunAsync("inspect", folder["m.json"]);
        Assert.StartsWith($"{folder["m.json"]}: mixture model of 2 features\nscores: log-probability, label, probability, posterior-log-probability\nfeatures: "
            + "x, y\n\ncomponent 0, ", model.Out, StringComparison.Ordinal);
        var data = await Tool.RunAsync("inspect", folder["d.parquet"]);
        Assert.Contains("Parquet, 3,000 rows, 4 columns, 1 row group, ", data.Out, StringComparison.Ordinal);

        using var modelJson = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["m.json"], "--json")).Out);
        Assert.Equal("mixture", modelJson.RootElement.GetProperty("type").GetString());
        using var dataJson = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["d.parquet"], "--json")).Out);
        Assert.Equal(3_000, dataJson.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(["x", "y", "w", "name"], dataJson.RootElement.GetProperty("files")[0].GetProperty("columns").EnumerateArray()
            .Select(c => c.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("student-t(7)", "student-t, degrees of freedom 7,")]
    [InlineData("gaussian-kernel-density(0.25)", "bandwidth 0.25")]
    [InlineData("zero-inflated(gamma)", "x: gamma, shape ")]
    public async Task A_family_takes_an_argument_in_brackets(string family, string words)
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 0 : i * 0.5).ToArray()));
        var result = await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", family, "--output", folder["m.json"]);
        Assert.Equal(0, result.Code);
        Assert.Contains(words, result.Out, StringComparison.Ordinal);
        Assert.Equal(2,
            (await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", $"{family[..family.IndexOf('(', StringComparison.Ordinal)]}(-1)",
                "--output", folder["m.json"])).Code);
    }

    [Fact]
    public async Task Booleans_are_numbers_where_they_are_named()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", new[] { true, false, true, true }));
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--features", "x", "--distribution", "bernoulli", "--output", folder["m.json"],
                "--quiet")).Code);
        Assert.Equal(0.75, ((BernoulliDistribution)SavedModel.Load(folder["m.json"]).Model).Probability1);
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"],
            "--quiet"));
    }

    [Fact]
    public async Task A_model_is_not_converted_over_itself()
    {
        TestData.SaveModel(folder["m.json"], "x");
        var before = await File.ReadAllBytesAsync(folder["m.json"]);
        var result = await Tool.RunAsync("convert", folder["m.json"], folder["m.json"], "--to", "pomegranate");
        Assert.Equal((2, $"pipelines: error: OUT {folder["m.json"]}: found the file that is also read, expected another file; choose another name"),
            (result.Code, result.ErrorText));
        Assert.Equal(before, await File.ReadAllBytesAsync(folder["m.json"]));
    }
}
