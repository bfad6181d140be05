using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>
/// One step of the scaled recursions for many sequences at once, one per lane. The arrays of a step have the shape [states, lanes]. Scaling lags one step
/// behind, so that no step waits for the previous step's sum. Registers hold two vectors of lanes by four states at a time.
/// </summary>
internal static unsafe class LaneKernel<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>next(j) = b(j) * inverse * sum over i of prev(i) a(i, j), and the sum of that over j.</summary>
    /// <param name="matrix">Shape [states / 4, states, 4].</param>
    /// <param name="states">A multiple of 4.</param>
    /// <param name="lanes">A multiple of two vectors.</param>
    /// <param name="prev">Shape [states, lanes].</param>
    /// <param name="inverse">Shape [lanes].</param>
    /// <param name="b">Shape [states, lanes].</param>
    /// <param name="next">Shape [states, lanes].</param>
    /// <param name="sums">Shape [lanes].</param>
    /// <param name="least">Predictions above 0 and below this value are raised to it; 0 = no limit.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(double* matrix, int states, int lanes, double* prev, double* inverse, double* b, double* next, double* sums, double least)
    {
        for (var lane = 0; lane < lanes; lane += 2 * TOps.Count)
        {
            TVec inv0 = TOps.Load(inverse + lane), inv1 = TOps.Load(inverse + lane + TOps.Count);
            TVec sum0 = TOps.Broadcast(0), sum1 = sum0;
            var a = matrix;
            for (var j = 0; j < states; j += 4)
            {
                TVec x0 = TOps.Broadcast(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
                var p = prev + lane;
                for (var i = 0; i < states; i++, p += lanes, a += 4)
                {
                    TVec u = TOps.Load(p), v = TOps.Load(p + TOps.Count);
                    var q = TOps.Broadcast(a[0]);
                    x0 = TOps.MultiplyAdd(q, u, x0);
                    y0 = TOps.MultiplyAdd(q, v, y0);
                    q = TOps.Broadcast(a[1]);
                    x1 = TOps.MultiplyAdd(q, u, x1);
                    y1 = TOps.MultiplyAdd(q, v, y1);
                    q = TOps.Broadcast(a[2]);
                    x2 = TOps.MultiplyAdd(q, u, x2);
                    y2 = TOps.MultiplyAdd(q, v, y2);
                    q = TOps.Broadcast(a[3]);
                    x3 = TOps.MultiplyAdd(q, u, x3);
                    y3 = TOps.MultiplyAdd(q, v, y3);
                }
                if (least > 0)
                {
                    x0 = Raised(TOps.Multiply(x0, inv0), least);
                    x1 = Raised(TOps.Multiply(x1, inv0), least);
                    x2 = Raised(TOps.Multiply(x2, inv0), least);
                    x3 = Raised(TOps.Multiply(x3, inv0), least);
                    y0 = Raised(TOps.Multiply(y0, inv1), least);
                    y1 = Raised(TOps.Multiply(y1, inv1), least);
                    y2 = Raised(TOps.Multiply(y2, inv1), least);
                    y3 = Raised(TOps.Multiply(y3, inv1), least);
                }
                else
                {
                    x0 = TOps.Multiply(x0, inv0);
                    x1 = TOps.Multiply(x1, inv0);
                    x2 = TOps.Multiply(x2, inv0);
                    x3 = TOps.Multiply(x3, inv0);
                    y0 = TOps.Multiply(y0, inv1);
                    y1 = TOps.Multiply(y1, inv1);
                    y2 = TOps.Multiply(y2, inv1);
                    y3 = TOps.Multiply(y3, inv1);
                }
                var e = b + (j * lanes) + lane;
                var target = next + (j * lanes) + lane;
                x0 = TOps.Multiply(x0, TOps.Load(e));
                y0 = TOps.Multiply(y0, TOps.Load(e + TOps.Count));
                TOps.Store(target, x0);
                TOps.Store(target + TOps.Count, y0);
                x1 = TOps.Multiply(x1, TOps.Load(e + lanes));
                y1 = TOps.Multiply(y1, TOps.Load(e + lanes + TOps.Count));
                TOps.Store(target + lanes, x1);
                TOps.Store(target + lanes + TOps.Count, y1);
                x2 = TOps.Multiply(x2, TOps.Load(e + (2 * lanes)));
                y2 = TOps.Multiply(y2, TOps.Load(e + (2 * lanes) + TOps.Count));
                TOps.Store(target + (2 * lanes), x2);
                TOps.Store(target + (2 * lanes) + TOps.Count, y2);
                x3 = TOps.Multiply(x3, TOps.Load(e + (3 * lanes)));
                y3 = TOps.Multiply(y3, TOps.Load(e + (3 * lanes) + TOps.Count));
                TOps.Store(target + (3 * lanes), x3);
                TOps.Store(target + (3 * lanes) + TOps.Count, y3);
                sum0 = TOps.Add(sum0, TOps.Add(TOps.Add(x0, x1), TOps.Add(x2, x3)));
                sum1 = TOps.Add(sum1, TOps.Add(TOps.Add(y0, y1), TOps.Add(y2, y3)));
            }
            TOps.Store(sums + lane, sum0);
            TOps.Store(sums + lane + TOps.Count, sum1);
        }
    }

    /// <summary>Adds a step's scales to the running log-probabilities, and inverts them for the next step.</summary>
    /// <param name="lanes">A multiple of a vector.</param>
    /// <param name="sums">Shape [lanes].</param>
    /// <param name="maxima">Base-2 logs that the emissions were divided by, shape [lanes].</param>
    /// <param name="logs">Shape [lanes]: whole exponents and maxima.</param>
    /// <param name="products">Shape [lanes]: mantissas, from 1 to 2.</param>
    /// <param name="inverse">Shape [lanes]: 1/sum, 0 where the sum is out of range.</param>
    public static void Scale(int lanes, double* sums, double* maxima, double* logs, double* products, double* inverse)
    {
        TVec zero = TOps.Broadcast(0), one = TOps.Broadcast(1), least = TOps.Broadcast(LaneRange.LeastNorm);
        for (var lane = 0; lane < lanes; lane += TOps.Count)
        {
            var sum = TOps.Load(sums + lane);
            TOps.Store(inverse + lane, TOps.SelectGreater(sum, least, TOps.Divide(one, sum), zero));
            var exponent = TOps.SplitExponent(TOps.Multiply(sum, TOps.Load(products + lane)), out var mantissa);
            TOps.Store(products + lane, mantissa);
            TOps.Store(logs + lane, TOps.Add(TOps.Load(logs + lane), TOps.Add(exponent, TOps.Load(maxima + lane))));
        }
    }

    /// <summary>beta(i) = sum over j of a(i, j) g(j); the sums over i of beta(i) and of alpha(i) beta(i).</summary>
    /// <param name="matrix">Shape [states / 4, states, 4].</param>
    /// <param name="states">A multiple of 4.</param>
    /// <param name="lanes">A multiple of two vectors.</param>
    /// <param name="g">Shape [states, lanes].</param>
    /// <param name="alpha">Shape [states, lanes].</param>
    /// <param name="beta">Shape [states, lanes].</param>
    /// <param name="sums">Shape [lanes].</param>
    /// <param name="norms">Shape [lanes].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(double* matrix, int states, int lanes, double* g, double* alpha, double* beta, double* sums, double* norms)
    {
        for (var lane = 0; lane < lanes; lane += 2 * TOps.Count)
        {
            TVec sum0 = TOps.Broadcast(0), sum1 = sum0, norm0 = sum0, norm1 = sum0;
            var a = matrix;
            for (var i = 0; i < states; i += 4)
            {
                TVec x0 = TOps.Broadcast(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
                var p = g + lane;
                for (var j = 0; j < states; j++, p += lanes, a += 4)
                {
                    TVec u = TOps.Load(p), v = TOps.Load(p + TOps.Count);
                    var q = TOps.Broadcast(a[0]);
                    x0 = TOps.MultiplyAdd(q, u, x0);
                    y0 = TOps.MultiplyAdd(q, v, y0);
                    q = TOps.Broadcast(a[1]);
                    x1 = TOps.MultiplyAdd(q, u, x1);
                    y1 = TOps.MultiplyAdd(q, v, y1);
                    q = TOps.Broadcast(a[2]);
                    x2 = TOps.MultiplyAdd(q, u, x2);
                    y2 = TOps.MultiplyAdd(q, v, y2);
                    q = TOps.Broadcast(a[3]);
                    x3 = TOps.MultiplyAdd(q, u, x3);
                    y3 = TOps.MultiplyAdd(q, v, y3);
                }
                var target = beta + (i * lanes) + lane;
                TOps.Store(target, x0);
                TOps.Store(target + TOps.Count, y0);
                TOps.Store(target + lanes, x1);
                TOps.Store(target + lanes + TOps.Count, y1);
                TOps.Store(target + (2 * lanes), x2);
                TOps.Store(target + (2 * lanes) + TOps.Count, y2);
                TOps.Store(target + (3 * lanes), x3);
                TOps.Store(target + (3 * lanes) + TOps.Count, y3);
                sum0 = TOps.Add(sum0, TOps.Add(TOps.Add(x0, x1), TOps.Add(x2, x3)));
                sum1 = TOps.Add(sum1, TOps.Add(TOps.Add(y0, y1), TOps.Add(y2, y3)));
                var s = alpha + (i * lanes) + lane;
                norm0 = TOps.MultiplyAdd(TOps.Load(s), x0, norm0);
                norm1 = TOps.MultiplyAdd(TOps.Load(s + TOps.Count), y0, norm1);
                norm0 = TOps.MultiplyAdd(TOps.Load(s + lanes), x1, norm0);
                norm1 = TOps.MultiplyAdd(TOps.Load(s + lanes + TOps.Count), y1, norm1);
                norm0 = TOps.MultiplyAdd(TOps.Load(s + (2 * lanes)), x2, norm0);
                norm1 = TOps.MultiplyAdd(TOps.Load(s + (2 * lanes) + TOps.Count), y2, norm1);
                norm0 = TOps.MultiplyAdd(TOps.Load(s + (3 * lanes)), x3, norm0);
                norm1 = TOps.MultiplyAdd(TOps.Load(s + (3 * lanes) + TOps.Count), y3, norm1);
            }
            TOps.Store(sums + lane, sum0);
            TOps.Store(sums + lane + TOps.Count, sum1);
            TOps.Store(norms + lane, norm0);
            TOps.Store(norms + lane + TOps.Count, norm1);
        }
    }

    /// <summary>
    /// Once the scales of a step are known: alpha becomes weight * alpha / norm, posterior = that * beta, and b becomes g = b * beta / sum. The sum is that of
    /// g one step later, so that no step waits for its own sum; if values may leave the range, it is that of beta in this step.
    /// </summary>
    /// <param name="states">Number of states with posteriors; padding states have none.</param>
    /// <param name="padded">A multiple of 4.</param>
    /// <param name="lanes">A multiple of a vector.</param>
    /// <param name="alpha">Shape [padded, lanes].</param>
    /// <param name="beta">Shape [padded, lanes].</param>
    /// <param name="b">Shape [padded, lanes].</param>
    /// <param name="weights">Shape [lanes].</param>
    /// <param name="sums">Shape [lanes].</param>
    /// <param name="norms">Shape [lanes].</param>
    /// <param name="inverses">Shape [lanes]: 1/sum of g one step later, then of this one; unused with doubts.</param>
    /// <param name="posteriors">State k at [k * Capacity].</param>
    /// <param name="doubts">Shape [lanes]: the largest posterior that depends on out-of-range values; null = such values cannot occur.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(int states, int padded, int lanes, double* alpha, double* beta, double* b, double* weights, double* sums, double* norms,
        double* inverses, double* posteriors, double* doubts)
    {
        TVec zero = TOps.Broadcast(0), one = TOps.Broadcast(1), leastNorm = TOps.Broadcast(LaneRange.LeastNorm);
        for (var lane = 0; lane < lanes; lane += TOps.Count)
        {
            TVec norm = TOps.Load(norms + lane), sum = TOps.Load(sums + lane);
            var scale = TOps.SelectGreater(norm, leastNorm, TOps.Divide(TOps.Load(weights + lane), norm), zero);
            double* x = alpha + lane, y = beta + lane, z = b + lane, target = posteriors + lane;
            if (doubts is null)
            {
                var total = zero;
                var last = TOps.Load(inverses + lane);
                for (var k = 0; k < states; k++, x += lanes, y += lanes, z += lanes, target += FeatureTile.Capacity)
                {
                    var later = TOps.Load(y);
                    var earlier = TOps.Multiply(TOps.Load(x), scale);
                    TOps.Store(x, earlier);
                    TOps.Store(target, TOps.Multiply(earlier, later));
                    var g = TOps.Multiply(TOps.Load(z), TOps.Multiply(later, last));
                    TOps.Store(z, g);
                    total = TOps.Add(total, g);
                }
                TOps.Store(inverses + lane, TOps.SelectGreater(total, leastNorm, TOps.Divide(one, total), zero));
                continue;
            }
            var inverse = TOps.SelectGreater(sum, leastNorm, TOps.Divide(one, sum), zero);
            var doubt = TOps.Max(TOps.Load(doubts + lane), TOps.SelectGreater(norm, leastNorm, zero, TOps.Broadcast(double.MaxValue)));
            TVec leastEmission = TOps.Broadcast(LaneRange.LeastEmission), leastPrediction = TOps.Broadcast(LaneRange.LeastPrediction),
                leastFuture = TOps.Broadcast(LaneRange.LeastFuture);
            for (var k = 0; k < states; k++, x += lanes, y += lanes, z += lanes, target += FeatureTile.Capacity)
            {
                TVec later = TOps.Load(y), before = TOps.Load(x), emission = TOps.Load(z);
                var earlier = TOps.Multiply(before, scale);
                var posterior = TOps.Multiply(earlier, later);
                var future = TOps.Multiply(emission, TOps.Multiply(later, inverse));
                TOps.Store(x, earlier);
                TOps.Store(target, posterior);
                TOps.Store(z, TOps.SelectGreater(leastFuture, future, zero, future));
                var sure = TOps.SelectGreater(before, TOps.Multiply(emission, leastPrediction), zero, posterior);
                sure = TOps.SelectGreater(emission, leastEmission, sure, posterior);
                sure = TOps.SelectGreater(leastFuture, future, posterior, sure);
                doubt = TOps.Max(doubt, sure);
            }
            TOps.Store(doubts + lane, doubt);
        }
    }

    /// <summary>ratios(i, j) += sum over some steps and all lanes of alpha(i) at a step times g(j) at the next.</summary>
    /// <param name="states">E: rows and columns of the ratios to compute.</param>
    /// <param name="padded">A multiple of 4.</param>
    /// <param name="lanes">A multiple of a vector.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="alpha">Shape [steps, padded, lanes].</param>
    /// <param name="g">g of the following steps, shape [steps, padded, lanes].</param>
    /// <param name="ratios">i, j at [i * stride + j].</param>
    /// <param name="stride">At least E.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ratios(int states, int padded, int lanes, int steps, int row, double* alpha, double* g, double* ratios, int stride)
    {
        var sums = stackalloc double[8];
        for (var i = 0; i < padded; i += 4)
        {
            for (var j = 0; j < padded; j += 2)
            {
                TVec x0 = TOps.Broadcast(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
                double* left = alpha + (i * lanes), right = g + (j * lanes);
                for (var t = 0; t < steps; t++, left += row, right += row)
                {
                    for (var lane = 0; lane < lanes; lane += TOps.Count)
                    {
                        TVec u = TOps.Load(right + lane), v = TOps.Load(right + lanes + lane);
                        var q = TOps.Load(left + lane);
                        x0 = TOps.MultiplyAdd(q, u, x0);
                        y0 = TOps.MultiplyAdd(q, v, y0);
                        q = TOps.Load(left + lanes + lane);
                        x1 = TOps.MultiplyAdd(q, u, x1);
                        y1 = TOps.MultiplyAdd(q, v, y1);
                        q = TOps.Load(left + (2 * lanes) + lane);
                        x2 = TOps.MultiplyAdd(q, u, x2);
                        y2 = TOps.MultiplyAdd(q, v, y2);
                        q = TOps.Load(left + (3 * lanes) + lane);
                        x3 = TOps.MultiplyAdd(q, u, x3);
                        y3 = TOps.MultiplyAdd(q, v, y3);
                    }
                }
                (sums[0], sums[1], sums[2], sums[3]) = (TOps.Sum(x0), TOps.Sum(y0), TOps.Sum(x1), TOps.Sum(y1));
                (sums[4], sums[5], sums[6], sums[7]) = (TOps.Sum(x2), TOps.Sum(y2), TOps.Sum(x3), TOps.Sum(y3));
                for (var k = 0; k < 8; k++)
                    if (i + (k / 2) < states && j + (k % 2) < states) ratios[((i + (k / 2)) * stride) + j + (k % 2)] += sums[k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Raised(TVec value, double least)
    {
        var floor = TOps.Broadcast(least);
        var zero = TOps.Broadcast(0);
        return TOps.SelectGreater(value, zero, TOps.Max(value, floor), value);
    }
}
