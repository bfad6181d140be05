using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <content>Products of blocks of two to four features with each other.</content>
internal static unsafe partial class GaussianMoments<TOps, TVec>
{
    /// <summary>Features <paramref name="first"/> … + 2 with features <paramref name="other"/> … + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross34(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        var p2 = Row(products, first + 2, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0), c03 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0), c13 = TOps.Broadcast(0);
        TVec c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0), c23 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var d2 = TOps.Subtract(TOps.Load(b + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanB[2]));
            var d3 = TOps.Subtract(TOps.Load(b + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanB[3]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            c02 = TOps.MultiplyAdd(e, d2, c02);
            c03 = TOps.MultiplyAdd(e, d3, c03);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            c12 = TOps.MultiplyAdd(e, d2, c12);
            c13 = TOps.MultiplyAdd(e, d3, c13);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanA[2])));
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
            c23 = TOps.MultiplyAdd(e, d3, c23);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p0 + (2 * Stride), c02);
        Add(p0 + (3 * Stride), c03);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(p1 + (2 * Stride), c12);
        Add(p1 + (3 * Stride), c13);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
        Add(p2 + (3 * Stride), c23);
    }

    /// <summary>Features <paramref name="first"/> … + 2 with features <paramref name="other"/> … + 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross33(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        var p2 = Row(products, first + 2, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0);
        TVec c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var d2 = TOps.Subtract(TOps.Load(b + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanB[2]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            c02 = TOps.MultiplyAdd(e, d2, c02);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            c12 = TOps.MultiplyAdd(e, d2, c12);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanA[2])));
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p0 + (2 * Stride), c02);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(p1 + (2 * Stride), c12);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
    }

    /// <summary>Features <paramref name="first"/> … + 1 with features <paramref name="other"/> … + 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross23(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var d2 = TOps.Subtract(TOps.Load(b + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanB[2]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            c02 = TOps.MultiplyAdd(e, d2, c02);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            c12 = TOps.MultiplyAdd(e, d2, c12);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p0 + (2 * Stride), c02);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(p1 + (2 * Stride), c12);
    }

    /// <summary>Features <paramref name="first"/> … + 1 with features <paramref name="other"/> … + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross22(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p1, c10);
        Add(p1 + Stride, c11);
    }
}
