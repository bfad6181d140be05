using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>constant - ((x - center) scale)^2/2 from a minimum value on, -infinity below it and, optionally, at infinity; 0 for missing values.</summary>
/// <param name="center">The position of the density's maximum.</param>
/// <param name="scale">The inverse of its width.</param>
/// <param name="constant">The logarithm of the density at its maximum.</param>
/// <param name="least">Minimum of the support.</param>
internal readonly struct QuadraticLog(double center, double scale, double constant, double least) : IColumnFunction
{
    // The minimum itself is inside the support.
    public double Above { get; } = double.IsInfinity(least) ? least : Math.BitDecrement(least);

    public double Below => double.PositiveInfinity;

    public double Value(double x)
    {
        var z = (x - center) * scale;
        return double.IsNaN(x) ? 0 : x >= least ? constant - (0.5 * z * z) : double.NegativeInfinity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var z = TOps.Multiply(TOps.Subtract(x, TOps.Broadcast(center)), TOps.Broadcast(scale));
        return TOps.NegatedMultiplyAdd(TOps.Multiply(z, TOps.Broadcast(0.5)), z, TOps.Broadcast(constant));
    }
}

/// <summary>constant - rate x for x of at least 0, else -infinity; 0 for missing values.</summary>
internal readonly struct LinearLog(double rate, double constant) : IColumnFunction
{
    public double Above => -double.Epsilon;

    public double Below => double.PositiveInfinity;

    public double Value(double x) => x >= 0 ? constant - (rate * x) : double.IsNaN(x) ? 0 : double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged => TOps.NegatedMultiplyAdd(TOps.Broadcast(rate), x, TOps.Broadcast(constant));
}
