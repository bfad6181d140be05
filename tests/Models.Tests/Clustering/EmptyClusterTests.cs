using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Clustering;

public sealed class EmptyClusterTests
{
    private static readonly FitOptions once = new() { MaxIterations = 1, StopThreshold = double.NegativeInfinity };

    // Two groups, and two centroids far from both.
    private static readonly double[,] rows = { { 0, 0 }, { 1, 0 }, { 0, 2 }, { 10, 10 }, { 13, 10 }, { 10, 11 } };
    private static readonly double[,] start = { { 0, 0 }, { 10, 10 }, { 500, 500 }, { -500, 500 } };

    [Fact]
    public void They_keep_their_centroids_by_default()
    {
        var fitted = new KMeans(start).Fit(rows, once);
        Assert.Equal([500, 500], fitted.Model.Centroid(2).ToArray());
        Assert.Equal(
            ["cluster 2 is empty: no row is nearest to it; it keeps its centroid (use fewer clusters or another start, or relocate empty clusters)",
                "cluster 3 is empty: no row is nearest to it; it keeps its centroid (use fewer clusters or another start, or relocate empty clusters)"],
            fitted.Warnings);
    }

    [Fact]
    public void They_move_to_the_farthest_rows_which_leave_their_clusters()
    {
        var model = new KMeans(start) { EmptyClusters = EmptyClusterPolicy.Relocate }.Fit(rows, once).Model;
        // The row at (13, 10) is at squared distance 9 from its centroid, the one at (0, 2) at 4; the rest are averaged.
        Assert.Equal([0.5, 0], model.Centroid(0).ToArray());
        Assert.Equal([10, 10.5], model.Centroid(1).ToArray());
        Assert.Equal([13, 10], model.Centroid(2).ToArray());
        Assert.Equal([0, 2], model.Centroid(3).ToArray());
    }

    [Fact]
    public void Ties_go_to_the_earlier_row_and_rows_without_weight_or_at_their_centroid_stay()
    {
        double[,] line = { { -4 }, { -1 }, { 1 }, { 0 }, { 0 } };
        var data = FeatureMatrix.FromRows(line, [0, 2, 1, 1, 5]);
        double[,] centroids = { { 0 }, { 90 }, { 91 }, { 92 } };
        var model = new KMeans(centroids) { EmptyClusters = EmptyClusterPolicy.Relocate }.Fit(data, once).Model;
        Assert.Equal([0, -1, 1, 92], Enumerable.Range(0, 4).Select(k => model.Centroid(k)[0]));
    }

    [Fact]
    public void A_missing_entry_leaves_the_coordinate_as_it_was()
    {
        double[,] some = { { 0, 0 }, { 2, 0 }, { 9, double.NaN } };
        double[,] centroids = { { 1, 0 }, { 70, 80 } };
        var model = new KMeans(centroids) { EmptyClusters = EmptyClusterPolicy.Relocate }.Fit(some, once).Model;
        Assert.Equal([1, 0], model.Centroid(0).ToArray());
        Assert.Equal([9, 80], model.Centroid(1).ToArray());
    }

    [Fact]
    public void A_relocation_finds_what_scikit_learn_finds()
    {
        // SKLEARN
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void Neither_parallelism_nor_saved_parts_change_a_bit(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var random = new SeededRandom(4);
        var values = new double[5000, 3];
        for (var i = 0; i < 5000; i++)
            for (var j = 0; j < 3; j++) values[i, j] = i % 50 == 0 && j == 1 ? double.NaN : Math.Round(3 * random.NextNormal());
        var centroids = new double[12, 3];
        for (var k = 0; k < 12; k++)
            for (var j = 0; j < 3; j++) centroids[k, j] = k < 4 ? k : 1000 + k;
        var model = new KMeans(centroids) { EmptyClusters = EmptyClusterPolicy.Relocate };
        var options = once with { MaxIterations = 4, BatchSize = 100 };
        var expected = model.Fit(values, options with { MaxDegreeOfParallelism = 1 });
        Assert.All(Enumerable.Range(0, 12), k => Assert.InRange(expected.Model.Centroid(k)[0], -20, 20));
        foreach (var threads in new[] { 2, 3, 8, -1 })
        {
            var found = model.Fit(values, options with { MaxDegreeOfParallelism = threads });
            Assert.Equal(expected.Model, found.Model);
            Assert.Equal(expected.LogLikelihood, found.LogLikelihood);
        }

        // Any cut, merged in order, one part by way of its bytes.
        FeatureMatrix data = values;
        var (whole, parts) = (model.CreateStatistics(), model.CreateStatistics());
        foreach (var (first, count) in new[] { (0, 1), (1, 700), (701, 4299) })
        {
            var part = model.CreateStatistics();
            model.Summarize(data.Block(first, count), part);
            whole.Merge(part);
            var loaded = model.CreateStatistics();
            loaded.FromBytes(part.ToBytes());
            parts.Merge(loaded);
        }
        Assert.Equal(whole.ToBytes(), parts.ToBytes());
        Assert.Equal(model.Maximize(whole, default), model.Maximize(parts.Clone(), default));
    }

    [Fact]
    public void Damaged_statistics_are_refused()
    {
        var model = new KMeans(start) { EmptyClusters = EmptyClusterPolicy.Relocate };
        var statistics = model.CreateStatistics();
        model.Summarize(((FeatureMatrix)rows).Block(0, 6), statistics);
        var bytes = statistics.ToBytes();
        // The number of farthest rows is behind 20 sums and followed by three rows of 44 bytes.
        bytes[^(4 + (3 * 44))] = 4;
        Assert.Contains("statistics: found ", Assert.Throws<ModelException>(() => model.CreateStatistics().FromBytes(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_batches_and_relocation_exclude_each_other()
    {
        var error = Assert.Throws<ModelException>(() => new KMeansEstimator(2, emptyClusters: EmptyClusterPolicy.Relocate).Fit(rows,
            new() { BatchesPerIteration = 1, BatchSize = 2 }));
        Assert.Equal("k-means, emptyClusters: found Relocate, expected Keep, as a cluster without rows in a few batches is not empty (or leave "
            + "BatchesPerIteration out); correct the options and run again", error.Message);
    }

    [Fact]
    public void The_policy_is_saved_and_an_unknown_one_is_named()
    {
        var model = new KMeans(start).With(EmptyClusterPolicy.Relocate);
        var json = new SavedModel(model).ToJson();
        Assert.Equal(model, SavedModel.FromJson(json).Model);
        Assert.NotEqual<Model>(new KMeans(start), SavedModel.FromJson(json).Model);
        Assert.DoesNotContain("emptyClusters", new SavedModel(new KMeans(start)).ToJson(), StringComparison.Ordinal);
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(json.Replace("Relocate", "Drop", StringComparison.Ordinal)));
        Assert.Contains("property 'emptyClusters': found 'Drop', expected Keep or Relocate", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => model.With((EmptyClusterPolicy)7));
    }
}
