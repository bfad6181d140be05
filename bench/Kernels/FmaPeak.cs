using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Peak fused multiply-add throughput of one core, the reference for the kernels.</summary>
internal static class FmaPeak
{
    // Only the maximum counts: a busy neighbour that slows one measurement does not lower the peak.
    private static readonly Dictionary<KernelVariant, double> bests = [];

    /// <summary>GFLOP/s (a multiply-add counts as two) of the vectors in use: the best of all short runs so far.</summary>
    public static double Measure(KernelVariant variant)
    {
        var now = variant switch
        {
            KernelVariant.Avx512 => Best<Vector512Ops, Vector512<double>>(),
            KernelVariant.Avx2 => Best<Vector256Ops, Vector256<double>>(),
            _ => Best<Vector128Ops, Vector128<double>>(),
        };
        return bests[variant] = Math.Max(now, bests.GetValueOrDefault(variant));
    }

    /// <summary>Throughput of two threads relative to one: the speedup the machine currently allows.</summary>
    public static double Scaling(KernelVariant variant)
    {
        var one = Seconds(1);
        return 2 * one / Seconds(2);

        double Seconds(int threads)
        {
            var start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Chains(variant, 20_000_000));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static void Chains(KernelVariant variant, int steps)
    {
        _ = variant switch
        {
            KernelVariant.Avx512 => Chains<Vector512Ops, Vector512<double>>(steps, 1 + 1e-9, 1e-9),
            KernelVariant.Avx2 => Chains<Vector256Ops, Vector256<double>>(steps, 1 + 1e-9, 1e-9),
            _ => Chains<Vector128Ops, Vector128<double>>(steps, 1 + 1e-9, 1e-9),
        };
    }

    private static double Best<TOps, TVec>()
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        const int steps = 1_000_000;
        double best = 0;
        for (var run = 0; run < 10; run++)
        {
            var start = Stopwatch.GetTimestamp();
            var sum = Chains<TOps, TVec>(steps, 1 + 1e-9, 1e-9);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!double.IsFinite(sum)) throw new InvalidOperationException("the chains of multiply-adds overflowed");
            best = Math.Max(best, 2.0 * 12 * TOps.Count * steps / seconds * 1e-9);
        }
        return best;
    }

    // Twelve independent chains hide the latency of four to five cycles on two units.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Chains<TOps, TVec>(int steps, double factor, double term)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec f = TOps.Broadcast(factor), t = TOps.Broadcast(term);
        TVec a = t, b = t, c = t, d = t, e = t, g = t, h = t, i = t, j = t, k = t, l = t, m = t;
        for (var step = 0; step < steps; step++)
        {
            a = TOps.MultiplyAdd(a, f, t);
            b = TOps.MultiplyAdd(b, f, t);
            c = TOps.MultiplyAdd(c, f, t);
            d = TOps.MultiplyAdd(d, f, t);
            e = TOps.MultiplyAdd(e, f, t);
            g = TOps.MultiplyAdd(g, f, t);
            h = TOps.MultiplyAdd(h, f, t);
            i = TOps.MultiplyAdd(i, f, t);
            j = TOps.MultiplyAdd(j, f, t);
            k = TOps.MultiplyAdd(k, f, t);
            l = TOps.MultiplyAdd(l, f, t);
            m = TOps.MultiplyAdd(m, f, t);
        }
        a = TOps.Add(TOps.Add(TOps.Add(a, b), TOps.Add(c, d)), TOps.Add(TOps.Add(e, g), TOps.Add(h, i)));
        return TOps.Sum(TOps.Add(a, TOps.Add(TOps.Add(j, k), TOps.Add(l, m))));
    }
}
