using System.Globalization;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>What a scoring run tells about its scores: the same as the file that it wrote, at any parallelism.</summary>
public sealed class ScoreReportTests : IDisposable
{
    // A mean of 3,000 sums in another order: rounding errors of about 3,000 x 1e-16.
    private const double Rounding = 1e-12;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Mean_and_labels_are_those_of_the_file()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        string[] means = ["1", "2", "7"];
        for (var i = 0; i < means.Length; i++)
        {
            using var json = await ScoreAsync("--max-parallelism", means[i], "--batch-size", "64");
            means[i] = json.RootElement.GetProperty("meanLogLikelihood").GetRawText();
            Assert.Equal(await CountsAsync(), Labels(json, l => l.GetInt32().ToString(CultureInfo.InvariantCulture)));
        }
        Assert.Single(means.Distinct());
        var logs = await TestData.DoublesAsync(folder["s.parquet"], "log_probability");
        Assert.Equal(logs.Average(), double.Parse(means[0], CultureInfo.InvariantCulture), Rounding * Math.Abs(logs.Average()));

        var text = (await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"])).Out;
        Assert.Contains("\nmean log-likelihood per row -", text, StringComparison.Ordinal);
        // One row of three is in the second blob.
        Assert.Contains("\nlabels:\n   rows          label\n  2,000  66.7 %  0\n  1,000  33.3 %  1\nwrote ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_scored_is_not_told()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        using var json = await ScoreAsync("--columns", "probability");
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("meanLogLikelihood").ValueKind);
        Assert.Equal(0, json.RootElement.GetProperty("labels").GetArrayLength());
    }

    [Fact]
    public async Task Labels_have_their_names()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", new[] { 0.0, 1, 9, 10, 11, 0.5 }),
            ("kind", new[] { "near", "near", "far", "far", "far", "near" }));
        Assert.Equal(0, (await Tool.RunAsync("fit", "naive-bayes", folder["d.parquet"], "--label", "kind", "--distribution", "normal", "--features", "x",
            "--output", folder["m.json"])).Code);
        using var json = await ScoreAsync("--columns", "label");
        Assert.Equal(new() { ["far"] = 3, ["near"] = 3 }, Labels(json, l => l.GetString()!));
    }

    [Fact]
    public async Task The_mean_of_sequences_is_that_of_sequences()
    {
        int[] keys = [1, 1, 1, 2, 3, 3];
        double[] x = [0, 1, 10, 9, 0.5, 11];
        await TestData.WriteAsync(folder["d.parquet"], ("key", keys), ("x", x));
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.75, 0.25 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(10, 2)],
            [0.5, 0.5]);
        new SavedModel(model, [new Feature("x")]).Save(folder["m.json"]);
        using var json = await ScoreAsync("--sequence", "key", "--columns", "log-probability,label");
        var logs = await TestData.DoublesAsync(folder["s.parquet"], "log_probability");
        Assert.Equal((logs[0] + logs[3] + logs[4]) / 3, json.RootElement.GetProperty("meanLogLikelihood").GetDouble(), Rounding);
        Assert.Equal(await CountsAsync(), Labels(json, l => l.GetRawText().Trim('"')));
    }

    private async Task<JsonDocument> ScoreAsync(params string[] options)
    {
        var result = await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--json", .. options]);
        Assert.Equal(0, result.Code);
        return JsonDocument.Parse(result.Out);
    }

    private static Dictionary<string, long> Labels(JsonDocument json, Func<JsonElement, string> name) =>
        json.RootElement.GetProperty("labels").EnumerateArray().ToDictionary(l => name(l.GetProperty("label")), l => l.GetProperty("rows").GetInt64());

    private async Task<Dictionary<string, long>> CountsAsync() => (await TestData.ColumnsAsync(folder["s.parquet"]))["label"]
        .CountBy(l => Convert.ToString(l, CultureInfo.InvariantCulture)!).ToDictionary(l => l.Key, l => (long)l.Value);
}
