using Pipelines.Models;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>The summarizers of pictures can be sent to another process.</summary>
public sealed class SummarizerContractTests
{
    [Fact]
    public void Counts_of_a_histogram_can_be_sent()
    {
        var counts = new HistogramCounts([new(0.1, 0.3, 7) { IsLog = true, Atoms = [0, 2.2] }, new(-1e300, 1e299, 3)]);
        SummarizerContract.Covers(typeof(HistogramCounts).Assembly, [typeof(HistogramCounts), typeof(LabelCounts)]);
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
}
