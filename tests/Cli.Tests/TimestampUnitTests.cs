using Pipelines.Testing;

namespace Pipelines.Cli.Tests;

/// <summary>Timestamps of different units in the files of one run: they are written in the finest unit, each as it was.</summary>
public sealed class TimestampUnitTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("builtin"), InlineData("parquetsharp"), InlineData("parquet.net")]
    public async Task Nanoseconds_are_kept(string engine)
    {
        await WriteAsync("a.parquet", "CASE WHEN i = 1 THEN NULL ELSE TIMESTAMP '2020-01-01 00:00:00.123456' + INTERVAL (i % 2) SECOND END");
        await WriteAsync("b.parquet", "make_timestamp_ns(1577836800123456789 + i)");
        await WriteAsync("c.parquet", "TIMESTAMP_MS '1960-01-01 00:00:00.123'");
        var result = await ScoreAsync("--parquet-engine", engine);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("TIMESTAMP_NS", await DuckParquet.ValueAsync($"SELECT any_value(typeof(t)) FROM read_parquet('{folder["out.parquet"]}')"));
        Assert.Equal(
            "1577836800123456000 NULL 1577836800123456000 1577836801123456000 1577836800123456789 1577836800123456790 1577836800123456791 "
                + "1577836800123456792 -315619199877000000 -315619199877000000 -315619199877000000 -315619199877000000",
            await DuckParquet.ValueAsync($"SELECT string_agg(coalesce(epoch_ns(t)::VARCHAR, 'NULL'), ' ') FROM read_parquet('{folder["out.parquet"]}')"));
    }

    [Fact]
    public async Task A_time_that_the_finer_unit_cannot_hold_is_named()
    {
        await WriteAsync("a.parquet", "CASE WHEN i = 2 THEN TIMESTAMP '2500-01-01' ELSE TIMESTAMP '2000-01-01' END");
        await WriteAsync("b.parquet", "make_timestamp_ns(i)");
        var result = await ScoreAsync();
        Assert.Equal((3, $"pipelines: error: {folder["in/a.parquet"]}, row group 0, row 2, column 't': found the timestamp 16725225600000000 micros, expected "
            + "one that fits the nanoseconds (1678 to 2262) of another file; leave the column out (--keep), or rewrite the files with one unit"),
            (result.Code, result.ErrorText));
        Assert.Equal(0, (await ScoreAsync("--keep", "x")).Code);
    }

    [Theory, InlineData("builtin"), InlineData("parquetsharp"), InlineData("parquet.net")]
    public async Task A_part_needs_no_nanoseconds_and_the_column_keeps_them(string engine)
    {
        // Before 1970, too: 23:59:59.999999877 of the day before.
        await WriteAsync("a.parquet", "make_timestamp_ns(CASE WHEN i = 0 THEN -123 ELSE 1577836800123456789 + i * 1000000001 END)");
        var fit = await Tool.RunAsync("fit", "kmeans", folder["in"], "--features", "second(t),x", "--components", "1", "--output", folder["k.json"], "--json",
            "--parquet-engine", engine);
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        // Rounded down to 100 ns: 59.9999998, 1.1234567, 2.1234567 and 3.1234567.
        var centroid = ((KMeans)SavedModel.Load(folder["k.json"]).Model).Centroid(0)[0];
        Assert.Equal((59.9999998 + 1.1234567 + 2.1234567 + 3.1234567) / 4, centroid, 1e-12);
        Assert.Equal("datetime", SavedModel.Load(folder["k.json"]).Features![0].Type);
        var score = await Tool.RunAsync("score", folder["k.json"], folder["in"], "--output", folder["out.parquet"], "--quiet", "--parquet-engine", engine);
        Assert.Equal((0, ""), (score.Code, score.ErrorText));
        await DuckParquet.AssertSameAsync(folder["in/a.parquet"], folder["out.parquet"], "x, t");
        var whole = await Tool.RunAsync("fit", "distribution", folder["in"], "--features", "second(t)", "--distribution", "discrete", "--output",
            folder["d.json"], "--parquet-engine", engine);
        Assert.Equal(0, whole.Code);
        Assert.Equal(["1.1234567", "2.1234567", "3.1234567", "59.9999998"], SavedModel.Load(folder["d.json"]).Features![0].Categories);
    }

    private async Task WriteAsync(string name, string time)
    {
        Directory.CreateDirectory(folder["in"]);
        await DuckParquet.WriteAsync(folder[$"in/{name}"], 4, "", $"i * 0.5::DOUBLE AS x, {time} AS t");
        TestData.SaveModel(folder["m.json"], "x");
    }

    private Task<ToolResult> ScoreAsync(params string[] more) =>
        Tool.RunAsync(["score", folder["m.json"], folder["in"], "--output", folder["out.parquet"], "--quiet", .. more]);
}
