namespace Pipelines.Models.Kernels;

/// <summary>
/// The vector operations used to write kernels once for all widths. Implementations are structs without fields, passed to kernels as type arguments, so that
/// the JIT generates direct code for each width.
/// </summary>
/// <typeparam name="TVec">The vector of doubles.</typeparam>
internal unsafe interface IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Doubles in a vector: 2, 4 or 8.</summary>
    static abstract int Count { get; }

    /// <summary>Reads a vector; alignment is not required, but 64 bytes is faster.</summary>
    static abstract TVec Load(double* source);

    /// <summary>Writes a vector.</summary>
    static abstract void Store(double* target, TVec value);

    /// <summary>The same value in all lanes.</summary>
    static abstract TVec Broadcast(double value);

    /// <summary>a + b.</summary>
    static abstract TVec Add(TVec a, TVec b);

    /// <summary>a - b.</summary>
    static abstract TVec Subtract(TVec a, TVec b);

    /// <summary>a * b.</summary>
    static abstract TVec Multiply(TVec a, TVec b);

    /// <summary>a / b.</summary>
    static abstract TVec Divide(TVec a, TVec b);

    /// <summary>1 / a to 1.5 units in the last place, for numbers from 1 to 2^1000; NaN stays NaN.</summary>
    static abstract TVec Reciprocal(TVec a);

    /// <summary>a * b + c, fused if the CPU supports it.</summary>
    static abstract TVec MultiplyAdd(TVec a, TVec b, TVec c);

    /// <summary>c - a * b, fused if the CPU supports it.</summary>
    static abstract TVec NegatedMultiplyAdd(TVec a, TVec b, TVec c);

    /// <summary>The larger one; NaN if <paramref name="b"/> is NaN, either of the two if only <paramref name="a"/> is.</summary>
    static abstract TVec Max(TVec a, TVec b);

    /// <summary>The smaller one; either of the two if one is NaN.</summary>
    static abstract TVec Min(TVec a, TVec b);

    /// <summary>In each lane: a &gt; b ? yes : no.</summary>
    static abstract TVec SelectGreater(TVec a, TVec b, TVec yes, TVec no);

    /// <summary>The value where the probe is a number, 0 where it is NaN.</summary>
    static abstract TVec ZeroWhereNaN(TVec probe, TVec value);

    /// <summary>True if a lane is at least double.MaxValue in magnitude.</summary>
    static abstract bool AnyHuge(TVec value);

    /// <summary>True if a lane of either vector is NaN.</summary>
    static abstract bool AnyNaN(TVec a, TVec b);

    /// <summary>2^x for x up to 1000, to 1.5 units in the last place; exactly 0 below -700, so that denormals never occur; NaN stays NaN.</summary>
    static abstract TVec Exp2(TVec x);

    /// <summary>Natural logarithm of normal numbers above 0 and below 1e308, to 4 units in the last place; arbitrary for other values.</summary>
    static abstract TVec Log(TVec x);

    /// <summary>For positive normal numbers x = 2^e m with m in [1, 2): e, and m.</summary>
    static abstract TVec SplitExponent(TVec x, out TVec mantissa);

    /// <summary>Sum of the lanes in a fixed order.</summary>
    static abstract double Sum(TVec value);
}
