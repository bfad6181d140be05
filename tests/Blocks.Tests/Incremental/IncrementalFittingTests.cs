using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests.Incremental;

/// <summary>A model is fitted to new files on top of what is kept of the earlier ones; each row counts once.</summary>
public sealed class IncrementalFittingTests : IDisposable
{
    private const int Rows = 1_000;
    private static readonly FitOptions fit = new() { BatchSize = 300, StopThreshold = 1e-9 };
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-incremental-").FullName;

    public IncrementalFittingTests() => Directory.CreateDirectory(At("in"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task One_distribution_becomes_that_of_all_rows()
    {
        await WriteAsync("a", 1, 0);
        await RunAsync();
        await WriteAsync("b", 2, 5);
        var second = await RunAsync();
        await WriteAsync("c", 3, -2);
        var third = await RunAsync();
        Assert.Equal((1, 1, Rows), (second.Files.New.Count, second.Files.Done, (int)second.Files.RowsOut));
        double[] all = [.. Values(1, 0), .. Values(2, 5), .. Values(3, -2)];
        var mean = all.Average();
        var variance = all.Sum(x => (x - mean) * (x - mean)) / all.Length;
        var model = (NormalDistribution)third.Saved.Model;
        // Some rounding errors of sums over 3,000 numbers of size 1 to 10.
        Assert.Equal(mean, model.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(variance), model.StandardDeviation, 1e-12);
        Assert.Equal(3 * Rows, third.Saved.Training!.Rows);
        Assert.Equal((all.Min(), all.Max()), (third.Saved.Features![0].Minimum, third.Saved.Features[0].Maximum));
    }

    [Fact]
    public async Task Run_twice_nothing_changes()
    {
        await WriteAsync("a", 1, 0);
        var first = await RunAsync();
        var state = await File.ReadAllBytesAsync(At("state.json"));
        var again = await RunAsync();
        Assert.Null(again.Fitted);
        Assert.Empty(again.Files.New);
        Assert.Equal(first.Saved.ToJson(), again.Saved.ToJson());
        Assert.Equal(state, await File.ReadAllBytesAsync(At("state.json")));
    }

    [Fact]
    public async Task A_backfill_is_refused()
    {
        await WriteAsync("a", 1, 0);
        var error = await Assert.ThrowsAsync<DataException>(() => RunAsync(new FileRange("a", "b")));
        Assert.Equal($"{At("state.json")}: found a backfill of a..b in a fit, expected none, as a fit takes each row once and cannot take it back; fit anew with another state file", error.Message);
    }

    [Fact]
    public async Task A_failed_run_leaves_the_state_as_it_was()
    {
        await WriteAsync("a", 1, 0);
        await RunAsync();
        var state = await File.ReadAllBytesAsync(At("state.json"));
        await WriteAsync("b", 2, double.PositiveInfinity);
        await Assert.ThrowsAsync<DataException>(() => RunAsync());
        Assert.Equal(state, await File.ReadAllBytesAsync(At("state.json")));
        await WriteAsync("b", 2, 5);
        Assert.Equal(2 * Rows, (await RunAsync()).Saved.Training!.Rows);
    }

    private string At(string name) => Path.Combine(root, name);

    private Task<IncrementalFit<NormalDistribution>> RunAsync(FileRange? backfill = null) => IncrementalFitting.RunAsync(
        [At("in")], files => Pipeline.FromParquet(files).Features("x").With(new PipelineOptions { BatchSize = 300 }), new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)), fit,
        new IncrementalOptions { StateFile = At("state.json"), Backfill = backfill });

    private async Task WriteAsync(string name, long seed, double center)
    {
        var source = MemorySource.FromArrays(("x", Values(seed, center)));
        await using var sink = new ParquetSink(At($"in/{name}.parquet"));
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }

    private static double[] Values(long seed, double center)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, Rows).Select(_ => center + random.NextNormal())];
    }
}
