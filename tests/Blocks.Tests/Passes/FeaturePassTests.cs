using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests.Passes;

public sealed class FeaturePassTests
{
    private const int BatchSize = 128;
    private const int Batches = 151;
    private static readonly double[][] data = TestData.Random(((Batches - 1) * BatchSize) + 5, 2);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(8, true)]
    [InlineData(64, false)]
    public async Task Every_pass_gives_the_bits_of_batch_sums_in_batch_order(int parallelism, bool spill)
    {
        var source = new ArraySource(data);
        await using var pass = Pass(source, parallelism, spill);
        for (var i = 0; i < 3; i++)
        {
            var statistics = (SumStatistics)await pass.RunAsync(new SumSummarizer(2), default);
            Assert.Equal(SumSummarizer.Naive(data, BatchSize), statistics.Sums);
            Assert.Equal(data[0].Length, statistics.Rows);
        }
        Assert.Equal(Batches, source.Made);
        Assert.Equal(spill, pass.SpilledBytes > 0);
        Assert.Equal(data[0].Length, pass.Rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mixture_fits_to_the_same_bits_as_in_memory(bool spill)
    {
        var fit = new FitOptions { BatchSize = BatchSize, MaxIterations = 5, StopThreshold = -1 };
        var inMemory = await ExpectationMaximization.FitAsync(TestData.Mixture(), new InMemoryPass(FeatureMatrix.FromColumns(data), BatchSize, 1), fit);
        await using var pass = Pass(new ArraySource(data), 3, spill);
        var result = await ExpectationMaximization.FitAsync(TestData.Mixture(), pass, fit);
        Assert.Equal(inMemory.History.Select(h => h.LogLikelihood), result.History.Select(h => h.LogLikelihood));
        Assert.Equal(inMemory.Model.Weights.ToArray(), result.Model.Weights.ToArray());
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(8, true, true)]
    public async Task Ranges_of_batches_fold_to_the_bits_of_one_pass(int parallelism, bool spill, bool isLastFirst)
    {
        var (source, summarizer) = (new ArraySource(data), new SumSummarizer(2));
        await using var pass = Pass(source, parallelism, spill);
        foreach (long[] cuts in (long[][])[[], [64], [128], [64, 128]])
        {
            long?[] ends = [.. cuts, null];
            var ranges = ends.Select((end, i) => (First: i == 0 ? 0 : cuts[i - 1], End: end, Subtotals: new List<Statistics>())).ToArray();
            foreach (var (first, end, subtotals) in isLastFirst ? ranges.Reverse() : ranges)
                await pass.SubtotalsAsync(summarizer, first, end, subtotals.Add, default);
            var total = (SumStatistics)summarizer.CreateStatistics();
            foreach (var subtotal in ranges.SelectMany(r => r.Subtotals)) total.Merge(subtotal);
            Assert.Equal(3, ranges.Sum(r => r.Subtotals.Count));
            Assert.Equal(SumSummarizer.Naive(data, BatchSize), total.Sums);
            Assert.Equal(data[0].Length, total.Rows);
        }
        Assert.Equal(Batches, source.Made);
    }

    [Fact]
    public async Task Weights_come_from_their_column_and_nulls_are_missing()
    {
        var weights = data[1].Select(Math.Abs).ToArray();
        var x = data[0].Select((v, i) => i % 7 == 0 ? double.NaN : v).ToArray();
        await using var pass = new FeaturePass(new ArraySource([x, weights]), ["x0"], "x1", new PipelineOptions { BatchSize = BatchSize });
        for (var i = 0; i < 2; i++)
            Assert.Equal(SumSummarizer.Naive([x], BatchSize, weights), ((SumStatistics)await pass.RunAsync(new SumSummarizer(1), default)).Sums);
    }

    [Fact]
    public async Task A_first_pass_that_fails_leaves_no_half_filled_cache()
    {
        var source = new ArraySource(data);
        await using var pass = Pass(source, 2, spill: true);
        var boom = new FormatException("boom");
        Assert.Same(boom,
            await Assert.ThrowsAsync<FormatException>(
                async () => await pass.RunAsync(new SumSummarizer(2, row => _ = row == 20 * BatchSize ? throw boom : row), default)));
        Assert.Null(pass.Rows);
        Assert.Equal(SumSummarizer.Naive(data, BatchSize), ((SumStatistics)await pass.RunAsync(new SumSummarizer(2), default)).Sums);
        Assert.Equal(data[0].Length, pass.Rows);
    }

    [Fact]
    public async Task A_later_pass_that_fails_or_is_cancelled_leaves_the_cache_whole()
    {
        var source = new ArraySource(data);
        await using var pass = Pass(source, 2, spill: true);
        await pass.RunAsync(new SumSummarizer(2), default);
        var boom = new FormatException("boom");
        Assert.Same(boom,
            await Assert.ThrowsAsync<FormatException>(
                async () => await pass.RunAsync(new SumSummarizer(2, row => _ = row == 20 * BatchSize ? throw boom : row), default)));
        Assert.Equal("block 'summarize', batch 20 (from row 2560): boom", RunFailure.Of(boom)!.ToString());
        var foreign = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await pass.RunAsync(new SumSummarizer(2, _ => throw new OperationCanceledException()), default));
        Assert.Contains("nobody cancelled", foreign.Message, StringComparison.Ordinal);
        using var cancel = new CancellationTokenSource();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await pass.RunAsync(new SumSummarizer(2, row => cancel.Cancel()), cancel.Token));
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.Equal(SumSummarizer.Naive(data, BatchSize), ((SumStatistics)await pass.RunAsync(new SumSummarizer(2), default)).Sums);
        Assert.Equal(Batches, source.Made);
    }

    [LinuxFact]
    public async Task A_full_disk_is_one_clear_error()
    {
        await using var pass = new FeaturePass(new Graph(new ArraySource(data), []), [.. TestData.Two.Select(f => new Feature(f))], null, Options(2))
        {
            SpillFactory = () => SpillFile.Open("/dev/full", () => new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0),
                unlink: false),
            MemoryBytes = 0,
        };
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(2), default));
        Assert.Equal(ErrorKind.Storage, thrown.Kind);
        Assert.Equal(
            "temporary files in /dev: found an error when writing (No space left on device), expected room for another "
                + $"{new FeatureLayout(BatchSize, 2, false).Bytes} bytes; free space, choose another spill folder "
                + "(PipelineOptions.SpillFolder), or give more memory (PipelineOptions.MemoryBudget)", thrown.Message);
    }

    [Fact]
    public async Task A_spill_folder_that_cannot_be_written_is_one_clear_error()
    {
        var folder = Directory.CreateTempSubdirectory();
        await using var pass = Pass(new ArraySource(data) { Before = index => { if (index == 1) folder.Delete(); } }, 2, spill: true, folder.FullName);
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(2), default));
        Assert.Equal(ErrorKind.Storage, thrown.Kind);
        Assert.Equal(
            $"temporary files in {folder.FullName}: found no such folder, expected a writable folder for decoded features; choose another spill folder "
                + "(PipelineOptions.SpillFolder), or give more memory (PipelineOptions.MemoryBudget)", thrown.Message);
    }

    [UnixFact]
    public async Task The_spill_file_is_private_and_leaves_no_name_behind()
    {
        var folder = Directory.CreateTempSubdirectory();
        await using (var pass = Pass(new ArraySource(data), 2, spill: true, folder.FullName))
        {
            await pass.RunAsync(new SumSummarizer(2), default);
            Assert.True(pass.SpilledBytes > 0);
            // Already now: nothing can be left if the process is killed.
            Assert.Empty(folder.GetFileSystemInfos());
        }
        folder.Delete();
    }

    [Theory]
    [InlineData("x7", "array: found no column 'x7', expected the feature 'x7' among its columns; correct the column's name")]
    public async Task A_feature_that_is_absent_is_reported_before_any_row_is_read(string feature, string message)
    {
        var source = new ArraySource(data);
        await using var pass = new FeaturePass(source, ["x0", feature]);
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(2), default));
        Assert.Equal(message, thrown.Message);
        Assert.Equal(0, source.Made);
    }

    [Fact]
    public async Task An_infinite_value_is_reported_with_its_place()
    {
        var column = (double[])data[0].Clone();
        column[1234] = double.NegativeInfinity;
        await using var pass = new FeaturePass(new ArraySource([column, data[1]], "flights.parquet"), TestData.Two, null, Options(2));
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(2), default));
        Assert.Equal("flights.parquet, row group 1, row 234, column 'x0': found -Infinity, expected a finite number, null or NaN; replace infinite values, or "
            + "leave the column out of the features", thrown.Message);
        Assert.Equal("features", RunFailure.Of(thrown)!.Block);
    }

    [Theory]
    [InlineData(-1.0, "found -1, expected a finite weight of at least 0")]
    [InlineData(double.NaN, "found NaN, expected a finite weight of at least 0")]
    public async Task A_bad_weight_is_reported_with_its_place(double weight, string message)
    {
        var weights = data[1].Select(Math.Abs).ToArray();
        weights[1234] = weight;
        await using var pass = new FeaturePass(new ArraySource([data[0], weights], "flights.parquet"), ["x0"], "x1", Options(2));
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(1), default));
        Assert.StartsWith($"flights.parquet, row group 1, row 234, column 'x1': {message}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_row_is_an_error()
    {
        await using var pass = new FeaturePass(new ArraySource([[], []]), TestData.Two);
        var thrown = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(2), default));
        Assert.Equal("array: found no row, expected at least one; check the paths and filters", thrown.Message);
    }

    [Fact]
    public async Task Progress_counts_every_row_of_each_pass()
    {
        var seen = new Recorder();
        await using var pass = new FeaturePass(new ArraySource(data), TestData.Two, null, Options(1) with { Progress = seen });
        await pass.RunAsync(new SumSummarizer(2), default);
        await pass.RunAsync(new SumSummarizer(2), default);
        Assert.Equal(2 * Batches, seen.Reports.Count);
        Assert.Equal(("read", (long)data[0].Length, (long?)data[0].Length), (seen.Reports[Batches - 1].Phase, seen.Reports[Batches - 1].Rows,
            seen.Reports[Batches - 1].TotalRows));
        Assert.Equal(("pass", (long)data[0].Length, (long?)data[0].Length), (seen.Reports[^1].Phase, seen.Reports[^1].Rows, seen.Reports[^1].TotalRows));
    }

    private static PipelineOptions Options(int parallelism) => new() { MaxDegreeOfParallelism = parallelism, BatchSize = BatchSize };

    [Fact]
    public async Task Tables_are_counted_as_large_as_their_categories_make_them()
    {
        var source = new ArraySource([[.. Enumerable.Range(0, 500).Select(i => (double)(i % 90))]]);
        Assert.Equal(500, (await RunTablesAsync(source, 100)).Rows);

        var unread = new ArraySource([[.. Enumerable.Range(0, 500).Select(i => (double)(i % 90))]]);
        var error = await Assert.ThrowsAsync<FlowException>(() => RunTablesAsync(unread, 40_000));
        Assert.Equal("array, statistics of a pass: found 6.4MB for each batch, expected at most 4.19MB, a quarter of the memory budget; give more memory "
            + "(PipelineOptions.MemoryBudget), take fewer components, or group categories", error.Message);
        Assert.Equal(0, unread.Made);
    }

    private static async Task<Statistics> RunTablesAsync(ArraySource source, int categories)
    {
        var feature = new Feature("x0", [.. Enumerable.Range(0, categories).Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        var model = new GeneralMixtureModel([.. Enumerable.Range(0, 20).Select(_ => new DiscreteDistribution([0.5, 0.5], 1e-9))]);
        await using var pass = new FeaturePass(new Graph(source, []), [feature], null, Options(2) with { MemoryBudget = new MemorySize(16 << 20) });
        return await pass.RunAsync(model, default);
    }

    // Half of the batches in memory, half of them spilled.
    private static FeaturePass Pass(ArraySource source, int parallelism, bool spill, string? folder = null) =>
        new(new Graph(source, []), [.. TestData.Two.Select(f => new Feature(f))], null,
            Options(parallelism) with { SpillFolder = folder })
        { MemoryBytes = spill ? 25 * new FeatureLayout(BatchSize, 2, false).Bytes : null };

    private sealed class Recorder : IProgress<RunProgress>
    {
        public List<RunProgress> Reports { get; } = [];

        public void Report(RunProgress value) => Reports.Add(value);
    }
}
