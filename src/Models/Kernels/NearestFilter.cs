using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Compares centroids in single precision by s = |c|^2/2 - x c, which orders them as their distances to x do and takes one multiply-add for each feature. A row
/// whose least s is below all others by more than the rounding errors has found its nearest centroid; other rows are reported.
/// </summary>
internal static unsafe class NearestFilter<TOps, TVec>
    where TOps : struct, IFloatOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Centroids at a time.</summary>
    public const int Width = 5;

    /// <summary>Floats in a block before its coordinates: the constants and the indices of its centroids.</summary>
    public const int Head = 2 * Width;

    /// <summary>Centers and narrows rows.</summary>
    /// <param name="x">Shape [columns, Capacity], complete.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="rows">A multiple of two vectors, at most Capacity.</param>
    /// <param name="centers">Shape [columns].</param>
    /// <param name="scale">A power of two.</param>
    /// <param name="narrow">Shape [columns, Capacity].</param>
    /// <param name="norms">Shape [rows]: sums of squares.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(double* x, int columns, int rows, double* centers, double scale, float* narrow, float* norms)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec a = TOps.Broadcast(0), b = a;
            var from = x + i;
            var to = narrow + i;
            for (var j = 0; j < columns; j++, from += FeatureTile.Capacity, to += FeatureTile.Capacity)
            {
                TVec value = TOps.Narrow(from, centers[j], scale), other = TOps.Narrow(from + TOps.Count, centers[j], scale);
                TOps.Store(to, value);
                TOps.Store(to + TOps.Count, other);
                a = TOps.MultiplyAdd(value, value, a);
                b = TOps.MultiplyAdd(other, other, b);
            }
            TOps.Store(norms + i, a);
            TOps.Store(norms + i + TOps.Count, b);
        }
    }

    /// <summary>Finds the nearest centroid of each row.</summary>
    /// <param name="x">Shape [columns, Capacity]: narrowed rows.</param>
    /// <param name="norms">Shape [rows]: their sums of squares.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="rows">A multiple of two vectors, at most Capacity.</param>
    /// <param name="blocks">Shape [count, Head + columns * Width]: constants, indices and negated coordinates, feature by feature.</param>
    /// <param name="count">Number of blocks.</param>
    /// <param name="growth">Relative rounding error of s.</param>
    /// <param name="nearest">Shape [rows]: indices.</param>
    /// <param name="doubtful">Shape [rows]: numbers of the rows that are not decided, ascending.</param>
    /// <returns>How many they are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find(float* x, float* norms, int columns, int rows, float* blocks, int count, float growth, double* nearest, int* doubtful)
    {
        var found = 0;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec best = TOps.Broadcast(float.MaxValue), second = best, index = TOps.Broadcast(0);
            TVec otherBest = best, otherSecond = best, otherIndex = index;
            var c = blocks;
            for (var block = 0; block < count; block++)
            {
                var head = c;
                TVec a0 = TOps.Broadcast(c[0]), a1 = TOps.Broadcast(c[1]), a2 = TOps.Broadcast(c[2]), a3 = TOps.Broadcast(c[3]), a4 = TOps.Broadcast(c[4]);
                TVec b0 = a0, b1 = a1, b2 = a2, b3 = a3, b4 = a4;
                c += Head;
                var column = x + i;
                for (var j = 0; j < columns; j++, column += FeatureTile.Capacity, c += Width)
                {
                    TVec value = TOps.Load(column), other = TOps.Load(column + TOps.Count);
                    var center = TOps.Broadcast(c[0]);
                    a0 = TOps.MultiplyAdd(value, center, a0);
                    b0 = TOps.MultiplyAdd(other, center, b0);
                    center = TOps.Broadcast(c[1]);
                    a1 = TOps.MultiplyAdd(value, center, a1);
                    b1 = TOps.MultiplyAdd(other, center, b1);
                    center = TOps.Broadcast(c[2]);
                    a2 = TOps.MultiplyAdd(value, center, a2);
                    b2 = TOps.MultiplyAdd(other, center, b2);
                    center = TOps.Broadcast(c[3]);
                    a3 = TOps.MultiplyAdd(value, center, a3);
                    b3 = TOps.MultiplyAdd(other, center, b3);
                    center = TOps.Broadcast(c[4]);
                    a4 = TOps.MultiplyAdd(value, center, a4);
                    b4 = TOps.MultiplyAdd(other, center, b4);
                }
                Lower(a0, head[Width], ref best, ref second, ref index);
                Lower(b0, head[Width], ref otherBest, ref otherSecond, ref otherIndex);
                Lower(a1, head[Width + 1], ref best, ref second, ref index);
                Lower(b1, head[Width + 1], ref otherBest, ref otherSecond, ref otherIndex);
                Lower(a2, head[Width + 2], ref best, ref second, ref index);
                Lower(b2, head[Width + 2], ref otherBest, ref otherSecond, ref otherIndex);
                Lower(a3, head[Width + 3], ref best, ref second, ref index);
                Lower(b3, head[Width + 3], ref otherBest, ref otherSecond, ref otherIndex);
                Lower(a4, head[Width + 4], ref best, ref second, ref index);
                Lower(b4, head[Width + 4], ref otherBest, ref otherSecond, ref otherIndex);
            }
            TOps.Widen(nearest + i, index);
            TOps.Widen(nearest + i + TOps.Count, otherIndex);
            var decided = Decided(best, second, TOps.Load(norms + i), growth) | (Decided(otherBest, otherSecond, TOps.Load(norms + i + TOps.Count), growth)
                << TOps.Count);
            for (var open = ~decided & (uint)((1UL << (2 * TOps.Count)) - 1); open != 0; open &= open - 1)
                doubtful[found++] = i + System.Numerics.BitOperations.TrailingZeroCount(open);
        }
        return found;
    }

    // NearestCentroids derives the margin.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Decided(TVec best, TVec second, TVec norm, float growth)
    {
        var margin = TOps.MultiplyAdd(norm, TOps.Broadcast(10 * growth), TOps.MultiplyAdd(best, TOps.Broadcast(9 * growth), TOps.Broadcast(1e-30f)));
        return TOps.Greater(TOps.Subtract(second, best), margin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lower(TVec s, float k, ref TVec best, ref TVec second, ref TVec index)
    {
        index = TOps.SelectLess(s, best, TOps.Broadcast(k), index);
        second = TOps.Min(second, TOps.Max(best, s));
        best = TOps.Min(best, s);
    }
}
