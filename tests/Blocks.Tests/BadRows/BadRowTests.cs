using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests.BadRows;

/// <summary>Rows that the model cannot use: counted, put aside, and nothing else changes.</summary>
public sealed class BadRowTests
{
    private const int BatchSize = 100;
    private const int Rows = 2_345;
    private static readonly int[] parallelisms = [1, 2, 3, 8];
    private static readonly double[][] good = TestData.Random(Rows, 3);

    // Some scattered, one whole batch (rows 700 to 799), and the last row.
    private static readonly int[] bad = [3, 4, 99, 100, 555, .. Enumerable.Range(700, 100), 1_999, Rows - 1];

    private static double[][] Damaged()
    {
        var columns = good.Select(c => c.ToArray()).ToArray();
        for (var i = 0; i < bad.Length; i++)
        {
            columns[i % 2][bad[i]] = i % 3 == 0 ? double.NegativeInfinity : double.PositiveInfinity;
            if (i % 5 == 0) columns[1][bad[i]] = double.PositiveInfinity;
        }
        return columns;
    }

    private static double[][] Left() => [.. good.Select(c => c.Where((_, i) => !bad.Contains(i)).ToArray())];

    private static PipelineOptions Options(int parallelism, BadRowPolicy policy) =>
        new() { MaxDegreeOfParallelism = parallelism, BatchSize = BatchSize, BadRows = policy };

    private sealed class TempFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private static readonly BadRowPolicy skip = new() { Mode = BadRowMode.Skip };

    [Fact]
    public async Task Scores_are_those_of_a_file_without_the_bad_rows_at_any_parallelism()
    {
        var expected = new ListSink();
        await Pipeline.From(new ArraySource(Left())).With(Options(1, BadRowPolicy.Fail)).Score(TestData.Mixture(), TestData.Two).To(expected).RunAsync();
        foreach (var parallelism in parallelisms)
        {
            var sink = new ListSink();
            var result = await Pipeline.From(new ArraySource(Damaged())).With(Options(parallelism, skip)).Score(TestData.Mixture(), TestData.Two).To(sink)
                .RunAsync();
            Assert.Equal((Rows, Rows - bad.Length, bad.Length), ((int)result.RowsIn, (int)result.RowsOut, (int)result.RowsRejected));
            Assert.Equal(expected.Columns, sink.Columns);
            Assert.Equal(Enumerable.Range(0, 24).Select(i => (long)i), sink.Indexes);
        }
    }

    [Fact]
    public async Task A_fit_leaves_them_out_of_its_features_and_statistics_at_any_parallelism_in_memory_and_spilled()
    {
        var columns = Damaged();
        // The obvious computation: batches are cut first, then the bad rows leave them; row numbers in a batch close up.
        var expected = new double[4];
        for (var start = 0; start < Rows; start += BatchSize)
        {
            var part = new double[4];
            var kept = Enumerable.Range(start, Math.Min(BatchSize, Rows - start)).Where(r => !bad.Contains(r)).ToArray();
            for (var c = 0; c < 2; c++)
            {
                for (var i = 0; i < kept.Length; i++)
                {
                    part[2 * c] += columns[c][kept[i]];
                    part[(2 * c) + 1] += columns[c][kept[i]] / (1 + (long)(start + i));
                }
            }
            for (var i = 0; i < 4; i++) expected[i] += part[i];
        }
        foreach (var parallelism in parallelisms)
        {
            await using var pass = new FeaturePass(new Graph(new ArraySource(columns), []), [.. TestData.Two.Select(f => new Feature(f))], null,
                Options(parallelism, skip))
            { MemoryBytes = parallelism == 2 ? 0 : null };
            for (var i = 0; i < 3; i++)
            {
                var statistics = (SumStatistics)await pass.RunAsync(new SumSummarizer(2), default);
                Assert.Equal(expected, statistics.Sums);
                Assert.Equal(Rows - bad.Length, statistics.Rows);
                Assert.Equal((Rows - bad.Length, bad.Length), ((int)pass.Rows!.Value, (int)pass.RowsRejected));
            }
            Assert.Equal(Left().Take(2).Select(c => (c.Min(), c.Max())), pass.Features.Select(f => (f.Minimum!.Value, f.Maximum!.Value)));
        }
    }

    [Theory]
    [InlineData(0, "array, row group 0, row 3, column 'x0': found more than 0 bad rows (the last one here: -Infinity instead of a finite number, null or NaN), "
        + "expected at most 0; correct the data, or allow more (BadRowPolicy.MaxRows)")]
    [InlineData(4, "array, row group 0, row 555, column 'x0': found more than 4 bad rows (the last one here: Infinity instead of a finite number, null or "
        + "NaN), expected at most 4; correct the data, or allow more (BadRowPolicy.MaxRows)")]
    [InlineData(106, "array, row group 2, row 344, column 'x0': found more than 106 bad rows (the last one here: Infinity instead of a finite number, null or "
        + "NaN), expected at most 106; correct the data, or allow more (BadRowPolicy.MaxRows)")]
    public async Task One_more_than_the_most_fails_with_the_same_row_at_any_parallelism(long most, string message)
    {
        foreach (var parallelism in parallelisms)
        {
            var sink = new ListSink();
            var options = Options(parallelism, skip with { MaxRows = most });
            var error = await Assert.ThrowsAsync<FlowException>(
                () => Pipeline.From(new ArraySource(Damaged())).With(options).Score(TestData.Mixture(), TestData.Two).To(sink).RunAsync());
            Assert.Equal((message, ErrorKind.Data, false), (error.Message, error.Kind, sink.IsCompleted));
            error =
                await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(new ArraySource(Damaged())).With(options).Features(TestData.Two)
                    .FitAsync(new ModelEstimator<GeneralMixtureModel>(TestData.Mixture())));
            Assert.Equal(message, error.Message);
        }
    }

    [Fact]
    public async Task As_many_as_the_most_are_accepted()
    {
        var result = await Pipeline.From(new ArraySource(Damaged())).With(Options(2, skip with { MaxRows = bad.Length }))
            .Score(TestData.Mixture(), TestData.Two).To(new ListSink()).RunAsync();
        Assert.Equal(bad.Length, result.RowsRejected);
    }

    [Theory]
    [InlineData(-1.0, "-1")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public async Task A_wrong_weight_is_a_reason(double weight, string found)
    {
        var weights = Enumerable.Repeat(1.0, Rows).ToArray();
        weights[42] = weight;
        var place = "array, row group 0, row 42, column 'x1'";
        await using (var pass = new FeaturePass(new ArraySource([good[0], weights]), ["x0"], "x1", Options(2, BadRowPolicy.Fail)))
        {
            var error = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new SumSummarizer(1), default));
            Assert.Equal($"{place}: found {found}, expected a finite weight of at least 0; correct the weight, or choose another weight column", error.Message);
        }
        await using (var pass = new FeaturePass(new ArraySource([good[0], weights]), ["x0"], "x1", Options(2, skip)))
        {
            Assert.Equal(Rows - 1, (await pass.RunAsync(new SumSummarizer(1), default)).Rows);
            Assert.Equal(1, pass.RowsRejected);
        }
    }

    [Fact]
    public async Task The_first_bad_row_of_a_batch_is_named_and_its_first_column()
    {
        var columns = good.Select(c => c.ToArray()).ToArray();
        (columns[0][8], columns[1][7], columns[0][7]) = (double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity);
        var error =
            await Assert.ThrowsAsync<FlowException>(
                () => Pipeline.From(new ArraySource(columns)).With(Options(3, BadRowPolicy.Fail)).Score(TestData.Mixture(), TestData.Two).To(new ListSink())
                    .RunAsync());
        Assert.Equal("array, row group 0, row 7, column 'x0': found -Infinity, expected a finite number, null or NaN; replace infinite values, or leave the "
            + "column out of the features", error.Message);
    }

    [Fact]
    public async Task Nothing_but_bad_rows_scores_to_nothing_and_cannot_be_fitted()
    {
        var columns = new[] { Enumerable.Repeat(double.PositiveInfinity, 250).ToArray(), new double[250] };
        var sink = new ListSink();
        var result = await Pipeline.From(new ArraySource(columns)).With(Options(2, skip)).Score(TestData.Mixture(), TestData.Two).To(sink).RunAsync();
        Assert.Equal((250L, 0L, 250L, true), (result.RowsIn, result.RowsOut, result.RowsRejected, sink.IsCompleted));
        var error =
            await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(new ArraySource(columns)).With(Options(2, skip)).FitAsync(new KMeansEstimator(2)));
        Assert.Equal("array: found no row that can be used: all 250 were rejected, expected at least one; look at the rows (BadRowMode.Quarantine)",
            error.Message);
    }

    [Fact]
    public async Task Refused_rows_travel_with_their_batch_as_they_were_read()
    {
        using var folder = new TempFolder();
        var seen = new List<DataBatch>();
        var columns = Damaged();
        var sink = new ListSink
        {
            Before = batch =>
            {
                seen.Add(batch);
                return Task.CompletedTask;
            },
        };
        // A transform changes what is scored; two models refuse rows, one for x0 and one for x1; the user's block sees fewer columns.
        var policy = new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = System.IO.Path.Combine(folder.Path, "q") };
        var result = await Pipeline.From(new ArraySource(columns)).With(Options(3, policy))
            .Transform(batch =>
            {
                var negative = new double[batch.Rows];
                batch["x0"].CopyTo(negative);
                return batch.With(new BatchSchema([.. batch.Schema.Fields.Skip(1)]), [.. batch.Columns.Skip(1)]).With(
                    new BatchSchema([.. batch.Schema.Fields.Skip(1), new ColumnField("n", typeof(double), false)]),
                    [.. batch.Columns.Skip(1), new BatchColumn<double>(new ColumnField("n", typeof(double), false), negative.Select(v => -v).ToArray())]);
            })
            .Score(new SumModel(1), ["n"], new ScoreOptions { Keep = ["n", "x1"] })
            .Transform(batch => batch)
            .Score(new GeneralMixtureModel([new NormalDistribution(0, 1)], [1]), ["x1"], new ScoreOptions { Keep = ["n"], Columns = [ScoreKind.Label] })
            .To(sink).RunAsync();

        Assert.Equal(bad.Length, result.RowsRejected);
        Assert.Equal(Left()[0].Select(v => -v), sink.Columns[0]);
        var refused = seen.Where(b => b.Rejected is not null).Select(b => b.Rejected!).ToList();
        Assert.Equal(bad.Select(b => (long)b), refused.SelectMany(r => r.Rows).Select(r => r.InputRow));
        Assert.All(refused.SelectMany(r => r.Rows), r => Assert.Equal(("array", (int)(r.InputRow / 1000), r.InputRow % 1000), (r.File, r.RowGroup, r.Row)));
        Assert.All(refused, r => Assert.Equal("x0 double, x1 double, x2 double", r.Schema.ToString()));
        for (var c = 0; c < 3; c++) Assert.Equal(bad.Select(b => columns[c][b]), refused.SelectMany(r => ((BatchColumn<double>)r.Columns[c]).Values.ToArray()));
        Assert.All(refused.SelectMany(r => r.Rows), r => Assert.Equal(double.IsInfinity(columns[0][r.InputRow]) ? "n" : "x1", r.Column));
        Assert.All(seen, b => Assert.Equal(b.Index == 23 ? 45 : 100, b.InputRows));

        // A sink that keeps no refused rows itself has them kept beside it.
        var kept = new MemorySink();
        await Pipeline.FromParquet(policy.QuarantineFolder).To(kept).RunAsync();
        Assert.Equal(bad.Select(b => columns[2][b]), kept.Doubles("x2"));
        Assert.Equal(bad.Select(b => double.IsInfinity(columns[0][b]) ? "n" : "x1"), kept.Values<string>("_column").ToArray());
    }

    [Fact]
    public void A_column_keeps_its_dictionary_nulls_and_origins()
    {
        var field = new ColumnField("s", typeof(string), true);
        var dictionary = new ColumnDictionary<string>(["a", "b"]);
        var column = new BatchColumn<string>(field, dictionary, new[] { 0, 1, 0, 1, 1 }, [true, true, false, true, true]);
        var picked = (BatchColumn<string>)RowSelection.Pick(column, [1, 2, 4], keepDictionary: true);
        Assert.Same(dictionary, picked.Dictionary);
        Assert.Equal(["b", null, "b"], Enumerable.Range(0, 3).Select(i => (string?)picked.GetValue(i)));
        var plain = (BatchColumn<string>)RowSelection.Pick(column, [0, 3], keepDictionary: false);
        Assert.Null(plain.Dictionary);
        Assert.Null(plain.Present);
        Assert.Equal(["a", "b"], plain.Values.ToArray());

        BatchOrigin[] origins = [new(0, "f", 0, 90), new(3, "f", 1, 0), new(4, "g", 0, 0)];
        Assert.Equal([new BatchOrigin(0, "f", 0, 91), new BatchOrigin(2, "g", 0, 0), new BatchOrigin(3, "g", 0, 3)],
            RowSelection.Origins(origins, [1, 2, 4, 7]));
        Assert.Equal([new BatchOrigin(0, "f", 0, 90), new BatchOrigin(1, "f", 0, 92), new BatchOrigin(2, "f", 1, 0)], RowSelection.Origins(origins, [0, 2, 3]));
        Assert.Empty(RowSelection.Origins([], [0, 2, 3]));
    }

    [Fact]
    public void Every_broken_rule_of_the_policy_is_named_at_once()
    {
        var error =
            Assert.Throws<ModelException>(() => new PipelineOptions { BadRows = new BadRowPolicy { Mode = BadRowMode.Quarantine, MaxRows = -1 } }.Validate());
        Assert.Equal(
            "options: found PipelineOptions.BadRows.MaxRows is -1, expected null (no limit) or at least 0; "
            + "PipelineOptions.BadRows.QuarantineFolder with Mode Quarantine is none, expected a folder, expected values in range; correct the options and "
            + "run again",
            error.Message);
        error = Assert.Throws<ModelException>(() => new PipelineOptions { BadRows = new BadRowPolicy { MaxRows = 5, QuarantineFolder = "there" } }.Validate());
        Assert.Equal(
            "options: found PipelineOptions.BadRows.MaxRows with Mode Fail is 5, expected null, as the first bad row fails the run, or Mode Skip or "
                + "Quarantine; and 1 more, "
            + "expected values in range; correct the options and run again",
            error.Message);
    }

    [Fact]
    public void Ranges_pass_over_missing_values_and_tell_infinite_ones()
    {
        var random = new Random(1);
        for (var length = 0; length < 40; length++)
        {
            var values = Enumerable.Range(0, length).Select(_ => random.Next(3) == 0 ? double.NaN : random.NextDouble() - 0.5).ToArray();
            var seen = values.Where(v => !double.IsNaN(v)).ToArray();
            Assert.Equal(seen.Length == 0 ? ValueRange.None : new ValueRange(seen.Min(), seen.Max()), ValueRange.Of(values));
            Assert.False(ValueRange.Of(values).IsInfinite);
            if (length == 0) continue;
            values[length / 2] = length % 2 == 0 ? double.PositiveInfinity : double.NegativeInfinity;
            Assert.True(ValueRange.Of(values).IsInfinite);
        }
    }
}
