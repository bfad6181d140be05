using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>A pipeline or a source that is kept for long sees the files of each run, and a run sees one state of them.</summary>
public sealed class KeptPipelineTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-kept-").FullName;

    public KeptPipelineTests() => Directory.CreateDirectory(At("in"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_kept_pipeline_scores_and_fits_the_files_that_are_there_now()
    {
        await WriteAsync("day1", 1_000);
        var kept = Pipeline.FromParquet(At("in"));
        var scored = kept.Score(new NormalDistribution(0, 1), ["x"]);
        var file = scored.ToParquet(At("scored.parquet"));
        Assert.Equal((1_000, 1_000), (await RowsScoredAsync(), await RowsFittedAsync()));
        Assert.Equal(1_000, (await file.RunAsync()).RowsOut);

        await WriteAsync("day2", 500);
        Assert.Equal((1_500, 1_500), (await RowsScoredAsync(), await RowsFittedAsync()));
        Assert.Equal(1_500, (await file.RunAsync()).RowsOut);

        await WriteAsync("day1", 300);
        Assert.Equal((800, 800), (await RowsScoredAsync(), await RowsFittedAsync()));
        Assert.Equal(800, (await file.RunAsync()).RowsOut);

        async Task<long> RowsScoredAsync() => (await scored.To(new ListSink()).RunAsync()).RowsOut;

        async Task<long> RowsFittedAsync() =>
            (await kept.Features("x").FitAsync(new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)))).Result.Rows;
    }

    [Fact]
    public async Task A_kept_source_is_opened_and_read_as_it_is_now()
    {
        await WriteAsync("day1", 1_000);
        var source = new ParquetSource(At("in"));
        Assert.Equal((1_000, 1_000, 1), (await OpenedAsync(source), await ReadAsync(source), (await source.FilesAsync(default)).Count));
        await WriteAsync("day2", 500);
        Assert.Equal((1_500, 1_500, 2), (await OpenedAsync(source), await ReadAsync(source), (await source.FilesAsync(default)).Count));
        // Never opened, it reads what is there.
        var read = new ParquetSource(At("in"));
        Assert.Equal(1_500, await ReadAsync(read));
        await WriteAsync("day3", 100);
        Assert.Equal(1_600, await ReadAsync(read));
        File.Delete(At("in/day3.parquet"));

        // By hand, and through passes.
        await using (var run = new RunSupervisor())
        {
            var sink = new ListSink();
            Linking.Link(new SourceBlock(source, run), new SinkBlock(sink, run));
            await run.RunAsync();
            Assert.Equal(1_500, sink.Columns[0].Length);
        }
        await using var pass = new FeaturePass(source, ["x"]);
        Assert.Equal(1_500, (await pass.MeasureAsync(default)).Rows);
    }

    [Fact]
    public async Task The_source_of_one_run_keeps_to_the_files_that_it_found()
    {
        await WriteAsync("day1", 1_000);
        var source = new ParquetSource(At("in")).ForRun();
        Assert.Same(source, source.ForRun());
        Assert.Equal(1_000, await OpenedAsync(source));
        await WriteAsync("day2", 500);
        Assert.Equal((1_000, 1_000), (await OpenedAsync(source), await ReadAsync(source)));
        await WriteAsync("day1", 300);
        var error = await Assert.ThrowsAsync<FlowException>(() => ReadAsync(source));
        Assert.Equal((ErrorKind.Storage, "do not change files while they are read: write new ones beside them, and run again"), (error.Kind, error.Remedy));
    }

    [Fact]
    public async Task A_file_that_is_replaced_between_two_passes_of_a_fit_is_noticed()
    {
        await WriteAsync("day1", 1_000);
        // The pass for the categories comes first; the file changes before the one that reads all.
        var replaced = false;
        var progress = new Seen(p =>
        {
            if (p.Phase != "categories" || replaced) return;
            replaced = true;
            WriteAsync("day1", 300).GetAwaiter().GetResult();
        });
        var pipeline = Pipeline.FromParquet(At("in")).With(new PipelineOptions { Progress = progress }).Features("x");
        var error = await Assert.ThrowsAsync<FlowException>(() => pipeline.FitAsync(new DistributionEstimator(ModelFormat.Family("discrete"))));
        Assert.Equal((true, "do not change files while they are read: write new ones beside them, and run again"), (replaced, error.Remedy));
    }

    [Fact]
    public async Task Each_run_asks_the_source_once_for_what_it_sees()
    {
        var source = new AskedSource(TestData.Random(3_000, 2));
        var pipeline = Pipeline.From(source);
        await pipeline.Score(TestData.Mixture(), TestData.Two).To(new ListSink()).RunAsync();
        await pipeline.FitAsync(new ModelEstimator<GeneralMixtureModel>(TestData.Mixture()), new() { MaxIterations = 2 });
        await (await pipeline.OpenPassAsync()).DisposeAsync();
        // Neither opened nor read but through what ForRun gave.
        Assert.Equal((3, 0), (source.Asked, source.Touched));
    }

    private static async Task<long?> OpenedAsync(IBatchSource source) => (await source.OpenAsync(default)).Rows;

    private static async Task<long> ReadAsync(IBatchSource source)
    {
        var rows = 0L;
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) rows += batch.Rows;
        return rows;
    }

    private string At(string name) => Path.Combine(root, name);

    private async Task WriteAsync(string name, int rows)
    {
        var random = new SeededRandom(rows);
        var source = MemorySource.FromArrays(("x", Enumerable.Range(0, rows).Select(_ => Math.Round(10 * random.NextNormal())).ToArray()));
        await using var sink = new ParquetSink(At($"in/{name}.parquet"));
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }

    private sealed class Seen(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }

    /// <summary>Counts the runs, and whether one goes past what it was given.</summary>
    private sealed class AskedSource(double[][] columns) : IBatchSource
    {
        public int Asked { get; private set; }

        public int Touched { get; private set; }

        public string Name => "asked";

        public IBatchSource ForRun()
        {
            Asked++;
            return new ArraySource(columns);
        }

        public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
        {
            Touched++;
            throw new InvalidOperationException("opened outside of a run");
        }

        public IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, CancellationToken cancellationToken)
        {
            Touched++;
            throw new InvalidOperationException("read outside of a run");
        }
    }
}
