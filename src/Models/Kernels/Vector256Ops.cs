using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Pipelines.Models.Kernels.ExpLogCoefficients;

namespace Pipelines.Models.Kernels;

/// <summary>256-bit AVX2 vectors with fused multiply-add.</summary>
internal readonly unsafe struct Vector256Ops : IVectorOps<Vector256<double>>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(double* source) => Avx.LoadVector256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, Vector256<double> value) => Avx.Store(target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Broadcast(double value) => Avx2.BroadcastScalarToVector256(Vector128.CreateScalarUnsafe(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => Avx.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Subtract(Vector256<double> a, Vector256<double> b) => Avx.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Multiply(Vector256<double> a, Vector256<double> b) => Avx.Multiply(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Divide(Vector256<double> a, Vector256<double> b) => Avx.Divide(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Reciprocal(Vector256<double> a) => Avx.Divide(Broadcast(1), a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NegatedMultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Fma.MultiplyAddNegated(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Max(Vector256<double> a, Vector256<double> b) => Avx.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Min(Vector256<double> a, Vector256<double> b) => Avx.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> SelectGreater(Vector256<double> a, Vector256<double> b, Vector256<double> yes, Vector256<double> no) =>
        Avx.BlendVariable(no, yes, Avx.CompareGreaterThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> ZeroWhereNaN(Vector256<double> probe, Vector256<double> value) => Avx.And(value, Avx.CompareOrdered(probe, probe));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyHuge(Vector256<double> value)
    {
        var magnitude = Avx.And(value, Vector256.Create(0x7FFFFFFFFFFFFFFFL).AsDouble());
        return Avx.MoveMask(Avx.CompareGreaterThanOrEqual(magnitude, Vector256.Create(double.MaxValue))) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector256<double> a, Vector256<double> b) => Avx.MoveMask(Avx.CompareUnordered(a, b)) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp2(Vector256<double> x)
    {
        var t = Avx.Add(x, Vector256.Create(RoundToOnes));
        var f = Avx.Subtract(x, Avx.Subtract(t, Vector256.Create(RoundToOnes)));
        var p = Fma.MultiplyAdd(f, Vector256.Create(E10), Vector256.Create(E9));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E8));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E7));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E6));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E5));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E4));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E3));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E2));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E1));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(E0));
        p = Fma.MultiplyAdd(f, p, Vector256.Create(1.0));
        var result = Avx2.Add(p.AsInt64(), Avx2.ShiftLeftLogical(t.AsInt64(), 52)).AsDouble();
        return Avx.And(result, Avx.CompareNotLessThan(x, Vector256.Create(LeastExponent)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log(Vector256<double> x) => VectorMath<Vector256Ops, Vector256<double>>.LogByQuotient(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> SplitExponent(Vector256<double> x, out Vector256<double> mantissa)
    {
        mantissa = Avx.Or(Avx.And(x, Vector256.Create(0x000FFFFFFFFFFFFFL).AsDouble()), Vector256.Create(1.0));
        var exponent = Avx2.Or(Avx2.ShiftRightLogical(x.AsInt64(), 52), Vector256.Create(0x4330000000000000L));
        return Avx.Subtract(exponent.AsDouble(), Vector256.Create(4503599627370496.0 + 1023));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<double> value)
    {
        var half = Sse2.Add(value.GetLower(), Avx.ExtractVector128(value, 1));
        return half.ToScalar() + half.GetElement(1);
    }
}
