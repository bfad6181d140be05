using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Pipelines.Models.Kernels.ExpLogCoefficients;

namespace Pipelines.Models.Kernels;

/// <summary>128-bit vectors using the runtime's portable operations: NEON, SSE2, WebAssembly …</summary>
internal readonly unsafe struct Vector128Ops : IVectorOps<Vector128<double>>
{
    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Load(double* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, Vector128<double> value) => Vector128.Store(value, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Broadcast(double value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Add(Vector128<double> a, Vector128<double> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Subtract(Vector128<double> a, Vector128<double> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Multiply(Vector128<double> a, Vector128<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Divide(Vector128<double> a, Vector128<double> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Reciprocal(Vector128<double> a) => Vector128<double>.One / a;

    // Fused only if the CPU supports it: a software FMA would be a hundred times slower.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> MultiplyAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NegatedMultiplyAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Vector128.MultiplyAddEstimate(-a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Max(Vector128<double> a, Vector128<double> b) => Vector128.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Min(Vector128<double> a, Vector128<double> b) => Vector128.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> SelectGreater(Vector128<double> a, Vector128<double> b, Vector128<double> yes, Vector128<double> no) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> ZeroWhereNaN(Vector128<double> probe, Vector128<double> value) => value & Vector128.Equals(probe, probe);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyHuge(Vector128<double> value) => Vector128.GreaterThanOrEqualAny(Vector128.Abs(value), Vector128.Create(double.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector128<double> a, Vector128<double> b) => !Vector128.EqualsAll(a, a) || !Vector128.EqualsAll(b, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Exp2(Vector128<double> x)
    {
        var t = x + Vector128.Create(RoundToOnes);
        var f = x - (t - Vector128.Create(RoundToOnes));
        var p = MultiplyAdd(f, Vector128.Create(E10), Vector128.Create(E9));
        p = MultiplyAdd(f, p, Vector128.Create(E8));
        p = MultiplyAdd(f, p, Vector128.Create(E7));
        p = MultiplyAdd(f, p, Vector128.Create(E6));
        p = MultiplyAdd(f, p, Vector128.Create(E5));
        p = MultiplyAdd(f, p, Vector128.Create(E4));
        p = MultiplyAdd(f, p, Vector128.Create(E3));
        p = MultiplyAdd(f, p, Vector128.Create(E2));
        p = MultiplyAdd(f, p, Vector128.Create(E1));
        p = MultiplyAdd(f, p, Vector128.Create(E0));
        p = MultiplyAdd(f, p, Vector128.Create(1.0));
        var result = (p.AsInt64() + (t.AsInt64() << 52)).AsDouble();
        return Vector128.AndNot(result, Vector128.LessThan(x, Vector128.Create(LeastExponent)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Log(Vector128<double> x) => VectorMath<Vector128Ops, Vector128<double>>.LogByQuotient(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> SplitExponent(Vector128<double> x, out Vector128<double> mantissa)
    {
        mantissa = ((x.AsInt64() & Vector128.Create(0x000FFFFFFFFFFFFFL)) | Vector128.Create(0x3FF0000000000000L)).AsDouble();
        return ((x.AsInt64() >>> 52) | Vector128.Create(0x4330000000000000L)).AsDouble() - Vector128.Create(4503599627370496.0 + 1023);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector128<double> value) => value.ToScalar() + value.GetElement(1);
}
