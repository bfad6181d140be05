namespace Pipelines.Blocks.Tests.Composing;

/// <summary>One place decides on batch size and parallelism, and the other cannot contradict it.</summary>
public sealed class FitAndPipelineOptionsTests
{
    private static readonly double[][] data = TestData.Random(20_000, 2);
    private static readonly ModelEstimator<GeneralMixtureModel> start = new(TestData.Mixture());

    [Fact]
    public async Task The_options_of_the_pipeline_hold_in_a_fit_whose_options_say_nothing_of_them()
    {
        var (now, most) = (0, 0);
        var pipeline = Pipeline.From(new ArraySource(data)).With(new PipelineOptions { MaxDegreeOfParallelism = 1, BatchSize = 1_024 }).Transform(batch =>
        {
            var mine = Interlocked.Increment(ref now);
            most = Math.Max(most, mine);
            // Long enough for a second thread to come in, if there is one.
            Thread.SpinWait(20_000);
            Interlocked.Decrement(ref now);
            return batch;
        });
        var fitted = await pipeline.Features(TestData.Two).FitAsync(start, new FitOptions { Seed = 1, MaxIterations = 1 });
        Assert.Equal((1, 1_024), (most, fitted.Saved.Training!.BatchSize));
    }

    [Fact]
    public async Task A_fit_decides_where_the_pipeline_was_given_no_options()
    {
        var largest = 0;
        var pipeline = Pipeline.From(new ArraySource(data)).Transform(batch =>
        {
            largest = Math.Max(largest, batch.Rows);
            return batch;
        }).Features(TestData.Two);
        var fit = new FitOptions { MaxIterations = 1, BatchSize = 3_000, MaxDegreeOfParallelism = 1 };
        Assert.Equal((3_000, 3_000), ((await pipeline.FitAsync(start, fit)).Saved.Training!.BatchSize, largest));
        Assert.Equal((16_384, 16_384), ((await pipeline.FitAsync(start, new FitOptions { MaxIterations = 1 })).Saved.Training!.BatchSize, largest));
    }

    [Fact]
    public async Task A_fit_may_repeat_what_the_pipeline_says()
    {
        var pipeline = Pipeline.From(new ArraySource(data)).With(new PipelineOptions { BatchSize = 512, MaxDegreeOfParallelism = 2 });
        var fitted = await pipeline.FitAsync(start, new FitOptions { MaxIterations = 1, BatchSize = 512, MaxDegreeOfParallelism = 2 });
        Assert.Equal(512, fitted.Saved.Training!.BatchSize);
    }

    [Theory]
    [InlineData(1_024, null, "found BatchSize 1024, expected BatchSize 512, as in the pipeline's options; set it in PipelineOptions alone (Pipeline.With)")]
    [InlineData(512, -1, "found MaxDegreeOfParallelism -1, expected MaxDegreeOfParallelism 2, as in the pipeline's options; set it in PipelineOptions alone "
        + "(Pipeline.With)")]
    [InlineData(1_024, 1, "found BatchSize 1024 and MaxDegreeOfParallelism 1, expected BatchSize 512 and MaxDegreeOfParallelism 2, as in the "
        + "pipeline's options; " +
        "set them in PipelineOptions alone (Pipeline.With)")]
    public async Task A_fit_that_contradicts_the_pipeline_is_refused_before_the_source_is_opened(int? batchSize, int? parallelism, string message)
    {
        var source = new ArraySource(data);
        var pipeline = Pipeline.From(source).With(new PipelineOptions { BatchSize = 512, MaxDegreeOfParallelism = 2 });
        var fit = new FitOptions { BatchSize = batchSize, MaxDegreeOfParallelism = parallelism };
        var selection = ModelSelection.Of(_ => start, [2, 3]);
        Func<Task>[] ways =
        [
            () => pipeline.FitAsync(start, fit),
            () => pipeline.FitAsync(selection, fit),
            async () => await pipeline.PlanFitAsync(start, fit, null, default),
            () => pipeline.DescribeFitAsync(start, fit, default),
        ];
        foreach (var way in ways)
        {
            var error = await Assert.ThrowsAsync<ModelException>(way);
            Assert.Equal((ErrorKind.Usage, $"fit options: {message}"), (error.Kind, error.Message));
        }
        Assert.Equal(0, source.Opened);
    }

    [Fact]
    public async Task An_incremental_fit_has_the_batch_size_of_its_options_or_its_pipeline()
    {
        var folder = Directory.CreateTempSubdirectory("pipelines-options-");
        try
        {
            var input = Path.Combine(folder.FullName, "in.parquet");
            await Pipeline.From(new ArraySource(data)).ToParquet(input).RunAsync();
            var incremental = new IncrementalOptions { StateFile = Path.Combine(folder.FullName, "state.json") };
            var fit = new FitOptions { MaxIterations = 1, BatchSize = 300 };
            var fitted = await IncrementalFitting.RunAsync([input], files => Pipeline.FromParquet(files), start, fit, incremental);
            Assert.Equal(300, fitted.Saved.Training!.BatchSize);
            var error = await Assert.ThrowsAsync<ModelException>(() =>
                IncrementalFitting.RunAsync([input], files => Pipeline.FromParquet(files).With(new PipelineOptions()), start, fit, incremental));
            Assert.Equal(
                "fit options: found BatchSize 300, expected BatchSize 16384, as in the pipeline's options; set it in PipelineOptions alone (Pipeline.With)",
                error.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
