using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Kernels;

/// <summary>Squared Euclidean distances from rows to centroids over the observed entries.</summary>
internal static class SquaredDistances
{
    /// <summary>Fills <c>distances[k * Capacity + i]</c> for all rows up to tile.PaddedRows (padding rows hold anything).</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="centroids">Shape [clusters, tile.Columns], row-major.</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="distances">Shape [clusters, Capacity].</param>
    public static void Fill(in FeatureTile tile, ReadOnlySpan<double> centroids, int clusters, Span<double> distances)
    {
        for (var k = 0; k < clusters; k++)
        {
            var target = distances.Slice(k * FeatureTile.Capacity, tile.PaddedRows);
            target.Clear();
            for (var j = 0; j < tile.Columns; j++)
            {
                var x = tile.Values.Slice(j * FeatureTile.Capacity, tile.PaddedRows);
                if (KernelSelection.Current == KernelVariant.Scalar) AddScalar(x, centroids[(k * tile.Columns) + j], target);
                else AddVector(x, centroids[(k * tile.Columns) + j], target);
            }
        }
    }

    // No sum runs across lanes and no multiply-add is fused, so every width gives the same bits as the scalar loop.
    private static void AddVector(ReadOnlySpan<double> x, double centroid, Span<double> target)
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(x);
        var to = MemoryMarshal.Cast<double, Vector<double>>(target);
        var c = new Vector<double>(centroid);
        for (var i = 0; i < from.Length; i++)
        {
            var d = from[i] - c;
            var squared = d * d;
            to[i] += Vector.ConditionalSelect(Vector.Equals(d, d), squared, Vector<double>.Zero);
        }
    }

    private static void AddScalar(ReadOnlySpan<double> x, double centroid, Span<double> target)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var d = x[i] - centroid;
            target[i] += double.IsNaN(d) ? 0 : d * d;
        }
    }
}
