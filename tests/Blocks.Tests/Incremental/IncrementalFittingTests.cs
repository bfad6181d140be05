using Pipelines.Io;

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

    /// <summary>
    /// Each update is an EM step in which the new rows have fresh responsibilities and the earlier ones keep those of their last evaluation, by plain loops.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public async Task A_mixture_is_updated_on_top_of_what_the_earlier_rows_gave(double inertia)
    {
        var start = new GeneralMixtureModel([new NormalDistribution(-1, 1), new NormalDistribution(4, 2)], [0.5, 0.5]);
        var how = fit with { MaxIterations = 3, StopThreshold = double.NegativeInfinity, Inertia = inertia };
        await WriteAsync("a", 1, 0);
        await UpdateAsync();
        await WriteAsync("b", 2, 5);
        var found = (GeneralMixtureModel)(await UpdateAsync()).Saved.Model;

        double[] mean = [-1, 4], deviation = [1, 2], weight = [0.5, 0.5];
        var kept = new double[2, 3];
        foreach (var rows in new[] { Values(1, 0), Values(2, 5) })
        {
            var sums = Add(kept, rows);
            for (var step = 0; step < 3; step++)
            {
                for (var k = 0; k < 2; k++)
                {
                    var estimate = sums[k, 1] / sums[k, 0];
                    deviation[k] = (inertia * deviation[k]) + ((1 - inertia) * Math.Sqrt((sums[k, 2] / sums[k, 0]) - (estimate * estimate)));
                    mean[k] = (inertia * mean[k]) + ((1 - inertia) * estimate);
                    weight[k] = sums[k, 0] / (sums[0, 0] + sums[1, 0]);
                }
                sums = Add(kept, rows);
            }
            kept = sums;
        }
        for (var k = 0; k < 2; k++)
        {
            // Some rounding errors of sums of squares over 2,000 numbers of size 10, passed on by six updates.
            Assert.Equal(mean[k], ((NormalDistribution)found.Components[k]).Mean, 1e-9);
            Assert.Equal(deviation[k], ((NormalDistribution)found.Components[k]).StandardDeviation, 1e-9);
            Assert.Equal(weight[k], found.Weights[k], 1e-9);
        }

        double[,] Add(double[,] before, double[] rows)
        {
            var sums = (double[,])before.Clone();
            foreach (var x in rows)
            {
                double Density(int k) => weight[k] * Math.Exp(-0.5 * Math.Pow((x - mean[k]) / deviation[k], 2)) / deviation[k];
                for (var k = 0; k < 2; k++)
                {
                    var share = Density(k) / (Density(0) + Density(1));
                    sums[k, 0] += share;
                    sums[k, 1] += share * x;
                    sums[k, 2] += share * x * x;
                }
            }
            return sums;
        }

        Task<IncrementalFit<GeneralMixtureModel>> UpdateAsync() => IncrementalFitting.RunAsync(
            [At("in")], files => Pipeline.FromParquet(files).Features("x").With(new PipelineOptions { BatchSize = 300 }),
            new ModelEstimator<GeneralMixtureModel>(start), how, new IncrementalOptions { StateFile = At("state.json") });
    }

    [Fact]
    public async Task Neither_several_fits_nor_mini_batches_are_updated()
    {
        await WriteAsync("a", 1, 0);
        var options = new IncrementalOptions { StateFile = At("state.json") };
        Pipeline From(IReadOnlyList<string> files) => Pipeline.FromParquet(files).Features("x");
        var several =
            await Assert.ThrowsAsync<FlowException>(
                () => IncrementalFitting.RunAsync([At("in")], From, ModelSelection.Of(k => Mixture.Of<NormalDistribution>(k), [1, 2]),
                    fit, options));
        Assert.Equal($"{At("state.json")}: found 2 fits to choose from, expected one fit, which later runs continue; choose first in a run of its own, then "
            + "begin with one number of components and no restarts", several.Message);
        var mini =
            await Assert.ThrowsAsync<FlowException>(
                () => IncrementalFitting.RunAsync([At("in")], From, new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)),
                    fit with { BatchesPerIteration = 2 }, options));
        Assert.Equal($"{At("state.json")}: found 2 batches per iteration, expected all new rows in each iteration, on top of the earlier ones; leave the "
            + "batches per iteration out", mini.Message);
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
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync(new FileRange("a", "b")));
        Assert.Equal($"{At("state.json")}: found a backfill of a..b in a fit, expected none, as a fit takes each row once and cannot take it back; run a "
            + "new fit with another state file", error.Message);
    }

    [Fact]
    public async Task A_failed_run_leaves_the_state_as_it_was()
    {
        await WriteAsync("a", 1, 0);
        await RunAsync();
        var state = await File.ReadAllBytesAsync(At("state.json"));
        await WriteAsync("b", 2, double.PositiveInfinity);
        await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        Assert.Equal(state, await File.ReadAllBytesAsync(At("state.json")));
        await WriteAsync("b", 2, 5);
        Assert.Equal(2 * Rows, (await RunAsync()).Saved.Training!.Rows);
    }

    [Fact]
    public async Task Statistics_of_another_model_are_refused()
    {
        await WriteAsync("a", 1, 0);
        await RunAsync();
        var state = await File.ReadAllTextAsync(At("state.json"));
        var (own, other) = (Saved(new NormalDistribution(0, 1)), Saved(new PoissonDistribution(1)));
        // As many sums as a normal has. All statistics begin alike.
        var at = state.IndexOf(own[..10], StringComparison.Ordinal);
        var end = state.IndexOf('"', at);
        await File.WriteAllTextAsync(At("state.json"), $"{state[..at]}{other}{state[end..]}");
        await WriteAsync("b", 2, 5);
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        Assert.Equal($"{At("state.json")}: found statistics that do not belong to its model, expected the state of incremental runs; restore it from a copy, "
            + "or start over with another state file", error.Message);

        static string Saved(Model model) => Convert.ToBase64String(model.CreateStatistics().ToBytes());
    }

    private string At(string name) => Path.Combine(root, name);

    private Task<IncrementalFit<NormalDistribution>> RunAsync(FileRange? backfill = null) => IncrementalFitting.RunAsync(
        [At("in")], files => Pipeline.FromParquet(files).Features("x").With(new PipelineOptions { BatchSize = 300 }),
        new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)), fit,
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
