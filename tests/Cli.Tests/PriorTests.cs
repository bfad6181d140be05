using Pipelines.Io;
using Pipelines.Models.Serialization;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests;

/// <summary>Priors of rows through the command line: the models and scores of the library, at any parallelism, and what is refused.</summary>
public sealed class PriorTests : IDisposable
{
    private const int Rows = 900;
    private static readonly string[] priorColumns = ["p0", "p1"];
    private readonly Folder folder = new();
    private readonly double[] x = new double[Rows];
    private readonly double[,] priors = new double[Rows, 2];

    public PriorTests()
    {
        var random = new SeededRandom(3);
        for (var i = 0; i < Rows; i++)
        {
            var isFar = i % 2 == 1;
            x[i] = (isFar ? 3 : 0) + random.NextNormal();
            var sure = i % 9 == 0 ? 1 : 0.3 + (0.6 * random.NextDouble());
            (priors[i, 0], priors[i, 1]) = isFar ? (1 - sure, sure) : (sure, 1 - sure);
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_mixture_and_its_scores_are_those_of_the_library()
    {
        await WriteAsync();
        var data = FeatureMatrix.FromColumn(x).WithPriors(priors);
        var expected = Mixture.Of<NormalDistribution>(2).Fit(data, new() { MaxIterations = 5, StopThreshold = -1, BatchSize = 100 }).Model;
        foreach (var threads in new[] { "1", "5" })
        {
            var fit = await FitAsync("mixture", "--components", "2", "--iterations", "5", "--tolerance=-1", "--batch-size", "100", "--max-parallelism",
                threads);
            Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
            Assert.Equal(expected, SavedModel.Load(folder["m.json"]).Model);
        }
        var score = await ScoreAsync("--priors", "p0,p1", "--columns", "log-probability,probability", "--keep", "x");
        Assert.Equal((0, ""), (score.Code, score.ErrorText));
        Assert.Equal(expected.LogProbability(data), await TestData.DoublesAsync(folder["s.parquet"], "log_probability"));
        var posteriors = expected.PredictProbability(data);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => posteriors[i, 1]), await TestData.DoublesAsync(folder["s.parquet"], "probability_1"));
    }

    [Fact]
    public async Task A_classifier_and_a_hidden_Markov_model_take_them_and_an_evaluation_is_better_with_them()
    {
        await WriteAsync();
        var fit = await FitAsync("naive-bayes", "--label", "label");
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        var with = await Tool.RunAsync("evaluate", folder["m.json"], folder["d.parquet"], "--label", "truth", "--priors", "p0,p1", "--json");
        var without = await Tool.RunAsync("evaluate", folder["m.json"], folder["d.parquet"], "--label", "truth", "--json");
        Assert.Equal((0, "", 0, ""), (with.Code, with.ErrorText, without.Code, without.ErrorText));
        Assert.True(Accuracy(with) > Accuracy(without) + 0.01, $"{Accuracy(with)} and {Accuracy(without)}");

        var hidden = await FitAsync("hmm", "--components", "2", "--sequence", "key", "--iterations", "3");
        Assert.Equal((0, ""), (hidden.Code, hidden.ErrorText));
        Assert.Equal(0, (await ScoreAsync("--priors", "p0,p1", "--sequence", "key", "--columns", "probability")).Code);
        // A certain row is in its state, however the fit went.
        var first = await TestData.DoublesAsync(folder["s.parquet"], "probability_0");
        for (var i = 0; i < Rows; i += 18) Assert.Equal(1, first[i], 1e-12);

        static double Accuracy(ToolResult result)
        {
            using var json = System.Text.Json.JsonDocument.Parse(result.Out);
            return json.RootElement.GetProperty("accuracy").GetDouble();
        }
    }

    [Theory]
    [InlineData("confusion"), InlineData("roc"), InlineData("calibration")]
    public async Task The_pictures_of_an_evaluation_are_those_with_priors(string kind)
    {
        await WriteAsync();
        Assert.Equal(0, (await FitAsync("naive-bayes", "--label", "label")).Code);
        var plot = await PlotAsync("--kind", kind, "--label", "truth", "--priors", "p0,p1");
        Assert.Equal((0, ""), (plot.Code, plot.ErrorText));
        var picture = await File.ReadAllTextAsync(folder["p.svg"]);
        // The library's own picture of these rows.
        var data = Pipeline.From(new ParquetSource(folder["d.parquet"])).Priors([.. priorColumns]);
        var expected = await ModelPlot.CreateAsync(SavedModel.Load(folder["m.json"]), data, new() { Kind = kind, Label = "truth" });
        var (width, height) = PictureRenderer.DefaultSize(expected);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(PictureRenderer.Render(expected, PictureFormat.Svg, width, height)), picture);
        Assert.Equal(0, (await PlotAsync("--kind", kind, "--label", "truth")).Code);
        Assert.NotEqual(picture, await File.ReadAllTextAsync(folder["p.svg"]));
    }

    [Theory]
    [InlineData("--priors p0,p1", "--priors and --kind: found 'density', which shows no evaluation, expected confusion, roc or calibration; for example "
        + "--kind confusion")]
    [InlineData("--kind contour --priors p0,p1", "--priors and --kind: found 'contour', which shows no evaluation, expected confusion, roc or calibration; for "
        + "example --kind confusion")]
    [InlineData("--kind roc --label p0 --priors p0,p1", "--priors and --label: found 'p0' in both, expected priors that have no other role; for example "
        + "--priors p0,p1")]
    public async Task Other_pictures_refuse_them(string options, string message)
    {
        var plot = await PlotAsync(options.Split(' '));
        Assert.Equal((2, $"pipelines: error: {message}"), (plot.Code, plot.ErrorText.Split('\n')[0]));
    }

    [Theory]
    [InlineData("--components 2 --priors p0,p0", 2, "--priors: found 'p0' more than once, expected column names separated by commas, each once; for example "
        + "--priors p0,p1")]
    [InlineData("--components 2 --priors x,p0", 2, "--priors and --features: found 'x' in both, expected priors that are not features; for example --priors "
        + "p0,p1")]
    [InlineData("--components 2 --weights p0 --priors p0,p1", 2, "--priors and --weights: found 'p0' in both, expected priors that have no other role; for "
        + "example --priors p0,p1")]
    [InlineData("--components 3 --priors p0,p1", 2, "mixture model: found priors of 2 components, expected 3; give one prior for each, in the model's order "
        + "(--priors)")]
    [InlineData("--components 2..4 --priors p0,p1", 2, "model selection: found priors of 2 components or states, and fits of 2, 3, 4, expected fits of one "
        + "number of them, the number of priors; fit that number only, or leave the priors out (--priors)")]
    [InlineData("--components 2,3 --dry-run --priors p0,p1", 2, "model selection: found priors of 2 components or states, and fits of 2, 3, expected fits of "
        + "one number of them, the number of priors; fit that number only, or leave the priors out (--priors)")]
    [InlineData("--components 3 --restarts 2 --priors p0,p1", 2, "mixture model: found priors of 2 components, expected 3; give one prior for each, in the "
        + "model's order (--priors)")]
    [InlineData("--components 3 --dry-run --priors p0,p1", 2, "mixture model: found priors of 2 components, expected 3; give one prior for each, in the "
        + "model's order (--priors)")]
    [InlineData("--components 2 --priors p0,odd", 3, "DATA, row group 0, row 4, column 'p0': found priors that sum to 1.25, expected probabilities that sum to "
        + "1 (within 1e-6); correct the priors; where nothing is known, make them equal")]
    public async Task What_cannot_be_used_is_said(string options, int code, string message)
    {
        await WriteAsync();
        var fit = await Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--features", "x", "--distribution", "normal", "--output", folder["m.json"],
            .. options.Split(' ')]);
        Assert.Equal((code, $"pipelines: error: {message.Replace("DATA", folder["d.parquet"], StringComparison.Ordinal)}"), (fit.Code,
            fit.ErrorText.Split('\n')[0]));
    }

    [Fact]
    public async Task A_model_without_components_refuses_them()
    {
        await WriteAsync();
        Assert.Equal(0, (await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--features", "x", "--distribution", "normal", "--output",
            folder["m.json"])).Code);
        var score = await ScoreAsync("--priors", "p0,p1");
        Assert.Equal((2, "pipelines: error: normal model: found rows with priors, expected a model with components, classes or states; leave the priors out "
            + "(--priors)"), (score.Code, score.ErrorText));
    }

    private Task WriteAsync()
    {
        double[] Column(int k) => [.. Enumerable.Range(0, Rows).Select(i => priors[i, k])];
        var odd = Column(1);
        odd[4] = 1.25 - priors[4, 0];
        return TestData.WriteAsync(folder["d.parquet"], ("x", x), ("p0", Column(0)), ("p1", Column(1)), ("odd", odd),
            ("truth", Enumerable.Range(0, Rows).Select(i => i % 2 == 1 ? "far" : "close").ToArray()),
            ("label", Enumerable.Range(0, Rows).Select(i => i % 3 > 0 ? null : i % 2 == 1 ? "far" : "close").ToArray()),
            ("key", Enumerable.Range(0, Rows).Select(i => i / 30).ToArray()));
    }

    private Task<ToolResult> FitAsync(string kind, params string[] options) => Tool.RunAsync(["fit", kind, folder["d.parquet"], "--distribution", "normal",
        "--priors", string.Join(",", priorColumns), "--features", "x", "--output", folder["m.json"], .. options]);

    private Task<ToolResult> PlotAsync(params string[] options) =>
        Tool.RunAsync(["plot", folder["m.json"], folder["d.parquet"], "--output", folder["p.svg"], .. options]);

    private Task<ToolResult> ScoreAsync(params string[] options) =>
        Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--force", .. options]);
}
