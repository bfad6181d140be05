using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>Emissions of arbitrary distributions, in lane order.</summary>
internal static unsafe class LaneEmissionKernel<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Converts base-2 log emissions to probabilities relative to the largest of each row.</summary>
    /// <param name="joint">Base-2 logs, state k at [k * Capacity + row].</param>
    /// <param name="states">E.</param>
    /// <param name="padded">A multiple of 4; the states after E get 0.</param>
    /// <param name="lanes">Rows per step.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="b">Shape [steps of a tile, padded, lanes].</param>
    /// <param name="maxima">Shape [Capacity].</param>
    public static void Emit(double* joint, int states, int padded, int lanes, int row, double* b, double* maxima)
    {
        Maxima(joint, states, maxima);
        for (var k = 0; k < states; k++) Relative(joint + (k * FeatureTile.Capacity), maxima, lanes, b + (k * lanes), row);
        for (var t = 0; t < FeatureTile.Capacity / lanes && padded > states; t++)
            new Span<double>(b + (t * row) + (states * lanes), (padded - states) * lanes).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Maxima(double* joint, int states, double* maxima)
    {
        for (var i = 0; i < FeatureTile.Capacity; i += 2 * TOps.Count)
        {
            TVec x = TOps.Broadcast(-double.MaxValue), y = x;
            var from = joint + i;
            for (var k = 0; k < states; k++, from += FeatureTile.Capacity)
            {
                x = TOps.Max(x, TOps.Load(from));
                y = TOps.Max(y, TOps.Load(from + TOps.Count));
            }
            TOps.Store(maxima + i, x);
            TOps.Store(maxima + i + TOps.Count, y);
        }
    }

    // do ... while: the compiler keeps the constants of the exponentials in registers only if the loop is known to run at least once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relative(double* joint, double* maxima, int lanes, double* b, int stride)
    {
        TVec zero = TOps.Broadcast(0), least = TOps.Broadcast(-double.MaxValue), floor = TOps.Broadcast(LaneRange.LeastEmissionLog2);
        var end = joint + FeatureTile.Capacity;
        do
        {
            var lane = 0;
            do
            {
                TVec y = TOps.Load(joint), z = TOps.Load(joint + TOps.Count);
                var e = TOps.Exp2(TOps.Max(floor, TOps.Subtract(y, TOps.Load(maxima))));
                var f = TOps.Exp2(TOps.Max(floor, TOps.Subtract(z, TOps.Load(maxima + TOps.Count))));
                TOps.Store(b + lane, TOps.SelectGreater(least, y, zero, TOps.ZeroWhereNaN(e, e)));
                TOps.Store(b + lane + TOps.Count, TOps.SelectGreater(least, z, zero, TOps.ZeroWhereNaN(f, f)));
                joint += 2 * TOps.Count;
                maxima += 2 * TOps.Count;
                lane += 2 * TOps.Count;
            }
            while (lane < lanes);
            b += stride;
        }
        while (joint < end);
    }
}
