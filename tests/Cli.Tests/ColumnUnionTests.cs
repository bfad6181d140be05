using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Files of one folder whose columns differ: only those that are used must fit together, and what is written is the union.</summary>
public sealed class ColumnUnionTests : IDisposable
{
    private static readonly double[] xs = [1, 2, 9];
    private static readonly int[] ys = [3, 8, 11];
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Added_and_dropped_columns_are_null_where_a_file_lacks_them()
    {
        await MakeAsync();
        var result = await RunAsync("score ~/m.json ~/evolve --output ~/out.parquet --quiet");
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        // The first file's columns in its order, then the new one of the second file.
        Assert.Equal("x double?, id int64?, old string?, y int32?, new timestamp?, log_probability double?, label int32?",
            await SchemaAsync("out.parquet", nullable: true));
        var rows = await TestData.ColumnsAsync(folder["out.parquet"]);
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], rows["id"]);
        Assert.Equal(["p", "q", "r", null!, null!, null!], rows["old"]);
        Assert.Equal([null!, null!, null!, new DateTime(2024, 1, 1), new DateTime(2024, 1, 2), new DateTime(2024, 1, 3)], rows["new"]);
        // Each row has the score that it has when its file is scored alone.
        Assert.Equal(await ScoresAsync("evolve/a.parquet", "evolve/b.parquet"), rows["log_probability"]);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4), InlineData(100)]
    public async Task Batches_across_files_hold_the_union_at_every_size_and_parallelism(int batch)
    {
        await MakeAsync();
        Assert.Equal(0, (await RunAsync("score ~/m.json ~/evolve --output ~/one.parquet --quiet --batch-size 100 --max-parallelism 1")).Code);
        Assert.Equal(0, (await RunAsync($"score ~/m.json ~/evolve --output ~/out.parquet --quiet --batch-size {batch}")).Code);
        Assert.Equal(await File.ReadAllBytesAsync(folder["one.parquet"]), await File.ReadAllBytesAsync(folder["out.parquet"]));
    }

    [Fact]
    public async Task Only_the_columns_that_are_named_are_looked_at()
    {
        await MakeAsync();
        await WriteAsync("evolve/c.parquet", ("x", xs), ("y", ys), ("id", Texts("a", "b", "c")));
        foreach (var command in new[] { "fit mixture ~/evolve --features x,y --distribution normal --components 1",
            "fit kmeans ~/evolve --features y,x --components 2" })
            Assert.Equal((0, ""), Outcome(await RunAsync($"{command} --output ~/fitted.json --quiet")));
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/evolve --keep old --output ~/out.parquet --quiet")));
        Assert.Equal("old string?, log_probability double?, label int32?", await SchemaAsync("out.parquet", nullable: true));
    }

    [Fact]
    public async Task Values_whose_types_differ_are_written_as_text_with_one_warning_for_each_column()
    {
        SaveModel();
        await WriteAsync("in/a.parquet", ("x", xs), ("y", ys), ("v", new[] { 1, -2, int.MaxValue }), ("f", new[] { true, false, true }),
            ("d", new[] { new DateOnly(2024, 2, 29), DateOnly.MinValue, DateOnly.MaxValue }));
        await WriteAsync("in/b.parquet", ("x", xs), ("y", ys), ("v", Texts("p", "", "ä")), ("f", Texts("q", "r", "s")), ("d", Texts("", "", "")));
        await WriteAsync("in/c.parquet", ("x", xs), ("y", ys), ("v", new[] { 0.1, double.NaN, -1e300 }));
        const string v = "column 'v' is written as text, because its types differ: INT32 in ~/in/a.parquet, BYTE_ARRAY STRING in ~/in/b.parquet and 1 more";
        const string f = "column 'f' is written as text, because its types differ: BOOLEAN in ~/in/a.parquet, BYTE_ARRAY STRING in ~/in/b.parquet";
        const string d = "column 'd' is written as text, because its types differ: INT32 DATE in ~/in/a.parquet, BYTE_ARRAY STRING in ~/in/b.parquet";
        foreach (var more in new[] { "--quiet", "--dry-run" })
        {
            var result = await RunAsync($"score ~/m.json ~/in --output ~/out.parquet --json {more}");
            Assert.Equal((0, $"pipelines: warning: {v}\npipelines: warning: {f}\npipelines: warning: {d}\n"), (result.Code, result.Error));
            using var json = JsonDocument.Parse(result.Out);
            Assert.Equal([v, f, d], json.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
        }
        Assert.Equal("x double?, y int32?, v string?, f string?, d string?, log_probability double?, label int32?",
            await SchemaAsync("out.parquet", nullable: true));
        var rows = await TestData.ColumnsAsync(folder["out.parquet"]);
        Assert.Equal(["1", "-2", "2147483647", "p", "", "ä", "0.1", "NaN", "-1E+300"], rows["v"]);
        Assert.Equal(["true", "false", "true", "q", "r", "s", null!, null!, null!], rows["f"]);
        Assert.Equal(["2024-02-29", "0001-01-01", "9999-12-31", "", "", "", null!, null!, null!], rows["d"]);
        // What is not written is not told.
        var kept = await RunAsync("score ~/m.json ~/in --output ~/out.parquet --keep x --quiet");
        Assert.Equal((0, ""), (kept.Code, kept.Error));
    }

    [Fact]
    public async Task Structures_that_differ_are_refused_by_score_and_by_its_dry_run_but_not_by_fit()
    {
        SaveModel();
        Directory.CreateDirectory(folder["in"]);
        await DuckParquet.WriteAsync(folder["in/a.parquet"], 3, "", "i * 0.5::DOUBLE AS x, i::INT AS y, {'a': i} AS s");
        await DuckParquet.WriteAsync(folder["in/b.parquet"], 3, "", "i * 0.5::DOUBLE AS x, i::INT AS y, i AS s");
        const string message = "pipelines: error: ~/in/b.parquet, column 's': found INT64 INT_64, expected STRUCT(a INT64 INT_64?), as in ~/in/a.parquet; "
            + "leave the column out (--keep), or rewrite the files with one type";
        Assert.Equal((3, message), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet")));
        Assert.Equal((3, message), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --dry-run")));
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --keep y --quiet")));
        Assert.Equal((0, ""), Outcome(await RunAsync("fit mixture ~/in --features x,y --distribution normal --components 1 --output ~/fitted.json --quiet")));
    }

    [Fact]
    public async Task A_column_that_is_used_must_be_in_every_file()
    {
        await MakeAsync();
        await WriteAsync("evolve/c.parquet", ("x", xs), ("s", ys), ("w", ys));
        const string fit = "fit mixture ~/evolve --distribution normal --components 1 --output ~/fitted.json";
        Assert.Equal((3, "pipelines: error: ~/evolve/c.parquet: found no column 'y', expected the feature 'y', as in ~/evolve/a.parquet; leave the file out, "
            + "or name a column that every file has"), Outcome(await RunAsync($"{fit} --features x,y")));
        Assert.Equal((3, "pipelines: error: ~/evolve/c.parquet: found no column 'y', expected the weight 'y', as in ~/evolve/a.parquet; leave the file out, or "
            + "name a column that every file has"), Outcome(await RunAsync($"{fit} --features x --weights y")));
        Assert.Equal((3, "pipelines: error: ~/evolve/c.parquet: found no column 'id', expected the feature 'id', as in ~/evolve/a.parquet; leave the file out, "
            + "or name a column that every file has"), Outcome(await RunAsync(fit)));
        const string hmm = "fit hmm ~/evolve --features x --distribution normal --components 1 --output ~/fitted.json";
        Assert.Equal((3, "pipelines: error: ~/evolve/c.parquet: found no column 'id', expected the key 'id', as in ~/evolve/a.parquet; leave the file out, or "
            + "name a column that every file has"), Outcome(await RunAsync($"{hmm} --sequence id")));
        Assert.Equal((3, "pipelines: error: ~/evolve/a.parquet: found no column 'w', expected the key 'w', as in ~/evolve/c.parquet; leave the file out, or "
            + "name a column that every file has"), Outcome(await RunAsync($"{hmm} --sequence w --order s")));
        File.Delete(folder["evolve/b.parquet"]);
        await WriteAsync("evolve/a.parquet", ("x", xs), ("w", ys));
        Assert.Equal((3, "pipelines: error: ~/evolve/a.parquet: found no column 's', expected the order 's', as in ~/evolve/c.parquet; leave the file out, or "
            + "name a column that every file has"), Outcome(await RunAsync($"{hmm} --sequence w --order s")));
        Assert.Equal((3, "pipelines: error: ~/evolve/a.parquet: found no column 'y' (and one more missing or unusable column), expected the model's "
            + "feature 'y' "
            + "among its columns; give files with the columns that the model was fitted to, or another model"),
            Outcome(await RunAsync("score ~/m.json ~/evolve --output ~/out.parquet")));
    }

    [Fact]
    public async Task Numbers_are_written_in_the_type_that_holds_all_of_them()
    {
        await WriteAsync("in/a.parquet", ("x", xs), ("y", ys), ("i", new[] { 1, 2, int.MaxValue }), ("r", new[] { 0.1f, 0.2f, 0.3f }),
            ("m", new[] { 1, 2, int.MinValue }), ("h", new sbyte[] { -128, 0, 127 }));
        await WriteAsync("in/b.parquet", ("x", new[] { 1, 2, 9 }), ("y", ys), ("i", new[] { long.MinValue, 5, long.MaxValue }), ("r", new[] { 0.1, 0.2, 0.3 }),
            ("m", new[] { 0.5, 0.25, 1e300 }), ("h", new byte[] { 0, 1, 255 }));
        SaveModel();
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --quiet")));
        Assert.Equal("x double, y int32, i int64, r double, m double, h int16, log_probability double, label int32", await SchemaAsync("out.parquet"));
        var rows = await TestData.ColumnsAsync(folder["out.parquet"]);
        Assert.Equal([1L, 2L, (long)int.MaxValue, long.MinValue, 5L, long.MaxValue], rows["i"]);
        Assert.Equal([(double)0.1f, (double)0.2f, (double)0.3f, 0.1, 0.2, 0.3], rows["r"]);
        Assert.Equal([1.0, 2.0, (double)int.MinValue, 0.5, 0.25, 1e300], rows["m"]);
        Assert.Equal([(short)-128, (short)0, (short)127, (short)0, (short)1, (short)255], rows["h"]);
    }

    [Fact]
    public async Task Numbers_that_no_type_holds_are_features_and_written_as_doubles_that_hold_them()
    {
        await WriteAsync("in/a.parquet", ("x", new[] { 1L, 2, (1L << 53) + 1 }), ("y", ys), ("id", ys));
        await WriteAsync("in/b.parquet", ("x", xs), ("y", ys), ("id", ys));
        SaveModel();
        const string message = "pipelines: error: ~/in/a.parquet, row group 0, row 2, column 'x': found 9007199254740993, expected a number that a double "
            + "holds (DOUBLE in ~/in/b.parquet); leave the column out (--keep), or rewrite the files with one type";
        Assert.Equal((3, message), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet")));
        Assert.Contains("x: INT64 in ~/in/a.parquet, DOUBLE in ~/in/b.parquet, written as double, if it holds every number exactly\n",
            (await RunAsync("score ~/m.json ~/in --output ~/out.parquet --dry-run")).Out, StringComparison.Ordinal);
        Assert.Equal((3, message), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --keep id --on-bad-row quarantine ~/bad")));
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --keep id --quiet")));
        Assert.Equal(await ScoresAsync("in/a.parquet", "in/b.parquet"), (await TestData.ColumnsAsync(folder["out.parquet"]))["log_probability"]);
        Assert.Equal((0, ""), Outcome(await RunAsync("fit mixture ~/in --features x,y --distribution normal --components 1 --output ~/fitted.json --quiet")));
        // Categories are known by their exact values.
        Assert.Equal((3, "pipelines: error: ~/in/b.parquet, column 'x': found DOUBLE, expected INT64, as in ~/in/a.parquet; leave the column out "
            + "(--features), or rewrite the files with one type"),
            Outcome(await RunAsync("fit distribution ~/in --features x --distribution discrete --output ~/fitted.json")));
    }

    [Fact]
    public async Task Decimals_and_doubles_are_written_as_doubles_and_decimals_and_integers_as_decimals()
    {
        await WriteAsync("in/a.parquet", ("x", new[] { 1.10m, -2.2m, 123456789012.345m }), ("y", ys), ("p", new[] { 1.5m, 2.25m, -3m }));
        await WriteAsync("in/b.parquet", ("x", xs), ("y", new[] { 3L, 8, 11 }), ("p", new[] { 1, 2, int.MinValue }));
        SaveModel();
        var result = await RunAsync("score ~/m.json ~/in --output ~/out.parquet --quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("x double, y int64, p decimal, log_probability double, label int32", await SchemaAsync("out.parquet"));
        var rows = await TestData.ColumnsAsync(folder["out.parquet"]);
        Assert.Equal([1.10, -2.2, 123456789012.345, 1.0, 2.0, 9.0], rows["x"]);
        Assert.Equal([1.5m, 2.25m, -3m, 1m, 2m, (decimal)int.MinValue], rows["p"]);
        Assert.Equal((0, ""), Outcome(await RunAsync("fit kmeans ~/in --features x,p --components 1 --output ~/fitted.json --quiet")));
    }

    [Fact]
    public async Task Timestamps_of_two_units_are_written_in_the_finer_one()
    {
        SaveModel();
        Directory.CreateDirectory(folder["in"]);
        await DuckParquet.WriteAsync(folder["in/a.parquet"], 3, "",
            "i * 0.5::DOUBLE AS x, i::INT AS y, (TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND)::TIMESTAMP_MS AS t");
        await DuckParquet.WriteAsync(folder["in/b.parquet"], 3, "", "i * 0.5::DOUBLE AS x, i::INT AS y, TIMESTAMP '2020-01-01 00:00:00.000001' AS t");
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/in --output ~/out.parquet --quiet")));
        Assert.Equal("TIMESTAMP", await DuckParquet.ValueAsync($"SELECT typeof(t) FROM read_parquet('{folder["out.parquet"]}')"));
        var rows = await TestData.ColumnsAsync(folder["out.parquet"]);
        var start = new DateTime(2020, 1, 1);
        var late = start.AddTicks(10);
        Assert.Equal([start, start.AddSeconds(1), start.AddSeconds(2), late, late, late], rows["t"]);
    }

    [Fact]
    public async Task A_column_of_numbers_and_of_texts_is_no_feature()
    {
        await WriteAsync("in/a.parquet", ("x", xs), ("v", ys));
        await WriteAsync("in/b.parquet", ("x", xs), ("v", Texts("a", "b", "c")));
        const string message = "pipelines: error: ~/in/b.parquet, column 'v': found BYTE_ARRAY STRING, expected INT32, as in ~/in/a.parquet; leave the column "
            + "out (--features), or rewrite the files with one type";
        Assert.Equal((3, message), Outcome(await RunAsync("fit mixture ~/in --distribution normal --components 1 --output ~/fitted.json")));
        Assert.Equal((3, message), Outcome(await RunAsync("fit distribution ~/in --features v --distribution discrete --output ~/fitted.json")));
        Assert.Equal((0, ""), Outcome(await RunAsync("fit mixture ~/in --features x --distribution normal --components 1 --output ~/fitted.json --quiet")));
    }

    [Fact]
    public async Task Files_without_rows_decide_nothing()
    {
        await MakeAsync();
        await WriteAsync("evolve/0.parquet", ("x", Array.Empty<double>()), ("id", Array.Empty<string>()));
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/evolve --output ~/out.parquet --quiet")));
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], (await TestData.ColumnsAsync(folder["out.parquet"]))["id"]);
        Assert.Equal((0, ""), Outcome(await RunAsync("fit kmeans ~/evolve --features x,y --components 1 --output ~/fitted.json --quiet")));
    }

    [Fact]
    public async Task A_folder_of_parts_can_be_resumed_verified_and_made_incrementally()
    {
        await MakeAsync();
        const string score = "score ~/m.json ~/evolve --output ~/out --rows-per-file 2 --batch-size 2 --quiet";
        Assert.Equal((0, ""), Outcome(await RunAsync(score)));
        Assert.Equal((0, ""), Outcome(await RunAsync($"{score} --resume")));
        Assert.Equal(0, (await RunAsync("verify ~/out")).Code);
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], (await TestData.ColumnsAsync(folder["out"]))["id"]);
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/evolve --output ~/runs --incremental ~/state.json --quiet")));
        Assert.Equal("x double, y int32, id int64, new timestamp, log_probability double, label int32", await SchemaAsync("runs/run=00002"));
        // What was written can be scored again as one.
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/runs --keep id,old,new --output ~/again.parquet --quiet")));
        Assert.Equal(["p", "q", "r", null!, null!, null!], (await TestData.ColumnsAsync(folder["again.parquet"]))["old"]);
    }

    [Fact]
    public async Task A_quarantine_holds_the_union()
    {
        await MakeAsync();
        await WriteAsync("evolve/c.parquet", ("x", new[] { 1, double.PositiveInfinity, 3 }), ("y", ys), ("id", new[] { 7L, 8, 9 }));
        await WriteAsync("evolve/d.parquet", ("x", new[] { double.NegativeInfinity }), ("y", new[] { 1 }), ("id", new[] { 10L }), ("old", Texts("z")));
        Assert.Equal((0, ""), Outcome(await RunAsync("score ~/m.json ~/evolve --output ~/out.parquet --keep id --on-bad-row quarantine ~/bad --quiet")));
        var refused = await TestData.ColumnsAsync(folder["bad"]);
        Assert.Equal([8L, 10L], refused["id"]);
        Assert.Equal([null!, "z"], refused["old"]);
        Assert.Equal([null!, null!], refused["new"]);
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L, 7L, 9L], (await TestData.ColumnsAsync(folder["out.parquet"]))["id"]);
    }

    [Fact]
    public async Task Dry_runs_and_inspections_tell_which_files_differ()
    {
        await MakeAsync();
        await WriteAsync("evolve/c.parquet", ("x", xs), ("y", new[] { 3L, 8, 11 }), ("id", Texts("a", "b", "c")));
        var dry = await RunAsync("score ~/m.json ~/evolve --keep old,new --output ~/out.parquet --dry-run");
        Assert.Equal(0, dry.Code);
        Assert.Contains("\ndiffering   old: absent from ~/evolve/b.parquet, ~/evolve/c.parquet, null there\n            new: absent from ~/evolve/a.parquet, "
            + "~/evolve/c.parquet, null there\n            y: INT32 in ~/evolve/a.parquet, INT64 in ~/evolve/c.parquet, read as int64\n", dry.Out,
            StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RunAsync("score ~/m.json ~/evolve --keep new --output ~/out.parquet --dry-run --json")).Out);
        Assert.Equal(["new", "y"], json.RootElement.GetProperty("columnsDiffering").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal(
            ["~/evolve/a.parquet", "~/evolve/c.parquet"],
            json.RootElement.GetProperty("columnsDiffering")[0].GetProperty("absentFrom").EnumerateArray().Select(f => f.GetString()));

        // A column is null where it is absent.
        var inspection = await RunAsync("inspect ~/evolve");
        Assert.Contains(
            """

            all files together: 5 columns, of which 4 differ

              column  type       nulls  minimum     maximum
              x       double     none   1           9
              id      string     none   -           -           INT64 in ~/evolve/a.parquet, BYTE_ARRAY STRING in ~/evolve/c.parquet, written as text
              old     string     6      -           -           absent from ~/evolve/b.parquet, ~/evolve/c.parquet, null there
              y       int64      none   3           11          INT32 in ~/evolve/a.parquet, INT64 in ~/evolve/c.parquet, read as int64
              new     timestamp  6      2024-01-01  2024-01-03  absent from ~/evolve/a.parquet, ~/evolve/c.parquet, null there

            3 files, 9 rows,
            """.ReplaceLineEndings("\n"), inspection.Out, StringComparison.Ordinal);
        using var described = JsonDocument.Parse((await RunAsync("inspect ~/evolve --json")).Out);
        Assert.Equal(["x double", "id string", "old string", "y int64", "new timestamp"],
            described.RootElement.GetProperty("columns").EnumerateArray()
                .Select(c => $"{c.GetProperty("name").GetString()} {c.GetProperty("type").GetString()}"));
    }

    private static (int Code, string Error) Outcome(ToolResult result) => (result.Code, result.ErrorText);

    private static string[] Texts(params string[] texts) => texts;

    private async Task MakeAsync()
    {
        await WriteAsync("evolve/a.parquet", ("x", xs), ("id", new[] { 1L, 2, 3 }), ("old", Texts("p", "q", "r")), ("y", ys));
        await WriteAsync("evolve/b.parquet", ("x", xs), ("y", ys), ("id", new[] { 4L, 5, 6 }),
            ("new", Enumerable.Range(1, 3).Select(d => new DateTime(2024, 1, d)).ToArray()));
        SaveModel();
    }

    private void SaveModel() => TestData.SaveModel(folder["m.json"], "x", "y");

    private async Task WriteAsync(string name, params (string Name, Array Values)[] columns)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        await TestData.WriteAsync(folder[name], columns);
    }

    private async Task<List<object>> ScoresAsync(params string[] files)
    {
        var scores = new List<object>();
        foreach (var file in files)
        {
            Assert.Equal(0, (await RunAsync($"score ~/m.json ~/{file} --output ~/alone.parquet --quiet")).Code);
            scores.AddRange((await TestData.ColumnsAsync(folder["alone.parquet"]))["log_probability"]);
        }
        return scores;
    }

    private async Task<string> SchemaAsync(string path, bool nullable = false)
    {
        var fields = (await new ParquetSource(folder[path]).OpenAsync(default)).Schema.Fields;
        return string.Join(", ", fields.Select(f => nullable ? $"{f with { IsNullable = true }}" : $"{f}"));
    }

    private async Task<ToolResult> RunAsync(string arguments)
    {
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        return new(result.Code, result.Out.Replace(folder.Root, "~", StringComparison.Ordinal),
            result.Error.Replace(folder.Root, "~", StringComparison.Ordinal));
    }
}
