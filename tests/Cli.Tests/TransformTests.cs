using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>What <c>fit</c> does to features before the model sees them, and what the other commands make of it.</summary>
public sealed class TransformTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    private async Task<string> DataAsync()
    {
        var random = new SeededRandom(4);
        double[] x = [.. Enumerable.Range(0, 600).Select(i => 1_000 + (100 * random.NextNormal()))];
        double[] y = [.. Enumerable.Range(0, 600).Select(i => Math.Exp((i % 2) + (0.5 * random.NextNormal())))];
        await TestData.WriteAsync(folder["d.parquet"], ("x", x), ("y", y));
        return folder["d.parquet"];
    }

    private Task<ToolResult> FitAsync(string kind, params string[] options) =>
        Tool.RunAsync(["fit", kind, folder["d.parquet"], "--output", folder["m.json"], "--force", .. options]);

    [Theory]
    [InlineData("none")]
    [InlineData("standard")]
    [InlineData("robust")]
    public async Task Likelihoods_do_not_depend_on_the_scale(string scale)
    {
        var data = await DataAsync();
        var values = (await TestData.DoublesAsync(data, "x"), await TestData.DoublesAsync(data, "y"));
        var fitted = await FitAsync("distribution", "--distribution", "normal", "--scale", scale, "--json");
        Assert.Equal(0, fitted.Code);
        // Two normal distributions at their maximum likelihood: -n/2 (ln 2πs² + 1) each.
        var expected = -300 * (Math.Log(2 * Math.PI * Variance(values.Item1)) + 1 + Math.Log(2 * Math.PI * Variance(values.Item2)) + 1);
        Assert.Equal(expected, LogLikelihood(fitted.Out), 1e-7);
        Assert.Equal(expected, LogLikelihood((await Tool.RunAsync("evaluate", folder["m.json"], data, "--json")).Out), 1e-7);
        var scored = await Tool.RunAsync("score", folder["m.json"], data, "--output", folder["s.parquet"], "--force", "--quiet");
        Assert.Equal(0, scored.Code);
        Assert.Equal(expected, (await TestData.DoublesAsync(folder["s.parquet"], "log_probability")).Sum(), 1e-7);

        static double Variance(double[] values) => values.Average(v => v * v) - Math.Pow(values.Average(), 2);

        static double LogLikelihood(string json)
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("logLikelihood").GetDouble();
        }
    }

    [Fact]
    public async Task Inspect_says_what_is_done_and_where_the_parts_lie()
    {
        await DataAsync();
        var fit = await FitAsync("kmeans", "--components", "2", "--scale", "standard", "--log", "y");
        Assert.Equal(0, fit.Code);
        var lines = fit.Out.Split('\n');
        Assert.Matches(@"^  in the original units; the model sees \(x - (99|100)\d\.\d+\) / \d+\.\d+, \(ln\(y\) -$", lines[1]);
        Assert.Matches(@"^      0\.\d+\) / 0\.\d+:$", lines[2]);
        Assert.Matches(@"^  cluster [01]: \d+ rows \(\d\d\.\d %\)$", lines[3]);
        Assert.Matches(@"^    x: +[19]\d+\.\d+$", lines[4]);
        Assert.Matches(@"^    y: +geometric mean \d\.\d+$", lines[5]);
        var shown = (await Tool.RunAsync("inspect", folder["m.json"])).Out.Split('\n');
        // The same lines, the sizes of the clusters included, which the file keeps.
        Assert.Equal(lines[3..9].Select(l => l[2..]), shown[^7..^1]);

        using var json = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["m.json"], "--json")).Out);
        var transforms = json.RootElement.GetProperty("inputs")[1].GetProperty("transforms");
        Assert.Equal(["log", "linear"], transforms.EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        var (center, scale) = (transforms[1].GetProperty("center").GetDouble(), transforms[1].GetProperty("scale").GetDouble());
        var centroid = json.RootElement.GetProperty("model").GetProperty("centroids")[1][1].GetDouble();
        Assert.Equal(Math.Exp((centroid * scale) + center), json.RootElement.GetProperty("centers")[1].GetProperty("values")[1].GetDouble(), 1e-12);
    }

    [Fact]
    public async Task Clusters_are_drawn_in_the_original_units()
    {
        // Two groups of 40 rows, far from the centers in units of standard deviations.
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 80).Select(i => 500 + (100.0 * (i % 2)) + (i % 7)).ToArray()),
            ("y", Enumerable.Range(0, 80).Select(i => 2000 + (300.0 * (i % 2)) + (i % 5)).ToArray()));
        Assert.Equal(0, (await FitAsync("kmeans", "--components", "2", "--scale", "standard")).Code);
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], folder["d.parquet"], "--output", folder["p.svg"])).Code);
        var picture = await File.ReadAllTextAsync(folder["p.svg"]);
        Assert.Contains("cluster 0 (50 %)", picture, StringComparison.Ordinal);
        Assert.Contains("cluster 1 (50 %)", picture, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plots_and_samples_are_in_the_original_units()
    {
        var data = await DataAsync();
        await FitAsync("mixture", "--components", "2", "--distribution", "normal", "--scale", "standard", "--log", "y");
        Assert.Equal(0, (await Tool.RunAsync("sample", folder["m.json"], "--rows", "2000", "--output", folder["s.parquet"])).Code);
        // Ten standard errors of 2,000 draws.
        Assert.InRange((await TestData.DoublesAsync(folder["s.parquet"], "x")).Average(), 975, 1_025);
        Assert.All(await TestData.DoublesAsync(folder["s.parquet"], "y"), y => Assert.True(y > 0));
        foreach (var kind in new[] { "density", "contour" })
        {
            var plot = await Tool.RunAsync("plot", folder["m.json"], data, "--kind", kind, "--output", folder[$"{kind}.svg"]);
            Assert.Equal((0, true), (plot.Code, File.Exists(folder[$"{kind}.svg"])));
        }
        var convert = await Tool.RunAsync("convert", folder["m.json"], folder["p.json"], "--to", "pomegranate");
        Assert.Equal(2, convert.Code);
        Assert.Contains("expected features without transforms, as the format has no place for them", convert.Error, StringComparison.Ordinal);
    }

    public static TheoryData<string, int, string> Mistakes => new()
    {
        { "kmeans --components 2 --scale standart", 2, "--scale: found 'standart', expected robust, standard or none; did you mean 'standard'?" },
        { "kmeans --components 2 --log z", 2, "--log: found 'z', expected a feature of the fit; correct the name, or add the column to the features "
            + "(--features)" },
        { "kmeans --components 2 --features x,y --log Y", 2, "--log: found 'Y', which is no feature, expected names among those of --features; did "
            + "you mean 'y'?" },
        { "kmeans --initial m.json --scale standard", 2, "--scale and --initial: found both, expected one of them, as an initial model keeps what is done to "
            + "its features; for example --initial model.json" },
        { "distribution --distribution discrete --scale standard", 2, "--scale: found 'standard' of a feature of categories, expected a feature of numbers, as "
            + "categories have no scale; leave it out" },
        { "distribution --distribution discrete --features x,y --log y", 2, "--log: found 'y', a feature of categories, expected a feature of numbers; leave "
            + "it out, or fit a distribution of numbers to it" },
        { "bayesian-network --scale standard", 2, "--scale" },
        { "mixture --components 2 --features x,y --distribution normal,gamma --scale standard", 2, "--scale: found 'standard' of feature 'y' with the "
            + "distribution 'gamma', whose support is fixed, expected a distribution that can be shifted and scaled; leave it out, or choose another "
            + "distribution for the feature, such as normal" },
        { "mixture --component normal --component log-normal --features y --log y", 2, "--log: found feature 'y' with the distribution 'log-normal', whose "
            + "support is fixed, expected a distribution that takes any number, as logarithms are" },
        { "distribution --distribution exponential --log y", 2, "--log: found feature 'y' with the distribution 'exponential', whose support is fixed" },
        { "kmeans --components 2 --features x,y --one-hot x --log x", 2, "--log and --one-hot: found 'x' in both, expected each feature in one of them, as "
            + "categories have no logarithm; leave it out of one of them" },
        { "mixture --component normal --component discrete", 2, "mixture, feature 'x': found 'normal' and 'discrete', of which one is of categories" },
        { "kmeans --components 2 --features y --one-hot x", 2, "--one-hot: found 'x', which is no feature, expected names among those of --features; leave it "
            + "out, or add it to --features" },
        { "kmeans --initial m.json --one-hot x", 2, "--one-hot and --initial: found both, expected one of them, as an initial model has its own features" },
        { "kmeans --components 2 --features hours(x),y", 2, "--features: found 'hours(x)', expected a part of a date or time: year, month, day, weekday, "
            + "day-of-year, hour, minute, second, time-of-day, epoch; did you mean 'hour'?" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_one_sentence_with_a_remedy(string command, int code, string message)
    {
        await DataAsync();
        var words = command.Split(' ');
        var result = await FitAsync(words[0], words[1..]);
        Assert.Contains($"pipelines: error: {message}", result.Error, StringComparison.Ordinal);
        Assert.Equal(code, result.Code);
        Assert.False(File.Exists(folder["m.json"]));
    }

    [Fact]
    public async Task A_value_without_a_logarithm_is_a_bad_row()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", new double[] { 1, 2, 0, 4 }));
        var result = await FitAsync("kmeans", "--components", "1", "--log", "x");
        Assert.Equal(3, result.Code);
        Assert.Contains("row 2, column 'x': found 0, expected a number above 0, of which the model takes ln(x); correct the value or make it null, or leave "
            + "the transform out of the fit", result.Error, StringComparison.Ordinal);
        result = await FitAsync("kmeans", "--components", "1", "--log", "x", "--on-bad-row", "skip");
        Assert.Equal(0, result.Code);
        Assert.Contains("4 rows read = 3 used + 1 rejected", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_with_another_logarithm_is_not_resumed()
    {
        await DataAsync();
        string[] options = ["kmeans", "--components", "2", "--features", "x,y", "--checkpoint", folder["ck"]];
        Assert.Equal(0, (await FitAsync(options[0], [.. options[1..], "--log", "y"])).Code);
        var other = await FitAsync(options[0], [.. options[1..], "--resume"]);
        Assert.Equal(2, other.Code);
        Assert.Contains("transforms was y: log and is no longer given", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kmeans_warns_of_features_that_decide_alone()
    {
        await DataAsync();
        var result = await FitAsync("kmeans", "--components", "2");
        Assert.Matches(@"warning: the features' standard deviations differ by more than 30 times, from \d\.\d+ \('y'\) to \d+(\.\d+)? \('x'\): the larger "
            + "ones decide the distances; bring the features to a common scale \\(--scale standard\\)", result.Error);
        Assert.DoesNotContain("differ", (await FitAsync("kmeans", "--components", "2", "--scale", "standard")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_become_features_of_0_and_1()
    {
        string[] colors = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? "blue" : "red")];
        await TestData.WriteAsync(folder["d.parquet"], ("color", colors), ("at", colors.Select((_, i) => new DateTime(2024, 1, 1).AddHours(i)).ToArray()));
        var result = await FitAsync("kmeans", "--components", "1", "--features", "color,hour(at)", "--one-hot", "color");
        Assert.Equal(0, result.Code);
        // A quarter is blue; 40 hours are one day and the hours from 0 to 15.
        Assert.Matches(@"\n +color: red 75\.0 %, blue 25\.0 %\n +hour\(at\): +9\.9\n", result.Out);
        Assert.Contains("\n  color     string     possible  one-hot, 2 categories: blue, red\n", (await Tool.RunAsync("inspect", folder["m.json"])).Out,
            StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"])).Code);
        var plan = await FitAsync("kmeans", "--components", "1", "--features", "color", "--one-hot", "color", "--dry-run");
        Assert.Contains("before all, the values of the one-hot columns are collected: reads these columns", plan.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_says_that_there_is_a_pass_more()
    {
        await DataAsync();
        var plan = (await FitAsync("kmeans", "--components", "2", "--scale", "standard", "--dry-run")).Out;
        Assert.Contains("job         fit kmeans; scale standard\n", plan, StringComparison.Ordinal);
        var all = (await FitAsync("kmeans", "--components", "2", "--features", "x,y", "--one-hot", "x", "--log", "y", "--dry-run", "--json")).Out;
        using (var json = JsonDocument.Parse(all)) Assert.Equal("fit kmeans; logarithms of y; one-hot x", json.RootElement.GetProperty("job").GetString());
        Assert.Contains("first, the spread of the features: reads the files and keeps the decoded features", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("survey of all rows: reads", plan, StringComparison.Ordinal);
    }
}
