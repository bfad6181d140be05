using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Incremental;

/// <summary>What incremental runs leave beside their output, and what they leave alone.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-leftovers-").FullName;

    public LeftoverTests() => Directory.CreateDirectory(At("in"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task What_a_run_left_that_was_killed_at_its_state_is_gone_after_a_run_with_nothing_to_do()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        var before = Names();
        foreach (var name in (string[])[".state.json.tmp", ".state.json.lock"]) await File.WriteAllTextAsync(At(name), "{\"Host\":\"");
        Assert.Empty((await RunAsync()).New);
        Assert.Equal(before, Names());
        string[] expected = ["in", "in/a.parquet", "out", .. Run("out/run=00001"), "refused", .. Run("refused/run=00001"), "state.json"];
        Assert.Equal(expected, before);
    }

    [Fact]
    public async Task Files_of_somebody_else_outlive_the_rows_beside_them()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        foreach (var name in (string[])["out/run=00001/notes.txt", "refused/run=00001/reasons.txt", "out/.run=7.replaced/part-00000.parquet"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            await File.WriteAllTextAsync(At(name), "mine");
        }
        await WriteAsync("a", 2);
        var result = await RunAsync(new FileRange("", "\uffff"));
        Assert.Equal(
            [
                $"{At("out/.run=00001.replaced")} is no longer part of the output, but stays: it holds files that Pipelines did not write",
                $"{At("refused/run=00001")} is no longer part of the output, but stays: it holds files that Pipelines did not write",
            ], result.Warnings);
        string[] expected =
        [
            "in", "in/a.parquet", "out",
            "out/.run=00001.replaced", "out/.run=00001.replaced/notes.txt", "out/.run=7.replaced", "out/.run=7.replaced/part-00000.parquet",
            .. Run("out/run=00002"),
            "refused", "refused/run=00001", "refused/run=00001/reasons.txt", .. Run("refused/run=00002"), "state.json",
        ];
        Assert.Equal(expected, Names());
    }

    [UnixFact]
    public async Task A_state_behind_a_link_is_written_there()
    {
        Directory.CreateDirectory(At("real"));
        File.CreateSymbolicLink(At("state.json"), "real/s.json");
        await WriteAsync("a", 1);
        await RunAsync();
        Assert.Empty((await RunAsync()).New);
        Assert.Equal("real/s.json", new FileInfo(At("state.json")).LinkTarget);
        Assert.Equal([At("real/s.json")], Directory.GetFileSystemEntries(At("real")));
    }

    private string At(string name) => Path.Combine(root, name);

    private static string[] Run(string folder) => [folder, $"{folder}/_manifest.json", $"{folder}/part-00000.parquet"];

    private List<string> Names() =>
        [
            .. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
                .Select(e => Path.GetRelativePath(root, e)).Order(StringComparer.Ordinal),
        ];

    private Task<IncrementalResult> RunAsync(FileRange? backfill = null) => IncrementalScoring.RunAsync(
        [At("in")],
        paths => Pipeline.FromParquet(paths)
            .With(new PipelineOptions { BadRows = new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = At("refused") } })
            .Score(new NormalDistribution(0, 1), ["x"]),
        At("out"), new IncrementalOptions { StateFile = At("state.json"), Backfill = backfill });

    // One of the rows is refused.
    private async Task WriteAsync(string name, double value)
    {
        var source = MemorySource.FromArrays(("x", new[] { value, double.PositiveInfinity, value + 1 }));
        await using var sink = new ParquetSink(At($"in/{name}.parquet"));
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }
}
