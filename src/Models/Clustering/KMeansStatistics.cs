using Pipelines.Models.Fitting;

namespace Pipelines.Models;

/// <summary>
/// Sums of k-means, centred on the centroids at the time of summarising. Layout for K clusters of D features:
/// cluster weights [K], then observed weights [K, D], then shifts sum w (x - centroid) [K, D], then the unweighted distortion.
/// </summary>
internal sealed class KMeansStatistics(int clusters, int dimensions) : SumStatistics(clusters + (2 * clusters * dimensions) + 1)
{
    /// <summary>Unweighted sum of squared distances to the nearest centroid.</summary>
    public double Distortion => Sums[^1];

    public double ClusterWeight(int cluster) => Sums[cluster];

    public (double Weight, double Shift) Coordinate(int cluster, int feature)
    {
        var i = clusters + (cluster * dimensions) + feature;
        return (Sums[i], Sums[i + (clusters * dimensions)]);
    }

    public void Add(in FeatureTile tile, int row, int cluster, double distance, double weight, ReadOnlySpan<double> centroid)
    {
        Rows++;
        Weight += weight;
        Objective -= weight * distance;
        Sums[^1] += distance;
        Sums[cluster] += weight;
        var observed = Sums.AsSpan(clusters + (cluster * dimensions), dimensions);
        var shifts = Sums.AsSpan(clusters + ((clusters + cluster) * dimensions), dimensions);
        for (var j = 0; j < centroid.Length; j++)
        {
            var x = tile.Values[(j * FeatureTile.Capacity) + row];
            if (double.IsNaN(x)) continue;
            observed[j] += weight;
            shifts[j] += weight * (x - centroid[j]);
        }
    }
}
