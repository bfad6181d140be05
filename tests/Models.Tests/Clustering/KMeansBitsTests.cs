using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Clustering;

/// <summary>
/// Every kernel variant gives the bits of plain loops in double precision that compare each row with each centroid, whatever the kernels leave out.
/// </summary>
public sealed class KMeansBitsTests
{
    public static TheoryData<KernelVariant> Variants => KernelData.Variants;

    [Theory]
    [MemberData(nameof(Variants))]
    public void Sums_and_labels_are_those_of_plain_loops(KernelVariant variant)
    {
        foreach (var columns in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 19, 33 })
        {
            foreach (var clusters in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 11, 20, 101 })
            {
                var random = new SeededRandom((100 * columns) + clusters);
                var centroids = Draw(random, clusters, columns, 0, 2);
                foreach (var rows in new[] { 1, 15, 33, 255, 256, 257, 600 })
                    Check(variant, centroids, Draw(random, rows, columns, 0, 3), random.NextInt64(2) == 0 ? null : Weights(random, rows));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Missing_values_change_no_other_row(KernelVariant variant)
    {
        var random = new SeededRandom(5);
        var rows = Draw(random, 1500, 10, 0, 3);
        // Tiles with many, with few and without missing values.
        for (var i = 0; i < 600; i++)
            if (i < 256 || i % 100 == 0) rows[i, i % 10] = double.NaN;
        Check(variant, Draw(random, 12, 10, 0, 2), rows, Weights(random, 1500));
        Check(variant, Draw(random, 3, 10, 0, 2), rows, null);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Ties_go_to_the_first_centroid(KernelVariant variant)
    {
        var random = new SeededRandom(6);
        double[,] Integers(int rows, int most)
        {
            var values = new double[rows, 3];
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < 3; j++) values[i, j] = random.NextInt64(most);
            return values;
        }
        // Integers in a small cube: equal distances are frequent, and centroids coincide.
        Check(variant, Integers(20, 4), Integers(1000, 4), null);
        Check(variant, Integers(200, 4), Integers(1000, 4), null);
        Check(variant, new double[9, 3], Integers(300, 4), null);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Rows_next_to_the_border_of_two_clusters_get_the_nearer_one(KernelVariant variant)
    {
        var random = new SeededRandom(7);
        foreach (var columns in new[] { 2, 10, 50 })
        {
            var centroids = Draw(random, 16, columns, 0, 1);
            var rows = new double[4000, columns];
            for (var i = 0; i < 4000; i++)
            {
                // Between two centroids, in the middle but for a part of the distance that goes down to the precision of doubles.
                var (a, b) = ((int)random.NextInt64(16), (int)random.NextInt64(16));
                var part = 0.5 + (Math.ScaleB(1, -(int)random.NextInt64(54)) * (random.NextDouble() - 0.5));
                for (var j = 0; j < columns; j++) rows[i, j] = centroids[a, j] + (part * (centroids[b, j] - centroids[a, j]));
            }
            Check(variant, centroids, rows, null);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Any_offset_scale_and_outlier_gives_the_same_bits(KernelVariant variant)
    {
        var random = new SeededRandom(8);
        foreach (var (offset, scale) in new[] { (1e9, 1), (0, 1e-170), (0, 1e-120), (0, 1e-90), (0, 1e-30), (0, 1e30), (0, 1e90), (0, 1e150), (1e100, 1e99) })
            Check(variant, Draw(random, 12, 4, offset, scale), Draw(random, 700, 4, offset, scale), null);

        // Centroids and rows of very different sizes.
        foreach (var size in new[] { 1e3, 1e6, 1e12, 1e25, 1e40 })
        {
            var (centroids, rows) = (Draw(random, 30, 4, 0, 1), Draw(random, 700, 4, 0, 1));
            for (var k = 0; k < 30; k += 7) centroids[k, k % 4] *= size;
            for (var i = 0; i < 700; i += 31) rows[i, i % 4] *= size;
            Check(variant, centroids, rows, null);
        }

        // Scoring meets infinite values, which a fit refuses.
        var infinite = Draw(random, 300, 4, 0, 1);
        (infinite[3, 0], infinite[50, 2], infinite[51, 3]) = (double.PositiveInfinity, double.NegativeInfinity, double.MaxValue);
        Check(variant, Draw(random, 12, 4, 0, 1), infinite, null);
    }

    [Theory]
    [MemberData(nameof(KernelData.Scaled), MemberType = typeof(KernelData))]
    public void Single_precision_decides_nearly_all_rows_of_usual_data(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var random = new SeededRandom(9);
        var centroids = Draw(random, 40, 10, 100, 5);
        var search = new NearestCentroids([.. centroids.Cast<double>()], 40);
        var (nearest, distances) = (new double[FeatureTile.Capacity], new double[FeatureTile.Capacity]);
        var (open, all) = (0, 0);
        var block = FeatureMatrix.FromRows(Draw(random, 50_000, 10, 100, 7)).Block(0, 50_000);
        for (var t = 0; t < block.TileCount; t++)
        {
            // Exact comparisons overwrite the marks.
            Array.Fill(distances, -1);
            var tile = block.Tile(t, new double[10 * FeatureTile.Capacity]);
            Assert.False(search.Find(tile, nearest, distances));
            open += distances.TakeWhile(d => d >= 0).Count() / FeatureTile.RowMultiple * FeatureTile.RowMultiple;
            all += tile.Rows;
        }
        // The margin is some 1e-5 of the squared distances: sixteen rows, the least that are compared at once, in one of several tiles.
        Assert.InRange(open, 0, all / 50);
    }

    private static void Check(KernelVariant variant, double[,] centroids, double[,] rows, double[]? weights)
    {
        using var forced = KernelSelection.Force(variant);
        var model = new KMeans(centroids);
        var data = FeatureMatrix.FromRows(rows, weights);
        var sums = (KMeansStatistics)model.CreateStatistics();
        // Twice, as the sums of a batch go on from those that are there.
        model.Summarize(data.Block(0, data.Rows), sums);
        model.Summarize(data.Block(0, data.Rows), sums);
        var oracle = new Oracle(centroids);
        oracle.Add(rows, weights);
        oracle.Add(rows, weights);
        Assert.Equal(oracle.Labels, model.Predict(data));
        Assert.Equal(oracle.Objective, sums.Objective);
        Assert.Equal(oracle.Sums, sums.Sums);
        var found = model.Distance(data);
        for (var i = 0; i < data.Rows; i++)
            for (var k = 0; k < model.Clusters; k++) Assert.Equal(oracle.Distance(rows, i, k), found[i, k]);
    }

    private static double[,] Draw(SeededRandom random, int rows, int columns, double offset, double scale)
    {
        var values = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) values[i, j] = offset + (scale * random.NextNormal());
        return values;
    }

    private static double[] Weights(SeededRandom random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => random.NextInt64(4) == 0 ? 0 : random.NextDouble())];

    /// <summary>k-means in plain loops. Tiles of 256 rows have a subtotal of their own, as batches do.</summary>
    private sealed class Oracle(double[,] centroids)
    {
        private readonly int clusters = centroids.GetLength(0);
        private readonly int columns = centroids.GetLength(1);

        public int[] Labels { get; private set; } = [];

        public double Objective { get; private set; }

        public double[] Sums { get; } = new double[centroids.GetLength(0) * 2 * (1 + centroids.GetLength(1))];

        public double Distance(double[,] rows, int row, int cluster)
        {
            double sum = 0;
            for (var j = 0; j < columns; j++)
            {
                var d = rows[row, j] - centroids[cluster, j];
                sum += double.IsNaN(d) ? 0 : d * d;
            }
            return sum;
        }

        public void Add(double[,] rows, double[]? weights)
        {
            Labels = new int[rows.GetLength(0)];
            double objective = 0;
            for (var i = 0; i < Labels.Length; i++)
            {
                if (i % 256 == 0) (Objective, objective) = (Objective + objective, 0);
                var (nearest, least) = (0, double.PositiveInfinity);
                for (var k = 0; k < clusters; k++)
                    if (Distance(rows, i, k) is var d && d < least) (nearest, least) = (k, d);
                Labels[i] = nearest;
                var weight = weights?[i] ?? 1;
                objective -= weight * least;
                var isComplete = true;
                for (var j = 0; j < columns; j++) isComplete &= !double.IsNaN(rows[i, j]);
                Sums[isComplete ? nearest : clusters + (2 * clusters * columns) + nearest] += weight;
                for (var j = 0; j < columns; j++)
                {
                    var x = rows[i, j];
                    if (double.IsNaN(x)) continue;
                    var at = clusters + (nearest * columns) + j;
                    if (!isComplete) Sums[at] += weight;
                    Sums[at + (clusters * columns)] += weight * (x - centroids[nearest, j]);
                }
            }
            Objective += objective;
        }
    }
}
