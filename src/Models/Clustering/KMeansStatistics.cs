using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// Sums for k-means, centred on the centroids at the time of summarising. Layout for K clusters of D features: weights of complete rows [K],
/// weights of the observed entries of incomplete rows [K, D], shifts sum w (x - centroid) [K, D].
/// </summary>
internal sealed class KMeansStatistics(int clusters, int dimensions) : SumStatistics("kmeans", clusters + (2 * clusters * dimensions))
{
    public override string Kind => $"kmeans[{clusters}, {dimensions}]";

    private Span<double> Observed => Sums.AsSpan(clusters, clusters * dimensions);

    private Span<double> Shifts => Sums.AsSpan(clusters + (clusters * dimensions), clusters * dimensions);

    public bool IsEmpty(int cluster) => Sums[cluster] == 0 && !Observed.Slice(cluster * dimensions, dimensions).ContainsAnyExcept(0);

    public (double Weight, double Shift) Coordinate(int cluster, int feature) =>
        (Sums[cluster] + Observed[(cluster * dimensions) + feature], Shifts[(cluster * dimensions) + feature]);

    /// <summary>Recentres shifts that were computed around other centroids. Both of shape [clusters, dimensions].</summary>
    public void Recenter(ReadOnlySpan<double> from, ReadOnlySpan<double> to)
    {
        for (var i = 0; i < Shifts.Length; i++) Shifts[i] += (Sums[i / dimensions] + Observed[i]) * (from[i] - to[i]);
    }

    /// <summary>Adds the rows of a tile to their clusters.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="nearest">Shape [tile.Rows]: cluster of each row, as doubles.</param>
    /// <param name="distances">Shape [tile.Rows]: squared distances.</param>
    /// <param name="centroids">Shape [clusters, dimensions].</param>
    public void Add(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, ReadOnlySpan<double> distances,
        ReadOnlySpan<double> centroids)
    {
        double objective = 0, total = 0;
        for (var i = 0; i < tile.Rows; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            objective -= weight * distances[i];
            total += weight;
            var cluster = (int)nearest[i];
            var centroid = centroids.Slice(cluster * dimensions, dimensions);
            var shifts = Shifts.Slice(cluster * dimensions, dimensions);
            if (tile.HasMissing && tile.IsIncomplete(i))
            {
                AddIncomplete(tile, i, weight, cluster, centroid, shifts);
                continue;
            }
            Sums[cluster] += weight;
            for (var j = 0; j < centroid.Length; j++) shifts[j] += weight * (tile.Values[(j * FeatureTile.Capacity) + i] - centroid[j]);
        }
        Objective += objective;
        Weight += total;
        Rows += tile.Rows;
    }

    private void AddIncomplete(in FeatureTile tile, int row, double weight, int cluster, ReadOnlySpan<double> centroid, Span<double> shifts)
    {
        var observed = Observed.Slice(cluster * dimensions, dimensions);
        for (var j = 0; j < centroid.Length; j++)
        {
            var x = tile.Values[(j * FeatureTile.Capacity) + row];
            if (double.IsNaN(x)) continue;
            observed[j] += weight;
            shifts[j] += weight * (x - centroid[j]);
        }
    }
}
