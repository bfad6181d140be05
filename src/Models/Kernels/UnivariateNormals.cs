using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// E and M step of mixtures of normals over one feature. Densities are relative to the widest component, which then needs no exponential; the others stay
/// within the range of a double unless they are far from it, which <see cref="Joint"/> reports.
/// </summary>
internal static unsafe class UnivariateNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills the base-2 joint densities of complete rows.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [K, 3], as in <see cref="DiagonalNormals{TOps, TVec}"/>, the reference first.</param>
    /// <param name="constants">Shape [K]: log2 of weight times density factor.</param>
    /// <param name="components">K, at least 2.</param>
    /// <param name="rows">A multiple of 16, at least 16.</param>
    /// <param name="joint">Shape [K - 1, Capacity]: joint densities of the components after the reference.</param>
    /// <param name="references">Shape [rows]: joint densities of the reference.</param>
    /// <returns>The largest log2 of a density divided by the reference's.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Joint(double* x, double* parameters, double* constants, int components, int rows, double* joint, double* references)
    {
        TVec worst = TOps.Broadcast(double.NegativeInfinity), otherWorst = worst;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec valueA = TOps.Load(x + i), valueB = TOps.Load(x + i + TOps.Count);
            var referenceA = Density(valueA, parameters, constants);
            var referenceB = Density(valueB, parameters, constants);
            TOps.Store(references + i, referenceA);
            TOps.Store(references + i + TOps.Count, referenceB);
            var p = parameters;
            var y = joint + i;
            for (var k = 1; k < components; k++, y += FeatureTile.Capacity)
            {
                p += DiagonalNormals<TOps, TVec>.FeatureParameters;
                var a = Density(valueA, p, constants + k);
                var b = Density(valueB, p, constants + k);
                TOps.Store(y, a);
                TOps.Store(y + TOps.Count, b);
                worst = TOps.Max(worst, TOps.Subtract(a, referenceA));
                otherWorst = TOps.Max(otherWorst, TOps.Subtract(b, referenceB));
            }
        }
        var lanes = stackalloc double[8];
        TOps.Store(lanes, TOps.Max(worst, otherWorst));
        var result = lanes[0];
        for (var lane = 1; lane < TOps.Count; lane++) result = Math.Max(result, lanes[lane]);
        return result;
    }

    /// <summary>Turns sums of densities, relative to the reference's, into 1/(1 + sum), the reference's responsibilities.</summary>
    /// <param name="rows">A multiple of 16, at least 16.</param>
    /// <param name="references">Shape [rows].</param>
    /// <param name="sums">Shape [rows]: overwritten.</param>
    /// <returns>Sum of log2 p(row); not finite if a reference is not.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Scales(int rows, double* references, double* sums)
    {
        TVec one = TOps.Broadcast(1), total = TOps.Broadcast(0), a = one, b = one;
        var i = 0;
        do
        {
            // A lane multiplies at most 64 mantissas between 1 and 2; their exponents are summed separately.
            var sumA = TOps.Add(one, TOps.Load(sums + i));
            var sumB = TOps.Add(one, TOps.Load(sums + i + TOps.Count));
            var exponents = TOps.Add(TOps.SplitExponent(sumA, out var mantissaA), TOps.SplitExponent(sumB, out var mantissaB));
            a = TOps.Multiply(a, mantissaA);
            b = TOps.Multiply(b, mantissaB);
            total = TOps.Add(total, TOps.Add(exponents, TOps.Add(TOps.Load(references + i), TOps.Load(references + i + TOps.Count))));
            TOps.Store(sums + i, TOps.Reciprocal(sumA));
            TOps.Store(sums + i + TOps.Count, TOps.Reciprocal(sumB));
            i += 2 * TOps.Count;
        }
        while (i < rows);
        return TOps.Sum(TOps.Add(total, TOps.Add(VectorMath<TOps, TVec>.Log2(a), VectorMath<TOps, TVec>.Log2(b))));
    }

    /// <summary>Adds complete rows to the sums of one component, like <see cref="DiagonalNormals{TOps, TVec}.Add"/>.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="mean">The component's mean.</param>
    /// <param name="shares">Shape [rows]: density divided by the reference's; null = 1, the reference itself.</param>
    /// <param name="scales">Shape [rows]: the reference's responsibilities.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes">W, an unused sum, S, SS.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(double* x, double mean, double* shares, double* scales, int rows, double* lanes)
    {
        TVec zero = TOps.Broadcast(0), m = TOps.Broadcast(mean), w = zero, s = zero, q = zero, otherW = zero, otherS = zero, otherQ = zero;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var j = i + TOps.Count;
            TVec r = TOps.Load(scales + i), otherR = TOps.Load(scales + j);
            if (shares != null)
            {
                r = TOps.Multiply(r, TOps.Load(shares + i));
                otherR = TOps.Multiply(otherR, TOps.Load(shares + j));
            }
            AddRow(r, TOps.Subtract(TOps.Load(x + i), m), ref w, ref s, ref q);
            AddRow(otherR, TOps.Subtract(TOps.Load(x + j), m), ref otherW, ref otherS, ref otherQ);
        }
        AddToLanes(lanes, TOps.Add(w, otherW), TOps.Add(s, otherS), TOps.Add(q, otherQ));
    }

    /// <summary>Like <see cref="Add"/>, for the reference and the two components after it at once.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [3, 3].</param>
    /// <param name="shares">Shape [2, Capacity].</param>
    /// <param name="scales">Shape [rows].</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes0">Sums of the reference.</param>
    /// <param name="lanes1">Sums of the second component.</param>
    /// <param name="lanes2">Sums of the third component.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddThree(double* x, double* parameters, double* shares, double* scales, int rows, double* lanes0, double* lanes1, double* lanes2)
    {
        TVec zero = TOps.Broadcast(0), mean0 = TOps.Broadcast(parameters[0]), mean1 = TOps.Broadcast(parameters[3]), mean2 = TOps.Broadcast(parameters[6]);
        TVec w0 = zero, w1 = zero, w2 = zero, s0 = zero, s1 = zero, s2 = zero, q0 = zero, q1 = zero, q2 = zero;
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec value = TOps.Load(x + i), r = TOps.Load(scales + i);
            AddRow(r, TOps.Subtract(value, mean0), ref w0, ref s0, ref q0);
            AddRow(TOps.Multiply(r, TOps.Load(shares + i)), TOps.Subtract(value, mean1), ref w1, ref s1, ref q1);
            AddRow(TOps.Multiply(r, TOps.Load(shares + FeatureTile.Capacity + i)), TOps.Subtract(value, mean2), ref w2, ref s2, ref q2);
        }
        AddToLanes(lanes0, w0, s0, q0);
        AddToLanes(lanes1, w1, s1, q1);
        AddToLanes(lanes2, w2, s2, q2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Density(TVec value, double* p, double* constant)
    {
        var z = TOps.Multiply(TOps.Subtract(value, TOps.Broadcast(p[0])), TOps.Broadcast(p[1]));
        return TOps.NegatedMultiplyAdd(z, z, TOps.Broadcast(*constant));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TVec r, TVec d, ref TVec w, ref TVec s, ref TVec q)
    {
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
