using System.Globalization;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Cli.Tests;

/// <summary>Mixtures with categories from Parquet to the model and back, against pomegranate 0.14.8. Tolerances are the files' own.</summary>
public sealed class CategoryGoldenTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("gmm_discrete_1d")]
    [InlineData("gmm_categorical_multi")]
    [InlineData("gmm_mixed_columns")]
    public async Task Fit_and_score_reach_the_numbers_of_pomegranate(string name)
    {
        var golden = new GoldenFile(name);
        var features = await WriteAsync(name, golden);
        new SavedModel(GoldenFile.Mixture(golden.Inputs), features).Save(folder["start.json"]);
        foreach (var iteration in golden.Expected.GetProperty("iterations").EnumerateObject())
        {
            string[] batches = ["--batch-size", "64", "--quiet"];
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--initial", folder["start.json"], "--iterations", iteration.Name, "--tolerance",
                    "-1", "--output", folder["m.json"], .. batches]));
            var saved = SavedModel.Load(folder["m.json"]);
            Assert.Equal(features, saved.Features);
            golden.Close(iteration.Value, (GeneralMixtureModel)saved.Model, $"{name} after {iteration.Name}");
            golden.Close(GoldenFile.Number(iteration.Value.GetProperty("log_likelihood")), saved.Training!.LogLikelihood, "log-likelihood");

            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--columns", "log-probability,probability", "--output",
                    folder["s.parquet"], .. batches]));
            var scored = new MemorySink();
            await Pipeline.FromParquet(folder["s.parquet"]).To(scored).RunAsync();
            var logs = GoldenFile.Numbers(iteration.Value.GetProperty("log_probability"));
            golden.Close(logs, scored.Doubles("log_probability").AsSpan(0, logs.Length), "log-probability");
            var posteriors = GoldenFile.Matrix(iteration.Value.GetProperty("predict_proba"));
            var found = new[] { scored.Doubles("probability_0"), scored.Doubles("probability_1") };
            for (var i = 0; i < posteriors.GetLength(0); i++)
                for (var k = 0; k < 2; k++) golden.Close(posteriors[i, k], found[k][i], $"posterior [{i},{k}]");
        }
    }

    // Texts as texts; categories that are numbers once as int, once as double, once as text, once as long: what they are stored as makes no difference.
    private async Task<Feature[]> WriteAsync(string name, GoldenFile golden)
    {
        var data = golden.Inputs.GetProperty("data");
        if (name == "gmm_discrete_1d")
        {
            await TestData.WriteAsync(folder["d.parquet"], ("letter", data.EnumerateArray().Select(v => v.GetString()!).ToArray()));
            return [new("letter", ["A", "B", "C", "D"])];
        }
        var values = GoldenFile.Matrix(data);
        var columns = Enumerable.Range(0, values.GetLength(1)).Select(j => Enumerable.Range(0, values.GetLength(0)).Select(i => values[i, j]).ToArray())
            .ToArray();
        if (name == "gmm_mixed_columns")
        {
            await TestData.WriteAsync(folder["d.parquet"], [.. columns.Select((c, j) => ($"x{j}", (Array)c))]);
            return [.. columns.Select((_, j) => new Feature($"x{j}"))];
        }
        await TestData.WriteAsync(folder["d.parquet"],
            ("x0", Array.ConvertAll(columns[0], v => (int)v)),
            ("x1", columns[1]),
            ("x2", Array.ConvertAll(columns[2], v => v.ToString(CultureInfo.InvariantCulture))),
            ("x3", Array.ConvertAll(columns[3], v => (long)v)));
        return [.. columns.Select((_, j) => new Feature($"x{j}", ["0", "1", "2"]))];
    }
}
