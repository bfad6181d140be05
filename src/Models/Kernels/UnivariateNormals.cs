using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>Mixtures of normals of one feature: joint densities with the largest of each row on the way, and sums from unscaled responsibilities.</summary>
internal static unsafe class UnivariateNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Doubles in the lanes of a component, which are those of <see cref="DiagonalNormals{TOps, TVec}.Add"/> for one feature.</summary>
    private const int ComponentLanes = 5 * GaussianLayout.SumStride;

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

    /// <summary>Adds complete rows to the sums of each component, as <see cref="DiagonalNormals{TOps, TVec}.Add"/>, from responsibilities that are still unscaled.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [K, 3].</param>
    /// <param name="shares">Shape [K, Capacity].</param>
    /// <param name="scales">Shape [rows]: what each share is to be multiplied by.</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes">Shape [K, 5 sums]: W, one that is left alone, S, SS, another that is left alone.</param>
    public static void Add(double* x, double* parameters, double* shares, double* scales, int components, int rows, double* lanes)
    {
        var k = 0;
        for (; k + 3 <= components; k += 3, parameters += 9, shares += 3 * FeatureTile.Capacity, lanes += 3 * ComponentLanes)
            AddThree(x, parameters, shares, scales, rows, lanes);
        for (; k < components; k++, parameters += 3, shares += FeatureTile.Capacity, lanes += ComponentLanes)
            AddOne(x, parameters[0], shares, scales, rows, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(double* x, double mean, double* shares, double* scales, int rows, double* lanes)
    {
        TVec zero = TOps.Broadcast(0), m = TOps.Broadcast(mean), w = zero, s = zero, q = zero, otherW = zero, otherS = zero, otherQ = zero;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            AddShare(TOps.Load(shares + i), TOps.Load(scales + i), TOps.Subtract(TOps.Load(x + i), m), ref w, ref s, ref q);
            var j = i + TOps.Count;
            AddShare(TOps.Load(shares + j), TOps.Load(scales + j), TOps.Subtract(TOps.Load(x + j), m), ref otherW, ref otherS, ref otherQ);
        }
        AddToLanes(lanes, TOps.Add(w, otherW), TOps.Add(s, otherS), TOps.Add(q, otherQ));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddThree(double* x, double* parameters, double* shares, double* scales, int rows, double* lanes)
    {
        TVec zero = TOps.Broadcast(0), mean0 = TOps.Broadcast(parameters[0]), mean1 = TOps.Broadcast(parameters[3]), mean2 = TOps.Broadcast(parameters[6]);
        TVec w0 = zero, w1 = zero, w2 = zero, s0 = zero, s1 = zero, s2 = zero, q0 = zero, q1 = zero, q2 = zero;
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec value = TOps.Load(x + i), scale = TOps.Load(scales + i);
            AddShare(TOps.Load(shares + i), scale, TOps.Subtract(value, mean0), ref w0, ref s0, ref q0);
            AddShare(TOps.Load(shares + FeatureTile.Capacity + i), scale, TOps.Subtract(value, mean1), ref w1, ref s1, ref q1);
            AddShare(TOps.Load(shares + (2 * FeatureTile.Capacity) + i), scale, TOps.Subtract(value, mean2), ref w2, ref s2, ref q2);
        }
        AddToLanes(lanes, w0, s0, q0);
        AddToLanes(lanes + ComponentLanes, w1, s1, q1);
        AddToLanes(lanes + (2 * ComponentLanes), w2, s2, q2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddShare(TVec share, TVec scale, TVec d, ref TVec w, ref TVec s, ref TVec q)
    {
        var r = TOps.Multiply(share, scale);
        var e = TOps.Multiply(r, d);
        w = TOps.Add(w, r);
        s = TOps.Add(s, e);
        q = TOps.MultiplyAdd(e, d, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddToLanes(double* lanes, TVec w, TVec s, TVec q)
    {
        const int stride = GaussianLayout.SumStride;
        TOps.Store(lanes, TOps.Add(TOps.Load(lanes), w));
        TOps.Store(lanes + (2 * stride), TOps.Add(TOps.Load(lanes + (2 * stride)), s));
        TOps.Store(lanes + (3 * stride), TOps.Add(TOps.Load(lanes + (3 * stride)), q));
    }
}
