using System.Text;
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

    /// <summary>KMeans(5, init=…, n_init=1, max_iter=…, tol=0, algorithm="lloyd").fit(x, sample_weight) of scikit-learn 1.2.1.</summary>
    [Fact]
    public void A_relocation_finds_what_scikit_learn_finds()
    {
        var values = new double[40, 2];
        var weights = new double[40];
        for (var i = 0; i < 40; i++) (values[i, 0], values[i, 1], weights[i]) = (((7 * i * i) + (3 * i)) % 23, ((5 * i * i) + i) % 19, 1 + (i % 3));
        double[,] centroids = { { 5, 5 }, { 15, 5 }, { 1000, 1000 }, { 10, 15 }, { -1000, 0 } };
        (int Iterations, double[]? Weights, double[] Centroids, double Distance)[] expected =
        [
            (1, null, [5.444444444444446, 4.611111111111111, 16.3, 4.699999999999999, 19, 15, 10.9, 14.7, 3, 18], 772.5222222222224),
            (1, weights, [5.6756756756756745, 4.756756756756756, 14.950000000000001, 4.5, 19, 15, 10.45, 15.15, 3, 18], 1455.9189189189187),
            (2, null, [5.444444444444446, 4.611111111111111, 16.3, 4.699999999999999, 17.5, 15.5, 10.5, 12.75, 4.75, 16.75], 728.1722222222222),
            (2, weights, [5.6756756756756745, 4.756756756756756, 14.950000000000001, 4.5, 17.285714285714285, 15.714285714285714, 10.833333333333334,
                12.666666666666666, 5.000000000000001, 16.666666666666664], 1341.8927284427282),
        ];
        foreach (var (iterations, weight, found, distance) in expected)
        {
            var fitted = new KMeans(centroids) { EmptyClusters = EmptyClusterPolicy.Relocate }
                .Fit(FeatureMatrix.FromRows(values, weight), once with { MaxIterations = iterations });
            // Rounding of sums of 40 numbers of size 20; scikit-learn centers the rows first, and a relocated centroid at 1,000 loses three digits.
            for (var i = 0; i < found.Length; i++) Assert.Equal(found[i], fitted.Model.Centroid(i / 2)[i % 2], 1e-11);
            Assert.Equal(-distance, fitted.LogLikelihood, 1e-9);
        }
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
        // The last three times 44 bytes are the farthest rows: number, cluster, squared distance, weight and two values.
        bytes[^((3 * 44) - sizeof(long))] = 4;
        Assert.Equal("statistics: found a row of cluster 4 at distance 9, expected what was saved; they are damaged: restore them from a copy, or compute them "
            + "again", Assert.Throws<ModelException>(() => model.CreateStatistics().FromBytes(bytes)).Message);
    }

    [Fact]
    public void Few_batches_and_relocation_exclude_each_other()
    {
        var options = new FitOptions { BatchesPerIteration = 1, BatchSize = 2 };
        var given = new KMeans(new double[,] { { 0 }, { 1 } }) { EmptyClusters = EmptyClusterPolicy.Relocate };
        foreach (var fit in new Action[] { () => new KMeansEstimator(2, emptyClusters: EmptyClusterPolicy.Relocate).Fit(rows, options),
            () => given.Fit(new double[,] { { 0 }, { 1 }, { 5 } }, options) })
            Assert.Equal("k-means, EmptyClusters: found Relocate, expected Keep, as a cluster without rows in a few batches is not empty (or leave out "
                + "FitOptions.BatchesPerIteration); correct the options and run again", Assert.Throws<ModelException>(fit).Message);
    }

    [Fact]
    public void The_policy_is_saved_and_an_unknown_one_is_named()
    {
        var model = new KMeans(start).With(EmptyClusterPolicy.Relocate);
        var json = Encoding.UTF8.GetString(new SavedModel(model).ToJson());
        Assert.Equal(model, SavedModel.FromJson(Encoding.UTF8.GetBytes(json)).Model);
        Assert.NotEqual<Model>(new KMeans(start), SavedModel.FromJson(Encoding.UTF8.GetBytes(json)).Model);
        Assert.DoesNotContain("emptyClusters", Encoding.UTF8.GetString(new SavedModel(new KMeans(start)).ToJson()), StringComparison.Ordinal);
        var other = Encoding.UTF8.GetBytes(json.Replace("Relocate", "Drop", StringComparison.Ordinal));
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(other));
        Assert.Contains("property 'emptyClusters': found 'Drop', expected Keep or Relocate", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => model.With((EmptyClusterPolicy)7));
    }
}
