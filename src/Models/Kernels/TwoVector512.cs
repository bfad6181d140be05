using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Two 512-bit vectors as one of 16 doubles.</summary>
internal readonly struct TwoVector512(Vector512<double> first, Vector512<double> second)
{
    public readonly Vector512<double> First = first;

    public readonly Vector512<double> Second = second;
}

/// <summary>
/// Operations on two vectors at once. They turn a kernel of two row vectors into one of four, for use when 32 registers hold its sums and loads are the
/// bottleneck.
/// </summary>
internal readonly unsafe struct TwoVector512Ops : IVectorOps<TwoVector512>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Load(double* source) => new(Vector512Ops.Load(source), Vector512Ops.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, TwoVector512 value)
    {
        Vector512Ops.Store(target, value.First);
        Vector512Ops.Store(target + 8, value.Second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Broadcast(double value)
    {
        var vector = Vector512Ops.Broadcast(value);
        return new(vector, vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Add(TwoVector512 a, TwoVector512 b) => new(Vector512Ops.Add(a.First, b.First), Vector512Ops.Add(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Subtract(TwoVector512 a, TwoVector512 b) =>
        new(Vector512Ops.Subtract(a.First, b.First), Vector512Ops.Subtract(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Multiply(TwoVector512 a, TwoVector512 b) =>
        new(Vector512Ops.Multiply(a.First, b.First), Vector512Ops.Multiply(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Divide(TwoVector512 a, TwoVector512 b) => new(Vector512Ops.Divide(a.First, b.First), Vector512Ops.Divide(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Reciprocal(TwoVector512 a) => new(Vector512Ops.Reciprocal(a.First), Vector512Ops.Reciprocal(a.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 MultiplyAdd(TwoVector512 a, TwoVector512 b, TwoVector512 c) =>
        new(Vector512Ops.MultiplyAdd(a.First, b.First, c.First), Vector512Ops.MultiplyAdd(a.Second, b.Second, c.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 NegatedMultiplyAdd(TwoVector512 a, TwoVector512 b, TwoVector512 c) =>
        new(Vector512Ops.NegatedMultiplyAdd(a.First, b.First, c.First), Vector512Ops.NegatedMultiplyAdd(a.Second, b.Second, c.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Max(TwoVector512 a, TwoVector512 b) => new(Vector512Ops.Max(a.First, b.First), Vector512Ops.Max(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 SelectGreater(TwoVector512 a, TwoVector512 b, TwoVector512 yes, TwoVector512 no) =>
        new(Vector512Ops.SelectGreater(a.First, b.First, yes.First, no.First), Vector512Ops.SelectGreater(a.Second, b.Second, yes.Second, no.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 ZeroWhereNaN(TwoVector512 probe, TwoVector512 value) =>
        new(Vector512Ops.ZeroWhereNaN(probe.First, value.First), Vector512Ops.ZeroWhereNaN(probe.Second, value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyHuge(TwoVector512 value) => Vector512Ops.AnyHuge(value.First) | Vector512Ops.AnyHuge(value.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(TwoVector512 a, TwoVector512 b) => Vector512Ops.AnyNaN(a.First, b.First) | Vector512Ops.AnyNaN(a.Second, b.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Min(TwoVector512 a, TwoVector512 b) => new(Vector512Ops.Min(a.First, b.First), Vector512Ops.Min(a.Second, b.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Log(TwoVector512 x) => new(Vector512Ops.Log(x.First), Vector512Ops.Log(x.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 Exp2(TwoVector512 x) => new(Vector512Ops.Exp2(x.First), Vector512Ops.Exp2(x.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVector512 SplitExponent(TwoVector512 x, out TwoVector512 mantissa)
    {
        var first = Vector512Ops.SplitExponent(x.First, out var m);
        var second = Vector512Ops.SplitExponent(x.Second, out var n);
        mantissa = new(m, n);
        return new(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(TwoVector512 value) => Vector512Ops.Sum(Vector512Ops.Add(value.First, value.Second));
}
