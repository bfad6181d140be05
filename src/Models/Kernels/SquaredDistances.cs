using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Squared Euclidean distances from rows to centroids over the observed entries. No sum runs across lanes and no multiply-add is fused, so every vector width
/// gives the same bits as the scalar loop.
/// </summary>
internal static class SquaredDistances
{
    /// <summary>Fills <c>distances[k * Capacity + i]</c> for all rows up to tile.PaddedRows (padding rows hold arbitrary values).</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="centroids">Shape [clusters, tile.Columns], row-major.</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="distances">Shape [clusters, Capacity].</param>
    public static void Fill(in FeatureTile tile, ReadOnlySpan<double> centroids, int clusters, Span<double> distances)
    {
        var scalar = KernelSelection.Current == KernelVariant.Scalar;
        for (var k = 0; k < clusters; k++)
        {
            var centroid = centroids.Slice(k * tile.Columns, tile.Columns);
            var target = distances.Slice(k * FeatureTile.Capacity, tile.PaddedRows);
            if (scalar)
            {
                for (var i = 0; i < target.Length; i++) target[i] = One(tile, centroid, i);
            }
            else
            {
                ref var x = ref MemoryMarshal.GetReference(tile.Values);
                var to = MemoryMarshal.Cast<double, Vector<double>>(target);
                for (var i = 0; i < to.Length; i++) to[i] = Lanes(ref Unsafe.Add(ref x, i * Vector<double>.Count), centroid, tile.HasMissing);
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
        if (KernelSelection.Current == KernelVariant.Scalar)
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
            return;
        }
        ref var x = ref MemoryMarshal.GetReference(tile.Values);
        for (var i = 0; i < tile.PaddedRows; i += Vector<double>.Count)
        {
            var best = new Vector<double>(double.PositiveInfinity);
            var index = Vector<double>.Zero;
            for (var k = 0; k < clusters; k++)
            {
                var d = Lanes(ref Unsafe.Add(ref x, i), centroids.Slice(k * tile.Columns, tile.Columns), tile.HasMissing);
                var closer = Vector.LessThan(d, best);
                best = Vector.ConditionalSelect(closer, d, best);
                index = Vector.ConditionalSelect(closer, new Vector<double>(k), index);
            }
            best.CopyTo(distances[i..]);
            index.CopyTo(nearest[i..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Lanes(ref double x, ReadOnlySpan<double> centroid, bool hasMissing)
    {
        var sum = Vector<double>.Zero;
        for (var j = 0; j < centroid.Length; j++)
        {
            var d = Unsafe.As<double, Vector<double>>(ref Unsafe.Add(ref x, j * FeatureTile.Capacity)) - new Vector<double>(centroid[j]);
            var squared = d * d;
            sum += hasMissing ? Vector.ConditionalSelect(Vector.Equals(d, d), squared, Vector<double>.Zero) : squared;
        }
        return sum;
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
