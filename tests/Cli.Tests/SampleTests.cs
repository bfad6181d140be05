using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>The verb <c>sample</c>.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Parallelism_does_not_change_a_byte_and_seed_and_batch_size_do()
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        async Task<byte[]> DrawAsync(params string[] more)
        {
            var result = await Tool.RunAsync(["sample", folder["model.json"], "--rows", "50123", "--output", folder["s.parquet"], .. more]);
            Assert.Equal("", result.ErrorText);
            return await File.ReadAllBytesAsync(folder["s.parquet"]);
        }
        var one = await DrawAsync("--max-parallelism", "1", "--batch-size", "1000");
        Assert.Equal(one, await DrawAsync("--max-parallelism", "2", "--batch-size", "1000"));
        Assert.Equal(one, await DrawAsync("--max-parallelism", "8", "--batch-size", "1000", "--memory", "16MiB"));
        Assert.NotEqual(one, await DrawAsync("--seed", "1", "--batch-size", "1000"));
        Assert.NotEqual(one, await DrawAsync("--batch-size", "999"));
    }

    [Fact]
    public async Task Rows_follow_the_model()
    {
        const int rows = 200_000;
        var model = new GeneralMixtureModel(
            [new MultivariateGaussianDistribution([0, 5], new[,] { { 4, 1.5 }, { 1.5, 1 } }),
                new MultivariateGaussianDistribution([100, 0], new[,] { { 1.0, 0 }, { 0, 9 } })], [0.25, 0.75]);
        new SavedModel(model, [new Feature("x"), new Feature("y")]).Save(folder["model.json"]);
        var result = await Tool.RunAsync("sample", folder["model.json"], "--rows", $"{rows}", "--label", "component", "--output", folder["s.parquet"]);
        Assert.StartsWith("drew 200,000 rows: ", result.Out, StringComparison.Ordinal);
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["x", "y", "component"], columns.Keys);
        var (x, y, label) = (columns["x"].Cast<double>().ToArray(), columns["y"].Cast<double>().ToArray(), columns["component"].Cast<int>().ToArray());
        Assert.Equal(rows, x.Length);
        // Five standard errors of each estimate: sqrt(p (1 - p) / n), s / sqrt(n), and about 2 s² / sqrt(n) for variances and covariances.
        Assert.Equal(0.25, label.Count(l => l == 0) / (double)rows, 5 * Math.Sqrt(0.25 * 0.75 / rows));
        var first = Enumerable.Range(0, rows).Where(i => label[i] == 0).ToArray();
        var n = Math.Sqrt(first.Length);
        var (meanX, meanY) = (first.Average(i => x[i]), first.Average(i => y[i]));
        Assert.Equal(0, meanX, 5 * 2 / n);
        Assert.Equal(5, meanY, 5 * 1 / n);
        Assert.Equal(4, first.Average(i => (x[i] - meanX) * (x[i] - meanX)), 5 * 2 * 4 / n);
        Assert.Equal(1.5, first.Average(i => (x[i] - meanX) * (y[i] - meanY)), 5 * 2 * 2 / n);
        Assert.All(Enumerable.Range(0, rows), i => Assert.Equal(label[i] == 0, x[i] < 50));
    }

    [Fact]
    public async Task Labels_change_no_row_and_batches_are_not_alike()
    {
        TestData.SaveModel(folder["model.json"], "x");
        await Tool.RunAsync("sample", folder["model.json"], "--rows", "2000", "--batch-size", "1000", "--output", folder["a.parquet"]);
        await Tool.RunAsync("sample", folder["model.json"], "--rows", "2000", "--batch-size", "1000", "--label", "k", "--output", folder["b.parquet"]);
        var x = (await TestData.ColumnsAsync(folder["a.parquet"]))["x"].Cast<double>().ToArray();
        Assert.Equal(x, (await TestData.ColumnsAsync(folder["b.parquet"]))["x"].Cast<double>());
        Assert.Equal(2_000, x.Distinct().Count());
    }

    [Fact]
    public async Task Categories_are_what_they_stand_for()
    {
        var model = new IndependentComponentsDistribution([new DiscreteDistribution([0.2, 0.8]), new DiscreteDistribution([0.5, 0.5]),
            new DiscreteDistribution([0.5, 0.5]), new DiscreteDistribution([0.1, 0.9]), new PoissonDistribution(3)]);
        new SavedModel(model,
        [
            new Feature("text", ["red", "blue"]), new Feature("number", ["10", "20"]), new Feature("real", ["0.5", "1"]),
            new Feature("flag", ["0", "1"]) { Type = "boolean" }, new Feature("count"),
        ]).Save(folder["model.json"]);
        Assert.Equal(0, (await Tool.RunAsync("sample", folder["model.json"], "--rows", "10000", "--output", folder["s.parquet"])).Code);
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        // Five standard errors: 5 sqrt(p (1 - p) / n).
        Assert.Equal(0.8, columns["text"].Count(v => (string)v == "blue") / 10_000.0, 0.02);
        Assert.Equal(0.9, columns["flag"].Count(v => (bool)v) / 10_000.0, 0.015);
        Assert.Equal([10L, 20L], columns["number"].Cast<long>().Distinct().Order());
        Assert.Equal([0.5, 1.0], columns["real"].Cast<double>().Distinct().Order());
        Assert.Equal(3, columns["count"].Cast<double>().Average(), 5 * Math.Sqrt(3 / 10_000.0));
    }

    [Fact]
    public async Task Samples_can_be_scored_and_come_in_parts()
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        Assert.Equal(0,
            (await Tool.RunAsync("sample", folder["model.json"], "--rows", "5000", "--batch-size", "500", "--rows-per-file", "2000", "--output",
                folder["parts"])).Code);
        Assert.Equal(3, Directory.GetFiles(folder["parts"], "*.parquet").Length);
        Assert.Equal(0, (await Tool.RunAsync("score", folder["model.json"], folder["parts"], "--output", folder["scored.parquet"])).Code);
        // The mean log-density of a mixture of two far Gaussians of two features: log 0.5 - log 2 pi - 1; its standard deviation is 1.
        var logs = (await TestData.ColumnsAsync(folder["scored.parquet"]))["log_probability"].Cast<double>().ToArray();
        Assert.Equal(Math.Log(0.5) - Math.Log(2 * Math.PI) - 1, logs.Average(), 5 / Math.Sqrt(5_000));
    }

    [Theory]
    [InlineData("--output s.parquet", "--rows: found none, expected a whole number from 1 to 9007199254740992 (2^53); for example --rows 100000")]
    [InlineData("--output s.parquet --rows 0", "--rows: found '0', expected a whole number from 1 to 9007199254740992 (2^53); for example --rows 100000")]
    [InlineData("--output s.parquet --rows 5 --label x",
        "--label: found 'x', which is a feature too, expected the name of a new column; correct the options and run again")]
    [InlineData("--output s.parquet --rows 5 --rows-per-file 2",
        "--rows-per-file and --output: found a single file, 'DIR/s.parquet', expected a folder, which takes several files; for example --output sample")]
    [InlineData("--output nowhere/s.parquet --rows 5", "DIR/nowhere/s.parquet: found no folder DIR/nowhere, expected a folder that exists; create it first")]
    public async Task Bad_usage_is_named(string arguments, string message)
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        var words = arguments.Split(' ');
        words[1] = folder[words[1]];
        var result = await Tool.RunAsync(["sample", folder["model.json"], .. words]);
        Assert.Equal(2, result.Code);
        Assert.Contains(message.Replace("DIR", folder.Root, StringComparison.Ordinal), result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["model.json"], folder.Names);
    }

    [Fact]
    public async Task Models_that_are_no_distribution_say_so()
    {
        new SavedModel(new KMeans(new double[,] { { 0 }, { 1 } }), [new Feature("x")]).Save(folder["kmeans.json"]);
        var kmeans = await Tool.RunAsync("sample", folder["kmeans.json"], "--rows", "5", "--output", folder["s.parquet"]);
        Assert.Equal((2, "pipelines: error: kmeans model: found a model that is not a probability distribution, expected one that rows can be drawn from, "
            + "such as a mixture; fit a mixture to the same data"), (kmeans.Code, kmeans.ErrorText));
        new SavedModel(new NormalDistribution(0, 1), [new Feature("x")]).Save(folder["normal.json"]);
        var label = await Tool.RunAsync("sample", folder["normal.json"], "--rows", "5", "--label", "k", "--output", folder["s.parquet"]);
        Assert.Equal((2, "pipelines: error: --label: found a normal model, expected a mixture or a hidden Markov model, whose rows come from components or "
            + "states; correct the options and run again"), (label.Code, label.ErrorText));
        new SavedModel(new DiscreteDistribution([0.5, 0.5]), [new Feature("c", ["only"])]).Save(folder["odd.json"]);
        var odd = await Tool.RunAsync("sample", folder["odd.json"], "--rows", "100", "--output", folder["s.parquet"]);
        Assert.Contains("feature 'c': found 1 categories, expected 2, as the model has probabilities of; the file is damaged or was edited; save the "
            + "model again", odd.ErrorText, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["s.parquet"]));
    }
}
