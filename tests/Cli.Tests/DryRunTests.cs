using System.Globalization;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary><c>--dry-run</c>: what a run would do, and nothing done.</summary>
public sealed class DryRunTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Score_shows_its_plan()
    {
        await MakeAsync();
        var result = await RunAsync("score ~/m.json ~/a.parquet ~/b.parquet --output ~/out --rows-per-file 1000 --on-bad-row quarantine ~/q --dry-run "
            + "--max-parallelism 3 --batch-size 300 --memory 64MB");
        var (a, b) = (Size("a.parquet"), Size("b.parquet"));
        var width = Math.Max(4, Math.Max(a.Length, b.Length));
        Assert.Equal(
            $"""
            dry run: only footers were read, nothing was written
            job         score under ~/m.json: mixture over x, y
            input       2 files, 4,000 rows, {new MemorySize(Length("a.parquet") + Length("b.parquet"))}
                        rows  {"size".PadLeft(width)}  file
                       3,000  {a.PadLeft(width)}  ~/a.parquet
                       1,000  {b.PadLeft(width)}  ~/b.parquet
            reads       all 4 columns: x, y, w, name
            engine      builtin for 2 row groups
            batches     14 batches of up to 300 rows, 3 at a time
            passes      1. every row is read, scored and written
            memory      at most 64MB
                             16MB batches in flight, at most 8
                              8MB rows read ahead
                              8MB decoders
                             24MB decoded features kept for later passes, if any
                              8MB garbage not yet collected
            output      ~/out (new)
                        4 parts, about BYTES, then the manifest
                        6 columns: x, y, w, name, log_probability, label
            quarantine  ~/q (new)
            features    every file has the model's features; the model file does not say what they were when it was fitted
                        note: ~/a.parquet: columns that are not features: w, name; they stay as they are

            """.ReplaceLineEndings("\n"),
            System.Text.RegularExpressions.Regex.Replace(result.Out, "about [0-9.]+[KM]?B", "about BYTES"));
        Assert.Equal((0, ""), (result.Code, result.Error));
    }

    [Fact]
    public async Task Fit_shows_its_plan()
    {
        await MakeAsync();
        var result = await RunAsync("fit mixture ~/a.parquet --features x,y --weights w --distribution normal --components 2 --iterations 7 --output ~/m.json "
            + "--checkpoint ~/cp --dry-run --max-parallelism 2 --batch-size 256 --memory 17MB");
        // A batch of 256 rows is 264 doubles a column, of which there are three with the weights; 3,000 rows are 12 batches.
        Assert.Equal(
            $"""
            dry run: only footers were read, nothing was written
            job         fit mixture
            input       1 file, 3,000 rows, {Size("a.parquet")}
                        rows  {"size".PadLeft(Size("a.parquet").Length)}  file
                       3,000  {Size("a.parquet")}  ~/a.parquet
            reads       3 of 4 columns: x, y, w
            engine      builtin for 1 row group
            batches     12 batches of up to 256 rows, 2 at a time
            passes      1. survey of all rows: reads the files and keeps the decoded features
                        2. the starting model, chosen on at most 65,536 of the rows, is evaluated
                        then one per iteration, at most 7, until an iteration gains no more than 1e-6 per unit of weight
            memory      at most 17MB
                           4.25MB batches in flight, at most 6
                           2.13MB rows read ahead
                           2.13MB decoders
                           6.38MB decoded features kept for later passes, if any
                           2.13MB garbage not yet collected
            cache       {new MemorySize(12 * 3 * 264 * 8)} of decoded features, all in memory
            model       ~/m.json (a file is there: it is replaced at the end)
            checkpoints ~/cp (new)

            """.ReplaceLineEndings("\n"),
            result.Out);
        Assert.Equal((0, ""), (result.Code, result.Error));
    }

    [Fact]
    public async Task What_does_not_fit_in_memory_is_told()
    {
        var rows = 1_000_000;
        await TestData.WriteAsync(folder["big.parquet"], ("x", Enumerable.Range(0, rows).Select(i => i % 100).ToArray()));
        var result = await RunAsync("fit kmeans ~/big.parquet --components 2 --output ~/m.json --dry-run --memory 16MiB --json");
        using var json = JsonDocument.Parse(result.Out);
        var cache = json.RootElement.GetProperty("cache");
        // 62 batches of 16,384 rows; a column of doubles takes 16,392 of them. Three eighths of 16 MiB hold 47 batches.
        const long batch = 16_392 * 8;
        Assert.Equal((62 * batch, 47 * batch, 15 * batch),
            (cache.GetProperty("bytes").GetInt64(), cache.GetProperty("inMemoryBytes").GetInt64(), cache.GetProperty("spilledBytes").GetInt64()));
        Assert.True(json.RootElement.GetProperty("dryRun").GetBoolean());
        Assert.Equal(62, json.RootElement.GetProperty("batches").GetInt32());
    }

    [Fact]
    public async Task Every_difference_from_the_model_is_shown_and_the_run_refused()
    {
        await MakeAsync();
        SaveModel("strict.json", new Feature("y") { Type = "int64", IsNullable = false, Minimum = -1, Maximum = 1 }, new Feature("x") { Type = "double" },
            new Feature("gone"), new Feature("name"));
        var result = await RunAsync("score ~/strict.json ~/a.parquet ~/b.parquet --output ~/out.parquet --dry-run");
        var lines = result.Out.TrimEnd('\n').Split('\n');
        string[] findings = [.. lines.SkipWhile(l => !l.StartsWith("features", StringComparison.Ordinal)).Select(l => l[12..])];
        Assert.Equal("error: ~/a.parquet: found no column 'gone', expected the model's feature 'gone' among its columns", findings[0]);
        Assert.Equal("error: ~/a.parquet, column 'name': found values of type string, expected numbers", findings[1]);
        Assert.Equal("error: ~/b.parquet: found no column 'gone', expected the model's feature 'gone' among its columns", findings[2]);
        Assert.Equal("error: ~/b.parquet, column 'name': found values of type string, expected numbers", findings[3]);
        Assert.Equal("warning: ~/a.parquet, column 'y': found int32, expected int64 as when the model was fitted; the values are taken as numbers",
            findings[4]);
        Assert.Equal("note: ~/a.parquet: columns that are not features: w; they stay as they are", findings[^2]);
        Assert.Equal("note: ~/a.parquet: features in the order x, y, name; they are taken by name", findings[^1]);
        Assert.Equal(3, result.Code);
        Assert.Equal("pipelines: error: ~/a.parquet: found no column 'gone' (and 3 more missing or unusable columns), expected the model's feature "
            + "'gone' among its columns; give files with the columns that the model was fitted to, or another model", result.ErrorText);

        var json = await RunAsync("score ~/strict.json ~/a.parquet --output ~/out.parquet --dry-run --json");
        using var document = JsonDocument.Parse(json.Out);
        Assert.Equal(3, json.Code);
        Assert.Equal(json.ErrorText, $"pipelines: error: {document.RootElement.GetProperty("error").GetProperty("text").GetString()}");
        Assert.Equal(["warning retyped y", "warning outOfRange y", "error dropped gone", "error notNumeric name", "noted added ", "noted reordered "],
            document.RootElement.GetProperty("contract").EnumerateArray()
                .Select(c => $"{c.GetProperty("outcome")} {c.GetProperty("change")} {c.GetProperty("column")}"));
    }

    [Fact]
    public async Task A_run_tells_its_warnings_too()
    {
        await MakeAsync();
        SaveModel("warned.json", new Feature("x") { Type = "single" }, new Feature("y") { Type = "int32" });
        var result = await RunAsync("score ~/warned.json ~/a.parquet --output ~/out.parquet --quiet");
        Assert.Equal((0, "pipelines: warning: ~/a.parquet, column 'x': found double, expected float as when the model was fitted; the values are taken "
            + "as numbers\n"), (result.Code, result.Error));

        // A dry run's object has them where every object has them, and no error unless there is one.
        var dry = await RunAsync("score ~/warned.json ~/a.parquet --output ~/dry.parquet --dry-run --json");
        Assert.Equal((0, result.Error), (dry.Code, dry.Error));
        using var document = JsonDocument.Parse(dry.Out);
        Assert.Equal([result.Error["pipelines: warning: ".Length..].TrimEnd('\n')],
            document.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
        Assert.False(document.RootElement.TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Files_that_differ_are_shown_with_what_is_known()
    {
        await MakeAsync();
        await TestData.WriteAsync(folder["c.parquet"], ("x", new double[] { 1 }), ("y", new[] { 1 }), ("w", new[] { "text"u8.ToArray() }));
        var result = await RunAsync("score ~/m.json ~/a.parquet ~/c.parquet --output ~/out.parquet --dry-run");
        Assert.Equal(3, result.Code);
        Assert.Equal("pipelines: error: ~/c.parquet, column 'w': found BYTE_ARRAY, expected DOUBLE, as in ~/a.parquet; leave the column out (--keep), "
            + "or rewrite the files with one type", result.ErrorText);
        Assert.StartsWith("dry run: only footers were read, nothing was written\njob         score under ~/m.json: mixture over x, y\nfeatures    "
            + "every file has", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfinished_output_is_told_and_left_as_it_is()
    {
        await MakeAsync();
        var run = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], "--output", folder["out"], "--rows-per-file", "1000", "--batch-size",
            "500", "--quiet");
        Assert.Equal(0, run.Code);
        var again = await RunAsync("score ~/m.json ~/a.parquet --output ~/out --rows-per-file 1000 --batch-size 500 --dry-run --resume");
        Assert.Contains("\noutput      ~/out (finished by an earlier run: it is checked, and nothing is left to do)\n", again.Out, StringComparison.Ordinal);
        var other = await RunAsync("score ~/m.json ~/a.parquet --output ~/out --rows-per-file 1000 --batch-size 400 --dry-run --resume");
        Assert.Equal((2, "pipelines: error: ~/out: found a finished output of another job: batch size was 500 and is now 400, expected the job that wrote it; "
            + "repeat that job, or give another output"), (other.Code, other.ErrorText));
        var anew = await RunAsync("score ~/m.json ~/a.parquet --output ~/out --dry-run");
        Assert.Equal((2, "pipelines: error: ~/out: found a folder that holds '_manifest.json', expected an empty folder; empty it, or give another"),
            (anew.Code, anew.ErrorText));
    }

    /// <summary>Everything that a run refuses before it reads a row, a dry run refuses with the same words and exit code.</summary>
    [Theory]
    [MemberData(nameof(RefusedBeforeTheFirstRow))]
    public async Task Refuses_what_a_run_refuses(string what, string arguments, int code, string message)
    {
        await BadInputTests.MakeFilesAsync(folder);
        var result = await RunAsync($"{arguments} --dry-run");
        Assert.True(message == result.ErrorText && code == result.Code, $"{what}: [{result.Code}]\n{result.ErrorText}\nexpected [{code}]\n{message}");
    }

    /// <summary>The cases of <see cref="BadInputTests"/> but those of verbs without a dry run and those that only reading, or only writing, reveals.</summary>
    public static IEnumerable<object[]> RefusedBeforeTheFirstRow()
    {
        string[] revealedByTheRun =
        [
            "damaged page header", "weight negative", "all values missing", "infinite value", "constant column", "collinear columns",
            "score an infinite value", "too many bad rows", "too many bad rows in a fit",
            "K larger than distinct rows", "K larger than distinct rows, k-means",
            // Root may write everywhere, as far as permissions tell.
            "output not writable", "output folder not writable",
        ];
        return BadInputTests.Cases.Where(c => !revealedByTheRun.Contains(c[0]) && ((string)c[1]).Split(' ')[0] is ("fit" or "score"));
    }

    private async Task MakeAsync()
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"]);
        await TestData.TwoBlobsAsync(folder["b.parquet"], rows: 1_000);
        TestData.SaveModel(folder["m.json"], "x", "y");
    }

    private void SaveModel(string name, params Feature[] features)
    {
        TestData.SaveModel(folder[name], [.. features.Select(f => f.Name)]);
        (SavedModel.Load(folder[name]) with { Features = features }).Save(folder[name]);
    }

    /// <summary>Runs the tool and sees that nothing in the folder was made, changed or deleted, unless it is a real run.</summary>
    private async Task<ToolResult> RunAsync(string arguments)
    {
        var before = Seen();
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        if (arguments.Contains("--dry-run", StringComparison.Ordinal)) Assert.Equal(before, Seen());
        return new ToolResult(result.Code, result.Out.Replace(folder.Root, "~", StringComparison.Ordinal),
            result.Error.Replace(folder.Root, "~", StringComparison.Ordinal));
    }

    private List<string> Seen() =>
    [
        .. folder.Names.Select(n => (Name: n, Info: new FileInfo(folder[n])))
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {(f.Info.Exists ? f.Info.Length : 0)} {f.Info.LastWriteTimeUtc:O}")),
        string.Create(CultureInfo.InvariantCulture, $"{Directory.GetLastWriteTimeUtc(folder.Root):O}"),
    ];

    private long Length(string name) => new FileInfo(folder[name]).Length;

    private string Size(string name) => new MemorySize(Length(name)).ToString();
}
