using Pipelines.Models.Fitting;

namespace Pipelines.Models.Clustering;

/// <summary>The best of several runs of k-means over a sample, from which the fit over all rows starts.</summary>
internal static class KMeansStart
{
    // Rows of the runs: at least, and for each cluster.
    private const int LeastRows = 4096;
    private const int RowsPerCluster = 64;
    private const int Tries = 8;

    // Squared differences that the runs may take, a fraction of a second's.
    private const double Work = 2e9;

    /// <summary>Chooses the centroids.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="clusters">Number of clusters, at least 1.</param>
    /// <param name="initialization">How each run chooses its centroids; only a random one is repeated.</param>
    /// <param name="options">Seed and threads are used.</param>
    public static KMeans Best(FeatureSample sample, int clusters, CentroidInitialization initialization, FitOptions options)
    {
        if (clusters == 1 || !initialization.IsRandom) return new(initialization.Centroids(sample, clusters, options.Seed));
        var few = sample.EvenlySpaced(Math.Max(LeastRows, RowsPerCluster * clusters));
        if (few.CountDistinct(clusters) < clusters) few = sample;
        var tries = Math.Clamp((int)(Work / (20.0 * few.Rows * clusters * few.Columns)), 1, Tries);
        FitResult<KMeans>? best = null;
        for (var t = 0; t < tries && (best is null || !options.IsLate); t++)
        {
            var found = ToEnd(new(initialization.Centroids(few, clusters, options.Seed + ((long)t << 40))), few, options);
            if (best is null || found.LogLikelihood > best.LogLikelihood) best = found;
        }
        return best!.Model;
    }

    /// <summary>Lloyd's updates until they gain little.</summary>
    public static FitResult<KMeans> ToEnd(KMeans centroids, FeatureSample sample, FitOptions options) => centroids.Fit(sample.Matrix,
        new FitOptions
        {
            MaxIterations = 100,
            RelativeTolerance = 1e-4,
            MaxDegreeOfParallelism = options.MaxDegreeOfParallelism,
            MaxSeconds = options.MaxSeconds,
            TimeProvider = options.TimeProvider,
            Began = options.Began,
        });
}
