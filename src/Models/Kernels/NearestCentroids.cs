using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Finds the nearest of many centroids. Rows are first compared in single precision (<see cref="NearestFilter{TOps, TVec}"/>); the few that this cannot decide
/// are compared exactly, so that the result is that of <see cref="SquaredDistances.Nearest"/> to the bit.
/// </summary>
/// <remarks>
/// Error bound, with u = 2^-24 and x, c after centering and scaling: computed s = |c|^2/2 (1 - 2g) - x c is off by at most (D + 4) u (|c|^2/2 + |x||c|)
/// (Higham 2002, section 3.1), which is below g (|c|^2 + |x|^2/2) for g = 1.1 (D + 6) u. The factor 1 - 2g thus makes s + g |x|^2/2 a lower bound of the true
/// value, whatever the centroid, so that far centroids do not widen the margin. The nearest, w, is decided if the second least s is above by more than
/// g (|x|^2 + 2 |c_w|^2). As |c_w|^2 is at most 4 |x|^2 + 4 s_w, g (10 |x|^2 + 9 s_w) is enough, and it also covers the errors of the distances in double
/// precision, which are 2^29 times smaller.
/// </remarks>
internal sealed class NearestCentroids
{
    // Below this number, all distances take less time than the filter and the distances to the nearest that it leaves to be computed.
    private const int LeastClusters = 8;

    private const int Width = NearestFilter<Float128Ops, Vector128<float>>.Width;
    private const int Head = NearestFilter<Float128Ops, Vector128<float>>.Head;

    private readonly double[] centroids;
    private readonly int clusters;
    private readonly int columns;
    private readonly double[] centers;
    private readonly double scale;
    private readonly float growth;
    private readonly float[]? blocks;

    /// <summary>Prepares the search.</summary>
    /// <param name="centroids">Shape [clusters, columns], finite; not copied.</param>
    /// <param name="clusters">Number of centroids.</param>
    public NearestCentroids(double[] centroids, int clusters)
    {
        (this.centroids, this.clusters, columns) = (centroids, clusters, centroids.Length / clusters);
        centers = new double[columns];
        growth = 1.1f * (columns + 6) / (1 << 24);
        // More clusters than a float can number, more features than the error bound allows; a single feature leaves nothing to save.
        if (clusters < LeastClusters || clusters > 1 << 24 || columns < 2 || growth > 1e-3f) return;
        var column = new double[clusters];
        for (var j = 0; j < columns; j++)
        {
            // The median is near most rows, even if some centroids are far out.
            for (var k = 0; k < clusters; k++) column[k] = centroids[(k * columns) + j];
            Array.Sort(column);
            centers[j] = column[clusters / 2];
        }
        double largest = 0;
        for (var k = 0; k < clusters; k++) largest = Math.Max(largest, Square(k, 1));
        // Outside this range squares lose digits or overflow, in one precision or the other.
        if (!(largest > 1e-200 && largest < 1e200)) return;
        scale = Math.ScaleB(1, -Math.ILogB(Math.Sqrt(largest)));
        blocks = Blocks();
    }

    /// <summary>The nearest centroid of each row, the first on ties.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="nearest">Shape [Capacity]: indices, as doubles.</param>
    /// <param name="distances">Shape [Capacity]: squared distances to them, if they were computed.</param>
    /// <returns>True if distances were computed.</returns>
    public bool Find(in FeatureTile tile, Span<double> nearest, Span<double> distances)
    {
        if (blocks is not null && !tile.HasMissing && KernelSelection.Current != KernelVariant.Scalar)
        {
            Filter(tile, nearest, distances);
            return false;
        }
        SquaredDistances.Nearest(tile, centroids, clusters, nearest, distances);
        return true;
    }

    private unsafe void Filter(in FeatureTile tile, Span<double> nearest, Span<double> distances)
    {
        using var scratch = Scratch.Enter();
        var floats = MemoryMarshal.Cast<double, float>(scratch.Take((columns + 1) * FeatureTile.Capacity / 2));
        Span<int> doubtful = stackalloc int[FeatureTile.Capacity];
        int count;
        fixed (double* x = tile.Values, m = centers, found = nearest)
        {
            fixed (float* narrow = floats, c = blocks)
            {
                fixed (int* open = doubtful)
                {
                    count = KernelSelection.Current switch
                    {
                        KernelVariant.Avx512 => Filter<Float512Ops, Vector512<float>>(x, tile.Rows, m, narrow, c, found, open),
                        KernelVariant.Avx2 => Filter<Float256Ops, Vector256<float>>(x, tile.Rows, m, narrow, c, found, open),
                        _ => Filter<Float128Ops, Vector128<float>>(x, tile.Rows, m, narrow, c, found, open),
                    };
                }
            }
        }
        // The last rows may be padding.
        while (count > 0 && doubtful[count - 1] >= tile.Rows) count--;
        if (count > 0) Decide(tile, doubtful[..count], nearest, distances);
    }

    private unsafe int Filter<TOps, TVec>(double* x, int rows, double* m, float* narrow, float* c, double* nearest, int* doubtful)
        where TOps : struct, IFloatOps<TVec>
        where TVec : unmanaged
    {
        var norms = narrow + ((nint)columns * FeatureTile.Capacity);
        var most = (rows + (2 * TOps.Count) - 1) / (2 * TOps.Count) * 2 * TOps.Count;
        NearestFilter<TOps, TVec>.Narrow(x, columns, most, m, scale, narrow, norms);
        return NearestFilter<TOps, TVec>.Find(narrow, norms, columns, most, c, (clusters + Width - 1) / Width, growth, nearest, doubtful);
    }

    /// <summary>Compares some rows exactly.</summary>
    private void Decide(in FeatureTile tile, ReadOnlySpan<int> rows, Span<double> nearest, Span<double> distances)
    {
        using var scratch = Scratch.Enter();
        var values = scratch.Take(columns * FeatureTile.Capacity);
        var found = scratch.Take(FeatureTile.Capacity);
        for (var j = 0; j < columns; j++)
        {
            var from = tile.Values.Slice(j * FeatureTile.Capacity, FeatureTile.Capacity);
            var to = values.Slice(j * FeatureTile.Capacity, FeatureTile.Capacity);
            for (var i = 0; i < rows.Length; i++) to[i] = from[rows[i]];
            to[rows.Length..FeatureTile.Padded(rows.Length)].Clear();
        }
        SquaredDistances.Nearest(new(values, rows.Length, columns, false), centroids, clusters, found, distances);
        for (var i = 0; i < rows.Length; i++) nearest[rows[i]] = found[i];
    }

    private float[] Blocks()
    {
        var length = Head + (columns * Width);
        var all = GC.AllocateUninitializedArray<float>((clusters + Width - 1) / Width * length, pinned: true);
        all.AsSpan().Clear();
        for (var k = 0; k < all.Length / length * Width; k++)
        {
            var block = all.AsSpan(k / Width * length, length);
            var at = k % Width;
            // Columns that fill up the last block are never the least.
            block[at] = k < clusters ? (float)(Square(k, scale) / 2 * (1 - (2 * (double)growth))) : float.MaxValue;
            if (k >= clusters) continue;
            block[Width + at] = k;
            for (var j = 0; j < columns; j++) block[Head + (j * Width) + at] = -(float)((centroids[(k * columns) + j] - centers[j]) * scale);
        }
        return all;
    }

    private double Square(int cluster, double factor)
    {
        double sum = 0;
        for (var j = 0; j < columns; j++)
        {
            var c = (centroids[(cluster * columns) + j] - centers[j]) * factor;
            sum += c * c;
        }
        return sum;
    }
}
