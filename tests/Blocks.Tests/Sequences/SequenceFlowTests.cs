using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Blocks.Tests;

/// <summary>Sequences through a pipeline: the bits of the same sequences in memory, wherever batches are cut, and every row's own scores.</summary>
public sealed class SequenceFlowTests
{
    private const int Rows = 5_000;

    // x0 and x1 are features, x2 the weight, x3 the key, x4 the order.
    private static readonly double[][] data = Make();
    private static readonly int[] offsets = [.. Enumerable.Range(0, Rows).Where(r => r == 0 || data[3][r] != data[3][r - 1]), Rows];

    [Theory]
    [InlineData(1, 64, false), InlineData(2, 64, true), InlineData(3, 100, true), InlineData(8, 1_000, false), InlineData(64, 7, true),
        InlineData(2, 8_000, false), InlineData(2, 1, false)]
    public async Task A_pass_gives_the_bits_of_the_same_sequences_in_memory(int parallelism, int batchSize, bool spill)
    {
        var model = new LagModel(2);
        var rows = new double[2 * Rows];
        data[0].CopyTo(rows, 0);
        data[1].CopyTo(rows, Rows);
        var expected = (SumStatistics)await new SequencePass(new SequenceSet(FeatureMatrix.FromColumnMajor(rows, Rows, 2, Rows, data[2]), offsets), batchSize,
            1).RunAsync(model, default);

        var options = new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = batchSize };
        await using var pass = new FeaturePass(new Graph(new ArraySource(data), []), [new("x0"), new("x1")], "x2", options,
            new SequenceColumns("x3", "x4"))
        { MemoryBytes = spill ? 0 : null };
        for (var again = 0; again < 2; again++)
        {
            var found = (SumStatistics)await pass.RunAsync(model, default);
            Assert.Equal(expected.Sums.Select(BitConverter.DoubleToInt64Bits), found.Sums.Select(BitConverter.DoubleToInt64Bits));
            Assert.Equal((expected.Objective, expected.Weight, expected.Rows), (found.Objective, found.Weight, found.Rows));
        }
        Assert.Equal(offsets.Length - 1, pass.Sequences);
        Assert.Equal(spill, pass.SpilledBytes > 0);

        // A batch is a group of sequences, and the last of more than 64 groups can be taken first.
        List<Statistics> head = [], tail = [];
        await pass.SubtotalsAsync(model, 64, null, tail.Add, default);
        await pass.SubtotalsAsync(model, 0, 64, head.Add, default);
        Assert.Equal(batchSize == 1, tail.Count > 0);
        var divided = (SumStatistics)model.CreateStatistics();
        foreach (var subtotal in head.Concat(tail)) divided.Merge(subtotal);
        Assert.Equal(expected.Sums.Select(BitConverter.DoubleToInt64Bits), divided.Sums.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal((expected.Objective, expected.Weight, expected.Rows), (divided.Objective, divided.Weight, divided.Rows));
    }

    [Theory]
    [InlineData(1, 64), InlineData(3, 100), InlineData(8, 1_000), InlineData(64, 7)]
    public async Task Every_row_gets_the_scores_of_its_sequence(int parallelism, int batchSize)
    {
        var sink = new ListSink();
        var result = await Pipeline.From(new ArraySource(data))
            .With(new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = batchSize })
            .Sequences("x3", "x4")
            .Score(new LagModel(2), ["x0", "x1"], new ScoreOptions { Keep = ["x0"] })
            .To(sink).RunAsync();
        Assert.Equal((Rows, Rows), (result.RowsIn, result.RowsOut));
        // Columns come batch by batch: x0, lag, place.
        var written = Enumerable.Range(0, 3).Select(c => sink.Columns.Where((_, i) => i % 3 == c).SelectMany(v => v).ToArray()).ToArray();
        Assert.Equal(data[0], written[0]);
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            var lag = 0.0;
            for (var r = offsets[s]; r + 1 < offsets[s + 1]; r++) lag += data[0][r] * data[1][r + 1];
            for (var r = offsets[s]; r < offsets[s + 1]; r++) Assert.Equal((lag, r - offsets[s]), (written[1][r], written[2][r]));
        }
    }

    [Fact]
    public async Task Refused_rows_leave_their_sequences_and_the_rest_keep_their_places()
    {
        var broken = Array.ConvertAll(data, c => c.ToArray());
        int[] bad = [0, 63, 64, 2_000, 2_001, Rows - 1];
        foreach (var row in bad) broken[1][row] = double.PositiveInfinity;
        var good = Enumerable.Range(0, Rows).Except(bad).ToArray();
        var clean = Array.ConvertAll(data, c => Array.ConvertAll(good, r => c[r]));
        async Task<(double[] Values, long Rejected)> ScoreAsync(double[][] rows, BadRowPolicy policy)
        {
            var sink = new ListSink();
            var result = await Pipeline.From(new ArraySource(rows)).With(new PipelineOptions { BatchSize = 64, BadRows = policy }).Sequences("x3")
                .Score(new LagModel(2), ["x0", "x1"], new ScoreOptions { Keep = [] }).To(sink).RunAsync();
            return ([.. sink.Columns.Where((_, i) => i % 2 == 0).SelectMany(v => v)], result.RowsRejected);
        }
        var found = await ScoreAsync(broken, new BadRowPolicy { Mode = BadRowMode.Skip });
        var expected = await ScoreAsync(clean, BadRowPolicy.Fail);
        Assert.Equal(bad.Length, found.Rejected);
        Assert.Equal(expected.Values, found.Values);
    }

    [Theory]
    [InlineData(1, 64, false), InlineData(3, 100, true), InlineData(8, 1_000, false), InlineData(64, 7, true)]
    public async Task Rows_that_stand_anywhere_are_brought_together_and_their_scores_go_back(int parallelism, int batchSize, bool spill)
    {
        // A shuffle of the rows; the order column tells neighbours apart only in pairs, the rest is their place.
        var random = new SeededRandom(5);
        var shuffled = Enumerable.Range(0, Rows).OrderBy(_ => random.NextDouble()).ToArray();
        var rows = Array.ConvertAll(data, c => Array.ConvertAll(shuffled, r => c[r]));
        var expected = new double[Rows];
        foreach (var sequence in Enumerable.Range(0, Rows).GroupBy(r => rows[3][r]))
        {
            var ordered = sequence.OrderBy(r => rows[4][r]).ToArray();
            var lag = ordered.Zip(ordered.Skip(1)).Aggregate(0.0, (sum, p) => sum + (rows[0][p.First] * rows[1][p.Second]));
            foreach (var r in ordered) expected[r] = lag;
        }
        var sink = new ListSink();
        var options = new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = batchSize };
        await Pipeline.From(new ArraySource(rows)).With(options).Sequences("x3", "x4", regroup: true)
            .Score(new LagModel(2), ["x0", "x1"], new ScoreOptions { Keep = [] }).To(sink).RunAsync();
        Assert.Equal(expected, sink.Columns.Where((_, i) => i % 2 == 0).SelectMany(v => v));

        // Fitting: the bits do not depend on parallelism or spilling.
        async Task<double[]> SumsAsync(PipelineOptions flow, long? memory)
        {
            await using var pass = new FeaturePass(new Graph(new ArraySource(rows), []), [new("x0"), new("x1")], "x2", flow,
                new SequenceColumns("x3", "x4", Regroup: true))
            { MemoryBytes = memory };
            var sums = (SumStatistics)await pass.RunAsync(new LagModel(2), default);
            Assert.Equal((Rows, data[3].Distinct().Count()), (sums.Rows, pass.Sequences));
            return sums.Sums;
        }
        Assert.Equal(await SumsAsync(options with { MaxDegreeOfParallelism = 1 }, null), await SumsAsync(options, spill ? 0 : null));
    }

    [Fact]
    public async Task Sequences_too_long_for_the_budget_are_refused_with_what_to_try()
    {
        var constant = new[] { new double[600_000], new double[600_000] };
        await using var pass = new FeaturePass(new Graph(new ArraySource(constant), []), [new("x0")], null,
            new PipelineOptions { BatchSize = 1_024, MemoryBudget = "16MiB" }, new SequenceColumns("x1"));
        var error = await Assert.ThrowsAsync<FlowException>(() => pass.RunAsync(new LagModel(1), default).AsTask());
        Assert.Equal(
            "array, column 'x1': found sequences that together need 4.8MB (600000 rows), expected at most 4.19MB, a quarter of the memory budget; give more "
                + "memory (PipelineOptions.MemoryBudget), take smaller batches (PipelineOptions.BatchSize), or cut long sequences", error.Message);
    }

    [Fact]
    public void A_model_of_sequences_wants_to_know_them() => Assert.Equal(
        "lag model: found rows that are not sequences, expected the column with the sequences' keys; name it (Pipeline.Sequences), or the columns of lists "
            + "(ParquetSourceOptions.Lists)",
        Assert.Throws<ModelException>(() => Pipeline.From(new ArraySource(data)).Score(new LagModel(2), ["x0", "x1"])).Message);

    private static double[][] Make()
    {
        var random = new SeededRandom(11);
        var made = Enumerable.Range(0, 5).Select(_ => new double[Rows]).ToArray();
        double key = 0, weight = 1, left = 0;
        var time = 0;
        for (var r = 0; r < Rows; r++, left--, time++)
        {
            if (left <= 0)
            {
                (key, weight, time) = (key + 1, random.NextDouble(), 0);
                left = (int)(random.NextDouble() * (random.NextDouble() < 0.05 ? 700 : 20)) + 1;
            }
            (made[0][r], made[1][r], made[2][r], made[3][r], made[4][r]) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5, weight,
                key * 31 % 8_191, time / 2);
        }
        return made;
    }
}
