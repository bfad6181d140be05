using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>log x: NaN for missing values, -infinity for values without a finite logarithm (0, negative numbers and infinity).</summary>
internal readonly struct NaturalLog : IColumnFunction
{
    /// <summary>Numbers above this are normal, as the vector logarithm requires.</summary>
    public const double LeastNormal = 2.2250738585072014E-308;

    /// <summary>The vector logarithm requires numbers below this.</summary>
    public const double Most = 1e308;

    public double Above => LeastNormal;

    public double Below => Most;

    public double Value(double x) => x > 0 && x < double.PositiveInfinity ? Math.Log(x) : double.IsNaN(x) ? double.NaN : double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged => TOps.Log(x);
}

/// <summary>log(1 - x) for x below 1: NaN for missing values, -infinity for others.</summary>
internal readonly struct LogOfComplement : IColumnFunction
{
    public double Above => -1e300;

    public double Below => 1;

    public double Value(double x) => x < 1 && x > double.NegativeInfinity ? Exactly(x) : double.IsNaN(x) ? double.NaN : double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged => VectorMath<TOps, TVec>.Log1p(TOps.Subtract(TOps.Broadcast(0), x));

    /// <summary>log(1 - x) without rounding 1 - x.</summary>
    public static double Exactly(double x)
    {
        var u = 1 - x;
        return Math.Log(u) + ((-x - (u - 1)) / u);
    }
}
