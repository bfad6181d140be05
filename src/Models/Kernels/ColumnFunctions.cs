using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>constant - ((x - center) scale)^2/2 from a least value on, -infinity below it and, if so wanted, at infinity; 0 of missing values.</summary>
/// <param name="center">Where the density is highest.</param>
/// <param name="scale">One over its width.</param>
/// <param name="constant">Its logarithm there.</param>
/// <param name="least">Least value of the support.</param>
internal readonly struct QuadraticLog(double center, double scale, double constant, double least) : IColumnFunction
{
    // A value equal to the least is inside.
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

/// <summary>constant - rate x for x of at least 0, else -infinity; 0 of missing values.</summary>
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
