using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Data without a row: scored to an empty, valid output; a fit to them is refused.</summary>
public sealed class EmptyInputTests : IDisposable
{
    private const string Columns = "x double, y int32, name string?, log_probability double, label int32";
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("~/none/a.parquet"), InlineData("~/none/a.parquet ~/none/b.parquet"), InlineData("~/none"), InlineData("~/no*/*.parquet")]
    public async Task Scores_of_no_rows_are_an_empty_file(string inputs)
    {
        await MakeAsync();
        Assert.Equal((0, ""), await RunAsync($"score ~/m.json {inputs} --output ~/out.parquet --quiet"));
        await CheckAsync("out.parquet", Columns);
        Assert.Equal((0, ""), await RunAsync("verify ~/out.parquet --quiet"));
        Assert.Equal((0, ""), await RunAsync($"score ~/m.json {inputs} --output ~/kept.parquet --keep name --columns probability --quiet"));
        await CheckAsync("kept.parquet", "name string?, probability_0 double, probability_1 double");
    }

    [Fact]
    public async Task A_folder_gets_one_part_and_a_manifest_and_can_be_resumed()
    {
        await MakeAsync();
        const string score = "score ~/m.json ~/none --output ~/out --on-bad-row quarantine ~/bad --quiet";
        Assert.Equal((0, ""), await RunAsync(score));
        await CheckAsync("out", Columns);
        Assert.Equal(["out/_manifest.json", "out/part-00000.parquet"], folder.Names.Where(n => n.StartsWith("out/", StringComparison.Ordinal)));
        var part = await File.ReadAllBytesAsync(folder["out/part-00000.parquet"]);
        var verified = await Tool.RunAsync("verify", folder["out"]);
        Assert.Equal((0, ""), (verified.Code, verified.Error));
        Assert.Equal((0, ""), await RunAsync($"{score} --resume"));
        Assert.Equal(part, await File.ReadAllBytesAsync(folder["out/part-00000.parquet"]));
    }

    [Fact]
    public async Task The_report_tells_of_no_rows()
    {
        await MakeAsync();
        var result = await Tool.RunAsync("score", folder["m.json"], folder["none"], "--output", folder["out.parquet"], "--json", "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal([0, 0, 0], new[] { "rows", "rowsIn", "rowsRejected" }.Select(n => json.RootElement.GetProperty(n).GetInt64()));
        var dry = await Tool.RunAsync("score", folder["m.json"], folder["none"], "--output", folder["dry.parquet"], "--dry-run");
        Assert.Equal((0, ""), (dry.Code, dry.Error));
        Assert.Contains("\ninput       2 files, 0 rows, ", dry.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Incremental_runs_give_each_file_its_folder()
    {
        await MakeAsync();
        const string score = "score ~/m.json ~/none --output ~/out --incremental ~/state.json --quiet";
        Assert.Equal((0, ""), await RunAsync(score));
        Assert.Equal((0, ""), await RunAsync(score));
        await CheckAsync("out/run=00001", Columns);
        await CheckAsync("out/run=00002", Columns);
        Assert.Equal((0, ""), await RunAsync("verify ~/out --quiet"));
    }

    [Theory]
    [InlineData(""), InlineData(" --regroup"), InlineData(" --order y")]
    public async Task Sequences_of_no_rows_are_an_empty_file(string more)
    {
        await MakeAsync();
        await TestData.TwoBlobsAsync(folder["blobs.parquet"], rows: 30);
        Assert.Equal((0, ""), await RunAsync("fit hmm ~/blobs.parquet --features x --sequence w --distribution normal --components 2 --min-variance 0.1 "
            + "--output ~/hmm.json --quiet"));
        Assert.Equal((0, ""), await RunAsync($"score ~/hmm.json ~/none --sequence name{more} --output ~/out.parquet --quiet"));
        await CheckAsync("out.parquet", Columns);
    }

    [Fact]
    public async Task Categories_of_no_rows_are_scored()
    {
        await MakeAsync();
        new SavedModel(new DiscreteDistribution([0.5, 0.5]), [new Feature("name", ["a", "b"])]).Save(folder["d.json"]);
        Assert.Equal((0, ""), await RunAsync("score ~/d.json ~/none --output ~/out.parquet --quiet"));
        await CheckAsync("out.parquet", "x double, y int32, name string?, log_probability double");
    }

    [Theory]
    [InlineData("fit mixture ~/none --features x,y --distribution normal --components 1"), InlineData("fit kmeans ~/none --components 2"),
        InlineData("fit distribution ~/none --features name --distribution discrete")]
    [InlineData("fit hmm ~/none --features x --sequence name --distribution normal --components 2"),
        InlineData("fit markov-chain ~/none --features name --sequence y")]
    [InlineData("fit mixture ~/none --features x --distribution normal --components 1 --dry-run")]
    public async Task A_fit_to_no_rows_is_refused(string command)
    {
        await MakeAsync();
        Assert.Equal((3, "pipelines: error: ~/none: found no row, expected at least one; check the paths and filters"),
            await RunAsync($"{command} --output ~/fitted.json"));
        Assert.False(File.Exists(folder["fitted.json"]));
    }

    [Theory]
    [InlineData("~/none/*.nix", "~/none/*.nix"), InlineData("~/nothing", "~/nothing")]
    public async Task No_file_at_all_stays_an_error(string input, string place)
    {
        await MakeAsync();
        Directory.CreateDirectory(folder["nothing"]);
        Assert.Equal((2, $"pipelines: error: {place}: found no Parquet file, expected at least one; correct the path, the folder or the glob"),
            await RunAsync($"score ~/m.json {input} --output ~/out.parquet"));
    }

    private async Task MakeAsync()
    {
        Directory.CreateDirectory(folder["none"]);
        foreach (var name in new[] { "a", "b" })
            await TestData.WriteAsync(folder[$"none/{name}.parquet"], ("x", Array.Empty<double>()), ("y", Array.Empty<int>()), ("name", Array.Empty<string>()));
        TestData.SaveModel(folder["m.json"], "x", "y");
    }

    private async Task CheckAsync(string path, string columns)
    {
        var info = await new ParquetSource(folder[path]).OpenAsync(default);
        Assert.Equal((columns, 0), (info.Schema.ToString(), info.Rows));
    }

    private async Task<(int Code, string Error)> RunAsync(string arguments)
    {
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        return (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal));
    }
}
