using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Sums of k-means over complete rows whose nearest centroids are known: of differences from the centroid, of weights, and the squared distances themselves.
/// A group of rows is transposed, so that a vector holds several features of a row and is added to its cluster at once. Each sum takes its rows in order and
/// nothing is fused, so every vector width gives the same bits as the scalar loop.
/// </summary>
internal static unsafe class ClusterSums<TOps, TVec, TSquare>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
    where TSquare : struct, ISquareTranspose
{
    /// <summary>Rows in a group, which stays in the fastest cache.</summary>
    public const int Group = 32;

    /// <summary>Adds the rows of a tile.</summary>
    /// <param name="x">Shape [columns, Capacity].</param>
    /// <param name="columns">Number of features, at least the lanes of a vector.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="weights">Shape [rows]; null = all 1.</param>
    /// <param name="nearest">Shape [rows]: clusters, as doubles.</param>
    /// <param name="centroids">Shape [clusters, stride], filled up with 0.</param>
    /// <param name="stride">Columns rounded up to a multiple of 8.</param>
    /// <param name="shifts">Shape [clusters, stride].</param>
    /// <param name="counts">Shape [clusters].</param>
    /// <param name="group">Shape [Group, stride]: scratch, of which the columns after the last are 0.</param>
    /// <param name="squares">Shape [columns, Group]: scratch.</param>
    /// <param name="distances">Shape [Capacity]: squared distances to fill in; null = none.</param>
    /// <param name="whole">Shape [rows, columns], the rows once more, with as many again behind them; null = there are none, so they are transposed.</param>
    public static void Add(double* x, int columns, int rows, double* weights, double* nearest, double* centroids, int stride, double* shifts, double* counts,
        double* group, double* squares, double* distances, double* whole)
    {
        for (var first = 0; first < rows; first += Group)
        {
            var some = Math.Min(Group, rows - first);
            var padded = FeatureTile.Padded(some);
            double* from = group;
            var step = stride;
            if (whole == null) Transpose(x + first, FeatureTile.Capacity, columns, padded, group, stride);
            else
            {
                from = whole + ((nint)first * columns);
                step = columns;
            }
            var w = weights == null ? null : weights + first;
            if (distances == null)
            {
                Sum<No>(some, columns, w, nearest + first, centroids, stride, shifts, counts, from, step, group);
                continue;
            }
            Sum<Yes>(some, columns, w, nearest + first, centroids, stride, shifts, counts, from, step, group);
            TransposeBack(group, stride, columns, padded, squares);
            Total(squares, columns, padded, distances + first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(double* x, nint columnStride, int columns, int rows, double* group, int stride)
    {
        for (var j = 0; ; j += TOps.Count)
        {
            // The last square may overlap the one before it.
            if (j + TOps.Count > columns) j = columns - TOps.Count;
            double* from = x + (j * columnStride), to = group + j;
            for (var i = 0; i < rows; i += TOps.Count, from += TOps.Count, to += TOps.Count * stride) TSquare.Transpose(from, columnStride, to, stride);
            if (j + TOps.Count == columns) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBack(double* group, int stride, int columns, int rows, double* squares)
    {
        for (var j = 0; ; j += TOps.Count)
        {
            if (j + TOps.Count > columns) j = columns - TOps.Count;
            double* from = group + j, to = squares + (j * Group);
            for (var i = 0; i < rows; i += TOps.Count, from += TOps.Count * stride, to += TOps.Count) TSquare.Transpose(from, stride, to, Group);
            if (j + TOps.Count == columns) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TSquares>(int rows, int columns, double* weights, double* nearest, double* centroids, int stride, double* shifts, double* counts,
        double* from, int step, double* group)
        where TSquares : struct, IAnswer
    {
        for (var i = 0; i < rows; i++, from += step, group += stride)
        {
            // The next tile's row. In one burst they would fill the processor's queues, and wait.
            if (from != group && Sse.IsSupported)
            {
                for (var j = 0; j < columns; j += 8) Sse.Prefetch1(from + (FeatureTile.Capacity * step) + j);
            }
            var cluster = (int)nearest[i];
            var offset = (nint)cluster * stride;
            double* c = centroids + offset, s = shifts + offset;
            if (weights == null)
            {
                counts[cluster] += 1;
                for (var j = 0; j < columns; j += TOps.Count)
                {
                    var d = TOps.Subtract(TOps.Load(from + j), TOps.Load(c + j));
                    TOps.Store(s + j, TOps.Add(TOps.Load(s + j), d));
                    if (TSquares.IsYes) TOps.Store(group + j, TOps.Multiply(d, d));
                }
                continue;
            }
            counts[cluster] += weights[i];
            var weight = TOps.Broadcast(weights[i]);
            for (var j = 0; j < columns; j += TOps.Count)
            {
                var d = TOps.Subtract(TOps.Load(from + j), TOps.Load(c + j));
                TOps.Store(s + j, TOps.Add(TOps.Load(s + j), TOps.Multiply(weight, d)));
                if (TSquares.IsYes) TOps.Store(group + j, TOps.Multiply(d, d));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Total(double* squares, int columns, int rows, double* distances)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec a = TOps.Broadcast(0), b = a;
            var square = squares + i;
            for (var j = 0; j < columns; j++, square += Group)
            {
                a = TOps.Add(a, TOps.Load(square));
                b = TOps.Add(b, TOps.Load(square + TOps.Count));
            }
            TOps.Store(distances + i, a);
            TOps.Store(distances + i + TOps.Count, b);
        }
    }

    private interface IAnswer
    {
        static abstract bool IsYes { get; }
    }

    private readonly struct Yes : IAnswer
    {
        public static bool IsYes => true;
    }

    private readonly struct No : IAnswer
    {
        public static bool IsYes => false;
    }
}
