using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Squared Euclidean distances from rows to centroids over the observed entries. No sum runs across lanes and no multiply-add is fused, so every vector width
/// gives the same bits as the scalar loop.
/// </summary>
internal static unsafe class SquaredDistances
{
    /// <summary>Fills <c>distances[k * Capacity + i]</c> for all rows up to tile.PaddedRows (padding rows hold arbitrary values).</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="centroids">Shape [clusters, tile.Columns], row-major.</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="distances">Shape [clusters, Capacity].</param>
    public static void Fill(in FeatureTile tile, ReadOnlySpan<double> centroids, int clusters, Span<double> distances)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar)
        {
            for (var k = 0; k < clusters; k++)
                for (var i = 0; i < tile.Rows; i++) distances[(k * FeatureTile.Capacity) + i] = One(tile, centroids.Slice(k * tile.Columns, tile.Columns), i);
            return;
        }
        fixed (double* x = tile.Values, c = centroids, to = distances)
        {
            switch (variant)
            {
                case KernelVariant.Avx512:
                    RowDistances<Vector512Ops, Vector512<double>>.Fill(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, to);
                    break;
                case KernelVariant.Avx2:
                    RowDistances<Vector256Ops, Vector256<double>>.Fill(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, to);
                    break;
                default:
                    RowDistances<Vector128Ops, Vector128<double>>.Fill(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, to);
                    break;
            }
        }
    }

    /// <summary>The nearest centroid of each row, the first on ties.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="centroids">Shape [clusters, tile.Columns], row-major.</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="nearest">Shape [Capacity]: indices, as doubles.</param>
    /// <param name="distances">Shape [Capacity]: squared distances to them.</param>
    public static void Nearest(in FeatureTile tile, ReadOnlySpan<double> centroids, int clusters, Span<double> nearest, Span<double> distances)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar)
        {
            NearestOfEach(tile, centroids, clusters, nearest, distances);
            return;
        }
        fixed (double* x = tile.Values, c = centroids, best = nearest, to = distances)
        {
            switch (variant)
            {
                case KernelVariant.Avx512:
                    RowDistances<Vector512Ops, Vector512<double>>.Nearest(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, best, to);
                    break;
                case KernelVariant.Avx2:
                    RowDistances<Vector256Ops, Vector256<double>>.Nearest(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, best, to);
                    break;
                default:
                    RowDistances<Vector128Ops, Vector128<double>>.Nearest(x, tile.Columns, tile.PaddedRows, tile.HasMissing, c, clusters, best, to);
                    break;
            }
        }
    }

    private static void NearestOfEach(in FeatureTile tile, ReadOnlySpan<double> centroids, int clusters, Span<double> nearest, Span<double> distances)
    {
        for (var i = 0; i < tile.Rows; i++)
        {
            (nearest[i], distances[i]) = (0, double.PositiveInfinity);
            for (var k = 0; k < clusters; k++)
            {
                var d = One(tile, centroids.Slice(k * tile.Columns, tile.Columns), i);
                if (d < distances[i]) (nearest[i], distances[i]) = (k, d);
            }
        }
    }

    private static double One(in FeatureTile tile, ReadOnlySpan<double> centroid, int row)
    {
        double sum = 0;
        for (var j = 0; j < centroid.Length; j++)
        {
            var d = tile.Values[(j * FeatureTile.Capacity) + row] - centroid[j];
            if (!double.IsNaN(d)) sum += d * d;
        }
        return sum;
    }
}
