using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>The vector loops of <see cref="SquaredDistances"/>: two vectors of rows by four centroids at a time.</summary>
internal static unsafe class RowDistances<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>The nearest centroid of each row, the first on ties.</summary>
    /// <param name="x">Shape [columns, Capacity].</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="hasMissing">True if a value may be NaN; it then adds nothing.</param>
    /// <param name="centroids">Shape [clusters, columns].</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="nearest">Shape [rows]: indices.</param>
    /// <param name="distances">Shape [rows]: squared distances to them.</param>
    public static void Nearest(double* x, int columns, int rows, bool hasMissing, double* centroids, int clusters, double* nearest, double* distances)
    {
        if (hasMissing) Nearest<Gaps>(x, columns, rows, centroids, clusters, nearest, distances);
        else Nearest<NoGaps>(x, columns, rows, centroids, clusters, nearest, distances);
    }

    /// <summary>The distances from each row to each centroid.</summary>
    /// <param name="x">Shape [columns, Capacity].</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="hasMissing">True if a value may be NaN; it then adds nothing.</param>
    /// <param name="centroids">Shape [clusters, columns].</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="distances">Shape [clusters, Capacity].</param>
    public static void Fill(double* x, int columns, int rows, bool hasMissing, double* centroids, int clusters, double* distances)
    {
        for (var k = 0; k < clusters; k++, centroids += columns, distances += FeatureTile.Capacity)
        {
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                TVec a, b;
                if (hasMissing) One<Gaps>(x + i, columns, centroids, out a, out b);
                else One<NoGaps>(x + i, columns, centroids, out a, out b);
                TOps.Store(distances + i, a);
                TOps.Store(distances + i + TOps.Count, b);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Nearest<TGaps>(double* x, int columns, int rows, double* centroids, int clusters, double* nearest, double* distances)
        where TGaps : struct, IGaps
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec best = TOps.Broadcast(double.PositiveInfinity), otherBest = best;
            TVec index = TOps.Broadcast(0), otherIndex = index;
            var k = 0;
            var c = centroids;
            for (; k + 4 <= clusters; k += 4, c += 4 * (nint)columns)
            {
                TVec a0 = TOps.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
                var column = x + i;
                double* c0 = c, c1 = c + columns, c2 = c + (2 * (nint)columns), c3 = c + (3 * (nint)columns);
                for (var j = 0; j < columns; j++, column += FeatureTile.Capacity)
                {
                    TVec value = TOps.Load(column), other = TOps.Load(column + TOps.Count);
                    var center = TOps.Broadcast(c0[j]);
                    a0 = TOps.Add(a0, TGaps.Square(TOps.Subtract(value, center)));
                    b0 = TOps.Add(b0, TGaps.Square(TOps.Subtract(other, center)));
                    center = TOps.Broadcast(c1[j]);
                    a1 = TOps.Add(a1, TGaps.Square(TOps.Subtract(value, center)));
                    b1 = TOps.Add(b1, TGaps.Square(TOps.Subtract(other, center)));
                    center = TOps.Broadcast(c2[j]);
                    a2 = TOps.Add(a2, TGaps.Square(TOps.Subtract(value, center)));
                    b2 = TOps.Add(b2, TGaps.Square(TOps.Subtract(other, center)));
                    center = TOps.Broadcast(c3[j]);
                    a3 = TOps.Add(a3, TGaps.Square(TOps.Subtract(value, center)));
                    b3 = TOps.Add(b3, TGaps.Square(TOps.Subtract(other, center)));
                }
                Closer(a0, k, ref best, ref index);
                Closer(a1, k + 1, ref best, ref index);
                Closer(a2, k + 2, ref best, ref index);
                Closer(a3, k + 3, ref best, ref index);
                Closer(b0, k, ref otherBest, ref otherIndex);
                Closer(b1, k + 1, ref otherBest, ref otherIndex);
                Closer(b2, k + 2, ref otherBest, ref otherIndex);
                Closer(b3, k + 3, ref otherBest, ref otherIndex);
            }
            for (; k < clusters; k++, c += columns)
            {
                One<TGaps>(x + i, columns, c, out var a, out var b);
                Closer(a, k, ref best, ref index);
                Closer(b, k, ref otherBest, ref otherIndex);
            }
            TOps.Store(nearest + i, index);
            TOps.Store(nearest + i + TOps.Count, otherIndex);
            TOps.Store(distances + i, best);
            TOps.Store(distances + i + TOps.Count, otherBest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TGaps>(double* x, int columns, double* centroid, out TVec a, out TVec b)
        where TGaps : struct, IGaps
    {
        TVec sum = TOps.Broadcast(0), other = sum;
        for (var j = 0; j < columns; j++, x += FeatureTile.Capacity)
        {
            var center = TOps.Broadcast(centroid[j]);
            sum = TOps.Add(sum, TGaps.Square(TOps.Subtract(TOps.Load(x), center)));
            other = TOps.Add(other, TGaps.Square(TOps.Subtract(TOps.Load(x + TOps.Count), center)));
        }
        (a, b) = (sum, other);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Closer(TVec distance, int k, ref TVec best, ref TVec index)
    {
        index = TOps.SelectGreater(best, distance, TOps.Broadcast(k), index);
        best = TOps.SelectGreater(best, distance, distance, best);
    }

    /// <summary>The square of a difference, in one version for complete rows and one for rows with missing entries.</summary>
    private interface IGaps
    {
        static abstract TVec Square(TVec difference);
    }

    private readonly struct NoGaps : IGaps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVec Square(TVec difference) => TOps.Multiply(difference, difference);
    }

    private readonly struct Gaps : IGaps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVec Square(TVec difference) => TOps.ZeroWhereNaN(difference, TOps.Multiply(difference, difference));
    }
}
