using System.Text.Json;

namespace Pipelines.Cli.Tests.Networks;

/// <summary>Scores of incomplete rows, from Parquet to Parquet, against enumeration.</summary>
public sealed class NetworkScoreTests : IDisposable
{
    // Sums of a few products: a few units in the last place.
    private const double Close = 1e-14;

    private static readonly (string? A, int? B, bool? C)[] incomplete =
    [
        ("no", 3, true), (null, 3, true), ("no", null, false), ("yes", 7, null), (null, null, true), (null, 7, null), ("yes", null, null), (null, null, null),
        ("yes", -1, false), (null, -1, null),
    ];

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("1", "3")]
    [InlineData("8", "1000")]
    public async Task Missing_values_are_answered_in_the_types_and_places_of_their_columns(string parallelism, string batch)
    {
        await FitAsync();
        await NetworkData.WriteAsync(folder["d.parquet"], incomplete);
        var result = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--columns", "log-probability,probability,fill,explanation",
            "--max-parallelism", parallelism, "--batch-size", batch, "--output", folder["s.parquet"], "--json");
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        using (var json = JsonDocument.Parse(result.Out))
        {
            var report = json.RootElement;
            Assert.Equal((10, 10, 0), (report.GetProperty("rows").GetInt32(), report.GetProperty("rowsIn").GetInt32(),
                report.GetProperty("rowsRejected").GetInt32()));
            // The widest tables are those over a and b, or over b and c: 2 * 3 numbers of 8 bytes.
            Assert.Equal(48, report.GetProperty("largestTableBytes").GetInt64());
            Assert.True(report.GetProperty("patterns").GetInt32() > 0);
            Assert.Empty(report.GetProperty("warnings").EnumerateArray());
        }
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["id", "a", "b", "c", "log_probability", "probability_a_no", "probability_a_yes", "probability_b_-1", "probability_b_3",
            "probability_b_7", "probability_c_false", "probability_c_true", "explanation_a", "explanation_b", "explanation_c", "explanation_log_probability"],
            columns.Keys);
        string[][] names = [["no", "yes"], ["-1", "3", "7"], ["false", "true"]];
        for (var r = 0; r < incomplete.Length; r++)
        {
            object?[] row = [incomplete[r].A, incomplete[r].B, incomplete[r].C];
            var whole = NetworkData.Complete(row).ToArray();
            var total = whole.Sum(w => w.Probability);
            var best = whole.MaxBy(w => w.Probability);
            Assert.Equal(100 + r, columns["id"][r]);
            Assert.Equal(Math.Log(total), (double)columns["log_probability"][r], Close);
            Assert.Equal(Math.Log(best.Probability), (double)columns["explanation_log_probability"][r], Close);
            foreach (var (name, j) in new[] { ("a", 0), ("b", 1), ("c", 2) })
            {
                var posterior = NetworkData.Values[j].Select(v => whole.Where(w => w.Row[j].Equals(v)).Sum(w => w.Probability) / total).ToArray();
                for (var k = 0; k < posterior.Length; k++)
                {
                    var written = columns[$"probability_{name}_{names[j][k]}"][r];
                    if (row[j] is null) Assert.Equal(posterior[k], (double)written, Close);
                    else Assert.Null(written);
                }
                // Same type as in the input: equal as objects.
                Assert.Equal(row[j] ?? NetworkData.Values[j][Array.IndexOf(posterior, posterior.Max())], columns[name][r]);
                Assert.Equal(row[j] is null ? best.Row[j] : null, columns[$"explanation_{name}"][r]);
            }
        }
    }

    [Fact]
    public async Task Only_some_variables_are_reported_and_a_kept_column_is_filled_where_it_stands()
    {
        await FitAsync();
        await NetworkData.WriteAsync(folder["d.parquet"], incomplete);
        var result = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--columns", "fill,probability,explanation", "--variables", "c",
            "--keep", "c,id,b", "--output", folder["s.parquet"], "--quiet");
        Assert.Equal(new ToolResult(0, "", ""), result);
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["c", "id", "b", "probability_c_false", "probability_c_true", "explanation_c", "explanation_log_probability"], columns.Keys);
        Assert.DoesNotContain(null, columns["c"]);
        Assert.Equal(incomplete.Select(r => (object?)r.B), columns["b"]);
        // A filled column that is not kept is written after the kept ones.
        await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--columns", "fill", "--keep", "id", "--output", folder["f.parquet"], "--quiet");
        Assert.Equal(["id", "a", "b", "c"], (await TestData.ColumnsAsync(folder["f.parquet"])).Keys);
    }

    [Fact]
    public async Task Impossible_rows_are_kept_with_one_warning_or_end_the_run()
    {
        await FitAsync();
        // Rows 1, 2 and 4: a = no never has b = 7.
        await NetworkData.WriteAsync(folder["d.parquet"], ("no", 3, null), ("no", 7, null), ("no", 7, true), (null, 7, null), ("no", 7, null));
        string[] score = ["score", folder["m.json"], folder["d.parquet"], "--columns", "log-probability,probability,fill,explanation", "--output"];
        var kept = await Tool.RunAsync([.. score, folder["s.parquet"], "--quiet"]);
        Assert.Equal((0, "pipelines: warning: 3 rows have probability 0 under the model, the first is row 1: log-probability -Infinity, posteriors NaN, fills "
            + "and explanations null\n"), (kept.Code, kept.Error));
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        foreach (var r in new[] { 1, 2, 4 })
        {
            Assert.Equal(double.NegativeInfinity, columns["log_probability"][r]);
            Assert.Equal(double.NegativeInfinity, columns["explanation_log_probability"][r]);
            Assert.Null(columns["explanation_c"][r]);
            Assert.Equal(("no", 7), (columns["a"][r], columns["b"][r]));
            Assert.Equal(r == 2 ? true : null, columns["c"][r]);
            Assert.Equal(r == 2 ? null : double.NaN, columns["probability_c_true"][r]);
        }
        Assert.True(double.IsFinite((double)columns["log_probability"][0]));
        Assert.NotNull(columns["c"][0]);

        // Also if only fills are written.
        string[] fill = ["score", folder["m.json"], folder["d.parquet"], "--columns", "fill", "--output"];
        var filled = await Tool.RunAsync([.. fill, folder["f.parquet"], "--quiet"]);
        Assert.Equal((0, kept.Error), (filled.Code, filled.Error));
        Assert.Equal(["id", "a", "b", "c"], (await TestData.ColumnsAsync(folder["f.parquet"])).Keys);
        Assert.Equal(3, (await Tool.RunAsync([.. fill, folder["none.parquet"], "--impossible", "fail"])).Code);

        var failed = await Tool.RunAsync([.. score, folder["none.parquet"], "--impossible", "fail"]);
        Assert.Equal((3, "pipelines: error: block 'score', row 1: found observed values of probability 0 under the model, expected values that the model can "
            + "produce; look at the row, or score it -infinity (--impossible keep)"), (failed.Code, failed.ErrorText));
        Assert.False(File.Exists(folder["none.parquet"]));
    }

    [Theory]
    [InlineData("a", "pipelines: error: DIR/d.parquet, row group 0, row 1, column 'a': found 'perhaps', a value that the model does not know, expected one of "
        + "its 2 values (no, yes); correct the value or make it null, or fit the model to data that have it")]
    public async Task An_unknown_value_is_bad_data(string column, string message)
    {
        await FitAsync();
        await NetworkData.WriteAsync(folder["d.parquet"], ("no", 3, null), ("perhaps", 3, null), (null, 8, true), (null, null, null));
        string[] score = ["score", folder["m.json"], folder["d.parquet"], "--columns", "fill", "--json", "--output"];
        var failed = await Tool.RunAsync([.. score, folder["none.parquet"]]);
        Assert.Equal((3, message), (failed.Code, failed.ErrorText.Replace(folder.Root, "DIR", StringComparison.Ordinal)));
        Assert.Contains($"column '{column}'", failed.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["none.parquet"]));

        foreach (var mode in new[] { "skip", "quarantine" })
        {
            var result = await Tool.RunAsync([.. score, folder[$"{mode}.parquet"], "--on-bad-row", mode,
                .. mode == "skip" ? Array.Empty<string>() : [folder["bad"]]]);
            Assert.Equal(0, result.Code);
            using var json = JsonDocument.Parse(result.Out);
            Assert.Equal((4, 2, 2), (Number("rowsIn"), Number("rows"), Number("rowsRejected")));
            Assert.Equal([100, 103], (await TestData.ColumnsAsync(folder[$"{mode}.parquet"]))["id"].Cast<int>());

            int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
        }
        var refused = await TestData.ColumnsAsync(Directory.EnumerateFiles(folder["bad"], "*.parquet").Single());
        Assert.Equal([101, 102], refused["id"].Cast<int>());
    }

    [Theory]
    [InlineData("--variables a", "--variables and --columns: found no score of single variables, expected probability, fill or explanation; for example "
        + "--columns fill")]
    [InlineData("--variables a --columns log-probability", "--variables and --columns: found no score of single variables, expected probability, fill or "
        + "explanation; for example --columns fill")]
    [InlineData("--variables d --columns fill", "--variables: found 'd', expected a variable of the network; correct the name")]
    [InlineData("--inference best", "--inference: found 'best', expected exact or loopy; for example --inference loopy")]
    public async Task Bad_usage_is_named(string options, string message)
    {
        await FitAsync();
        await NetworkData.WriteAsync(folder["d.parquet"], ("no", 3, null));
        var result = await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], .. options.Split(' ')]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Split('\n')[0]));
        Assert.False(File.Exists(folder["s.parquet"]));
    }

    [Theory]
    [InlineData("--inference loopy", "--inference: found a mixture model, expected a network; leave it out")]
    [InlineData("--variables x --columns probability", "--variables: found a mixture model, expected a network; leave it out")]
    [InlineData("--impossible fail", "--impossible: found a mixture model, expected a model of sequences, or a network; leave it out")]
    public async Task Options_of_networks_are_refused_for_other_models(string options, string message)
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", new[] { 1.0, 2 }));
        TestData.SaveModel(folder["m.json"], "x");
        var result = await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], .. options.Split(' ')]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText));
    }

    [Fact]
    public async Task Rows_are_drawn_from_a_network()
    {
        await FitAsync();
        var result = await Tool.RunAsync("sample", folder["m.json"], "--rows", "20000", "--output", folder["s.parquet"], "--quiet");
        Assert.Equal(new ToolResult(0, "", ""), result);
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["a", "b", "c"], columns.Keys);
        foreach (var (row, probability) in NetworkData.Complete(null, null, null))
        {
            var drawn = Enumerable.Range(0, 20_000).Count(r => columns["a"][r].Equals(row[0]) && Convert.ToInt32(columns["b"][r]) == (int)row[1]
                && Convert.ToBoolean(columns["c"][r]) == (bool)row[2]);
            // Five standard deviations.
            Assert.InRange(drawn / 20_000.0, probability - (5 * Math.Sqrt(probability / 20_000)), probability + (5 * Math.Sqrt(probability / 20_000)));
        }
    }

    private async Task FitAsync()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["chain.json"], NetworkData.Chain);
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--structure", folder["chain.json"],
            "--output", folder["m.json"], "--quiet"));
    }
}
