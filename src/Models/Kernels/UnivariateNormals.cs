using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>Mixtures of normals of one feature: joint densities with the largest of each row on the way, and sums from unscaled responsibilities.</summary>
internal static unsafe class UnivariateNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills the base-2 joint densities of complete rows.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [K, 3] as <see cref="DiagonalNormals{TOps, TVec}"/> has them.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    /// <param name="maxima">Shape [rows]: the largest of each row, at least the least number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Joint(double* x, double* parameters, double* log2Weights, int components, int rows, double* joint, double* maxima)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec valueA = TOps.Load(x + i), valueB = TOps.Load(x + i + TOps.Count);
            TVec maxA = TOps.Broadcast(-double.MaxValue), maxB = maxA;
            var p = parameters;
            var y = joint + i;
            for (var k = 0; k < components; k++, p += DiagonalNormals<TOps, TVec>.FeatureParameters, y += FeatureTile.Capacity)
            {
                TVec mean = TOps.Broadcast(p[0]), scale = TOps.Broadcast(p[1]), constant = TOps.Broadcast(p[2] + log2Weights[k]);
                var a = TOps.Multiply(TOps.Subtract(valueA, mean), scale);
                var b = TOps.Multiply(TOps.Subtract(valueB, mean), scale);
                a = TOps.NegatedMultiplyAdd(a, a, constant);
                b = TOps.NegatedMultiplyAdd(b, b, constant);
                TOps.Store(y, a);
                TOps.Store(y + TOps.Count, b);
                maxA = TOps.Max(maxA, a);
                maxB = TOps.Max(maxB, b);
            }
            TOps.Store(maxima + i, maxA);
            TOps.Store(maxima + i + TOps.Count, maxB);
        }
    }

    /// <summary>Adds complete rows to the sums of one component, as <see cref="DiagonalNormals{TOps, TVec}.Add"/>, from responsibilities that are still unscaled.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="mean">The component's mean.</param>
    /// <param name="shares">Shape [rows].</param>
    /// <param name="scales">Shape [rows]: what each share is to be multiplied by.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes">W, one that is left alone, S, SS.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(double* x, double mean, double* shares, double* scales, int rows, double* lanes)
    {
        var m = TOps.Broadcast(mean);
        TVec w = TOps.Load(lanes), s = TOps.Load(lanes + (2 * GaussianLayout.SumStride)), q = TOps.Load(lanes + (3 * GaussianLayout.SumStride));
        TVec otherW = TOps.Broadcast(0), otherS = otherW, otherQ = otherW;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var r = TOps.Multiply(TOps.Load(shares + i), TOps.Load(scales + i));
            var d = TOps.Subtract(TOps.Load(x + i), m);
            var e = TOps.Multiply(r, d);
            w = TOps.Add(w, r);
            s = TOps.Add(s, e);
            q = TOps.MultiplyAdd(e, d, q);
            r = TOps.Multiply(TOps.Load(shares + i + TOps.Count), TOps.Load(scales + i + TOps.Count));
            d = TOps.Subtract(TOps.Load(x + i + TOps.Count), m);
            e = TOps.Multiply(r, d);
            otherW = TOps.Add(otherW, r);
            otherS = TOps.Add(otherS, e);
            otherQ = TOps.MultiplyAdd(e, d, otherQ);
        }
        TOps.Store(lanes, TOps.Add(w, otherW));
        TOps.Store(lanes + (2 * GaussianLayout.SumStride), TOps.Add(s, otherS));
        TOps.Store(lanes + (3 * GaussianLayout.SumStride), TOps.Add(q, otherQ));
    }
}
