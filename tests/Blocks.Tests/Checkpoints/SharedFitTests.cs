using System.Text;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests.Checkpoints;

/// <summary>
/// Mini-batch fits, and several fits in one scan, over data read through blocks: the bits of memory, and of a run that was never interrupted.
/// </summary>
public sealed class SharedFitTests : IDisposable
{
    private const int BatchSize = 128;
    private const int Batches = 12;
    private static readonly double[][] data = TestData.Random((Batches * BatchSize) - 5, 2);
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-shared-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Folder => Path.Combine(root, "checkpoints");

    public static TheoryData<string, int, int> Interruptions
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var kind in new[] { "mini-batch", "several", "several in mini-batches" })
                for (var batches = 3; batches <= 5 * Batches; batches += 11) cases.Add(kind, batches, batches % 2 == 0 ? 1 : 3);
            // From the last updates of the short runs to those of the best start alone.
            for (var batches = (11 * Batches) - 3; batches <= 15 * Batches; batches += 7) cases.Add("short runs", batches, batches % 2 == 0 ? 1 : 3);
            // Some fits are refused an update, while the others go on.
            for (var batches = (5 * Batches) + 2; batches <= 14 * Batches; batches += 7) cases.Add("accelerated", batches, batches % 2 == 0 ? 1 : 3);
            return cases;
        }
    }

    [Theory]
    [InlineData("mini-batch")]
    [InlineData("several")]
    [InlineData("several in mini-batches")]
    [InlineData("short runs")]
    [InlineData("accelerated")]
    public async Task The_bits_are_those_of_rows_in_memory_at_any_parallelism(string kind)
    {
        var values = new double[data[0].Length, 2];
        for (var i = 0; i < data[0].Length; i++) (values[i, 0], values[i, 1]) = (data[0][i], data[1][i]);
        Feature[] unnamed = [new("x0"), new("x1")];
        var expected = SavedModel.From(Estimator(kind).Fit(values, How(kind)), unnamed, How(kind));
        foreach (var parallelism in new[] { 1, 2, 8, 64 })
        {
            var found = await FitAsync(kind, null, int.MaxValue, parallelism);
            Assert.Equal((expected with { Features = null }).ToString(), (SavedModel.FromJson(found) with { Features = null }).ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Interrupted_anywhere_the_bytes_are_the_same(string kind, int batches, int parallelism)
    {
        var expected = await FitAsync(kind, null, int.MaxValue, 1);
        var runs = 0;
        byte[]? model;
        // A run of mini-batches reads all the data before it goes on: each is let a little further, so that one comes to the end.
        while ((model = await FitAsync(kind, Kept(), batches + (3 * runs), parallelism)) is null) Assert.True(++runs < 100);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model));
        Assert.True(runs > 0);
    }

    [Theory]
    [InlineData("mini-batch", 5)]
    [InlineData("several", 5)]
    [InlineData("several in mini-batches", 5)]
    public async Task It_may_go_on_for_more_iterations_from_the_middle_of_a_pass(string kind, int iterations)
    {
        for (var stop = (2 * Batches) + 5; stop < 4 * Batches; stop += 7)
        {
            if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
            await FitAsync(kind, Kept(), stop, 2);
            Assert.Equal(await FitAsync(kind, null, int.MaxValue, 1, iterations), await FitAsync(kind, Kept(), int.MaxValue, 2, iterations));
        }
    }

    [Fact]
    public async Task The_source_is_read_once_whatever_the_number_of_fits_and_iterations()
    {
        foreach (var kind in new[] { "mini-batch", "several in mini-batches" })
        {
            var source = new ArraySource(data);
            await Pipeline.From(source).With(new PipelineOptions { BatchSize = BatchSize, MaxDegreeOfParallelism = 2 }).FitAsync(Estimator(kind), How(kind));
            Assert.Equal(Batches, source.Made);
        }
    }

    [Fact]
    public async Task A_model_to_begin_with_walks_through_the_data_from_the_first_batch()
    {
        var start = new GeneralMixtureModel([new NormalDistribution(-1, 1), new NormalDistribution(1, 1)]);
        var how = How("mini-batch");
        var expected = start.Fit(data[0], how with { MaxDegreeOfParallelism = 1 });
        await using var pass = await Pipeline.From(new ArraySource(data)).Features("x0").With(new PipelineOptions { BatchSize = BatchSize }).OpenPassAsync();
        var found = await ExpectationMaximization.FitAsync(start, pass, how);
        Assert.Equal(expected.Model, found.Model);
        Assert.Equal(expected.LogLikelihood, found.LogLikelihood);
        Assert.Equal(Batches, (await pass.MeasureAsync(default)).Batches);
    }

    [Fact]
    public async Task Spilled_batches_are_taken_in_the_same_order()
    {
        await using var kept = new FeaturePass(new ArraySource(data), ["x0", "x1"], null, new PipelineOptions { BatchSize = BatchSize });
        await using var spilled = new FeaturePass(new ArraySource(data), ["x0", "x1"], null, new PipelineOptions { BatchSize = BatchSize }) { MemoryBytes = 0 };
        var expected = await Estimator("several in mini-batches").FitAsync(kept, How("several in mini-batches"));
        var found = await Estimator("several in mini-batches").FitAsync(spilled, How("several in mini-batches"));
        Assert.True(spilled.SpilledBytes > 0);
        Assert.Equal(expected.Model, found.Model);
        Assert.Equal(expected.Candidates, found.Candidates);
    }

    [Fact]
    public async Task A_damaged_pass_is_told_once()
    {
        var broken = data.Select(column => column.ToArray()).ToArray();
        broken[1][700] = double.PositiveInfinity;
        var error = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(new ArraySource(broken)).FitAsync(Estimator("several"), How("several")));
        Assert.Contains("700", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_of_several_fits_have_a_share_of_the_memory()
    {
        var one = await Pipeline.From(new ArraySource(data)).PlanFitAsync(Estimator("mini-batch"), How("mini-batch"), null, default);
        var several = await Pipeline.From(new ArraySource(data)).PlanFitAsync(Estimator("several"), How("several"), null, default);
        Assert.Equal(0, one.Memory.StatisticsBytes);
        Assert.Equal(one.Memory.HeapBytes / 8, several.Memory.StatisticsBytes);
        Assert.Equal(one.Memory.CacheBytes, several.Memory.CacheBytes + several.Memory.StatisticsBytes);
    }

    [Fact]
    public async Task Another_choice_is_another_job()
    {
        await FitAsync("several", Kept(), int.MaxValue, 1);
        var error = await Assert.ThrowsAsync<FlowException>(() => FitAsync("mini-batch", Kept(), int.MaxValue, 1));
        Assert.StartsWith("a checkpoint of another job: mixture", error.Found, StringComparison.Ordinal);
    }

    private static IEstimator<GeneralMixtureModel> Estimator(string kind) => kind == "mini-batch"
        ? Mixture.Of<MultivariateGaussianDistribution>(2)
        : kind == "accelerated" ? ModelSelection.Of(k => Mixture.Of<MultivariateGaussianDistribution>(k), [2, 3, 4])
        : ModelSelection.Of(k => Mixture.Of<MultivariateGaussianDistribution>(k), kind == "short runs" ? [3] : [1, 3], restarts: 2);

    // Fits of one component end before the others do.
    private static FitOptions How(string kind, int? iterations = null) => new()
    {
        MaxIterations = iterations ?? (kind is "short runs" or "accelerated" ? 14 : 4),
        Acceleration = kind == "accelerated" ? FitAcceleration.Anderson : FitAcceleration.None,
        StopThreshold = kind == "several" ? 0 : -1,
        InitializationRows = 100,
        BatchSize = BatchSize,
        BatchesPerIteration = kind.EndsWith("mini-batches", StringComparison.Ordinal) || kind == "mini-batch" ? 5 : null,
        LearningRateDecay = kind.EndsWith("mini-batches", StringComparison.Ordinal) || kind == "mini-batch" ? 0.5 : 0,
    };

    private CheckpointOptions Kept() => new() { Folder = Folder, Resume = true, EveryBatches = 3 };

    private static async Task<byte[]> FitAsync(string kind, CheckpointOptions? checkpoints, int windDownAfter, int parallelism, int? iterations = null)
    {
        using var windDown = new CancellationTokenSource();
        var seen = 0;
        var options = new PipelineOptions
        {
            BatchSize = BatchSize,
            MaxDegreeOfParallelism = parallelism,
            Checkpoints = checkpoints,
            WindDown = windDown.Token,
            Progress = new Seen(() =>
            {
                if (Interlocked.Increment(ref seen) == windDownAfter) windDown.Cancel();
            }),
        };
        try
        {
            return (await Pipeline.From(new ArraySource(data)).With(options).FitAsync(Estimator(kind), How(kind, iterations))).Saved.ToJson();
        }
        catch (OperationCanceledException) when (windDown.IsCancellationRequested)
        {
            return null!;
        }
    }

    private sealed class Seen(Action act) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => act();
    }
}
