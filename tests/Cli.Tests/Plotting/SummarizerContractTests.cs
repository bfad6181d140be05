using Pipelines.Models;
using Pipelines.Models.Serialization;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>The summarizers of pictures can be sent to another process.</summary>
public sealed class SummarizerContractTests
{
    [Fact]
    public void Counts_of_a_histogram_can_be_sent()
    {
        var counts = new HistogramCounts([new(0.1, 0.3, 7) { IsLog = true, Atoms = [0, 2.2], Reaches = [(0, 0), (2.1, 2.3)] }, new(-1e300, 1e299, 3)]);
        SummarizerContract.Covers(typeof(HistogramCounts).Assembly, [typeof(HistogramCounts), typeof(LabelCounts), typeof(TransformedDistribution)]);
        var data = FeatureMatrix.FromRows(new[,] { { 0.1, -9e299 }, { double.NaN, 0 }, { 0.7, 1e300 }, { 2.2, -1e299 } }, [1, 2, 0.1, 3]);
        SummarizerContract.CanBeSent(counts, summarizer =>
        {
            var statistics = summarizer.CreateStatistics();
            summarizer.Summarize(data.Block(0, data.Rows), statistics);
            return statistics;
        });
    }

    [Fact]
    public void Counts_of_labels_can_be_sent()
    {
        var counts = new LabelCounts(new KMeans(new double[,] { { 0, 0 }, { 5, 5 } }), 2);
        var data = FeatureMatrix.FromRows(new[,] { { 0.1, 0 }, { double.NaN, 4 }, { 0.7, 9 }, { 2.2, -1 } }, [1, 2, 0.1, 3]);
        SummarizerContract.CanBeSent(counts, summarizer =>
        {
            var statistics = summarizer.CreateStatistics();
            summarizer.Summarize(data.Block(0, data.Rows), statistics);
            // Rows 0 and 3 are nearer to the first center, also the incomplete row 1 to the second.
            Assert.Equal([4, 2.1], LabelCounts.Of(statistics));
            return statistics;
        });
    }

    [Fact]
    public void Distributions_of_original_units_are_not_fitted()
    {
        var shown = TransformedDistribution.Of(new NormalDistribution(0, 1), new([[FeatureTransform.Log]]));
        var error = Assert.Throws<ModelException>(() => SummarizerFormat.ToJson(shown));
        Assert.Equal("normal distribution of original units: found a distribution for pictures, expected one that can be fitted and sent; use the model "
            + "itself, whose features have the transforms", error.Message);
    }

    [Fact]
    public void Distributions_of_original_units_have_the_density_of_the_original_feature()
    {
        FeatureTransforms transforms = new([[FeatureTransform.Log], [FeatureTransform.Linear(3, 2)]]);
        var shown = TransformedDistribution.Of(new MultivariateGaussianDistribution([0.5, -1], new[,] { { 2, 0.3 }, { 0.3, 1 } }), transforms);
        // The marginal of ln x is normal, so that of x is log-normal.
        double[] x = [0.2, 1, 7, double.NaN];
        var expected = new LogNormalDistribution(0.5, Math.Sqrt(2)).LogProbability(x);
        var found = shown.Marginal(0)!.LogProbability(x);
        for (var i = 0; i < x.Length; i++) Assert.Equal(expected[i], found[i], 1e-12);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], shown.Marginal(0)!.LogProbability(new double[] { 0, -1 }));
        Assert.Null(shown.AsGaussian());
    }
}
