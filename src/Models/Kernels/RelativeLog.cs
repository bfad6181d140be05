using System.Runtime.CompilerServices;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Kernels;

/// <summary>
/// log(x/m), or log((1 - x)/(1 - m)) of the complements, for shares: accurate to a few units in the last place even near m, where the logarithms of x and m
/// agree in most digits. NaN for missing values, -infinity outside the support.
/// </summary>
/// <param name="mean">m, above 1e-300 and below 1.</param>
/// <param name="divisor">m, or 1 - m for the complements.</param>
/// <param name="ofComplement">True: use the complements.</param>
internal readonly struct RelativeLog(double mean, double divisor, bool ofComplement) : IColumnFunction
{
    private readonly double inverse = (ofComplement ? -1 : 1) / divisor;

    public double Above => ofComplement ? -1e8 : NaturalLog.LeastNormal;

    public double Below => ofComplement ? 1 : 1e8;

    public double Value(double x)
    {
        if (ofComplement ? !(x < 1 && x > double.NegativeInfinity) : !(x > 0 && x < double.PositiveInfinity))
            return double.IsNaN(x) ? double.NaN : double.NegativeInfinity;
        var u = (x - mean) * inverse;
        return Math.Abs(u) <= 0.5 ? Numbers.Log1p(u) : (ofComplement ? LogOfComplement.Exactly(x) : Math.Log(x)) - Math.Log(divisor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec zero = TOps.Broadcast(0), one = TOps.Broadcast(1), half = TOps.Broadcast(0.5), factor = TOps.Broadcast(inverse);
        var u = TOps.Multiply(TOps.Subtract(x, TOps.Broadcast(mean)), factor);
        var far = TOps.Max(u, TOps.Subtract(zero, u));
        var near = TOps.Add(one, u);
        var quotient = TOps.Multiply(ofComplement ? TOps.Subtract(x, one) : x, factor);
        var s = TOps.SelectGreater(far, half, quotient, near);
        var lost = TOps.SelectGreater(far, half, zero, TOps.Subtract(u, TOps.Subtract(near, one)));
        return TOps.MultiplyAdd(lost, TOps.Reciprocal(s), TOps.Log(s));
    }
}
