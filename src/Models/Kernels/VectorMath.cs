using System.Runtime.CompilerServices;
using Pipelines.Models.Numerics;
using static Pipelines.Models.Kernels.ExpLogCoefficients;

namespace Pipelines.Models.Kernels;

/// <summary>Functions built from <see cref="IVectorOps{TVec}"/>.</summary>
internal static class VectorMath<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>log2 x of positive normal numbers, to 3 units in the last place; NaN for NaN and infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Log2(TVec x)
    {
        var log = LogOfMantissa(x, out var exponent);

        // x - x is 0, and preserves NaN and infinity.
        return TOps.Add(TOps.MultiplyAdd(log, TOps.Broadcast(Constants.Log2E), exponent), TOps.Subtract(x, x));
    }

    /// <summary>
    /// Natural logarithm of positive normal numbers, to 4 units in the last place; arbitrary for other values. For instruction sets without table lookup.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec LogByQuotient(TVec x)
    {
        var log = LogOfMantissa(x, out var exponent);
        return TOps.MultiplyAdd(exponent, TOps.Broadcast(Ln2High), TOps.MultiplyAdd(exponent, TOps.Broadcast(Ln2Low), log));
    }

    /// <summary>log(1 + x) of numbers above -1 and below 1e300, to 5 units in the last place, however small they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Log1p(TVec x)
    {
        // The relative rounding error of 1 + x is the absolute error of its logarithm.
        var one = TOps.Broadcast(1);
        var u = TOps.Add(one, x);
        var lost = TOps.Subtract(x, TOps.Subtract(u, one));
        return TOps.MultiplyAdd(lost, TOps.Reciprocal(u), TOps.Log(u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec LogOfMantissa(TVec x, out TVec exponent)
    {
        // m between sqrt 1/2 and sqrt 2: log m = 2 atanh s with s = (m - 1)/(m + 1); m - 1 is exact.
        exponent = TOps.SplitExponent(x, out var m);
        var one = TOps.Broadcast(1);
        var root = TOps.Broadcast(1.4142135623730951);
        exponent = TOps.SelectGreater(m, root, TOps.Add(exponent, one), exponent);
        m = TOps.SelectGreater(m, root, TOps.Multiply(m, TOps.Broadcast(0.5)), m);
        var s = TOps.Divide(TOps.Subtract(m, one), TOps.Add(m, one));
        var z = TOps.Multiply(s, s);
        var p = TOps.MultiplyAdd(z, TOps.Broadcast(L6), TOps.Broadcast(L5));
        p = TOps.MultiplyAdd(z, p, TOps.Broadcast(L4));
        p = TOps.MultiplyAdd(z, p, TOps.Broadcast(L3));
        p = TOps.MultiplyAdd(z, p, TOps.Broadcast(L2));
        p = TOps.MultiplyAdd(z, p, TOps.Broadcast(L1));
        p = TOps.MultiplyAdd(z, p, TOps.Broadcast(L0));
        return TOps.MultiplyAdd(TOps.Multiply(s, z), p, TOps.Add(s, s));
    }
}
