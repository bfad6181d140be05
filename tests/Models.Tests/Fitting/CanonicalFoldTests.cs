using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>The bits of a pass are those of subtotals of 64 batches, folded from left to right, whoever computes the subtotals.</summary>
public class CanonicalFoldTests
{
    private const int Subtotal = CanonicalFold.SubtotalBatches;

    public static TheoryData<string> Names => StatisticsCases.Names;

    [Fact]
    public void EveryModelHasACase() => Assert.Empty(typeof(Model).Assembly.GetTypes()
        .Where(t => !t.IsAbstract && typeof(Model).IsAssignableFrom(t)).Except(StatisticsCases.Covered));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task APassHasTheSameBitsAtAnyParallelismAndInAnyRanges(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var expected = Bytes(await data.Pass(1).RunAsync(model, default));
        foreach (var parallelism in new[] { 2, 3, 8, 64 }) Assert.Equal(expected, Bytes(await data.Pass(parallelism).RunAsync(model, default)));
        var subtotals = 0;
        await data.Pass(3).SubtotalsAsync(model, 0, null, _ => subtotals++, default);
        Assert.True(subtotals > 1, $"{subtotals} subtotals");
        var random = new SeededRandom(subtotals);
        for (var i = 0; i < 2; i++)
        {
            long[] cuts = [.. Enumerable.Range(1, subtotals - 1).Where(_ => random.NextInt64(2) == 0).Select(k => (long)k * Subtotal)];
            Assert.Equal(expected, Bytes(await DividedAsync(data.Pass(2), model, cuts)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task AnyNumberOfRangesGivesTheSameBits(int ranges)
    {
        // 64 subtotals and a half, of batches of one row.
        var data = ModelCases.Rows(3, missing: true, weighted: true, rows: (64 * Subtotal) + 32);
        var model = MultivariateGaussianDistribution.Prototype([0, 0, 0]);
        var pass = new InMemoryPass(data, 1, 2);
        var random = new SeededRandom(ranges);
        long[] cuts = [.. Enumerable.Range(1, 64).OrderBy(_ => random.NextDouble()).Take(ranges - 1).Order().Select(k => (long)k * Subtotal)];
        Assert.Equal(Bytes(await pass.RunAsync(model, default)), Bytes(await DividedAsync(pass, model, cuts)));
    }

    [Fact]
    public async Task TheBitsAreThoseOfPlainLoops()
    {
        var data = ModelCases.Rows(1, rows: (5 * Subtotal) + 7);
        var model = new NormalDistribution(1, 2);
        var expected = model.CreateStatistics();
        for (var s = 0; s < data.Rows; s += Subtotal)
        {
            var subtotal = model.CreateStatistics();
            for (var batch = s; batch < Math.Min(s + Subtotal, data.Rows); batch++) Merge(model, data, batch, subtotal);
            expected.Merge(subtotal);
        }
        var straight = model.CreateStatistics();
        for (var batch = 0; batch < data.Rows; batch++) Merge(model, data, batch, straight);
        var found = Bytes(await new InMemoryPass(data, 1, 3).RunAsync(model, default));
        Assert.Equal(Bytes(expected), found);
        Assert.NotEqual(Bytes(straight), found);
    }

    [Fact]
    public async Task UpToASubtotalTheBitsAreThoseOfOneLoop()
    {
        var data = ModelCases.Rows(1, rows: Subtotal);
        var model = new NormalDistribution(1, 2);
        var expected = model.CreateStatistics();
        for (var batch = 0; batch < Subtotal; batch++) Merge(model, data, batch, expected);
        Assert.Equal(Bytes(expected), Bytes(await new InMemoryPass(data, 1, 3).RunAsync(model, default)));
    }

    [Fact]
    public async Task ARangeThatStartsOverIsTwoRanges()
    {
        var data = ModelCases.Rows(1, rows: 300);
        var model = new NormalDistribution(1, 2);
        var pass = new InMemoryPass(data, 1, 3);
        var expected = model.CreateStatistics();
        await pass.SubtotalsAsync(model, 170, null, expected.Merge, default);
        await pass.SubtotalsAsync(model, 0, 100, expected.Merge, default);
        Assert.Equal(Bytes(expected), Bytes(await pass.RunAsync(model, new BatchRange(170, 230), default)));
    }

    [Fact]
    public async Task ARangeBeyondTheDataHasNoSubtotal()
    {
        var pass = new InMemoryPass(ModelCases.Rows(1, rows: 300), 1, 3);
        await pass.SubtotalsAsync(new NormalDistribution(1, 2), 320, 384, _ => Assert.Fail("a subtotal"), default);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(128)]
    public void AFoldGoesOnFromAnySavedState(int batches)
    {
        var data = ModelCases.Rows(1, rows: 200);
        var model = new NormalDistribution(1, 2);
        var (whole, interrupted, resumed) = (new CanonicalFold(model), new CanonicalFold(model), new CanonicalFold(model));
        Add(whole, 0, 200);
        Add(interrupted, 0, batches);
        // What the fold held before is gone.
        Add(resumed, 0, 77);
        resumed.FromBytes(interrupted.ToBytes());
        var copy = interrupted.Clone();
        Add(interrupted, batches, 150);
        Assert.Equal(batches, resumed.Next);
        Add(resumed, batches, 200);
        Add(copy, batches, 200);
        var expected = Bytes(whole.Finish());
        Assert.Equal(expected, Bytes(resumed.Finish()));
        Assert.Equal(expected, Bytes(copy.Finish()));

        void Add(CanonicalFold fold, int first, int end)
        {
            for (var batch = first; batch < end; batch++)
            {
                var statistics = model.CreateStatistics();
                model.Summarize(data.Block(batch, 1), statistics);
                fold.Add(batch, statistics);
            }
        }
    }

    // Otherwise neither thread ever goes on.
    [Fact]
    public void AThreadThatFoldsHoldsUpNoOther()
    {
        var summarizer = new ExtentSummarizer();
        using var third = new ManualResetEventSlim();
        using var fold = new OrderedFold(summarizer, new(summarizer), 3, 3, 2)
        {
            Folded = sofar =>
            {
                if (sofar.Next == 1) third.Wait();
            },
        };
        var total = fold.Run((batch, statistics) =>
        {
            if (batch == 2) third.Set();
            statistics.Rows = batch + 1;
        }, default);
        Assert.Equal(1 + 2 + 3, total.Rows);
    }

    [Fact]
    public void AGapIsNamed()
    {
        var model = new NormalDistribution(1, 2);
        var fold = new CanonicalFold(model);
        fold.Add(0, model.CreateStatistics());
        var error = Assert.Throws<InvalidOperationException>(() => fold.Add(2, model.CreateStatistics()));
        Assert.Equal("fold: found batch 2, expected batch 1; a batch was lost, or came too early", error.Message);
    }

    [Fact]
    public async Task APassThatKnowsNoPartsIsNamed()
    {
        var model = new NormalDistribution(1, 2);
        IDataPass pass = new UpdatePass(new InMemoryPass(ModelCases.Rows(1)), model, model.CreateStatistics());
        var error = await Assert.ThrowsAsync<ModelException>(async () => await pass.SubtotalsAsync(model, 0, null, _ => { }, default));
        Assert.Equal("range of batches: found data that can only be read as a whole, expected data that can be read in part; read it in one pass",
            error.Message);
    }

    private static async Task<Statistics> DividedAsync(IDataPass pass, Model model, long[] cuts)
    {
        var total = model.CreateStatistics();
        // Other machines compute the ranges at any time: here the last one first.
        var ranges = new List<Statistics>[cuts.Length + 1];
        for (var i = cuts.Length; i >= 0; i--)
        {
            ranges[i] = [];
            await pass.SubtotalsAsync(model, i == 0 ? 0 : cuts[i - 1], i == cuts.Length ? null : cuts[i], ranges[i].Add, default);
        }
        foreach (var subtotal in ranges.SelectMany(r => r)) total.Merge(subtotal);
        return total;
    }

    private static void Merge(Model model, FeatureMatrix data, int row, Statistics into)
    {
        var statistics = model.CreateStatistics();
        model.Summarize(data.Block(row, 1), statistics);
        into.Merge(statistics);
    }

    private static byte[] Bytes(Statistics statistics) => statistics.ToBytes();
}
