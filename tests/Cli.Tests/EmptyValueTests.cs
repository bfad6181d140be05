namespace Pipelines.Cli.Tests;

/// <summary>An option with an empty value, as a shell makes it of an empty variable, never takes the next argument as its value.</summary>
public sealed class EmptyValueTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("score m.json a.parquet --output= b.parquet", "--output: found no value, expected a file to write that ends with .parquet, or a new or empty "
        + "folder; for example --output scored.parquet", "score")]
    [InlineData("score m.json a.parquet --output: b.parquet", "--output: found no value, expected a file to write that ends with .parquet, or a new or empty "
        + "folder; for example --output scored.parquet", "score")]
    [InlineData("score m.json a.parquet --keep= --output s.parquet", "--keep: found no value, expected column names separated by commas, each once; "
        + "for example --keep delay,distance", "score")]
    [InlineData("sample m.json --rows 10 --output sl.parquet --label= --quiet", "--label: found no value, expected the name of a new column; for example "
        + "--label component", "sample")]
    [InlineData("fit mixture a.parquet --distribution normal --components 2 --output n.json --checkpoint= --resume", "--checkpoint: found no value, expected "
        + "a folder; for example --checkpoint checkpoints", "fit mixture")]
    [InlineData("fit mixture a.parquet --distribution normal --components 2 --output n.json --memory=", "--memory: found no value, expected a size from 16MiB "
        + "to 1000TB, in bytes or with KB, MB, GB, TB, KiB, MiB, GiB or TiB; for example --memory 512MB", "fit mixture")]
    public async Task Is_wrong_usage(string arguments, string mistake, string verb)
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"], rows: 30);
        File.Copy(folder["a.parquet"], folder["b.parquet"]);
        TestData.SaveModel(folder["m.json"], "x", "y");
        var before = folder.Names.ToList();
        var tool = Tool.Command(arguments.Split(' '));
        tool.WorkingDirectory = folder.Root;
        var result = await Tool.RunProcessAsync(tool, null);
        Assert.Equal((2, $"pipelines: error: {mistake}\nSee pipelines {verb} --help."), (result.Code, result.ErrorText));
        Assert.Equal(before, folder.Names);
        Assert.Equal(await File.ReadAllBytesAsync(folder["a.parquet"]), await File.ReadAllBytesAsync(folder["b.parquet"]));
    }

    [Fact]
    public async Task Json_that_follows_is_heeded()
    {
        var result = await Tool.RunAsync("score", "m.json", "a.parquet", "--output=", "--json");
        Assert.Equal(2, result.Code);
        Assert.StartsWith("{\"error\":{\"place\":\"--output\",\"found\":\"no value\",", result.Out, StringComparison.Ordinal);
    }
}
