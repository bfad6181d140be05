using System.Text.Json;
using ParquetSharp;

namespace Pipelines.Cli.Tests;

/// <summary>
/// Lists, maps and structures stay beside the scores; what cannot be kept is refused before a row is read. DuckDB writes the data and compares.
/// </summary>
public sealed class NestedColumnTests : IDisposable
{
    private const string Small = "i * 0.5::DOUBLE AS x, {'a': i, 'b': 'text ' || i} AS s, CASE WHEN i % 3 = 0 THEN [] ELSE [i, NULL] END AS l, MAP {'k' || "
        + "i: i} AS m";

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Score_writes_them_as_they_were_read_and_the_dry_run_says_so()
    {
        await DuckParquet.WriteAsync(folder["nested.parquet"], 1_000, "", Small);
        TestData.SaveModel(folder["m.json"], "x");
        var plan = await Tool.RunAsync("score", folder["m.json"], folder["nested.parquet"], "--output", folder["o.parquet"], "--dry-run");
        Assert.Equal(0, plan.Code);
        Assert.Contains("reads       all 4 columns: x, s, l, m\n", plan.Out, StringComparison.Ordinal);
        Assert.Contains("            6 columns: x, s, l, m, log_probability, label\n", plan.Out, StringComparison.Ordinal);
        Assert.Contains("columns that are not features: s, l, m; they stay as they are\n", plan.Out, StringComparison.Ordinal);
        var result = await Tool.RunAsync("score", folder["m.json"], folder["nested.parquet"], "--output", folder["o.parquet"], "--json", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(0, json.RootElement.GetProperty("warnings").GetArrayLength());
        await DuckParquet.AssertSameAsync(folder["nested.parquet"], folder["o.parquet"], "x, s, l, m");
        Assert.Equal("x, s, l, m, log_probability, label", await DuckParquet
            .ValueAsync($"SELECT string_agg(column_name, ', ') FROM (DESCRIBE SELECT * FROM read_parquet('{folder["o.parquet"]}'))"));

        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["nested.parquet"], "--output", folder["k.parquet"], "--keep", "m,s")).Code);
        await DuckParquet.AssertSameAsync(folder["nested.parquet"], folder["k.parquet"], "m, s");
        Assert.Equal("m, s, log_probability, label", await DuckParquet.ValueAsync($"SELECT string_agg(column_name, ', ') FROM (DESCRIBE SELECT * FROM "
            + $"read_parquet('{folder["k.parquet"]}'))"));
        Assert.Matches("s +- +possible +- +- +STRUCT\\(a INT64 INT_64\\?, b BYTE_ARRAY STRING\\?\\) +only passed on: it is a structure\n",
            (await Tool.RunAsync("inspect", folder["nested.parquet"])).Out);
    }

    [Fact]
    public async Task Bad_rows_leave_with_all_their_columns_and_the_bytes_are_the_same_at_any_parallelism()
    {
        await MakeAsync();
        byte[]? first = null;
        foreach (var threads in (int[])[1, 2, 8])
        {
            foreach (var name in (string[])["out", "q"]) if (Directory.Exists(folder[name])) Directory.Delete(folder[name], recursive: true);
            var result = await Tool.RunAsync(
                "score", folder["m.json"], folder["data"], "--output", folder["out"], "--rows-per-file", "2000", "--batch-size", "500",
                    "--max-parallelism", $"{threads}", "--memory", "24MB", "--on-bad-row", "quarantine", folder["q"], "--quiet");
            Assert.Equal((0, ""), (result.Code, result.Error));
            await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["data/*.parquet"]}') WHERE isfinite(x)) TO '{folder["good.parquet"]}' "
                + $"(FORMAT parquet)");
            await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["data/*.parquet"]}') WHERE NOT isfinite(x)) TO '{folder["bad.parquet"]}' "
                + $"(FORMAT parquet)");
            await DuckParquet.AssertSameAsync(folder["good.parquet"], folder["out/*.parquet"], "id, s, l, ls, m, ll, mm, types, x, last");
            await DuckParquet.AssertSameAsync(folder["bad.parquet"], folder["q/*.parquet"], "id, s, l, ls, m, ll, mm, types, x, last");
            Assert.Equal(0, (await Tool.RunAsync("verify", folder["out"])).Code);
            byte[] bytes = [.. Directory.GetFiles(folder["out"], "*.parquet").Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)];
            Assert.Equal(first ??= bytes, bytes);
        }
        Assert.Equal(0, (await Tool.RunAsync("fit", "mixture", folder["data"], "--features", "x", "--distribution", "normal", "--components", "2",
            "--output", folder["f.json"], "--on-bad-row", "quarantine", folder["fq"])).Code);
        await DuckParquet.AssertSameAsync(folder["bad.parquet"], folder["fq/*.parquet"], "id, s, l, ls, m, ll, mm, types, x, last");
    }

    [Fact]
    public async Task A_run_that_was_stopped_resumes_and_new_files_are_scored_one_by_one()
    {
        await MakeAsync();
        string[] score = ["score", folder["m.json"], folder["data"], "--rows-per-file", "500", "--batch-size", "250", "--on-bad-row", "skip"];
        Assert.Equal(0, (await Tool.RunAsync([.. score, "--output", folder["ref"]])).Code);
        using (var stop = new CancellationTokenSource())
        {
            // Stopped when its first part is there.
            var running = Tool.RunAsync(stop.Token, [.. score, "--output", folder["out"]]);
            while (!running.IsCompleted && !(Directory.Exists(folder["out/.unfinished"])
                && Directory.GetFiles(folder["out/.unfinished"], "part-00001*").Length > 0)) await Task.Yield();
            await stop.CancelAsync();
            await running;
        }
        Assert.Equal(0, (await Tool.RunAsync([.. score, "--output", folder["out"], "--resume"])).Code);
        foreach (var part in Directory.GetFiles(folder["ref"], "*.parquet")) Assert
            .Equal(await File.ReadAllBytesAsync(part), await File.ReadAllBytesAsync(Path.Combine(folder["out"], Path.GetFileName(part))));

        string[] incremental = ["score", folder["m.json"], folder["data"], "--output", folder["inc"], "--incremental", folder["state.json"],
            "--on-bad-row", "skip"];
        Assert.Equal(0, (await Tool.RunAsync(incremental)).Code);
        await DuckParquet.WriteAsync(folder["data/c.parquet"], 300, "", from: 5_000);
        Assert.Equal(0, (await Tool.RunAsync(incremental)).Code);
        await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["data/*.parquet"]}') WHERE isfinite(x)) TO '{folder["good.parquet"]}' "
            + $"(FORMAT parquet)");
        await DuckParquet.AssertSameAsync(folder["good.parquet"], folder["inc/*/*.parquet"], "id, s, l, ls, m, ll, mm, types, last");
    }

    [Fact]
    public async Task Sequences_keep_them_and_lists_as_rows_repeat_them()
    {
        await DuckParquet.WriteAsync(folder["nested.parquet"], 500, "",
            "i % 7 AS key, i AS time, (i % 10)::DOUBLE AS x, {'a': i, 'b': [i]} AS s, MAP {i: 'text ' || i} AS m, list_transform(range(i % 4), n -> (n % "
            + "3)::DOUBLE) AS l");
        Assert.Equal(0, (await Tool.RunAsync("fit", "hmm", folder["nested.parquet"], "--features", "x", "--sequence", "key", "--order", "time",
            "--regroup", "--distribution", "normal", "--components", "2", "--iterations", "3", "--output", folder["h.json"])).Code);
        Assert.Equal(0, (await Tool.RunAsync("score", folder["h.json"], folder["nested.parquet"], "--sequence", "key", "--order", "time", "--regroup",
            "--output", folder["o.parquet"])).Code);
        await DuckParquet.AssertSameAsync(folder["nested.parquet"], folder["o.parquet"], "key, time, x, s, m, l");

        Assert.Equal(0, (await Tool.RunAsync("score", folder["h.json"], folder["nested.parquet"], "--lists", "l", "--features", "l", "--batch-size", "100",
            "--output", folder["e.parquet"])).Code);
        await DuckParquet.RunAsync($"COPY (SELECT key, time, x, s, m, unnest(l) AS l FROM read_parquet('{folder["nested.parquet"]}')) TO "
            + $"'{folder["unnested.parquet"]}' (FORMAT parquet)");
        await DuckParquet.AssertSameAsync(folder["unnested.parquet"], folder["e.parquet"], "key, time, x, s, m, l");
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_before_a_row_is_read_unless_it_is_not_kept()
    {
        Encrypt(folder["e.parquet"]);
        TestData.SaveModel(folder["m.json"], "x");
        const string message = "~/e.parquet, column 'secret': found a column that cannot be read: it is encrypted, and no key was given, expected columns "
            + "that can be read and written; "
            + "name the columns to write, without this one (--keep)";
        foreach (var more in (string[][])[[], ["--dry-run"], ["--on-bad-row", "quarantine", folder["q"]]])
        {
            var result = await Tool.RunAsync(["score", folder["m.json"], folder["e.parquet"], "--output", folder["o.parquet"], .. more]);
            Assert.Equal((3, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
            Assert.DoesNotContain("secret; they stay", result.Out, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["e.parquet"], "--output", folder["o.parquet"], "--keep", "x")).Code);
        string[] fit = ["fit", "mixture", folder["e.parquet"], "--features", "x", "--distribution", "normal", "--components", "1", "--output",
            folder["f.json"]];
        Assert.Equal(0, (await Tool.RunAsync(fit)).Code);
        var kept = await Tool.RunAsync([.. fit, "--on-bad-row", "quarantine", folder["q"]]);
        Assert.Equal(
            (3, "pipelines: error: ~/e.parquet, column 'secret': found a column that cannot be read: it is encrypted, and no key was given, expected "
                + "columns that can be read and written; "
                + "leave bad rows out without keeping them (--on-bad-row skip)"),
            (kept.Code, kept.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--features s", "column 's': found a column that is only passed on: it is a structure, expected a feature of numbers, booleans or texts; "
        + "leave the column out, or convert it first")]
    [InlineData("--features m", "column 'm': found a column that is only passed on: it is a map, expected a feature of numbers, booleans or texts; leave "
        + "the column out, or convert it first")]
    [InlineData("--features x --weights ll", "column 'll': found a column that is only passed on: it is a list of lists, maps or structures, expected a "
        + "weight of numbers, booleans or texts; leave the column out, or convert it first")]
    public async Task They_are_no_features(string options, string message)
    {
        await DuckParquet.WriteAsync(folder["d.parquet"], 30, "", "i * 0.5 AS x, {'a': i} AS s, MAP {i: i} AS m, [[i]] AS ll");
        var result = await Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--components", "1", "--output",
            folder["f.json"], .. options.Split(' ')]);
        Assert.Equal((3, $"pipelines: error: ~/d.parquet, {message}"), (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Sequences_of_nested_keys_are_refused()
    {
        await DuckParquet.WriteAsync(folder["d.parquet"], 30, "", "i * 0.5 AS x, {'a': i} AS s");
        var result = await Tool.RunAsync("fit", "hmm", folder["d.parquet"], "--features", "x", "--sequence", "s", "--distribution", "normal",
            "--components", "1", "--output", folder["f.json"]);
        Assert.Equal((3, "pipelines: error: ~/d.parquet, column 's': found a column that is only passed on: it is a structure, expected numbers, texts, "
            + "booleans or times; choose another column for the key or the order"),
            (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
    }

    // Two files of all kinds of nesting, with bad rows.
    private async Task MakeAsync()
    {
        Directory.CreateDirectory(folder["data"]);
        var columns = DuckParquet.Columns.Replace("i * 0.25 AS x", "CASE WHEN i % 100 IN (0, 37, 38) THEN 'inf'::DOUBLE ELSE i * 0.25 END AS x",
            StringComparison.Ordinal);
        await DuckParquet.WriteAsync(folder["data/a.parquet"], 2_700, "ROW_GROUP_SIZE 2048", columns);
        await DuckParquet.WriteAsync(folder["data/b.parquet"], 1_300, "CODEC 'zstd'", columns, from: 2_700);
        TestData.SaveModel(folder["m.json"], "x");
    }

    private static void Encrypt(string path)
    {
        using var encryption = new FileEncryptionPropertiesBuilder("0123456789abcdef"u8.ToArray());
        using var secret = new ColumnEncryptionPropertiesBuilder("secret");
        using var column = secret.Key("fedcba9876543210"u8.ToArray()).Build();
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Encryption(encryption.SetPlaintextFooter().EncryptedColumns([column]).Build()).Build();
        using var file = new ParquetFileWriter(path, [new Column<double>("x"), new Column<double>("secret")], LogicalTypeFactory.Default, properties);
        using var group = file.AppendRowGroup();
        for (var c = 0; c < 2; c++)
        {
            using var next = group.NextColumn().LogicalWriter<double>();
            next.WriteBatch([.. Enumerable.Range(0, 100).Select(i => Math.Sin(i + c))]);
        }
        file.Close();
    }
}
