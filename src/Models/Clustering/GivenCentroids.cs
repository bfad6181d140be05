using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Clustering;

/// <summary>Centroids that are known already.</summary>
/// <param name="centroids">Shape [clusters, columns].</param>
internal sealed class GivenCentroids(double[,] centroids) : CentroidInitialization
{
    private readonly double[,] centroids = (double[,])centroids.Clone();

    /// <inheritdoc/>
    /// <remarks>It tells one start from another.</remarks>
    public override string Name => $"at {string.Join(", ", centroids.Cast<double>().Select(c => c.ToString("R", CultureInfo.InvariantCulture)))}";

    /// <inheritdoc/>
    public override bool IsRandom => false;

    /// <inheritdoc/>
    public override double[,] Centroids(FeatureSample sample, int clusters, long seed)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ModelException.CheckOptions("initialization",
            (centroids.GetLength(0) == clusters, "number of centroids", centroids.GetLength(0), $"{clusters}, one for each component"),
            (centroids.GetLength(1) == sample.Columns, "features of a centroid", centroids.GetLength(1), $"{sample.Columns}"),
            (centroids.Cast<double>().All(double.IsFinite), "centroids", "NaN or infinite", "finite numbers"));
        return (double[,])centroids.Clone();
    }

    /// <inheritdoc/>
    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random) => throw new NotSupportedException("they are given");
}
