using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Weighted sums of a full-covariance Gaussian over a tile of rows, centred on a mean: S = sum r d, SS = sum r d d^T. Each sum is a vector of partial sums in
/// memory, <see cref="Stride"/> doubles apart; blocks of features by features stay in registers for the whole tile.
/// </summary>
internal static unsafe partial class GaussianMoments<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Distance between sums in doubles: the widest vector. Narrower vectors leave the rest 0.</summary>
    private const int Stride = GaussianLayout.SumStride;

    /// <summary>Adds the rows of a tile.</summary>
    /// <param name="x">Shape [D, Capacity].</param>
    /// <param name="means">Shape [D].</param>
    /// <param name="blocks">Sizes of the blocks of features, at most 5, later ones equal to the first or one less; they sum to D.</param>
    /// <param name="r">Shape [rows]: weights.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes">W, S [D], SS packed [D (D + 1)/2], each of <see cref="Stride"/> doubles.</param>
    public static void Add(double* x, double* means, ReadOnlySpan<int> blocks, double* r, int rows, double* lanes)
    {
        var dimensions = 0;
        foreach (var size in blocks) dimensions += size;
        var sums = lanes + Stride;
        var products = sums + (dimensions * Stride);
        var first = 0;

        // Each diagonal block also sums the weights; only the first block's sum is used.
        var ignored = stackalloc double[Stride];
        foreach (var size in blocks)
        {
            Cancellation.Poll();
            var weights = first == 0 ? lanes : ignored;
            var other = 0;
            foreach (var width in blocks)
            {
                if (other >= first) break;
                Cross(size, width, x, means, r, rows, first, other, products);
                other += width;
            }
            switch (size)
            {
                case 5: Diagonal5(x, means, r, rows, first, weights, sums, products); break;
                case 4: Diagonal4(x, means, r, rows, first, weights, sums, products); break;
                case 3: Diagonal3(x, means, r, rows, first, weights, sums, products); break;
                case 2: Diagonal2(x, means, r, rows, first, weights, sums, products); break;
                default: Diagonal1(x, means, r, rows, first, weights, sums, products); break;
            }
            first += size;
        }
    }

    /// <summary>Offset of the sums of features (i, j), (i, j + 1) …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double* Row(double* products, int i, int j) => products + (((i * (i + 1) / 2) + j) * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(double* sum, TVec value) => TOps.Store(sum, TOps.Add(TOps.Load(sum), value));

    /// <summary>Features <paramref name="first"/> … + 4 with each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal5(double* x, double* means, double* r, int rows, int first, double* weights, double* sums, double* products)
    {
        var column = x + (first * FeatureTile.Capacity);
        var mean = means + first;
        var s = sums + (first * Stride);
        var p0 = Row(products, first, first);
        var p1 = Row(products, first + 1, first);
        var p2 = Row(products, first + 2, first);
        var p3 = Row(products, first + 3, first);
        var p4 = Row(products, first + 4, first);
        var total = TOps.Broadcast(0);
        TVec s0 = TOps.Broadcast(0), c00 = TOps.Broadcast(0);
        TVec s1 = TOps.Broadcast(0), c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0);
        TVec s2 = TOps.Broadcast(0), c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0);
        TVec s3 = TOps.Broadcast(0), c30 = TOps.Broadcast(0), c31 = TOps.Broadcast(0), c32 = TOps.Broadcast(0), c33 = TOps.Broadcast(0);
        TVec s4 = TOps.Broadcast(0), c40 = TOps.Broadcast(0), c41 = TOps.Broadcast(0), c42 = TOps.Broadcast(0), c43 = TOps.Broadcast(0),
            c44 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d0 = TOps.Subtract(TOps.Load(column + i), TOps.Broadcast(mean[0]));
            var d1 = TOps.Subtract(TOps.Load(column + i + FeatureTile.Capacity), TOps.Broadcast(mean[1]));
            var d2 = TOps.Subtract(TOps.Load(column + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(mean[2]));
            var d3 = TOps.Subtract(TOps.Load(column + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(mean[3]));
            var d4 = TOps.Subtract(TOps.Load(column + i + (4 * FeatureTile.Capacity)), TOps.Broadcast(mean[4]));
            var e = TOps.Multiply(weight, d0);
            s0 = TOps.Add(s0, e);
            c00 = TOps.MultiplyAdd(e, d0, c00);
            e = TOps.Multiply(weight, d1);
            s1 = TOps.Add(s1, e);
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            e = TOps.Multiply(weight, d2);
            s2 = TOps.Add(s2, e);
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
            e = TOps.Multiply(weight, d3);
            s3 = TOps.Add(s3, e);
            c30 = TOps.MultiplyAdd(e, d0, c30);
            c31 = TOps.MultiplyAdd(e, d1, c31);
            c32 = TOps.MultiplyAdd(e, d2, c32);
            c33 = TOps.MultiplyAdd(e, d3, c33);
            e = TOps.Multiply(weight, d4);
            s4 = TOps.Add(s4, e);
            c40 = TOps.MultiplyAdd(e, d0, c40);
            c41 = TOps.MultiplyAdd(e, d1, c41);
            c42 = TOps.MultiplyAdd(e, d2, c42);
            c43 = TOps.MultiplyAdd(e, d3, c43);
            c44 = TOps.MultiplyAdd(e, d4, c44);
        }
        Add(weights, total);
        Add(s, s0);
        Add(p0, c00);
        Add(s + Stride, s1);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(s + (2 * Stride), s2);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
        Add(s + (3 * Stride), s3);
        Add(p3, c30);
        Add(p3 + Stride, c31);
        Add(p3 + (2 * Stride), c32);
        Add(p3 + (3 * Stride), c33);
        Add(s + (4 * Stride), s4);
        Add(p4, c40);
        Add(p4 + Stride, c41);
        Add(p4 + (2 * Stride), c42);
        Add(p4 + (3 * Stride), c43);
        Add(p4 + (4 * Stride), c44);
    }

    /// <summary>Features <paramref name="first"/> … + 3 with each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal4(double* x, double* means, double* r, int rows, int first, double* weights, double* sums, double* products)
    {
        var column = x + (first * FeatureTile.Capacity);
        var mean = means + first;
        var s = sums + (first * Stride);
        var p0 = Row(products, first, first);
        var p1 = Row(products, first + 1, first);
        var p2 = Row(products, first + 2, first);
        var p3 = Row(products, first + 3, first);
        var total = TOps.Broadcast(0);
        TVec s0 = TOps.Broadcast(0), c00 = TOps.Broadcast(0);
        TVec s1 = TOps.Broadcast(0), c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0);
        TVec s2 = TOps.Broadcast(0), c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0);
        TVec s3 = TOps.Broadcast(0), c30 = TOps.Broadcast(0), c31 = TOps.Broadcast(0), c32 = TOps.Broadcast(0), c33 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d0 = TOps.Subtract(TOps.Load(column + i), TOps.Broadcast(mean[0]));
            var d1 = TOps.Subtract(TOps.Load(column + i + FeatureTile.Capacity), TOps.Broadcast(mean[1]));
            var d2 = TOps.Subtract(TOps.Load(column + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(mean[2]));
            var d3 = TOps.Subtract(TOps.Load(column + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(mean[3]));
            var e = TOps.Multiply(weight, d0);
            s0 = TOps.Add(s0, e);
            c00 = TOps.MultiplyAdd(e, d0, c00);
            e = TOps.Multiply(weight, d1);
            s1 = TOps.Add(s1, e);
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            e = TOps.Multiply(weight, d2);
            s2 = TOps.Add(s2, e);
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
            e = TOps.Multiply(weight, d3);
            s3 = TOps.Add(s3, e);
            c30 = TOps.MultiplyAdd(e, d0, c30);
            c31 = TOps.MultiplyAdd(e, d1, c31);
            c32 = TOps.MultiplyAdd(e, d2, c32);
            c33 = TOps.MultiplyAdd(e, d3, c33);
        }
        Add(weights, total);
        Add(s, s0);
        Add(p0, c00);
        Add(s + Stride, s1);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(s + (2 * Stride), s2);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
        Add(s + (3 * Stride), s3);
        Add(p3, c30);
        Add(p3 + Stride, c31);
        Add(p3 + (2 * Stride), c32);
        Add(p3 + (3 * Stride), c33);
    }

    /// <summary>Features <paramref name="first"/> … + 2 with each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal3(double* x, double* means, double* r, int rows, int first, double* weights, double* sums, double* products)
    {
        var column = x + (first * FeatureTile.Capacity);
        var mean = means + first;
        var s = sums + (first * Stride);
        var p0 = Row(products, first, first);
        var p1 = Row(products, first + 1, first);
        var p2 = Row(products, first + 2, first);
        var total = TOps.Broadcast(0);
        TVec s0 = TOps.Broadcast(0), c00 = TOps.Broadcast(0);
        TVec s1 = TOps.Broadcast(0), c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0);
        TVec s2 = TOps.Broadcast(0), c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d0 = TOps.Subtract(TOps.Load(column + i), TOps.Broadcast(mean[0]));
            var d1 = TOps.Subtract(TOps.Load(column + i + FeatureTile.Capacity), TOps.Broadcast(mean[1]));
            var d2 = TOps.Subtract(TOps.Load(column + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(mean[2]));
            var e = TOps.Multiply(weight, d0);
            s0 = TOps.Add(s0, e);
            c00 = TOps.MultiplyAdd(e, d0, c00);
            e = TOps.Multiply(weight, d1);
            s1 = TOps.Add(s1, e);
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            e = TOps.Multiply(weight, d2);
            s2 = TOps.Add(s2, e);
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
        }
        Add(weights, total);
        Add(s, s0);
        Add(p0, c00);
        Add(s + Stride, s1);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(s + (2 * Stride), s2);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
    }

    /// <summary>Features <paramref name="first"/> … + 1 with each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal2(double* x, double* means, double* r, int rows, int first, double* weights, double* sums, double* products)
    {
        var column = x + (first * FeatureTile.Capacity);
        var mean = means + first;
        var s = sums + (first * Stride);
        var p0 = Row(products, first, first);
        var p1 = Row(products, first + 1, first);
        var total = TOps.Broadcast(0);
        TVec s0 = TOps.Broadcast(0), c00 = TOps.Broadcast(0);
        TVec s1 = TOps.Broadcast(0), c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d0 = TOps.Subtract(TOps.Load(column + i), TOps.Broadcast(mean[0]));
            var d1 = TOps.Subtract(TOps.Load(column + i + FeatureTile.Capacity), TOps.Broadcast(mean[1]));
            var e = TOps.Multiply(weight, d0);
            s0 = TOps.Add(s0, e);
            c00 = TOps.MultiplyAdd(e, d0, c00);
            e = TOps.Multiply(weight, d1);
            s1 = TOps.Add(s1, e);
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
        }
        Add(weights, total);
        Add(s, s0);
        Add(p0, c00);
        Add(s + Stride, s1);
        Add(p1, c10);
        Add(p1 + Stride, c11);
    }

    /// <summary>Feature <paramref name="first"/> with itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal1(double* x, double* means, double* r, int rows, int first, double* weights, double* sums, double* products)
    {
        var column = x + (first * FeatureTile.Capacity);
        var mean = means + first;
        var s = sums + (first * Stride);
        var p0 = Row(products, first, first);
        var total = TOps.Broadcast(0);
        TVec s0 = TOps.Broadcast(0), c00 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d0 = TOps.Subtract(TOps.Load(column + i), TOps.Broadcast(mean[0]));
            var e = TOps.Multiply(weight, d0);
            s0 = TOps.Add(s0, e);
            c00 = TOps.MultiplyAdd(e, d0, c00);
        }
        Add(weights, total);
        Add(s, s0);
        Add(p0, c00);
    }
}
