using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Several fits at once, mini-batches and updates of a model, as a user of the tool sees them.</summary>
public sealed class SelectionTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Several_numbers_of_components_are_told_in_a_table_and_kept_in_the_model()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await FitAsync("m.json", "--components", "1..3", "--restarts", "2", "--seed", "7");
        Assert.Equal(0, result.Code);
        var lines = result.Out.Split('\n');
        var head = Array.IndexOf(lines, "chosen by bic among 6 fits:");
        Assert.Matches(@"^  components  restart  seed +log-likelihood  parameters +aic +bic  iterations$", lines[head + 1]);
        // Full Gaussians of two features: 5 parameters each, and a weight less.
        Assert.Matches(@"^ +1 +0 +7 +-[\d,.]+ +5 +[\d,.]+ +[\d,.]+ +\d+$", lines[head + 2]);
        Assert.Matches(@"^ +2 +[01] +[78] +-[\d,.]+ +11 +[\d,.]+ +[\d,.]+ +\d+  chosen$", lines.Single(l => l.EndsWith("chosen", StringComparison.Ordinal)));
        Assert.Equal(6, SavedModel.Load(folder["m.json"]).Training!.Candidates.Count);

        var alone = await FitAsync("alone.json", "--components", "2", "--seed", "7");
        Assert.Equal(0, alone.Code);
        Assert.Equal(SavedModel.Load(folder["alone.json"]).Model, SavedModel.Load(folder["m.json"]).Model);
        Assert.DoesNotContain("chosen", alone.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_starts_one_goes_on_after_the_short_run()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] how = ["--components", "5", "--restarts", "3", "--tolerance", "-1e300", "--iterations", "12"];
        var result = await FitAsync("m.json", how);
        Assert.Single(result.Out.Split('\n'), l => l.EndsWith("  12  chosen, not converged", StringComparison.Ordinal));
        Assert.Equal(2, result.Out.Split('\n').Count(l => l.EndsWith("  10  stopped after the short run", StringComparison.Ordinal)));
        var inspected = await Tool.RunAsync("inspect", folder["m.json"]);
        Assert.Equal(2, inspected.Out.Split('\n').Count(l => l.EndsWith("  10  stopped after the short run", StringComparison.Ordinal)));
        using var json = JsonDocument.Parse((await FitAsync("m.json", [.. how, "--json"])).Out);
        var candidates = json.RootElement.GetProperty("candidates").EnumerateArray().ToArray();
        Assert.All(candidates, c => Assert.NotEqual(c.GetProperty("chosen").GetBoolean(), c.TryGetProperty("stoppedAfterShortRun", out _)));
        Assert.Contains("10 updates", (await Tool.RunAsync("fit", "mixture", "--help")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_the_candidates_are_a_list()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await FitAsync("m.json", "--components", "1,2,4", "--criterion", "aic", "--json");
        using var json = JsonDocument.Parse(result.Out);
        var candidates = json.RootElement.GetProperty("candidates").EnumerateArray().ToArray();
        Assert.Equal(["components", "restart", "seed", "logLikelihood", "parameters", "aic", "bic", "iterations", "converged", "chosen", "failure"],
            candidates[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal([1, 2, 4], candidates.Select(c => c.GetProperty("components").GetInt32()));
        var chosen = Assert.Single(candidates, c => c.GetProperty("chosen").GetBoolean());
        Assert.Equal(candidates.Min(c => c.GetProperty("aic").GetDouble()), chosen.GetProperty("aic").GetDouble());
        Assert.Equal(json.RootElement.GetProperty("logLikelihood").GetDouble(), chosen.GetProperty("logLikelihood").GetDouble());
        Assert.Equal(json.RootElement.GetProperty("iterations").GetInt32(), chosen.GetProperty("iterations").GetInt32());
    }

    [Fact]
    public async Task Restarts_of_k_means_are_chosen_by_their_distance()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--features", "x,y", "--components", "4", "--restarts", "3", "--output",
            folder["m.json"]);
        var lines = result.Out.Split('\n');
        var head = Array.IndexOf(lines, "chosen by mean squared distance among 3 fits:");
        Assert.Matches(@"^  components  restart  seed +mean squared distance  iterations$", lines[head + 1]);
        Assert.Matches(@"^ +4 +0 +0 +[\d,.]+ +\d+(  chosen)?$", lines[head + 2]);
        var candidates = SavedModel.Load(folder["m.json"]).Training!.Candidates;
        Assert.Equal(candidates.Max(c => c.LogLikelihood), candidates.Single(c => c.Chosen).LogLikelihood);
    }

    [Fact]
    public async Task A_fit_that_fails_is_a_warning_and_a_line_of_the_table()
    {
        // Far from all others lie equal rows: a component of their own has no variance.
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 300).Select(i => i % 10 < 5 ? 0.0 : i % 10 < 9 ? 1 : 30).ToArray()));
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--components", "1,2", "--min-variance", "0",
            "--output", folder["m.json"]);
        Assert.Equal(0, result.Code);
        Assert.Matches("(?m)^pipelines: warning: a fit \\(2 components, seed 0\\) failed: feature 'x', .*found a variance of 0 .*$", result.Error);
        Assert.Matches(@"(?m)^ +2 +0 +0 +- +- +- +- +\d+  failed$", result.Out);
        Assert.Matches(@"(?m)^ +1 +0 +0 +.*  chosen$", result.Out);
    }

    [Fact]
    public async Task Where_all_fail_the_fit_does()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Repeat(3.0, 30).ToArray()));
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--components", "1", "--restarts", "2", "--output",
            folder["m.json"]);
        Assert.Equal(3, result.Code);
        Assert.StartsWith("pipelines: error: all 2 fits failed; the first (1 component, seed 0), ", result.ErrorText, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["m.json"]));
    }

    [Fact]
    public async Task Where_most_fail_the_fit_does_and_says_how_many()
    {
        // As above: all but the fit of one component need a component of equal rows.
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 300).Select(i => i % 10 < 5 ? 0.0 : i % 10 < 9 ? 1 : 30).ToArray()));
        var result = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--components", "1..3", "--min-variance", "0",
            "--output", folder["m.json"]);
        Assert.Equal(3, result.Code);
        Assert.StartsWith("pipelines: error: 2 of 3 fits failed; the first (2 components", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("found a variance of 0", result.ErrorText, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["m.json"]));
    }

    [Fact]
    public async Task Verbose_says_which_fit_an_iteration_is_of()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await FitAsync("m.json", "--components", "2", "--restarts", "2", "--iterations", "1", "--verbose");
        Assert.Contains("Z 2 components, restart 1: start, log-likelihood -", result.Error, StringComparison.Ordinal);
        Assert.Contains("Z 2 components, restart 0: iteration 1, log-likelihood -", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mini_batches_take_a_part_of_the_rows_in_each_iteration()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] mini = ["--components", "2", "--batch-size", "128", "--batches-per-iteration", "5", "--learning-rate-decay", "0.6", "--iterations", "40",
            "--tolerance", "-1e300"];
        var result = await FitAsync("m.json", [.. mini, "--json"]);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal((3_000, 40), (json.RootElement.GetProperty("rows").GetInt32(), json.RootElement.GetProperty("iterations").GetInt32()));
        // Some candidates at once, and any parallelism: the same model.
        Assert.Equal(0, (await FitAsync("several.json", [.. mini, "--restarts", "2", "--max-parallelism", "1"])).Code);
        var several = SavedModel.Load(folder["several.json"]).Training!;
        Assert.Equal(json.RootElement.GetProperty("logLikelihood").GetDouble(), several.Candidates[0].LogLikelihood);

        var dry = await FitAsync("m.json", [.. mini, "--restarts", "2", "--dry-run"]);
        Assert.Contains("            then 5 batches per iteration, at most 40, until a pass through all of them gains no more than ", dry.Out,
            StringComparison.Ordinal);
        Assert.Contains("\n            last, the fitted model is evaluated on all rows\n            2 fits share each pass; "
            + "a fit that has ended takes no further part\n",
            dry.Out, StringComparison.Ordinal);
        Assert.Contains(" statistics of the fits that share each pass\n", dry.Out, StringComparison.Ordinal);
    }

    /// <summary>old * 0.9 + estimate * 0.1, by plain loops.</summary>
    [Fact]
    public async Task One_update_with_inertia_moves_a_model_a_part_of_the_way_to_new_rows()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        await TestData.TwoBlobsAsync(folder["new.parquet"], rows: 500, seed: 9);
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--features", "x", "--distribution", "normal", "--components", "2", "--output",
                folder["old.json"])).Code);
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "mixture", folder["new.parquet"], "--initial", folder["old.json"], "--inertia", "0.9", "--iterations", "1", "--output",
                folder["updated.json"])).Code);

        var old = (GeneralMixtureModel)SavedModel.Load(folder["old.json"]).Model;
        var updated = (GeneralMixtureModel)SavedModel.Load(folder["updated.json"]).Model;
        var rows = new MemorySink();
        await Pipeline.FromParquet(folder["new.parquet"]).To(rows).RunAsync();
        var x = rows.Doubles("x");
        var normals = old.Components.Cast<NormalDistribution>().ToArray();
        for (var k = 0; k < 2; k++)
        {
            double sum = 0, sumX = 0, sumXX = 0;
            foreach (var value in x)
            {
                double Density(int c) =>
                    old.Weights[c] * Math.Exp(-0.5 * Math.Pow((value - normals[c].Mean) / normals[c].StandardDeviation, 2)) / normals[c].StandardDeviation;
                var share = Density(k) / (Density(0) + Density(1));
                (sum, sumX, sumXX) = (sum + share, sumX + (share * value), sumXX + (share * value * value));
            }
            var mean = sumX / sum;
            var found = (NormalDistribution)updated.Components[k];
            // Sums over 500 values of size 10 lose at most 1e-13 of their size, squares of the means against the variance a thousand times that.
            Assert.Equal((0.9 * normals[k].Mean) + (0.1 * mean), found.Mean, 1e-10);
            Assert.Equal((0.9 * normals[k].StandardDeviation) + (0.1 * Math.Sqrt((sumXX / sum) - (mean * mean))), found.StandardDeviation, 1e-10);
            Assert.Equal(sum / x.Length, updated.Weights[k], 1e-10);
        }
    }

    private Task<ToolResult> FitAsync(string output, params string[] options) =>
        Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "multivariate-gaussian", "--output", folder[output],
            .. options]);
}
