using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>Densities of normals divided by the density of one of them, in lane order.</summary>
internal static unsafe class LaneNormalKernel<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Doubles of a state's parameters: mean, sqrt(log2(e) / 2) / standard deviation, log2 of weight times density factor, log2 of weight.</summary>
    public const int Parameters = 4;

    /// <summary>Emission probabilities of a tile divided by the reference's. The results for infinite values are meaningless.</summary>
    /// <param name="x">Shape [Capacity].</param>
    /// <param name="missing">True if a value may be NaN.</param>
    /// <param name="parameters">Shape [E, Parameters].</param>
    /// <param name="states">E.</param>
    /// <param name="reference">The state whose density is the divisor.</param>
    /// <param name="padded">A multiple of 4; the states after E get 0.</param>
    /// <param name="lanes">Rows per step, a multiple of two vectors.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="b">Shape [steps of a tile, padded, lanes].</param>
    /// <param name="references">Base-2 logs of the divisors, shape [Capacity].</param>
    public static void Emit(double* x, bool missing, double* parameters, int states, int reference, int padded, int lanes, int row, double* b,
        double* references)
    {
        Reference(x, parameters + (Parameters * reference), references, lanes, row, b + (reference * lanes));
        for (var k = 0; k < states; k++)
        {
            if (k == reference) continue;
            if (missing) RelativeOfObserved(x, parameters + (Parameters * k), references, lanes, row, b + (k * lanes));
            else Relative(x, parameters + (Parameters * k), references, lanes, row, b + (k * lanes));
        }
        for (var t = 0; t < FeatureTile.Capacity / lanes && padded > states; t++)
            new Span<double>(b + (t * row) + (states * lanes), (padded - states) * lanes).Clear();
    }

    /// <summary>Smallest and largest distance from a center; missing values count as 0.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="center">The center.</param>
    /// <param name="rows">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Least, double Most) Range(double* x, double center, int rows)
    {
        TVec least = TOps.Broadcast(0), most = least, otherLeast = least, otherMost = least, from = TOps.Broadcast(center);
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec a = TOps.Subtract(TOps.Load(x + i), from), b = TOps.Subtract(TOps.Load(x + i + TOps.Count), from);
            a = TOps.ZeroWhereNaN(a, a);
            b = TOps.ZeroWhereNaN(b, b);
            least = TOps.Min(least, a);
            most = TOps.Max(most, a);
            otherLeast = TOps.Min(otherLeast, b);
            otherMost = TOps.Max(otherMost, b);
        }
        var lanes = stackalloc double[16];
        TOps.Store(lanes, TOps.Min(least, otherLeast));
        TOps.Store(lanes + 8, TOps.Max(most, otherMost));
        var (low, high) = (lanes[0], lanes[8]);
        for (var lane = 1; lane < TOps.Count; lane++) (low, high) = (Math.Min(low, lanes[lane]), Math.Max(high, lanes[8 + lane]));
        return (low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reference(double* x, double* p, double* references, int lanes, int stride, double* b)
    {
        TVec one = TOps.Broadcast(1), mean = TOps.Broadcast(p[0]), scale = TOps.Broadcast(p[1]), constant = TOps.Broadcast(p[2]),
            least = TOps.Broadcast(-double.MaxValue), unknown = TOps.Broadcast(p[3]);
        var end = x + FeatureTile.Capacity;
        do
        {
            var lane = 0;
            do
            {
                var value = TOps.Load(x);
                var z = TOps.Multiply(TOps.Subtract(value, mean), scale);
                TOps.Store(references, TOps.SelectGreater(value, least, TOps.NegatedMultiplyAdd(z, z, constant), unknown));
                TOps.Store(b + lane, one);
                x += TOps.Count;
                references += TOps.Count;
                lane += TOps.Count;
            }
            while (lane < lanes);
            b += stride;
        }
        while (x < end);
    }

    // do ... while: the compiler keeps the constants of the exponentials in registers only if the loop is known to run at least once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relative(double* x, double* p, double* references, int lanes, int stride, double* b)
    {
        TVec floor = TOps.Broadcast(LaneRange.LeastEmissionLog2), mean = TOps.Broadcast(p[0]), scale = TOps.Broadcast(p[1]), constant = TOps.Broadcast(p[2]);
        var end = x + FeatureTile.Capacity;
        do
        {
            var lane = 0;
            do
            {
                TVec y = TOps.Multiply(TOps.Subtract(TOps.Load(x), mean), scale), z = TOps.Multiply(TOps.Subtract(TOps.Load(x + TOps.Count), mean), scale);
                y = TOps.Subtract(TOps.NegatedMultiplyAdd(y, y, constant), TOps.Load(references));
                z = TOps.Subtract(TOps.NegatedMultiplyAdd(z, z, constant), TOps.Load(references + TOps.Count));
                TOps.Store(b + lane, TOps.Exp2(TOps.Max(floor, y)));
                TOps.Store(b + lane + TOps.Count, TOps.Exp2(TOps.Max(floor, z)));
                x += 2 * TOps.Count;
                references += 2 * TOps.Count;
                lane += 2 * TOps.Count;
            }
            while (lane < lanes);
            b += stride;
        }
        while (x < end);
    }

    // Rows with a value get the same bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RelativeOfObserved(double* x, double* p, double* references, int lanes, int stride, double* b)
    {
        TVec floor = TOps.Broadcast(LaneRange.LeastEmissionLog2), mean = TOps.Broadcast(p[0]), scale = TOps.Broadcast(p[1]), constant = TOps.Broadcast(p[2]),
            least = TOps.Broadcast(-double.MaxValue), unknown = TOps.Broadcast(p[3]);
        var end = x + FeatureTile.Capacity;
        do
        {
            var lane = 0;
            do
            {
                var value = TOps.Load(x);
                var y = TOps.Multiply(TOps.Subtract(value, mean), scale);
                y = TOps.Subtract(TOps.SelectGreater(value, least, TOps.NegatedMultiplyAdd(y, y, constant), unknown), TOps.Load(references));
                TOps.Store(b + lane, TOps.Exp2(TOps.Max(floor, y)));
                x += TOps.Count;
                references += TOps.Count;
                lane += TOps.Count;
            }
            while (lane < lanes);
            b += stride;
        }
        while (x < end);
    }
}
