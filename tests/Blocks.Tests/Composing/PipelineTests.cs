using System.Threading.Tasks.Dataflow;
using Microsoft.Data.Analysis;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Composing;

public sealed class PipelineTests
{
    private static readonly double[][] data = TestData.Random(3000, 3);
    private static readonly PipelineOptions options = new() { MaxDegreeOfParallelism = 2, BatchSize = 100 };

    [Fact]
    public async Task Select_transform_a_block_of_the_users_and_scores_flow_into_a_sink()
    {
        var sink = new ListSink();
        var result = await Pipeline.From(new ArraySource(data)).With(options)
            .Select("x2", "x0")
            .Transform(batch =>
            {
                var doubled = new double[batch.Rows];
                batch["x2"].CopyTo(doubled);
                for (var i = 0; i < doubled.Length; i++) doubled[i] *= 2;
                var field = new ColumnField("twice", typeof(double), false);
                return batch.With(new BatchSchema([.. batch.Schema.Fields, field]), [.. batch.Columns, new BatchColumn<double>(field, doubled)]);
            })
            .Via(new TransformBlock<DataBatch, DataBatch>(batch => batch))
            .Score(new SumModel(2), ["twice", "x0"], new ScoreOptions { Keep = ["x0"] })
            .To(sink)
            .RunAsync();
        Assert.Equal((3000L, 3000L, "list"), (result.RowsIn, result.RowsOut, result.Output));
        Assert.Equal("x0 double, sum double, sign int32", sink.Schema!.ToString());
        Assert.Equal(data[0], sink.Columns[0]);
        Assert.Equal(data[2].Zip(data[0], (a, b) => 0 + (2 * a) + b), sink.Columns[1]);
    }

    [Fact]
    public async Task A_function_over_data_frames_changes_columns()
    {
        var sink = new ListSink();
        await Pipeline.From(new ArraySource(data)).With(options)
            .TransformDataFrame(frame =>
            {
                var sum = (PrimitiveDataFrameColumn<double>)(frame["x0"] + frame["x1"]);
                sum.SetName("sum");
                frame.Columns.Add(sum);
                return frame;
            })
            .Select("sum")
            .To(sink).RunAsync();
        Assert.Equal(data[0].Zip(data[1], (a, b) => a + b), sink.Columns[0]);
        var thrown = await Assert.ThrowsAsync<FlowException>(
            () => Pipeline.From(new ArraySource(data)).With(options).TransformDataFrame(f => f.Head(3)).To(new ListSink()).RunAsync());
        Assert.Contains("found a DataFrame of 3 rows, expected 100 rows, as the batch has", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_to_scored_Parquet_is_the_same_bytes_at_any_parallelism_and_nothing_is_left_of_a_failed_run()
    {
        var folder = Directory.CreateTempSubdirectory();
        var (input, output) = (Path.Combine(folder.FullName, "in.parquet"), Path.Combine(folder.FullName, "out.parquet"));
        await Pipeline.From(new ArraySource(data)).With(options).ToParquet(input).RunAsync();
        byte[]? first = null;
        foreach (var parallelism in (int[])[1, 2, 3, 8, 64])
        {
            var result = await Pipeline.FromParquet(input).With(options with { MaxDegreeOfParallelism = parallelism }).Score(TestData.Mixture(), TestData.Two)
                .ToParquet(output).RunAsync();
            Assert.Equal((3000L, 3000L), (result.RowsIn, result.RowsOut));
            Assert.Equal([output], result.Files);
            var bytes = await File.ReadAllBytesAsync(output);
            Assert.Equal(first ??= bytes, bytes);
        }
        var other = Path.Combine(folder.FullName, "failed");
        await Assert.ThrowsAsync<FormatException>(
            () => Pipeline.FromParquet(input).With(options).Transform(b => b.Index == 20 ? throw new FormatException() : b).ToParquet(other).RunAsync());
        Assert.Equal(["in.parquet", "out.parquet"], folder.EnumerateFileSystemInfos().Select(f => f.Name).Order());
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Only_the_columns_that_are_needed_are_read()
    {
        var sink = new ListSink();
        var seen = new HashSet<string>();
        await Pipeline.From(new ArraySource(data)).With(options)
            .Score(new SumModel(1), ["x2"], new ScoreOptions { Keep = ["x1"] })
            .Transform(batch => batch, "look")
            .To(sink)
            .RunAsync();
        Assert.Equal("x1 double, sum double, sign int32", sink.Schema!.ToString());
        var bound = await new Graph(new ArraySource(data),
            [new ScoreStage(new ScorePlan(new SumModel(1), ["x2"], new ScoreOptions { Keep = ["x1"] }))]).BindAsync(null, default);
        Assert.Equal(["x1", "x2"], bound.Columns!);
        bound = await new Graph(new ArraySource(data), [new SelectStage(["x2", "x1"])]).BindAsync(["x1"], default);
        Assert.Equal(["x2", "x1"], bound.Columns!);
        bound = await new Graph(new ArraySource(data), [new TransformStage(b => b, "t")]).BindAsync(["x1"], default);
        Assert.Null(bound.Columns);
    }

    [Fact]
    public async Task A_fit_gives_the_bits_of_the_same_rows_in_memory_and_scores_them()
    {
        var fit = new FitOptions { BatchSize = 100, MaxDegreeOfParallelism = 2, MaxIterations = 3, StopThreshold = -1, Seed = 5 };
        var fitted = await Pipeline.From(new ArraySource(data)).Select("x0", "x1").FitAsync(new ModelEstimator<GeneralMixtureModel>(TestData.Mixture()), fit);
        var inMemory = TestData.Mixture().Fit(FeatureMatrix.FromColumns(data[0], data[1]), fit with { MaxDegreeOfParallelism = 1 });
        Assert.Equal(inMemory.LogLikelihood, fitted.Result.LogLikelihood);
        Assert.Equal(["x0", "x1"], fitted.Saved.Features!.Select(f => f.Name));
        Assert.Equal(SavedModel.From(inMemory, fitted.Saved.Features, fit).ToString(), fitted.Saved.ToString());

        var sink = new ListSink();
        await Pipeline.From(new ArraySource(data)).With(options)
            .Score(fitted, new ScoreOptions { Keep = [], Columns = [ScoreKind.LogProbability, ScoreKind.Label] }).To(sink).RunAsync();
        Assert.Equal(fitted.Model.LogProbability(FeatureMatrix.FromColumns(data[0], data[1])), sink.Columns[0]);
        Assert.Equal(fitted.Model.Predict(FeatureMatrix.FromColumns(data[0], data[1])).Select(l => (double)l), sink.Columns[1]);
    }

    [Fact]
    public async Task All_numeric_columns_but_the_weights_are_features_where_none_are_named()
    {
        await using var pass = await Pipeline.From(new ArraySource(data)).WeightedBy("x1").OpenPassAsync();
        Assert.Equal(["x0", "x2"], pass.Features.Select(f => f.Name));
    }

    [Fact]
    public async Task Scores_are_the_same_bits_at_any_parallelism()
    {
        double[][]? first = null;
        foreach (var parallelism in (int[])[1, 2, 3, 8, 64])
        {
            var sink = new ListSink();
            await Pipeline.From(new ArraySource(data)).With(options with { MaxDegreeOfParallelism = parallelism }).Score(TestData.Mixture(), TestData.Two)
                .To(sink).RunAsync();
            first ??= [.. sink.Columns];
            Assert.Equal(first, sink.Columns);
        }
    }

    [Fact]
    public async Task A_score_whose_name_is_taken_is_an_error_with_a_remedy_before_any_row_is_read()
    {
        var source = MemorySource.FromArrays(("x0", new double[] { 1 }), ("label", new[] { 7 }), ("x1", new double[] { 1 }));
        var sink = new ListSink();
        var thrown = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).Score(TestData.Mixture(), TestData.Two).To(sink).RunAsync());
        Assert.Equal("memory: found an input column 'label', expected no column of a score's name; keep only other columns (ScoreOptions.Keep), or rename "
            + "'label' in the input", thrown.Message);
        Assert.Equal((ErrorKind.Data, null, 1), (thrown.Kind, sink.Schema, sink.Disposed));
        await Pipeline.From(source).Score(TestData.Mixture(), TestData.Two, new ScoreOptions { Keep = ["x0"] }).To(new ListSink()).RunAsync();
    }

    [Fact]
    public async Task A_feature_that_is_absent_or_not_numeric_is_an_error_before_any_row_is_read()
    {
        var source = MemorySource.FromArrays(("x0", new double[] { 1 }), ("x1", new[] { "a" }));
        var text = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).Score(TestData.Mixture(), TestData.Two).To(new ListSink()).RunAsync());
        Assert.Equal("memory, column 'x1': found values of type string, expected a numeric feature; leave the column out, fit a distribution of "
            + "categories to it (discrete), or for k-means one-hot encode it (Pipeline.OneHot)", text.Message);
        var absent = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).Score(TestData.Mixture(), ["x0", "y"]).To(new ListSink()).RunAsync());
        Assert.Equal("memory: found no column 'y', expected the feature 'y' among its columns; correct the column's name", absent.Message);
        var selected = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).Select("z").To(new ListSink()).RunAsync());
        Assert.Equal("memory: found no column 'z', expected the name of one of its columns; correct the column's name", selected.Message);
        var kept = await Assert.ThrowsAsync<FlowException>(
            () => Pipeline.From(source).Score(new SumModel(1), ["x0"], new ScoreOptions { Keep = ["z"] }).To(new ListSink()).RunAsync());
        Assert.Equal("memory: found no column 'z', expected the column to keep 'z' among its columns; correct the column's name", kept.Message);
    }

    [Fact]
    public async Task A_function_that_changes_the_number_of_rows_is_an_error()
    {
        var sink = new ListSink();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From(new ArraySource(data)).With(options)
            .Transform(batch => new DataBatch(new BatchSchema([]), [], 3, batch.Index, batch.FirstRow), "filter").To(sink).RunAsync());
        Assert.Equal("block 'filter': found 3 rows in the function's result, expected 100; keep every row of a batch", thrown.Message);
        Assert.False(sink.IsCompleted);
    }

    [Fact]
    public async Task A_block_of_the_users_that_drops_the_credits_does_not_stop_the_run()
    {
        var sink = new ListSink();
        await Pipeline.From(new ArraySource(data)).With(options)
            .Via(_ => new TransformBlock<DataBatch, DataBatch>(b => new DataBatch(b.Schema, b.Columns, b.Rows, b.Index, b.FirstRow)))
            .To(sink).RunAsync();
        Assert.Equal(data, sink.Columns);
    }

    [Fact]
    public async Task A_pipeline_with_a_block_runs_once_with_a_factory_as_often_as_wanted()
    {
        var once = Pipeline.From(new ArraySource(data)).With(options).Via(new TransformBlock<DataBatch, DataBatch>(b => b), "mine");
        await once.To(new ListSink()).RunAsync();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => once.To(new ListSink()).RunAsync());
        Assert.Equal("block 'mine': found a second run, expected one for each block; give Via a function that makes a new block", thrown.Message);
        var often = Pipeline.From(new ArraySource(data)).With(options)
            .Via(run => new TransformBlock<DataBatch, DataBatch>(b => b, new() { CancellationToken = run.Token }));
        for (var i = 0; i < 2; i++) await often.To(new ListSink()).RunAsync();
    }

    [Fact]
    public async Task No_row_is_an_empty_output_of_the_columns_that_rows_would_have()
    {
        var rows = new ArraySource([[], []]);
        // Where only code of the user's knows the columns, it is asked once, with no row.
        var calls = 0;
        Pipeline[] pipelines =
        [
            Pipeline.From(rows).Select("x1"),
            Pipeline.From(rows).Transform(b => b.With(new BatchSchema([b.Schema.Fields[1]]), [b.Columns[1]])),
            Pipeline.From(rows).Via(new TransformBlock<DataBatch, DataBatch>(b =>
            {
                Assert.Equal((0, 1), (b.Rows, ++calls));
                return b;
            })).Select("x1"),
        ];
        foreach (var pipeline in pipelines)
        {
            var sink = new ListSink();
            var result = await pipeline.To(sink).RunAsync();
            Assert.Equal((0, 0), (result.RowsIn, result.RowsOut));
            Assert.Equal((true, 1, "x1 double"), (sink.IsCompleted, sink.Disposed, sink.Schema!.ToString()));
        }
    }

    [Fact]
    public async Task A_cancelled_run_commits_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var sink = new ListSink { BeforeComplete = () => Task.FromException(new FormatException("too late")) };
        var progress = new CancelAt(cancel, 2000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Pipeline.From(new ArraySource(data)).With(options).To(sink).RunAsync(progress, cancel.Token));
        Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
    }

    [Fact]
    public async Task A_commit_that_fails_is_the_runs_failure()
    {
        var sink = new ListSink { BeforeComplete = () => Task.FromException(new FormatException("disk")) };
        var thrown = await Assert.ThrowsAsync<FormatException>(() => Pipeline.From(new ArraySource(data)).With(options).To(sink).RunAsync());
        Assert.Equal("sink", RunFailure.Of(thrown)!.Block);
        Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
    }

    private sealed class CancelAt(CancellationTokenSource cancel, long rows) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (value.Rows >= rows) cancel.Cancel();
        }
    }
}
