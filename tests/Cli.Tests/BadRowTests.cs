using System.Text.Json;
using Parquet;

namespace Pipelines.Cli.Tests;

/// <summary>Rows that the model cannot use, from the command line: Parquet.Net reads what was put aside.</summary>
public sealed class BadRowTests : IDisposable
{
    private const int RowsOfFirst = 1_700;
    private const int Rows = 2_500;
    private static readonly int[] bad = [0, 299, 300, .. Enumerable.Range(600, 300), 1_699, 1_700, 2_499];

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    private static double X(int row) => Math.Sin(row) * 8;

    private static double? Y(int row) => row % 11 == 0 ? null : row % 50;

    private static string? Name(int row) => row % 7 == 0 ? null : $"name {row % 5}";

    private static bool IsInY(int row) => row % 2 == 0;

    private async Task MakeAsync()
    {
        await WriteAsync("a", 0, RowsOfFirst, _ => true);
        await WriteAsync("b", RowsOfFirst, Rows, _ => true);
        await WriteAsync("clean", 0, Rows, row => !bad.Contains(row));
        TestData.SaveModel(folder["m.json"], "x", "y");
    }

    private Task WriteAsync(string name, int from, int to, Func<int, bool> keep)
    {
        var rows = Enumerable.Range(from, to - from).Where(keep).ToArray();
        return TestData.WriteAsync(folder[$"{name}.parquet"],
            ("id", rows),
            ("x", rows.Select(r => bad.Contains(r) && !IsInY(r) ? double.NegativeInfinity : X(r)).ToArray()),
            ("name", rows.Select(Name).ToArray()),
            ("y", rows.Select(r => bad.Contains(r) && IsInY(r) ? double.PositiveInfinity : Y(r)).ToArray()));
    }

    [Fact]
    public async Task Scores_are_the_bytes_of_a_file_without_them()
    {
        await MakeAsync();
        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["clean.parquet"], "--output", folder["clean-scored.parquet"], "--quiet")).Code);
        var expected = await File.ReadAllBytesAsync(folder["clean-scored.parquet"]);
        foreach (var parallelism in new[] { 1, 2, 3, 8 })
        {
            var result = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], folder["b.parquet"], "--output", folder["s.parquet"],
                "--on-bad-row", "skip", "--batch-size", "300", "--max-parallelism", $"{parallelism}", "--json");
            Assert.Equal(0, result.Code);
            using var json = JsonDocument.Parse(result.Out);
            Assert.Equal((Rows - bad.Length, Rows, bad.Length), (Number("rows"), Number("rowsIn"), Number("rowsRejected")));
            Assert.Equal(expected, await File.ReadAllBytesAsync(folder["s.parquet"]));

            int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
        }
    }

    [Theory]
    [InlineData("scored")]
    [InlineData("scored.parquet")]
    public async Task A_quarantine_holds_the_rows_as_they_were_with_place_and_reason(string output)
    {
        await MakeAsync();
        Dictionary<string, byte[]>? first = null;
        foreach (var parallelism in new[] { 1, 2, 3, 8 })
        {
            string[] parts = output == "scored" ? ["--rows-per-file", "1000"] : [];
            var result = await Tool.RunAsync(["score", folder["m.json"], folder["a.parquet"], folder["b.parquet"], "--output", folder[output], "--keep", "id",
                "--on-bad-row", "quarantine", folder["q"],
                "--max-bad-rows", $"{bad.Length}", "--batch-size", "300", "--max-parallelism", $"{parallelism}", .. parts]);
            Assert.Equal(0, result.Code);
            Assert.Equal($"2,500 rows read = {Rows - bad.Length:N0} used + {bad.Length} rejected", result.Out.Split('\n')[1]);
            await CheckQuarantineAsync();
            var files = Directory.EnumerateFiles(folder["q"])
                .Concat(Directory.Exists(folder[output]) ? Directory.EnumerateFiles(folder[output]) : [folder[output]]).ToDictionary(f => f, File.ReadAllBytes);
            first ??= files;
            Assert.Equal(first.Keys.Order(), files.Keys.Order());
            foreach (var (file, bytes) in first) Assert.Equal(bytes, files[file]);
            Directory.Delete(folder["q"], recursive: true);
            if (Directory.Exists(folder[output])) Directory.Delete(folder[output], recursive: true);
            else File.Delete(folder[output]);
        }
    }

    [Fact]
    public async Task A_fit_puts_them_aside_once()
    {
        await MakeAsync();
        byte[]? model = null;
        foreach (var parallelism in new[] { 1, 2, 3, 8 })
        {
            var result = await Tool.RunAsync("fit", "mixture", folder["a.parquet"], folder["b.parquet"], "--features", "x,y", "--distribution", "normal",
                "--components", "2", "--iterations", "5", "--output", folder["fitted.json"],
                "--on-bad-row", "quarantine", folder["q"], "--batch-size", "300", "--max-parallelism", $"{parallelism}");
            Assert.Equal(0, result.Code);
            var lines = result.Out.Split('\n');
            Assert.Equal($"mixture over x, y, fitted to {Rows - bad.Length:N0} rows; 200 missing in y:", lines[0]);
            Assert.Contains($"2,500 rows read = {Rows - bad.Length:N0} used + {bad.Length} rejected", lines);
            await CheckQuarantineAsync();
            var bytes = await File.ReadAllBytesAsync(folder["fitted.json"]);
            Assert.Equal(model ??= bytes, bytes);
            Directory.Delete(folder["q"], recursive: true);
        }
        using var json = JsonDocument.Parse(model!);
        var used = Enumerable.Range(0, Rows).Where(r => !bad.Contains(r)).ToArray();
        var feature = json.RootElement.GetProperty("features")[0];
        Assert.Equal(("x", "double", false, used.Min(X), used.Max(X)),
            (feature.GetProperty("name").GetString(), feature.GetProperty("type").GetString(), feature.GetProperty("nullable").GetBoolean(),
                feature.GetProperty("minimum").GetDouble(), feature.GetProperty("maximum").GetDouble()));
        Assert.True(json.RootElement.GetProperty("features")[1].GetProperty("nullable").GetBoolean());
    }

    [Fact]
    public async Task Too_many_leave_no_output_and_no_quarantine()
    {
        await MakeAsync();
        foreach (var parallelism in new[] { 1, 2, 3, 8 })
        {
            foreach (string[] command in new string[][] { ["score", folder["m.json"]], ["fit", "kmeans", "--components", "2", "--features", "x,y"] })
            {
                var before = folder.Names.ToArray();
                var result = await Tool.RunAsync([.. command, folder["a.parquet"], folder["b.parquet"], "--output",
                    folder[command[0] == "fit" ? "out.json" : "out.parquet"],
                    "--on-bad-row", "quarantine", folder["q"], "--max-bad-rows", "303", "--batch-size", "300", "--max-parallelism", $"{parallelism}"]);
                Assert.Equal(3, result.Code);
                Assert.Equal($"pipelines: error: {folder["a.parquet"]}, row group 0, row 1699, column 'x': found more than 303 bad rows (the last one here: "
                    + "-Infinity instead of a finite number, null or NaN), expected at most 303; correct the data, or allow more (--max-bad-rows)",
                    result.ErrorText);
                Assert.Equal(before, folder.Names);
            }
        }
    }

    [Fact]
    public async Task None_is_told_too()
    {
        await MakeAsync();
        var result = await Tool.RunAsync("score", folder["m.json"], folder["clean.parquet"], "--output", folder["s.parquet"], "--on-bad-row", "quarantine",
            folder["q"]);
        Assert.Equal($"{Rows - bad.Length:N0} rows read = {Rows - bad.Length:N0} used + 0 rejected", result.Out.Split('\n')[1]);
        Assert.Equal(["_manifest.json"], Directory.EnumerateFileSystemEntries(folder["q"]).Select(Path.GetFileName));
    }

    private async Task CheckQuarantineAsync()
    {
        var (ids, xs, names, ys) = (new List<int?>(), new List<double?>(), new List<string?>(), new List<double?>());
        var (files, groups, rows, columns, reasons) = (new List<string?>(), new List<int?>(), new List<long?>(), new List<string?>(), new List<string?>());
        foreach (var path in Directory.EnumerateFiles(folder["q"], "*.parquet").Order(StringComparer.Ordinal))
        {
            await using var reader = await ParquetReader.CreateAsync(path);
            Assert.Equal(["id", "x", "name", "y", "_file", "_row_group", "_row", "_column", "_reason"], reader.Schema.DataFields.Select(f => f.Name));
            for (var g = 0; g < reader.RowGroupCount; g++)
            {
                using var group = reader.OpenRowGroupReader(g);
                ids.AddRange(await Read<int>(reader, group, "id"));
                xs.AddRange(await Read<double>(reader, group, "x"));
                names.AddRange(await Texts(reader, group, "name"));
                ys.AddRange(await Read<double>(reader, group, "y"));
                files.AddRange(await Texts(reader, group, "_file"));
                groups.AddRange(await Read<int>(reader, group, "_row_group"));
                rows.AddRange(await Read<long>(reader, group, "_row"));
                columns.AddRange(await Texts(reader, group, "_column"));
                reasons.AddRange(await Texts(reader, group, "_reason"));
            }
        }
        Assert.Equal(bad.Select(r => (int?)r), ids);
        Assert.Equal(bad.Select(r => (double?)(IsInY(r) ? X(r) : double.NegativeInfinity)), xs);
        Assert.Equal(bad.Select(Name), names);
        Assert.Equal(bad.Select(r => IsInY(r) ? double.PositiveInfinity : Y(r)), ys);
        Assert.Equal(bad.Select(r => folder[r < RowsOfFirst ? "a.parquet" : "b.parquet"]), files);
        Assert.All(groups, g => Assert.Equal(0, g));
        Assert.Equal(bad.Select(r => (long?)(r < RowsOfFirst ? r : r - RowsOfFirst)), rows);
        Assert.Equal(bad.Select(r => IsInY(r) ? "y" : "x"), columns);
        Assert.Equal(bad.Select(r => $"found {(IsInY(r) ? "" : "-")}Infinity, expected a finite number, null or NaN"), reasons);
    }

    private static async Task<T?[]> Read<T>(ParquetReader reader, ParquetRowGroupReader group, string name)
        where T : struct
    {
        var field = reader.Schema.DataFields.Single(f => f.Name == name);
        if (field.IsNullable)
        {
            var some = new T?[group.RowCount];
            await group.ReadAsync<T>(field, some.AsMemory());
            return some;
        }
        var all = new T[group.RowCount];
        await group.ReadAsync<T>(field, all.AsMemory());
        return [.. all.Select(v => (T?)v)];
    }

    private static async Task<string?[]> Texts(ParquetReader reader, ParquetRowGroupReader group, string name)
    {
        var texts = new string?[group.RowCount];
        await group.ReadAsync(reader.Schema.DataFields.Single(f => f.Name == name), texts);
        return texts;
    }
}
