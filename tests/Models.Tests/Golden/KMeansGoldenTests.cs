using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Golden;

/// <summary>k-means against pomegranate 0.14.8 (plain Lloyd) and scikit-learn, on every kernel variant.</summary>
public class KMeansGoldenTests
{
    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void LloydReachesTheCentroidsAfterEachNumberOfIterations(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("kmeans_first_k");
        foreach (var (kind, data, weights) in new[] { ("plain", "data", "none"), ("weighted", "data", "weights"), ("missing", "data_with_missing", "none") })
        {
            var rows = GoldenFile.Data(golden.Inputs, data, weights);
            foreach (var iteration in golden.Expected.GetProperty(kind).EnumerateObject())
            {
                var options = new FitOptions { MaxIterations = int.Parse(iteration.Name), StopThreshold = double.NegativeInfinity };
                var model = new KMeansEstimator(golden.Inputs.GetProperty("k").GetInt32(), CentroidInitialization.Named("first-k")).Fit(rows, options).Model;
                var centroids = GoldenFile.Matrix(iteration.Value.GetProperty("centroids"));
                for (var k = 0; k < model.Clusters; k++)
                    for (var j = 0; j < model.Dimensions; j++)
                        golden.Close(centroids[k, j], model.Centroid(k)[j], $"{kind} after {iteration.Name}, centroid [{k},{j}]");
                Assert.Equal(iteration.Value.GetProperty("predict").EnumerateArray().Select(e => e.GetInt32()), model.Predict(rows));
                var distances = model.Distance(rows);
                var distortion = Enumerable.Range(0, rows.Rows).Sum(i => Enumerable.Range(0, model.Clusters).Min(k => distances[i, k]));
                golden.Close(GoldenFile.Number(iteration.Value.GetProperty("distortion")), distortion, $"{kind} after {iteration.Name}, distortion");
            }
        }
    }

    [Fact]
    public void DistancesAreSquaredEuclidean()
    {
        var golden = new GoldenFile("kmeans_first_k");
        var rows = GoldenFile.Data(golden.Inputs, "data", "none");
        var model = new KMeansEstimator(3, CentroidInitialization.Named("first-k")).Fit(rows,
            new() { MaxIterations = 20, StopThreshold = double.NegativeInfinity }).Model;
        var expected = GoldenFile.Matrix(golden.Expected.GetProperty("distance_first_rows"));
        var distances = model.Distance(rows);
        for (var i = 0; i < expected.GetLength(0); i++)
            for (var k = 0; k < expected.GetLength(1); k++) golden.Close(expected[i, k], distances[i, k], $"distance [{i},{k}]");
    }
}
