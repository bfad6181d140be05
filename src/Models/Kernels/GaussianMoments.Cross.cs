using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <content>Products of one block of features with another. Later blocks have the same size or one less, so few shapes occur.</content>
internal static unsafe partial class GaussianMoments<TOps, TVec>
{
    private static void Cross(int size, int width, double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        switch (size, width)
        {
            case (5, 5): Cross55(x, means, r, rows, first, other, products); break;
            case (4, 5): Cross45(x, means, r, rows, first, other, products); break;
            case (4, 4): Cross44(x, means, r, rows, first, other, products); break;
            case (3, 4): Cross34(x, means, r, rows, first, other, products); break;
            case (3, 3): Cross33(x, means, r, rows, first, other, products); break;
            case (2, 3): Cross23(x, means, r, rows, first, other, products); break;
            case (2, 2): Cross22(x, means, r, rows, first, other, products); break;
            default: throw new InvalidOperationException($"block of {size} by {width} features");
        }
    }

    /// <summary>Features <paramref name="first"/> … + 4 with features <paramref name="other"/> … + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross55(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        var p2 = Row(products, first + 2, other);
        var p3 = Row(products, first + 3, other);
        var p4 = Row(products, first + 4, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0), c03 = TOps.Broadcast(0), c04 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0), c13 = TOps.Broadcast(0), c14 = TOps.Broadcast(0);
        TVec c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0), c23 = TOps.Broadcast(0), c24 = TOps.Broadcast(0);
        TVec c30 = TOps.Broadcast(0), c31 = TOps.Broadcast(0), c32 = TOps.Broadcast(0), c33 = TOps.Broadcast(0), c34 = TOps.Broadcast(0);
        TVec c40 = TOps.Broadcast(0), c41 = TOps.Broadcast(0), c42 = TOps.Broadcast(0), c43 = TOps.Broadcast(0), c44 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var d2 = TOps.Subtract(TOps.Load(b + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanB[2]));
            var d3 = TOps.Subtract(TOps.Load(b + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanB[3]));
            var d4 = TOps.Subtract(TOps.Load(b + i + (4 * FeatureTile.Capacity)), TOps.Broadcast(meanB[4]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            c02 = TOps.MultiplyAdd(e, d2, c02);
            c03 = TOps.MultiplyAdd(e, d3, c03);
            c04 = TOps.MultiplyAdd(e, d4, c04);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            c12 = TOps.MultiplyAdd(e, d2, c12);
            c13 = TOps.MultiplyAdd(e, d3, c13);
            c14 = TOps.MultiplyAdd(e, d4, c14);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanA[2])));
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
            c23 = TOps.MultiplyAdd(e, d3, c23);
            c24 = TOps.MultiplyAdd(e, d4, c24);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanA[3])));
            c30 = TOps.MultiplyAdd(e, d0, c30);
            c31 = TOps.MultiplyAdd(e, d1, c31);
            c32 = TOps.MultiplyAdd(e, d2, c32);
            c33 = TOps.MultiplyAdd(e, d3, c33);
            c34 = TOps.MultiplyAdd(e, d4, c34);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (4 * FeatureTile.Capacity)), TOps.Broadcast(meanA[4])));
            c40 = TOps.MultiplyAdd(e, d0, c40);
            c41 = TOps.MultiplyAdd(e, d1, c41);
            c42 = TOps.MultiplyAdd(e, d2, c42);
            c43 = TOps.MultiplyAdd(e, d3, c43);
            c44 = TOps.MultiplyAdd(e, d4, c44);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p0 + (2 * Stride), c02);
        Add(p0 + (3 * Stride), c03);
        Add(p0 + (4 * Stride), c04);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(p1 + (2 * Stride), c12);
        Add(p1 + (3 * Stride), c13);
        Add(p1 + (4 * Stride), c14);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
        Add(p2 + (3 * Stride), c23);
        Add(p2 + (4 * Stride), c24);
        Add(p3, c30);
        Add(p3 + Stride, c31);
        Add(p3 + (2 * Stride), c32);
        Add(p3 + (3 * Stride), c33);
        Add(p3 + (4 * Stride), c34);
        Add(p4, c40);
        Add(p4 + Stride, c41);
        Add(p4 + (2 * Stride), c42);
        Add(p4 + (3 * Stride), c43);
        Add(p4 + (4 * Stride), c44);
    }

    /// <summary>Features <paramref name="first"/> … + 3 with features <paramref name="other"/> … + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross45(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        var p2 = Row(products, first + 2, other);
        var p3 = Row(products, first + 3, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0), c03 = TOps.Broadcast(0), c04 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0), c13 = TOps.Broadcast(0), c14 = TOps.Broadcast(0);
        TVec c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0), c23 = TOps.Broadcast(0), c24 = TOps.Broadcast(0);
        TVec c30 = TOps.Broadcast(0), c31 = TOps.Broadcast(0), c32 = TOps.Broadcast(0), c33 = TOps.Broadcast(0), c34 = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            var d0 = TOps.Subtract(TOps.Load(b + i), TOps.Broadcast(meanB[0]));
            var d1 = TOps.Subtract(TOps.Load(b + i + FeatureTile.Capacity), TOps.Broadcast(meanB[1]));
            var d2 = TOps.Subtract(TOps.Load(b + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanB[2]));
            var d3 = TOps.Subtract(TOps.Load(b + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanB[3]));
            var d4 = TOps.Subtract(TOps.Load(b + i + (4 * FeatureTile.Capacity)), TOps.Broadcast(meanB[4]));
            var e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i), TOps.Broadcast(meanA[0])));
            c00 = TOps.MultiplyAdd(e, d0, c00);
            c01 = TOps.MultiplyAdd(e, d1, c01);
            c02 = TOps.MultiplyAdd(e, d2, c02);
            c03 = TOps.MultiplyAdd(e, d3, c03);
            c04 = TOps.MultiplyAdd(e, d4, c04);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + FeatureTile.Capacity), TOps.Broadcast(meanA[1])));
            c10 = TOps.MultiplyAdd(e, d0, c10);
            c11 = TOps.MultiplyAdd(e, d1, c11);
            c12 = TOps.MultiplyAdd(e, d2, c12);
            c13 = TOps.MultiplyAdd(e, d3, c13);
            c14 = TOps.MultiplyAdd(e, d4, c14);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (2 * FeatureTile.Capacity)), TOps.Broadcast(meanA[2])));
            c20 = TOps.MultiplyAdd(e, d0, c20);
            c21 = TOps.MultiplyAdd(e, d1, c21);
            c22 = TOps.MultiplyAdd(e, d2, c22);
            c23 = TOps.MultiplyAdd(e, d3, c23);
            c24 = TOps.MultiplyAdd(e, d4, c24);
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanA[3])));
            c30 = TOps.MultiplyAdd(e, d0, c30);
            c31 = TOps.MultiplyAdd(e, d1, c31);
            c32 = TOps.MultiplyAdd(e, d2, c32);
            c33 = TOps.MultiplyAdd(e, d3, c33);
            c34 = TOps.MultiplyAdd(e, d4, c34);
        }
        Add(p0, c00);
        Add(p0 + Stride, c01);
        Add(p0 + (2 * Stride), c02);
        Add(p0 + (3 * Stride), c03);
        Add(p0 + (4 * Stride), c04);
        Add(p1, c10);
        Add(p1 + Stride, c11);
        Add(p1 + (2 * Stride), c12);
        Add(p1 + (3 * Stride), c13);
        Add(p1 + (4 * Stride), c14);
        Add(p2, c20);
        Add(p2 + Stride, c21);
        Add(p2 + (2 * Stride), c22);
        Add(p2 + (3 * Stride), c23);
        Add(p2 + (4 * Stride), c24);
        Add(p3, c30);
        Add(p3 + Stride, c31);
        Add(p3 + (2 * Stride), c32);
        Add(p3 + (3 * Stride), c33);
        Add(p3 + (4 * Stride), c34);
    }

    /// <summary>Features <paramref name="first"/> … + 3 with features <paramref name="other"/> … + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cross44(double* x, double* means, double* r, int rows, int first, int other, double* products)
    {
        var a = x + (first * FeatureTile.Capacity);
        var b = x + (other * FeatureTile.Capacity);
        var meanA = means + first;
        var meanB = means + other;
        var p0 = Row(products, first, other);
        var p1 = Row(products, first + 1, other);
        var p2 = Row(products, first + 2, other);
        var p3 = Row(products, first + 3, other);
        TVec c00 = TOps.Broadcast(0), c01 = TOps.Broadcast(0), c02 = TOps.Broadcast(0), c03 = TOps.Broadcast(0);
        TVec c10 = TOps.Broadcast(0), c11 = TOps.Broadcast(0), c12 = TOps.Broadcast(0), c13 = TOps.Broadcast(0);
        TVec c20 = TOps.Broadcast(0), c21 = TOps.Broadcast(0), c22 = TOps.Broadcast(0), c23 = TOps.Broadcast(0);
        TVec c30 = TOps.Broadcast(0), c31 = TOps.Broadcast(0), c32 = TOps.Broadcast(0), c33 = TOps.Broadcast(0);
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
            e = TOps.Multiply(weight, TOps.Subtract(TOps.Load(a + i + (3 * FeatureTile.Capacity)), TOps.Broadcast(meanA[3])));
            c30 = TOps.MultiplyAdd(e, d0, c30);
            c31 = TOps.MultiplyAdd(e, d1, c31);
            c32 = TOps.MultiplyAdd(e, d2, c32);
            c33 = TOps.MultiplyAdd(e, d3, c33);
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
        Add(p3, c30);
        Add(p3 + Stride, c31);
        Add(p3 + (2 * Stride), c32);
        Add(p3 + (3 * Stride), c33);
    }
}
