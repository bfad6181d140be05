using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.EndToEnd;

/// <summary>
/// The overhead of blocks: one pass in which every batch goes through a source, feature extraction, summarize and fold, compared with a bare loop that does the
/// same work on the same batches without blocks, credits or messages. The first pass of a fit is also measured; its blocks additionally check the rows and
/// keep them. A whole fit, of which every pass goes through blocks, is compared with the same EM loop over bare loops, which keep their rows too.
/// </summary>
internal static class FrameworkSection
{
    private const int Rows = 4_000_000;
    private const int Pairs = 7;
    private const int Iterations = 20;

    /// <summary>Runs all measurements, or those of whole fits only.</summary>
    public static async Task RunAsync(bool fitsOnly)
    {
        await RunAsync("full covariance, 10 features, 8 components", SyntheticSource.Start, SyntheticSource.Columns, fitsOnly);
        var normals = new GeneralMixtureModel([.. Enumerable.Range(0, 3).Select(k => new NormalDistribution(k, 1))]);
        await RunAsync("normal, 1 feature, 3 components", normals, 1, fitsOnly);
    }

    private static async Task RunAsync(string what, GeneralMixtureModel model, int columns, bool fitsOnly)
    {
        var memory = SyntheticSource.Matrix(Rows);
        var names = Enumerable.Range(0, columns).Select(j => $"x{j}").ToArray();
        var source = MemorySource.FromArrays(names.Select((name, j) => (name, (Array)Column(memory, j))));
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var options = new PipelineOptions { MaxDegreeOfParallelism = threads, MemoryBudget = MemorySize.Parse("1GB") };
            if (!fitsOnly)
            {
                foreach (var batchSize in new[] { 1_024, 16_384 }) await PassesAsync(what, source, model, names, options with { BatchSize = batchSize });
            }
            await FitsAsync(what, source, model, names, options);
        }
    }

    private static async Task PassesAsync(string what, IBatchSource source, GeneralMixtureModel model, string[] names, PipelineOptions options)
    {
        var bare = new BareLoop(source, model, names.Length, options);
        var expected = (await bare.RunAsync()).Objective;
        foreach (var (method, pass) in new (string, Func<Task<Statistics>>)[]
        {
            ("source, features, summarize, fold", () => BlocksAsync(source, model, names, options)),
            ("first pass of a fit", () => FirstPassAsync(source, model, names, options)),
        })
        {
            var found = (await pass()).Objective;
            if (!expected.Equals(found)) throw new InvalidOperationException($"log-likelihood {found:R}, expected {expected:R}");
            var wall = await Paired.RunAsync(Pairs, pass, bare.RunAsync);
            var processor = await Paired.RunAsync(Pairs, pass, bare.RunAsync, () => Paired.ProcessorSeconds);
            var batches = (Rows + options.BatchSize - 1) / options.BatchSize;
            Console.WriteLine($"| {method}: {what}; {Rows:N0} rows in batches of {options.BatchSize:N0}, threads: {options.MaxDegreeOfParallelism} "
                + $"| {processor.A:F4} s of processor time, {wall.A:F4} s of wall time | bare loop {processor.B:F4} s, {wall.B:F4} s "
                + $"| {processor.Ratio:F3} times, {wall.Ratio:F3} times; {(processor.A - processor.B) / batches * 1e6:F1} us a batch | |");
        }
    }

    private static async Task FitsAsync(string what, IBatchSource source, GeneralMixtureModel model, string[] names, PipelineOptions options)
    {
        var fit = new FitOptions { MaxIterations = Iterations, StopThreshold = double.NegativeInfinity };
        async Task<Statistics> BlocksAsync()
        {
            await using var pass = new FeaturePass(source, names, null, options with { MemoryBudget = MemorySize.Parse("4GB") });
            var found = await ExpectationMaximization.FitAsync(model, pass, fit);
            if (pass.SpilledBytes > 0) throw new InvalidOperationException("rows were spilled");
            return new SumStatistics("fit", 0) { Objective = found.LogLikelihood };
        }
        async Task<Statistics> BareAsync() =>
            new SumStatistics("fit", 0)
            {
                Objective = (await ExpectationMaximization.FitAsync(model, new BarePass(source, names.Length, options), fit)).LogLikelihood,
            };
        var (expected, made) = ((await BareAsync()).Objective, (await BlocksAsync()).Objective);
        if (!expected.Equals(made)) throw new InvalidOperationException($"log-likelihood {made:R}, expected {expected:R}");
        var wall = await Paired.RunAsync(Pairs, BlocksAsync, BareAsync);
        Console.WriteLine($"| fit of {Iterations} iterations: {what}; {Rows:N0} rows in batches of {options.BatchSize:N0}, threads: "
            + $"{options.MaxDegreeOfParallelism} | {wall.A:F4} s of wall time | bare loops {wall.B:F4} s | {wall.Ratio:F3} times | |");
    }

    /// <summary>Sends every batch through four public blocks.</summary>
    private static async Task<Statistics> BlocksAsync(IBatchSource source, GeneralMixtureModel model, string[] names, PipelineOptions options)
    {
        await using var run = new RunSupervisor(options);
        var read = new SourceBlock(source, run);
        var features = new FeatureExtractionBlock(names, run);
        var summarize = new SummarizeBlock(model, run);
        var fold = new FoldBlock(model, run);
        Linking.Link(read, features);
        Linking.Link(features, summarize);
        Linking.Link(summarize, fold);
        await run.RunAsync();
        return await fold.Result;
    }

    private static async Task<Statistics> FirstPassAsync(IBatchSource source, GeneralMixtureModel model, string[] names, PipelineOptions options)
    {
        await using var pass = new FeaturePass(source, names, null, options);
        return await pass.RunAsync(model, default);
    }

    /// <summary>
    /// The same work without blocks: reads batches from the source, copies features to columns, and computes statistics of each batch, merged in order.
    /// Everything is allocated once.
    /// </summary>
    private sealed class BareLoop(IBatchSource source, GeneralMixtureModel model, int columns, PipelineOptions options)
    {
        private readonly int stride = options.BatchSize + 8;
        private readonly Statistics[] parts = [.. Enumerable.Range(0, (Rows + options.BatchSize - 1) / options.BatchSize)
            .Select(_ => model.CreateStatistics())];
        private readonly double[][] buffers = [.. Enumerable.Range(0, options.MaxDegreeOfParallelism)
            .Select(_ => new double[columns * (options.BatchSize + 8)])];

        public async Task<Statistics> RunAsync()
        {
            var batches = new List<DataBatch>();
            await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = options.BatchSize }, default)) batches.Add(batch);
            var next = -1;
            await Task.WhenAll(buffers.Select(buffer => Task.Run(() =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < batches.Count;) Summarize(batches[i], buffer, parts[i]);
            })));
            var fold = new CanonicalFold(model);
            for (var b = 0; b < batches.Count; b++) fold.Add(b, parts[b]);
            return fold.Finish();
        }

        private void Summarize(DataBatch batch, double[] buffer, Statistics statistics)
        {
            for (var j = 0; j < columns; j++) batch.Columns[j].CopyTo(buffer.AsSpan(j * stride, batch.Rows));
            statistics.Clear();
            model.Summarize(FeatureMatrix.FromColumnMajor(buffer, batch.Rows, columns, stride).Block(0, batch.Rows), statistics);
        }
    }

    private static double[] Column(FeatureMatrix matrix, int column)
    {
        var values = new double[matrix.Rows];
        for (var start = 0; start < matrix.Rows; start += 16_384)
        {
            var block = matrix.Block(start, Math.Min(16_384, matrix.Rows - start));
            for (var i = 0; i < block.Rows; i++) values[start + i] = block[i, column];
        }
        return values;
    }

    /// <summary>A pass without blocks: the first call copies the features of each batch and keeps them; each call summarizes and folds.</summary>
    private sealed class BarePass(IBatchSource source, int columns, PipelineOptions options) : IDataPass
    {
        private readonly int stride = options.BatchSize + 8;
        private readonly List<(double[] Values, int Rows)> kept = [];
        private Statistics[] parts = [];

        public int Columns => columns;

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            var read = new List<DataBatch>();
            if (kept.Count == 0)
            {
                await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = options.BatchSize }, default))
                {
                    read.Add(batch);
                    kept.Add((new double[columns * stride], batch.Rows));
                }
                parts = [.. kept.Select(_ => summarizer.CreateStatistics())];
            }
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, options.MaxDegreeOfParallelism).Select(_ => Task.Run(() =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < kept.Count;)
                {
                    var (values, rows) = kept[i];
                    for (var j = 0; j < columns && read.Count > 0; j++) read[i].Columns[j].CopyTo(values.AsSpan(j * stride, rows));
                    parts[i].Clear();
                    summarizer.Summarize(FeatureMatrix.FromColumnMajor(values, rows, columns, stride).Block(0, rows), parts[i]);
                }
            })));
            var fold = new CanonicalFold(summarizer);
            for (var b = 0; b < kept.Count; b++) fold.Add(b, parts[b]);
            return fold.Finish();
        }
    }
}
