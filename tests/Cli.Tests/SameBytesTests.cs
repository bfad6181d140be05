namespace Pipelines.Cli.Tests;

/// <summary>The same input, seed and batch size give the same bytes, whatever the parallelism and the files.</summary>
public sealed class SameBytesTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("mixture", "--distribution multivariate-gaussian --components 3")]
    [InlineData("mixture", "--distribution normal --components 2 --weights w --features x,y --init kmeans-parallel")]
    [InlineData("kmeans", "--components 4 --init random --features x,y,w --scale standard")]
    public async Task At_any_parallelism(string kind, string options)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 20_000);
        byte[]? model = null, scored = null;
        foreach (var parallelism in new[] { 1, 2, 3, 8, 64 })
        {
            string[] common = ["--max-parallelism", $"{parallelism}", "--batch-size", "777", "--seed", "3", "--memory", "16MiB", "--quiet"];
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["fit", kind, folder["d.parquet"], .. options.Split(' '), "--iterations", "6", "--tolerance=-1", "--output",
                    folder["m.json"], .. common]));
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], .. common]));
            var (m, s) = (await File.ReadAllBytesAsync(folder["m.json"]), await File.ReadAllBytesAsync(folder["s.parquet"]));
            Assert.Equal(model ??= m, m);
            Assert.Equal(scored ??= s, s);
        }
    }

    [Fact]
    public async Task Distances_and_labels_of_many_clusters_at_any_parallelism()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 20_000);
        byte[]? model = null, scored = null;
        foreach (var parallelism in new[] { 1, 3, -1 })
        {
            string[] common = [$"--max-parallelism={parallelism}", "--batch-size", "777", "--seed", "3", "--quiet"];
            Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(["fit", "kmeans", folder["d.parquet"], "--features", "x,y", "--components", "12",
                "--scale", "standard", "--restarts", "3", "--empty-clusters", "relocate", "--iterations", "6",
                "--tolerance=-1", "--output", folder["m.json"], .. common]));
            Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--columns", "distance,label",
                "--output", folder["s.parquet"], .. common]));
            var (m, s) = (await File.ReadAllBytesAsync(folder["m.json"]), await File.ReadAllBytesAsync(folder["s.parquet"]));
            Assert.Equal(model ??= m, m);
            Assert.Equal(scored ??= s, s);
        }

        var rows = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(rows).RunAsync();
        var distances = Enumerable.Range(0, 12).Select(k => rows.Doubles($"distance_{k}").ToArray()).ToArray();
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => Enumerable.Range(0, 12).MinBy(k => distances[k][i])), rows.Values<int>("label").ToArray());
    }

    [Fact]
    public async Task For_any_split_into_files()
    {
        await TestData.TwoBlobsAsync(folder["whole.parquet"], rows: 5_000);
        var rows = new MemorySink();
        await Pipeline.FromParquet(folder["whole.parquet"]).To(rows).RunAsync();
        var (x, y) = (rows.Doubles("x"), rows.Values<int>("y").ToArray());
        Directory.CreateDirectory(folder["parts"]);
        int[] cuts = [0, 1, 1_000, 4_097, 5_000];
        for (var f = 0; f + 1 < cuts.Length; f++)
            await TestData.WriteAsync(folder[$"parts/{f}.parquet"], ("x", x[cuts[f]..cuts[f + 1]]), ("y", y[cuts[f]..cuts[f + 1]]));

        foreach (var input in new[] { "whole.parquet", "parts" })
            Assert.Equal(0,
                (await Tool.RunAsync("fit", "mixture", folder[input], "--features", "x,y", "--distribution", "multivariate-gaussian", "--components", "2",
                    "--batch-size", "512", "--output", folder[$"{input}.json"])).Code);
        Assert.Equal(await File.ReadAllBytesAsync(folder["whole.parquet.json"]), await File.ReadAllBytesAsync(folder["parts.json"]));
    }

    [Fact]
    public async Task As_a_process()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] fit = ["fit", "kmeans", folder["d.parquet"], "--components", "2", "--batch-size", "100", "--scale", "robust", "--quiet"];
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunProcessAsync([.. fit, "--max-parallelism", "8", "--output", folder["process.json"]]));
        Assert.Equal(0, (await Tool.RunAsync([.. fit, "--max-parallelism", "1", "--output", folder["inside.json"]])).Code);
        Assert.Equal(await File.ReadAllBytesAsync(folder["inside.json"]), await File.ReadAllBytesAsync(folder["process.json"]));
    }
}
