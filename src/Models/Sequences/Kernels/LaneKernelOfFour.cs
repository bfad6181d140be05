using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>
/// The recursions of up to four states over several steps in which no sequence begins or ends and no value leaves the range of doubles. Values passed from step
/// to step stay in registers, and of the intermediate results that <see cref="LaneKernel{TOps, TVec}"/> stores only the posteriors are written. Needs 32
/// registers.
/// </summary>
internal static unsafe class LaneKernelOfFour<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Forward steps with their scales, equivalent to Forward and Scale.</summary>
    /// <param name="matrix">a(i, j), shape [4, 4].</param>
    /// <param name="lanes">A multiple of two vectors.</param>
    /// <param name="row">Distance between two steps, at least 4 * lanes.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="alpha">The preceding step, shape [4, lanes]; the steps after it are written.</param>
    /// <param name="b">Shape [steps, 4, lanes].</param>
    /// <param name="maxima">Base-2 logs that the emissions were divided by, shape [steps, lanes].</param>
    /// <param name="logs">Shape [lanes]: whole exponents and maxima; added to.</param>
    /// <param name="products">Shape [lanes]: mantissas, from 1 to 2.</param>
    /// <param name="inverse">Shape [lanes]: 1/sum of the step before, then of the last one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(double* matrix, int lanes, int row, int steps, double* alpha, double* b, double* maxima, double* logs, double* products,
        double* inverse)
    {
        TVec zero = TOps.Broadcast(0), one = TOps.Broadcast(1), least = TOps.Broadcast(LaneRange.LeastNorm);
        for (var lane = 0; lane < lanes; lane += 2 * TOps.Count)
        {
            TVec u0 = TOps.Load(alpha + lane), u1 = TOps.Load(alpha + lanes + lane), u2 = TOps.Load(alpha + (2 * lanes) + lane),
                u3 = TOps.Load(alpha + (3 * lanes) + lane);
            TVec v0 = TOps.Load(alpha + lane + TOps.Count), v1 = TOps.Load(alpha + lanes + lane + TOps.Count),
                v2 = TOps.Load(alpha + (2 * lanes) + lane + TOps.Count), v3 = TOps.Load(alpha + (3 * lanes) + lane + TOps.Count);
            TVec inv0 = TOps.Load(inverse + lane), inv1 = TOps.Load(inverse + lane + TOps.Count);
            TVec log0 = TOps.Load(logs + lane), log1 = TOps.Load(logs + lane + TOps.Count);
            TVec product0 = TOps.Load(products + lane), product1 = TOps.Load(products + lane + TOps.Count);
            double* to = alpha + row + lane, from = b + lane, most = maxima + lane, end = alpha + ((steps + 1L) * row);
            do
            {
                TVec q = TOps.Broadcast(matrix[0]), x0 = TOps.Multiply(q, u0), y0 = TOps.Multiply(q, v0);
                q = TOps.Broadcast(matrix[1]);
                TVec x1 = TOps.Multiply(q, u0), y1 = TOps.Multiply(q, v0);
                q = TOps.Broadcast(matrix[2]);
                TVec x2 = TOps.Multiply(q, u0), y2 = TOps.Multiply(q, v0);
                q = TOps.Broadcast(matrix[3]);
                TVec x3 = TOps.Multiply(q, u0), y3 = TOps.Multiply(q, v0);
                q = TOps.Broadcast(matrix[4]);
                x0 = TOps.MultiplyAdd(q, u1, x0);
                y0 = TOps.MultiplyAdd(q, v1, y0);
                q = TOps.Broadcast(matrix[5]);
                x1 = TOps.MultiplyAdd(q, u1, x1);
                y1 = TOps.MultiplyAdd(q, v1, y1);
                q = TOps.Broadcast(matrix[6]);
                x2 = TOps.MultiplyAdd(q, u1, x2);
                y2 = TOps.MultiplyAdd(q, v1, y2);
                q = TOps.Broadcast(matrix[7]);
                x3 = TOps.MultiplyAdd(q, u1, x3);
                y3 = TOps.MultiplyAdd(q, v1, y3);
                q = TOps.Broadcast(matrix[8]);
                x0 = TOps.MultiplyAdd(q, u2, x0);
                y0 = TOps.MultiplyAdd(q, v2, y0);
                q = TOps.Broadcast(matrix[9]);
                x1 = TOps.MultiplyAdd(q, u2, x1);
                y1 = TOps.MultiplyAdd(q, v2, y1);
                q = TOps.Broadcast(matrix[10]);
                x2 = TOps.MultiplyAdd(q, u2, x2);
                y2 = TOps.MultiplyAdd(q, v2, y2);
                q = TOps.Broadcast(matrix[11]);
                x3 = TOps.MultiplyAdd(q, u2, x3);
                y3 = TOps.MultiplyAdd(q, v2, y3);
                q = TOps.Broadcast(matrix[12]);
                x0 = TOps.MultiplyAdd(q, u3, x0);
                y0 = TOps.MultiplyAdd(q, v3, y0);
                q = TOps.Broadcast(matrix[13]);
                x1 = TOps.MultiplyAdd(q, u3, x1);
                y1 = TOps.MultiplyAdd(q, v3, y1);
                q = TOps.Broadcast(matrix[14]);
                x2 = TOps.MultiplyAdd(q, u3, x2);
                y2 = TOps.MultiplyAdd(q, v3, y2);
                q = TOps.Broadcast(matrix[15]);
                x3 = TOps.MultiplyAdd(q, u3, x3);
                y3 = TOps.MultiplyAdd(q, v3, y3);
                u0 = TOps.Multiply(TOps.Multiply(x0, inv0), TOps.Load(from));
                v0 = TOps.Multiply(TOps.Multiply(y0, inv1), TOps.Load(from + TOps.Count));
                u1 = TOps.Multiply(TOps.Multiply(x1, inv0), TOps.Load(from + lanes));
                v1 = TOps.Multiply(TOps.Multiply(y1, inv1), TOps.Load(from + lanes + TOps.Count));
                u2 = TOps.Multiply(TOps.Multiply(x2, inv0), TOps.Load(from + (2 * lanes)));
                v2 = TOps.Multiply(TOps.Multiply(y2, inv1), TOps.Load(from + (2 * lanes) + TOps.Count));
                u3 = TOps.Multiply(TOps.Multiply(x3, inv0), TOps.Load(from + (3 * lanes)));
                v3 = TOps.Multiply(TOps.Multiply(y3, inv1), TOps.Load(from + (3 * lanes) + TOps.Count));
                TOps.Store(to, u0);
                TOps.Store(to + TOps.Count, v0);
                TOps.Store(to + lanes, u1);
                TOps.Store(to + lanes + TOps.Count, v1);
                TOps.Store(to + (2 * lanes), u2);
                TOps.Store(to + (2 * lanes) + TOps.Count, v2);
                TOps.Store(to + (3 * lanes), u3);
                TOps.Store(to + (3 * lanes) + TOps.Count, v3);
                TVec sum0 = TOps.Add(TOps.Add(u0, u1), TOps.Add(u2, u3)), sum1 = TOps.Add(TOps.Add(v0, v1), TOps.Add(v2, v3));
                inv0 = TOps.SelectGreater(sum0, least, TOps.Divide(one, sum0), zero);
                inv1 = TOps.SelectGreater(sum1, least, TOps.Divide(one, sum1), zero);
                log0 = TOps.Add(log0, TOps.Add(TOps.SplitExponent(TOps.Multiply(sum0, product0), out product0), TOps.Load(most)));
                log1 = TOps.Add(log1, TOps.Add(TOps.SplitExponent(TOps.Multiply(sum1, product1), out product1), TOps.Load(most + TOps.Count)));
                to += row;
                from += row;
                most += lanes;
            }
            while (to < end);
            TOps.Store(inverse + lane, inv0);
            TOps.Store(inverse + lane + TOps.Count, inv1);
            TOps.Store(logs + lane, log0);
            TOps.Store(logs + lane + TOps.Count, log1);
            TOps.Store(products + lane, product0);
            TOps.Store(products + lane + TOps.Count, product1);
        }
    }

    /// <summary>
    /// Backward steps, the last one first: equivalent to Backward, Finish and Ratios, except that alpha is unchanged and b is unchanged but for the first step,
    /// which becomes g.
    /// </summary>
    /// <param name="matrix">a(i, j) at [j, i], shape [4, 4].</param>
    /// <param name="states">Number of states with posteriors.</param>
    /// <param name="lanes">A multiple of a vector.</param>
    /// <param name="row">Distance between two steps, at least 4 * lanes.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="alpha">Shape [steps, 4, lanes].</param>
    /// <param name="b">Shape [steps + 1, 4, lanes]; the last one is g of the step after them.</param>
    /// <param name="weights">Shape [lanes].</param>
    /// <param name="inverses">Shape [lanes]: 1/sum of g one step later, then of the first one.</param>
    /// <param name="posteriors">Shape [states, Capacity]: the steps in sequence.</param>
    /// <param name="ratios">Sums of transitions i, j by lane, shape [4, 4, vector]; added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(double* matrix, int states, int lanes, int row, int steps, double* alpha, double* b, double* weights, double* inverses,
        double* posteriors, double* ratios)
    {
        TVec zero = TOps.Broadcast(0), leastNorm = TOps.Broadcast(LaneRange.LeastNorm);
        TVec r00 = TOps.Load(ratios), r01 = TOps.Load(ratios + TOps.Count), r02 = TOps.Load(ratios + (2 * TOps.Count)),
            r03 = TOps.Load(ratios + (3 * TOps.Count));
        TVec r10 = TOps.Load(ratios + (4 * TOps.Count)), r11 = TOps.Load(ratios + (5 * TOps.Count)), r12 = TOps.Load(ratios + (6 * TOps.Count)),
            r13 = TOps.Load(ratios + (7 * TOps.Count));
        TVec r20 = TOps.Load(ratios + (8 * TOps.Count)), r21 = TOps.Load(ratios + (9 * TOps.Count)), r22 = TOps.Load(ratios + (10 * TOps.Count)),
            r23 = TOps.Load(ratios + (11 * TOps.Count));
        TVec r30 = TOps.Load(ratios + (12 * TOps.Count)), r31 = TOps.Load(ratios + (13 * TOps.Count)), r32 = TOps.Load(ratios + (14 * TOps.Count)),
            r33 = TOps.Load(ratios + (15 * TOps.Count));
        for (var lane = 0; lane < lanes; lane += TOps.Count)
        {
            double* x = alpha + ((steps - 1L) * row) + lane, z = b + ((long)steps * row) + lane, p = posteriors + ((steps - 1) * lanes) + lane;
            TVec g0 = TOps.Load(z), g1 = TOps.Load(z + lanes), g2 = TOps.Load(z + (2 * lanes)), g3 = TOps.Load(z + (3 * lanes)),
                inverse = TOps.Load(inverses + lane);
            do
            {
                z -= row;
                TVec y0 = TOps.Multiply(TOps.Broadcast(matrix[0]), g0), y1 = TOps.Multiply(TOps.Broadcast(matrix[1]), g0),
                    y2 = TOps.Multiply(TOps.Broadcast(matrix[2]), g0), y3 = TOps.Multiply(TOps.Broadcast(matrix[3]), g0);
                y0 = TOps.MultiplyAdd(TOps.Broadcast(matrix[4]), g1, y0);
                y1 = TOps.MultiplyAdd(TOps.Broadcast(matrix[5]), g1, y1);
                y2 = TOps.MultiplyAdd(TOps.Broadcast(matrix[6]), g1, y2);
                y3 = TOps.MultiplyAdd(TOps.Broadcast(matrix[7]), g1, y3);
                y0 = TOps.MultiplyAdd(TOps.Broadcast(matrix[8]), g2, y0);
                y1 = TOps.MultiplyAdd(TOps.Broadcast(matrix[9]), g2, y1);
                y2 = TOps.MultiplyAdd(TOps.Broadcast(matrix[10]), g2, y2);
                y3 = TOps.MultiplyAdd(TOps.Broadcast(matrix[11]), g2, y3);
                y0 = TOps.MultiplyAdd(TOps.Broadcast(matrix[12]), g3, y0);
                y1 = TOps.MultiplyAdd(TOps.Broadcast(matrix[13]), g3, y1);
                y2 = TOps.MultiplyAdd(TOps.Broadcast(matrix[14]), g3, y2);
                y3 = TOps.MultiplyAdd(TOps.Broadcast(matrix[15]), g3, y3);
                TVec e0 = TOps.Load(x), e1 = TOps.Load(x + lanes), e2 = TOps.Load(x + (2 * lanes)), e3 = TOps.Load(x + (3 * lanes));
                var norm = TOps.MultiplyAdd(e3, y3, TOps.MultiplyAdd(e2, y2, TOps.MultiplyAdd(e1, y1, TOps.Multiply(e0, y0))));
                var scale = TOps.SelectGreater(norm, leastNorm, TOps.Divide(TOps.Load(weights + lane), norm), zero);
                e0 = TOps.Multiply(e0, scale);
                e1 = TOps.Multiply(e1, scale);
                e2 = TOps.Multiply(e2, scale);
                e3 = TOps.Multiply(e3, scale);
                r00 = TOps.MultiplyAdd(e0, g0, r00);
                r01 = TOps.MultiplyAdd(e0, g1, r01);
                r02 = TOps.MultiplyAdd(e0, g2, r02);
                r03 = TOps.MultiplyAdd(e0, g3, r03);
                r10 = TOps.MultiplyAdd(e1, g0, r10);
                r11 = TOps.MultiplyAdd(e1, g1, r11);
                r12 = TOps.MultiplyAdd(e1, g2, r12);
                r13 = TOps.MultiplyAdd(e1, g3, r13);
                r20 = TOps.MultiplyAdd(e2, g0, r20);
                r21 = TOps.MultiplyAdd(e2, g1, r21);
                r22 = TOps.MultiplyAdd(e2, g2, r22);
                r23 = TOps.MultiplyAdd(e2, g3, r23);
                r30 = TOps.MultiplyAdd(e3, g0, r30);
                r31 = TOps.MultiplyAdd(e3, g1, r31);
                r32 = TOps.MultiplyAdd(e3, g2, r32);
                r33 = TOps.MultiplyAdd(e3, g3, r33);
                TOps.Store(p, TOps.Multiply(e0, y0));
                if (states > 1) TOps.Store(p + FeatureTile.Capacity, TOps.Multiply(e1, y1));
                if (states > 2) TOps.Store(p + (2 * FeatureTile.Capacity), TOps.Multiply(e2, y2));
                if (states > 3) TOps.Store(p + (3 * FeatureTile.Capacity), TOps.Multiply(e3, y3));
                g0 = TOps.Multiply(TOps.Load(z), TOps.Multiply(y0, inverse));
                g1 = TOps.Multiply(TOps.Load(z + lanes), TOps.Multiply(y1, inverse));
                g2 = TOps.Multiply(TOps.Load(z + (2 * lanes)), TOps.Multiply(y2, inverse));
                g3 = TOps.Multiply(TOps.Load(z + (3 * lanes)), TOps.Multiply(y3, inverse));
                var sum = TOps.Add(TOps.Add(TOps.Add(g0, g1), g2), g3);
                inverse = TOps.SelectGreater(sum, leastNorm, TOps.Divide(TOps.Broadcast(1), sum), zero);
                x -= row;
                p -= lanes;
            }
            while (x >= alpha);
            TOps.Store(inverses + lane, inverse);
            TOps.Store(z, g0);
            TOps.Store(z + lanes, g1);
            TOps.Store(z + (2 * lanes), g2);
            TOps.Store(z + (3 * lanes), g3);
        }
        TOps.Store(ratios, r00);
        TOps.Store(ratios + TOps.Count, r01);
        TOps.Store(ratios + (2 * TOps.Count), r02);
        TOps.Store(ratios + (3 * TOps.Count), r03);
        TOps.Store(ratios + (4 * TOps.Count), r10);
        TOps.Store(ratios + (5 * TOps.Count), r11);
        TOps.Store(ratios + (6 * TOps.Count), r12);
        TOps.Store(ratios + (7 * TOps.Count), r13);
        TOps.Store(ratios + (8 * TOps.Count), r20);
        TOps.Store(ratios + (9 * TOps.Count), r21);
        TOps.Store(ratios + (10 * TOps.Count), r22);
        TOps.Store(ratios + (11 * TOps.Count), r23);
        TOps.Store(ratios + (12 * TOps.Count), r30);
        TOps.Store(ratios + (13 * TOps.Count), r31);
        TOps.Store(ratios + (14 * TOps.Count), r32);
        TOps.Store(ratios + (15 * TOps.Count), r33);
    }

    /// <summary>Adds the lanes of the sums to ratios(i, j).</summary>
    /// <param name="sums">Shape [4, 4, vector].</param>
    /// <param name="states">Rows and columns to compute.</param>
    /// <param name="ratios">i, j at [i * (states + 1) + j].</param>
    public static void Fold(double* sums, int states, Span<double> ratios)
    {
        for (var i = 0; i < states; i++)
            for (var j = 0; j < states; j++) ratios[(i * (states + 1)) + j] += TOps.Sum(TOps.Load(sums + (((4 * i) + j) * TOps.Count)));
    }
}
