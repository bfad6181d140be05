using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// Sums for k-means, centred on the centroids at the time of summarising. Layout for K clusters of D features: weights of complete rows [K],
/// weights of the observed entries of incomplete rows [K, D], shifts sum w (x - centroid) [K, D], weights of incomplete rows [K].
/// </summary>
/// <param name="clusters">K.</param>
/// <param name="dimensions">D.</param>
/// <param name="policy">With <see cref="EmptyClusterPolicy.Relocate"/>, the farthest rows are kept as well: one less than clusters, as one cannot be
/// empty.</param>
internal sealed class KMeansStatistics(int clusters, int dimensions, EmptyClusterPolicy policy = EmptyClusterPolicy.Keep)
    : SumStatistics("kmeans", (2 * clusters) + (2 * clusters * dimensions))
{
    private FarthestRows? farthest = policy == EmptyClusterPolicy.Relocate ? new(clusters - 1, dimensions) : null;

    public override string Kind => $"kmeans[{clusters}, {dimensions}{(farthest is null ? "" : ", relocates")}]";

    /// <summary>Weights of complete rows, shape [clusters].</summary>
    public Span<double> Counts => Sums.AsSpan(0, clusters);

    /// <summary>Sums of w (x - centroid), shape [clusters, dimensions].</summary>
    public Span<double> Shifts => Sums.AsSpan(clusters + (clusters * dimensions), clusters * dimensions);

    private Span<double> Observed => Sums.AsSpan(clusters, clusters * dimensions);

    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => base.MaxBytes(rows, codes) + (farthest?.MostBytes ?? 0);

    /// <summary>Weight of a cluster's rows, complete or not.</summary>
    public double WeightOf(int cluster) => Sums[cluster] + Incomplete[cluster];

    private Span<double> Incomplete => Sums.AsSpan(clusters + (2 * clusters * dimensions), clusters);

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
    /// <param name="centroids">Shape [clusters, dimensions].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddRows(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, ReadOnlySpan<double> centroids)
    {
        var counts = Sums;
        var sums = Shifts;
        var x = tile.Values;
        for (var i = 0; i < tile.Rows; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            var cluster = (int)nearest[i];
            if (tile.HasMissing && tile.IsIncomplete(i))
            {
                AddRow(x[i..], FeatureTile.Capacity, weight, cluster, isIncomplete: true, centroids);
                continue;
            }
            counts[cluster] += weight;
            var first = cluster * dimensions;
            for (var j = 0; j < dimensions; j++) sums[first + j] += weight * (x[(j * FeatureTile.Capacity) + i] - centroids[first + j]);
        }
    }

    /// <summary>Adds to the totals of the rows of a tile, and keeps those that are far from their centroids.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="firstRow">Global number of the first.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="nearest">Shape [tile.Rows]: cluster of each row, as doubles.</param>
    /// <param name="distances">Shape [tile.Rows]: squared distances.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddDistances(in FeatureTile tile, long firstRow, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, ReadOnlySpan<double> distances)
    {
        double objective = 0, total = 0;
        if (weights.IsEmpty)
        {
            foreach (var distance in distances[..tile.Rows]) objective -= distance;
            total = tile.Rows;
        }
        else
        {
            for (var i = 0; i < tile.Rows; i++)
            {
                objective -= weights[i] * distances[i];
                total += weights[i];
            }
        }
        Objective += objective;
        Weight += total;
        Rows += tile.Rows;
        farthest?.Add(tile, firstRow, weights, nearest, distances);
    }

    /// <summary>These statistics, or a copy in which each empty cluster has taken one of the farthest rows from its cluster.</summary>
    /// <param name="centroids">Shape [clusters, dimensions].</param>
    public KMeansStatistics Relocated(ReadOnlySpan<double> centroids)
    {
        if (farthest is null) return this;
        var empty = Enumerable.Range(0, clusters).Where(IsEmpty).ToArray();
        if (empty.Length == 0) return this;
        var moved = (KMeansStatistics)Clone();
        foreach (var (cluster, row) in empty.Zip(farthest.InOrder))
        {
            var isIncomplete = Array.Exists(row.Values, double.IsNaN);
            moved.AddRow(row.Values, 1, -row.Weight, row.Cluster, isIncomplete, centroids);
            moved.AddRow(row.Values, 1, row.Weight, cluster, isIncomplete, centroids);
        }
        return moved;
    }

    protected override void MergeCore(Statistics other)
    {
        base.MergeCore(other);
        farthest?.Merge(((KMeansStatistics)other).farthest!);
    }

    protected override void ClearCore()
    {
        base.ClearCore();
        farthest?.Clear();
    }

    protected override void Unshare()
    {
        base.Unshare();
        farthest = farthest?.Clone();
    }

    protected override void SaveCore(BinaryWriter writer)
    {
        base.SaveCore(writer);
        farthest?.Save(writer);
    }

    protected override void LoadCore(BinaryReader reader)
    {
        base.LoadCore(reader);
        farthest?.Load(reader, ReadCount(reader, farthest.RowBytes), clusters);
    }

    // Value j is values[j * stride].
    private void AddRow(ReadOnlySpan<double> values, int stride, double weight, int cluster, bool isIncomplete, ReadOnlySpan<double> centroids)
    {
        var centroid = centroids.Slice(cluster * dimensions, dimensions);
        var shifts = Shifts.Slice(cluster * dimensions, dimensions);
        if (!isIncomplete)
        {
            Sums[cluster] += weight;
            for (var j = 0; j < centroid.Length; j++) shifts[j] += weight * (values[j * stride] - centroid[j]);
            return;
        }
        Incomplete[cluster] += weight;
        var observed = Observed.Slice(cluster * dimensions, dimensions);
        for (var j = 0; j < centroid.Length; j++)
        {
            var x = values[j * stride];
            if (double.IsNaN(x)) continue;
            observed[j] += weight;
            shifts[j] += weight * (x - centroid[j]);
        }
    }
}
