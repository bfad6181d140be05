using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>512-bit vectors of floats.</summary>
internal readonly unsafe struct Float512Ops : IFloatOps<Vector512<float>>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Avx512F.LoadVector512(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector512<float> value) => Avx512F.Store(target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Avx512F.BroadcastScalarToVector512(Vector128.CreateScalarUnsafe(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => Avx512F.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Avx512F.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Avx512F.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectLess(Vector512<float> a, Vector512<float> b, Vector512<float> yes, Vector512<float> no) =>
        Avx512F.BlendVariable(no, yes, Avx512F.CompareLessThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Greater(Vector512<float> a, Vector512<float> b) => (uint)Avx512F.MoveMask(Avx512F.CompareGreaterThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Narrow(double* x, double center, double scale)
    {
        var (c, s) = (Vector512Ops.Broadcast(center), Vector512Ops.Broadcast(scale));
        var low = Avx512F.ConvertToVector256Single(Avx512F.Multiply(Avx512F.Subtract(Avx512F.LoadVector512(x), c), s));
        var high = Avx512F.ConvertToVector256Single(Avx512F.Multiply(Avx512F.Subtract(Avx512F.LoadVector512(x + 8), c), s));
        return Avx512DQ.InsertVector256(low.ToVector512Unsafe(), high, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(double* target, Vector512<float> value)
    {
        Avx512F.Store(target, Avx512F.ConvertToVector512Double(value.GetLower()));
        Avx512F.Store(target + 8, Avx512F.ConvertToVector512Double(Avx512DQ.ExtractVector256(value, 1)));
    }
}

/// <summary>256-bit vectors of floats.</summary>
internal readonly unsafe struct Float256Ops : IFloatOps<Vector256<float>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Avx.LoadVector256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value) => Avx.Store(target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Avx2.BroadcastScalarToVector256(Vector128.CreateScalarUnsafe(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => Avx.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Avx.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Avx.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectLess(Vector256<float> a, Vector256<float> b, Vector256<float> yes, Vector256<float> no) =>
        Avx.BlendVariable(no, yes, Avx.CompareLessThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Greater(Vector256<float> a, Vector256<float> b) => (uint)Avx.MoveMask(Avx.CompareGreaterThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Narrow(double* x, double center, double scale)
    {
        var (c, s) = (Vector256Ops.Broadcast(center), Vector256Ops.Broadcast(scale));
        var low = Avx.ConvertToVector128Single(Avx.Multiply(Avx.Subtract(Avx.LoadVector256(x), c), s));
        var high = Avx.ConvertToVector128Single(Avx.Multiply(Avx.Subtract(Avx.LoadVector256(x + 4), c), s));
        return Avx.InsertVector128(low.ToVector256Unsafe(), high, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(double* target, Vector256<float> value)
    {
        Avx.Store(target, Avx.ConvertToVector256Double(value.GetLower()));
        Avx.Store(target + 4, Avx.ConvertToVector256Double(Avx.ExtractVector128(value, 1)));
    }
}

/// <summary>128-bit vectors of floats, using the runtime's portable operations.</summary>
internal readonly unsafe struct Float128Ops : IFloatOps<Vector128<float>>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector128<float> value) => Vector128.Store(value, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => Vector128.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectLess(Vector128<float> a, Vector128<float> b, Vector128<float> yes, Vector128<float> no) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, b), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Greater(Vector128<float> a, Vector128<float> b) => Vector128.GreaterThan(a, b).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Narrow(double* x, double center, double scale)
    {
        var (c, s) = (Vector128.Create(center), Vector128.Create(scale));
        return Vector128.Narrow((Vector128.Load(x) - c) * s, (Vector128.Load(x + 2) - c) * s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(double* target, Vector128<float> value)
    {
        var (low, high) = Vector128.Widen(value);
        Vector128.Store(low, target);
        Vector128.Store(high, target + 2);
    }
}
