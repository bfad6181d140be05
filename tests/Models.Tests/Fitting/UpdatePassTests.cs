using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>New rows on top of the sufficient statistics of earlier ones.</summary>
public class UpdatePassTests
{
    private static readonly FitOptions options = new() { MaxIterations = 30, StopThreshold = double.NegativeInfinity };

    [Fact]
    public async Task OfOneDistributionItIsTheFitToAllRows()
    {
        var all = ModelCases.Rows(3);
        var start = MultivariateGaussianDistribution.Prototype([0, 0, 0]);
        var earlier = start.Fit(Part(all, 0, 2_000), options).Model;
        var statistics = earlier.CreateStatistics();
        earlier.Summarize(all.Block(0, 2_000), statistics);

        var updated = await ExpectationMaximization.FitAsync(earlier, new UpdatePass(new InMemoryPass(Part(all, 2_000, 3_000)), earlier, statistics), options);

        var expected = start.Fit(all, options);
        Assert.Equal(5_000, updated.Rows);
        for (var i = 0; i < 3; i++)
        {
            // Some rounding errors of sums over 5,000 rows of size 1 to 10.
            Assert.Equal(expected.Model.Mean[i], updated.Model.Mean[i], 1e-11);
            for (var j = 0; j < 3; j++) Assert.Equal(expected.Model.Covariance(i, j), updated.Model.Covariance(i, j), 1e-10);
        }
    }

    [Fact]
    public async Task AMixtureDoesNotForgetWhatItSawBefore()
    {
        // The earlier rows lie around 0 and 10, the new ones around 10 only: updating by the new ones alone would lose the component at 0.
        var random = new SeededRandom(3);
        var before = Enumerable.Range(0, 2_000).Select(i => (i % 2 * 10) + random.NextNormal()).ToArray();
        var after = Enumerable.Range(0, 1_000).Select(_ => 10 + random.NextNormal()).ToArray();
        var earlier = Mixture.Of<NormalDistribution>(2).Fit(before, options).Model;
        var statistics = earlier.CreateStatistics();
        FeatureMatrix rows = before;
        earlier.Summarize(rows.Block(0, rows.Rows), statistics);

        var updated = (await ExpectationMaximization.FitAsync(earlier, new UpdatePass(new InMemoryPass(after), earlier, statistics), options)).Model;

        // 1,000 of 3,000 rows lie around 0. Both means are within four standard errors of the truth.
        var (weight, component) = updated.Components.Select((c, k) => (updated.Weights[k], (NormalDistribution)c)).MinBy(c => c.Item2.Mean);
        Assert.Equal(1 / 3.0, weight, 1e-3);
        Assert.Equal(0, component.Mean, 0.13);
    }

    [Fact]
    public async Task TheEarlierStatisticsAreLeftAsTheyWere()
    {
        var data = ModelCases.Rows(1);
        var model = new NormalDistribution(1, 2);
        var statistics = (SumStatistics)model.CreateStatistics();
        model.Summarize(data.Block(0, 100), statistics);
        var kept = statistics.Sums.ToArray();
        var pass = new UpdatePass(new InMemoryPass(data), model, statistics);
        var other = new NormalDistribution(3, 1);
        Assert.Equal(5_100, (await pass.RunAsync(other, default)).Rows);
        Assert.Equal(kept, statistics.Sums);
    }

    private static FeatureMatrix Part(FeatureMatrix all, int first, int rows)
    {
        var values = new double[rows, all.Columns];
        var block = all.Block(first, rows);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < all.Columns; j++) values[i, j] = block[i, j];
        return values;
    }
}
