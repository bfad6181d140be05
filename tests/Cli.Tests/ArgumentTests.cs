using System.IO.Compression;
using System.Text;

namespace Pipelines.Cli.Tests;

/// <summary>Names and paths that a command line could take for something else.</summary>
public sealed class ArgumentTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Columns_of_any_name_are_taken_in_quotes()
    {
        var random = new Random(1);
        double[] Draw() => [.. Enumerable.Range(0, 60).Select(i => (i % 2 * 8) + random.NextDouble())];
        string[] states = [.. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? "low" : "high")];
        int[] keys = [.. Enumerable.Range(0, 60).Select(i => i / 20)], times = [.. Enumerable.Range(0, 60)];
        await TestData.WriteAsync(
            folder["d.parquet"], ("a,b", Draw()), ("say \"hi\"", Draw()), (" c ", Draw()), ("w, x", Draw()), ("k,1", keys), ("t\"1", times), ("s,1", states));
        string[] fit = ["fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--components", "2", "--weights", "\"w, x\"", "--quiet", "--output"];
        await Succeeds([.. fit, folder["one.json"], "--features", "\"a,b\",\"say \"\"hi\"\"\",\" c \""]);
        await Succeeds([.. fit, folder["many.json"], "--features", "\"a,b\"", "--features", "say \"hi\"", "--features", "\" c \""]);
        Assert.Equal(await File.ReadAllBytesAsync(folder["one.json"]), await File.ReadAllBytesAsync(folder["many.json"]));

        await Succeeds("score", folder["one.json"], folder["d.parquet"], "--keep", "\"k,1\",\"a,b\"", "--columns", "label", "--columns", "log-probability",
            "--output", folder["s.parquet"]);
        Assert.Equal(["k,1", "a,b", "label", "log_probability"], (await TestData.ColumnsAsync(folder["s.parquet"])).Keys);
        await Succeeds("plot", folder["one.json"], folder["d.parquet"], "--features", "\" c \"", "--weights", "\"w, x\"", "--output", folder["p.svg"]);
        await Succeeds("sample", folder["one.json"], "--rows", "10", "--label", "\"l,1\"", "--output", folder["r.parquet"]);
        Assert.Equal(["a,b", "say \"hi\"", " c ", "l,1"], (await TestData.ColumnsAsync(folder["r.parquet"])).Keys);
        await Succeeds(
            "fit", "hmm", folder["d.parquet"], "--distribution", "normal", "--components", "2", "--features", "\"a,b\"", "--sequence", "\"k,1\"", "--order",
            "t\"1", "--label", "\"s,1\"", "--output", folder["h.json"]);
        await Succeeds("convert", folder["one.json"], folder["c.json"], "--features", "\"a,b\",\"say \"\"hi\"\"\"", "--features", "\" c \"");

        var shown = await Tool.RunAsync([.. fit.Where(a => a != "--quiet"), folder["one.json"], "--features", "\"a,b\",\" c \""]);
        Assert.StartsWith("mixture over \"a,b\", \" c \", fitted to 60 rows:\n", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_dashes_end_the_options()
    {
        await TestData.TwoBlobsAsync(folder["-dash.parquet"], rows: 30);
        TestData.SaveModel(folder["ok.json"], "x", "y");
        var tool = Tool.Command("score", "ok.json", "--output", "o.parquet", "--", "-dash.parquet");
        tool.WorkingDirectory = folder.Root;
        var result = await Tool.RunProcessAsync(tool, null);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(30, (await TestData.ColumnsAsync(folder["o.parquet"]))["label"].Count);
    }

    [Theory]
    [InlineData("inspect", "--quiet", "--", "--json")]
    [InlineData("inspect", "--", "true")]
    [InlineData("inspect", "--quiet", "true")]
    public async Task A_file_is_not_taken_for_an_option_or_its_value(params string[] args)
    {
        await TestData.TwoBlobsAsync(folder["x.parquet"], rows: 30);
        File.Move(folder["x.parquet"], folder[args[^1]]);
        var tool = Tool.Command(args);
        tool.WorkingDirectory = folder.Root;
        var result = await Tool.RunProcessAsync(tool, null);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith($"{args[^1]}: Parquet, 30 rows", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_given_twice_is_read_once_with_a_warning()
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"], rows: 30);
        await TestData.TwoBlobsAsync(folder["b.parquet"], rows: 30);
        TestData.SaveModel(folder["m.json"], "x", "y");
        var result = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], folder["b.parquet"], Path.Combine(folder.Root, ".", "a.parquet"),
            "--output", folder["s.parquet"], "--quiet", "--json");
        var warning = $"{folder["a.parquet"]}: given more than once, read once";
        Assert.Equal((0, $"pipelines: warning: {warning}\n"), (result.Code, result.Error));
        using var document = System.Text.Json.JsonDocument.Parse(result.Out);
        Assert.Equal(60, document.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(warning, Assert.Single(document.RootElement.GetProperty("warnings").EnumerateArray()).GetString());

        // A file and the folder that holds it.
        var fit = await Tool.RunAsync("fit", "kmeans", folder.Root, folder["b.parquet"], "--features", "x", "--components", "2", "--output", folder["k.json"],
            "--quiet");
        Assert.Equal((0, $"pipelines: warning: {folder["b.parquet"]}: given more than once, read once\n"), (fit.Code, fit.Error));
    }

    [Fact]
    public async Task Names_that_a_model_has_are_not_replaced()
    {
        TestData.SaveModel(folder["m.json"], "x", "y");
        var result = await Tool.RunAsync("convert", folder["m.json"], folder["c.json"], "--features", "a,b");
        Assert.Equal((2, $"pipelines: error: --features: found a, b, expected x, y, the names in {folder["m.json"]}; leave the option out (to score columns "
            + "with other names, use score --features)"), (result.Code, result.ErrorText));
        Assert.False(File.Exists(folder["c.json"]));
        await Succeeds("convert", folder["m.json"], folder["c.json"], "--features", "x,y");
    }

    [Fact]
    public async Task Checkpoints_within_an_input_folder_are_not_read()
    {
        Directory.CreateDirectory(folder["in"]);
        await TestData.TwoBlobsAsync(folder["in/a.parquet"], rows: 30);
        string[] fit = ["fit", "kmeans", folder["in"], "--features", "x", "--components", "2", "--checkpoint", folder["in"], "--quiet", "--output"];
        await Succeeds([.. fit, folder["one.json"]]);
        await Succeeds([.. fit, folder["two.json"], "--resume"]);
        Assert.Equal(await File.ReadAllBytesAsync(folder["one.json"]), await File.ReadAllBytesAsync(folder["two.json"]));
    }

    [Fact]
    public async Task A_file_in_place_of_an_output_folder_is_refused_even_by_force()
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"], rows: 30);
        TestData.SaveModel(folder["m.json"], "x", "y");
        await File.WriteAllTextAsync(folder["out"], "mine");
        var result = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], "--output", folder["out"], "--force", "--quiet");
        Assert.Equal((2, $"pipelines: error: {folder["out"]}: found a file, expected an empty folder, or a name that does not exist yet; give a name that "
            + "ends with .parquet, or another folder\n"), (result.Code, result.Error));
        Assert.Equal("mine", await File.ReadAllTextAsync(folder["out"]));
    }

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_a_file()
    {
        await TestData.TwoBlobsAsync(folder["@x.parquet"], rows: 30);
        var tool = Tool.Command("inspect", "@x.parquet");
        tool.WorkingDirectory = folder.Root;
        var result = await Tool.RunProcessAsync(tool, null);
        Assert.True(result.Code == 0, result.Error);
        Assert.StartsWith("@x.parquet: Parquet, 30 rows", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv", "found text that looks like CSV, expected a Parquet file; convert it to Parquet first, for example with DuckDB: COPY (FROM 'data.csv') "
        + "TO 'data.parquet'")]
    [InlineData("json", "found text that looks like JSON, expected a Parquet file; convert it to Parquet first, for example with DuckDB: COPY (FROM "
        + "'data.json') TO 'data.parquet'")]
    [InlineData("gz", "found a gzip file, expected a Parquet file; decompress it; if it holds CSV, convert that to Parquet")]
    [InlineData("arrow", "found an Arrow file, expected a Parquet file; convert it to Parquet first, for example with PyArrow")]
    [InlineData("short", "found a file of 3 bytes, expected a Parquet file, which has at least 12 bytes; rewrite the file, or leave it out")]
    [InlineData("binary", "found the bytes 00010203 at its beginning, expected the letters PAR1; rewrite the file, or leave it out")]
    public async Task Files_of_other_formats_are_named(string kind, string message)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write("x,y\n1,2\n3,4\n"u8);
        var path = folder["data"];
        await File.WriteAllBytesAsync(path, kind switch
        {
            "csv" => Encoding.UTF8.GetBytes("\uFEFFx;y\n1;2\n"),
            "json" => "{\"x\": 1}\n{\"x\": 2}\n"u8.ToArray(),
            "gz" => packed.ToArray(),
            "arrow" => "ARROW1\0\0............"u8.ToArray(),
            "short" => "abc"u8.ToArray(),
            _ => [.. Enumerable.Range(0, 40).Select(i => (byte)i)],
        });
        var result = await Tool.RunAsync("fit", "kmeans", path, "--components", "2", "--output", folder["m.json"]);
        Assert.Equal((3, $"pipelines: error: {path}: {message}"), (result.Code, result.ErrorText));
    }

    [UnixFact]
    public async Task A_pipe_is_named()
    {
        var tool = Tool.Command("fit", "kmeans", "/dev/stdin", "--components", "2", "--output", folder["m.json"]);
        tool.RedirectStandardInput = true;
        var result = await Tool.RunProcessAsync(tool, null);
        Assert.Equal(
            (2, "pipelines: error: /dev/stdin: found a pipe or a device, expected a Parquet file, which is read from its end; save the data to a file first, "
                + "and name that"), (result.Code, result.ErrorText));
    }

    [Fact]
    public async Task Types_have_the_names_that_data_have_for_them()
    {
        await TestData.WriteAsync(
            folder["t.parquet"], ("day", new DateOnly[] { new(2026, 1, 1), new(2026, 1, 2) }), ("id", new[] { Guid.Empty, Guid.Empty }),
            ("raw", new byte[][] { [1], [2] }), ("x", new float[] { 1, 2 }));
        var result = await Tool.RunAsync("fit", "kmeans", folder["t.parquet"], "--components", "1", "--features", "day", "--output", folder["m.json"]);
        Assert.Equal(
            (3, $"pipelines: error: {folder["t.parquet"]}, column 'day': found values of type date, expected a numeric feature; take a part of it, such "
                + "as weekday(day), or leave the column out"), (result.Code, result.ErrorText));
        var shown = await Tool.RunAsync("inspect", folder["t.parquet"]);
        Assert.Matches("day +date .*\n +id +uuid .*\n +raw +binary .*\n +x +float ", shown.Out);
    }

    [Fact]
    public async Task A_fit_to_one_row_says_row()
    {
        await TestData.WriteAsync(folder["one.parquet"], ("x", new double[] { 1 }));
        var result = await Tool.RunAsync("fit", "kmeans", folder["one.parquet"], "--components", "1", "--output", folder["m.json"]);
        Assert.StartsWith("kmeans over x, fitted to 1 row:\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_conversion_to_pomegranate_can_succeed()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 60);
        await Succeeds("fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "normal", "--components", "2", "--output",
            folder["m.json"]);
        var result = await Tool.RunAsync("convert", folder["m.json"], folder["p.json"], "--to", "pomegranate", "--strict");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("feature names (x, y)", result.Error, StringComparison.Ordinal);
    }

    private static async Task Succeeds(params string[] args)
    {
        var result = await Tool.RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)}\n{result.Error}");
    }
}
