namespace Pipelines.Io.Tests;

/// <summary>Which files paths, folders and globs mean.</summary>
public class PathTests
{
    private static readonly string[] Made = ["b.parquet", "a.parquet", "B.parquet", "x/c.parquet", "x/y/d.parquet", "x/no-extension", "_skip.parquet",
        ".hidden.parquet", "_temp/e.parquet", "x/.h/f.parquet"];

    [Theory]
    [InlineData("", "B.parquet a.parquet b.parquet x/c.parquet x/no-extension x/y/d.parquet")]
    [InlineData("*.parquet", "B.parquet a.parquet b.parquet")]
    [InlineData("[ab].parquet", "a.parquet b.parquet")]
    [InlineData("[!a].parquet", "B.parquet b.parquet")]
    [InlineData("?.parquet", "B.parquet a.parquet b.parquet")]
    [InlineData("**/*.parquet", "B.parquet a.parquet b.parquet x/c.parquet x/y/d.parquet")]
    [InlineData("x/**", "x/c.parquet x/no-extension x/y/d.parquet")]
    [InlineData("*", "B.parquet a.parquet b.parquet x/c.parquet x/no-extension x/y/d.parquet")]
    [InlineData("*/*.parquet", "x/c.parquet")]
    [InlineData("x", "x/c.parquet x/no-extension x/y/d.parquet")]
    [InlineData("_skip.parquet", "_skip.parquet")]
    [InlineData("_*.parquet", "_skip.parquet")]
    [InlineData("b.parquet|a.parquet|*.parquet|b.parquet", "B.parquet a.parquet b.parquet")]
    public async Task Files_come_in_ordinal_order_each_once(string paths, string expected)
    {
        using var folder = await MakeFiles();
        var files = await ParquetInspection.OfAsync(paths.Split('|').Select(p => folder[p]));
        Assert.Equal(expected.Split(' ').Select(e => folder[e]), files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("none.parquet", "no such file or folder")]
    [InlineData("*.csv", "no Parquet file")]
    [InlineData("nowhere/*.parquet", "no Parquet file")]
    [InlineData("empty", "no Parquet file")]
    public async Task Nothing_found_is_a_usage_error(string path, string found)
    {
        using var folder = await MakeFiles();
        Directory.CreateDirectory(folder["empty"]);
        var error = await new ParquetSource(folder[path]).FailsReading();
        Assert.Equal((ErrorKind.Usage, folder[path], found), (error.Kind, error.Place, error.Found));
        Assert.Equal(ErrorKind.Usage, (await new ParquetSource().FailsReading()).Kind);
    }

    [Fact]
    public async Task Columns_are_united_by_name()
    {
        using var folder = new TempFolder();
        await MemorySource.FromArrays(("x", new int[3]), ("y", new string[3])).CopyTo(new ParquetSink(folder["a.parquet"]));
        await MemorySource.FromArrays(("x", new long[3]), ("y", new string[3])).CopyTo(new ParquetSink(folder["b.parquet"]));
        await MemorySource.FromArrays(("x", new int[3])).CopyTo(new ParquetSink(folder["c.parquet"]));
        await MemorySource.FromArrays(("x", new int[3]), ("y", new string[3]), ("z", new int[3])).CopyTo(new ParquetSink(folder["d.parquet"]));
        await MemorySource.FromArrays(("y", new string[2]), ("x", new int?[2])).CopyTo(new ParquetSink(folder["e.parquet"]));
        var a = folder["a.parquet"];
        Assert.Equal("x int64, y string?", (await new ParquetSource(a, folder["b.parquet"]).OpenAsync(default)).Schema.ToString());
        Assert.Equal("x int32, y string?", (await new ParquetSource(a, folder["c.parquet"]).OpenAsync(default)).Schema.ToString());
        Assert.Equal("x int32, y string?, z int32?", (await new ParquetSource(a, folder["d.parquet"]).OpenAsync(default)).Schema.ToString());
        // The order of columns and whether they may be null need not agree.
        var both = new ParquetSource(a, folder["e.parquet"]);
        var info = await both.OpenAsync(default);
        Assert.Equal("x int32?, y string?", info.Schema.ToString());
        var sink = new MemorySink();
        await both.CopyTo(sink);
        Assert.Equal([0, 0, 0, double.NaN, double.NaN], sink.Doubles("x"));
    }

    [Fact]
    public async Task A_file_that_changed_after_it_was_opened_is_refused()
    {
        using var folder = new TempFolder();
        await MemorySource.FromArrays(("x", new int[3])).CopyTo(new ParquetSink(folder["a.parquet"]));
        var source = new ParquetSource(folder["a.parquet"]).ForRun();
        await source.OpenAsync(default);
        await MemorySource.FromArrays(("x", new[] { 1, 2, 3, 4 })).CopyTo(new ParquetSink(folder["a.parquet"]));
        Assert.Equal(ErrorKind.Storage, (await source.FailsReading()).Kind);
    }

    private static async Task<TempFolder> MakeFiles()
    {
        var folder = new TempFolder();
        foreach (var name in Made)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            await MemorySource.FromArrays(("x", new int[1])).CopyTo(new ParquetSink(folder["made.parquet"]));
            File.Move(folder["made.parquet"], folder[name]);
        }
        await File.WriteAllTextAsync(folder["readme.txt"], "not Parquet at all");
        return folder;
    }
}
