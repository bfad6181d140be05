using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>
/// Adds the tiles of one block to the statistics. Sums of complete rows are kept in a padded layout that suits the kernel, until a tile needs the statistics
/// themselves or the block ends.
/// </summary>
internal ref struct KMeansBlock
{
    // A whole vector of any width, and a cache line.
    private const int RowMultiple = 8;

    private readonly KMeansStatistics statistics;
    private readonly ReadOnlySpan<double> centroids;
    private readonly int clusters;
    private readonly int columns;
    private readonly int stride;
    private readonly bool hasKernel;
    private readonly Span<double> centers;
    private readonly Span<double> shifts;
    private readonly Span<double> counts;
    private readonly Span<double> group;
    private readonly Span<double> squares;
    private readonly Span<double> coordinates;
    private bool isOpen;

    /// <summary>Begins a block.</summary>
    /// <param name="statistics">What the rows are added to.</param>
    /// <param name="centroids">Shape [clusters, columns].</param>
    /// <param name="clusters">Number of clusters.</param>
    /// <param name="scratch">Holds the sums while the block is open.</param>
    public KMeansBlock(KMeansStatistics statistics, ReadOnlySpan<double> centroids, int clusters, in Scratch scratch)
    {
        this.statistics = statistics;
        this.centroids = centroids;
        (this.clusters, columns) = (clusters, centroids.Length / clusters);
        stride = (columns + RowMultiple - 1) / RowMultiple * RowMultiple;
        // One feature fills no vector.
        hasKernel = columns > 1 && KernelSelection.Current != KernelVariant.Scalar;
        if (!hasKernel) return;
        const int rows = ClusterSums<Vector128Ops, Vector128<double>, SquareOf2>.Group;
        centers = scratch.Take(clusters * stride);
        shifts = scratch.Take(clusters * stride);
        counts = scratch.Take(clusters);
        group = scratch.Take(rows * stride);
        squares = scratch.Take(rows * columns);
        centers.Clear();
        shifts.Clear();
        group.Clear();
        for (var k = 0; k < clusters; k++) centroids.Slice(k * columns, columns).CopyTo(centers[(k * stride)..]);
        if (clusters > RegisterDistances.Most || KernelSelection.Current != KernelVariant.Avx512) return;
        coordinates = scratch.Take(columns * RegisterDistances.Most);
        coordinates.Clear();
        for (var k = 0; k < clusters; k++)
            for (var j = 0; j < columns; j++) coordinates[(j * RegisterDistances.Most) + k] = centroids[(k * columns) + j];
    }

    /// <summary>True if the sums read rows as they lie in memory, where they can.</summary>
    public readonly bool ReadsRows => hasKernel;

    /// <summary>Adds the rows of a tile.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="firstRow">Global number of the first.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="nearest">Shape [Capacity]: cluster of each row, as doubles.</param>
    /// <param name="distances">Shape [Capacity]: squared distances.</param>
    /// <param name="hasDistances">False if they are to be filled in.</param>
    /// <param name="whole">Shape [tile.Rows, columns] and as many rows again: the rows as they lie in memory; empty = not row by row, or the last ones.</param>
    public void Add(in FeatureTile tile, long firstRow, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, Span<double> distances, bool hasDistances,
        ReadOnlySpan<double> whole)
    {
        if (tile.HasMissing || !hasKernel)
        {
            Close();
            statistics.AddRows(tile, weights, nearest, centroids);
        }
        else
        {
            Open();
            Sum(tile, weights, nearest, hasDistances ? default : distances, whole);
        }
        statistics.AddDistances(tile, firstRow, weights, nearest, distances);
    }

    /// <summary>Writes the sums back.</summary>
    public void Close()
    {
        if (!isOpen) return;
        counts.CopyTo(statistics.Counts);
        for (var k = 0; k < clusters; k++) shifts.Slice(k * stride, columns).CopyTo(statistics.Shifts[(k * columns)..]);
        isOpen = false;
    }

    private void Open()
    {
        if (isOpen) return;
        statistics.Counts.CopyTo(counts);
        for (var k = 0; k < clusters; k++) statistics.Shifts.Slice(k * columns, columns).CopyTo(shifts[(k * stride)..]);
        isOpen = true;
    }

    private readonly unsafe void Sum(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, Span<double> distances,
        ReadOnlySpan<double> whole)
    {
        var variant = KernelSelection.Current;
        fixed (double* x = tile.Values, w = weights, at = nearest, to = distances, c = centers, s = shifts, n = counts, g = group, q = squares, r = coordinates,
            rows = whole)
        {
            var d = to;
            if (d != null && r != null)
            {
                RegisterDistances.Fill(x, columns, tile.PaddedRows, r, at, d);
                d = null;
            }
            if (columns >= 8 && variant == KernelVariant.Avx512)
                ClusterSums<Vector512Ops, Vector512<double>, SquareOf8>.Add(x, columns, tile.Rows, w, at, c, stride, s, n, g, q, d, rows);
            else if (columns >= 4 && variant != KernelVariant.Portable)
                ClusterSums<Vector256Ops, Vector256<double>, SquareOf4>.Add(x, columns, tile.Rows, w, at, c, stride, s, n, g, q, d, rows);
            else
                ClusterSums<Vector128Ops, Vector128<double>, SquareOf2>.Add(x, columns, tile.Rows, w, at, c, stride, s, n, g, q, d, rows);
        }
    }
}
