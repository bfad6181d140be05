using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Pipelines.Models.Kernels.ExpLogCoefficients;

namespace Pipelines.Models.Kernels;

/// <summary>
/// 512-bit vectors. Uses intrinsics instead of Vector512's operators, which fall back to software if the runtime expects 512-bit code to lower the CPU's clock.
/// </summary>
internal readonly unsafe struct Vector512Ops : IVectorOps<Vector512<double>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(double* source) => Avx512F.LoadVector512(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* target, Vector512<double> value) => Avx512F.Store(target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Broadcast(double value) => Avx512F.BroadcastScalarToVector512(Vector128.CreateScalarUnsafe(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => Avx512F.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Subtract(Vector512<double> a, Vector512<double> b) => Avx512F.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => Avx512F.Multiply(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Divide(Vector512<double> a, Vector512<double> b) => Avx512F.Divide(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Reciprocal(Vector512<double> a)
    {
        // Two Newton steps from 14 bits: half the time of a division, on units that can overlap with other work.
        var one = Broadcast(1);
        var r = Avx512F.Reciprocal14(a);
        r = Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(r, a, one), r);
        return Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(r, a, one), r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> NegatedMultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAddNegated(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Max(Vector512<double> a, Vector512<double> b) => Avx512F.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Min(Vector512<double> a, Vector512<double> b) => Avx512F.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SelectGreater(Vector512<double> a, Vector512<double> b, Vector512<double> yes, Vector512<double> no) =>
        Avx512F.BlendVariable(no, yes, Avx512F.CompareGreaterThan(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ZeroWhereNaN(Vector512<double> probe, Vector512<double> value) =>
        Avx512F.BlendVariable(Vector512<double>.Zero, value, Avx512F.CompareOrdered(probe, probe));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyHuge(Vector512<double> value)
    {
        var magnitude = Avx512DQ.And(value, Vector512.Create(0x7FFFFFFFFFFFFFFFL).AsDouble());
        return Avx512DQ.MoveMask(Avx512F.CompareGreaterThanOrEqual(magnitude, Vector512.Create(double.MaxValue))) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector512<double> a, Vector512<double> b) => Avx512DQ.MoveMask(Avx512F.CompareUnordered(a, b)) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp2(Vector512<double> x)
    {
        // 2^x = 2^n 2^(j/16) 2^f. The low bits of t hold 16 n + j; j/16 is subtracted from the exponent bits of the table's entries, so that adding all of t
        // there leaves n.
        var t = Avx512F.Add(x, Vector512.Create(RoundToSixteenths));
        var f = Avx512F.Subtract(x, Avx512F.Subtract(t, Vector512.Create(RoundToSixteenths)));
        var table = Avx512F.PermuteVar8x64x2(
            Vector512.Create(0x3FF0000000000000L, 0x3FEFB5586CF9890FL, 0x3FEF72B83C7D517BL, 0x3FEF387A6E756238L, 0x3FEF06FE0A31B715L, 0x3FEEDEA64C123422L,
                0x3FEEBFDAD5362A27L, 0x3FEEAB07DD485429L),
            t.AsInt64(),
            Vector512.Create(0x3FEEA09E667F3BCDL, 0x3FEEA11473EB0187L, 0x3FEEACE5422AA0DBL, 0x3FEEC49182A3F090L, 0x3FEEE89F995AD3ADL, 0x3FEF199BDD85529CL,
                0x3FEF5818DCFBA487L, 0x3FEFA4AFA2A490DAL));
        var scale = Avx512F.Add(table, Avx512F.ShiftLeftLogical(t.AsInt64(), 48)).AsDouble();
        var p = Avx512F.FusedMultiplyAdd(f, Vector512.Create(S5), Vector512.Create(S4));
        p = Avx512F.FusedMultiplyAdd(f, p, Vector512.Create(S3));
        p = Avx512F.FusedMultiplyAdd(f, p, Vector512.Create(S2));
        p = Avx512F.FusedMultiplyAdd(f, p, Vector512.Create(S1));
        p = Avx512F.FusedMultiplyAdd(f, p, Vector512.Create(S0));
        var result = Avx512F.FusedMultiplyAdd(Avx512F.Multiply(scale, f), p, scale);
        return Avx512F.BlendVariable(Vector512<double>.Zero, result, Avx512F.CompareNotLessThan(x, Vector512.Create(LeastExponent)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log(Vector512<double> x)
    {
        // x = 2^e m with m from 3/4 to 3/2, c = the sixteenth next to m: log x = e log 2 + log c + log(1 + r), r = m/c - 1. Adding the magic number rounds m to
        // sixteenths and leaves their count, modulo 16, where the table lookup expects it. Near 1 both e and log c are 0, so nothing cancels; elsewhere their
        // sum is of the order of log 2, so a single constant for log 2 suffices.
        var exponent = Avx512F.GetExponent(Avx512F.Multiply(x, Vector512.Create(4.0 / 3)));
        var m = Avx512F.GetMantissa(x, 3);
        var at = Avx512F.Add(m, Vector512.Create(RoundToSixteenths)).AsInt64();
        var inverse = Avx512F.PermuteVar8x64x2(
            Vector512.Create(1, 16.0 / 17, 16.0 / 18, 16.0 / 19, 16.0 / 20, 16.0 / 21, 16.0 / 22, 16.0 / 23), at,
            Vector512.Create(16.0 / 24, 1, 1, 1, 16.0 / 12, 16.0 / 13, 16.0 / 14, 16.0 / 15));
        var log = Avx512F.PermuteVar8x64x2(
            Vector512.Create(0, 0.060624621816434854, 0.11778303565638351, 0.17185025692665928, 0.2231435513142097, 0.2719337154836418, 0.3184537311185346,
                0.3629054936893685), at,
            Vector512.Create(0.40546510810816444, 0, 0, 0, -0.28768207245178085, -0.20763936477824455, -0.13353139262452257, -0.06453852113757116));
        var r = Avx512F.FusedMultiplySubtract(m, inverse, Vector512.Create(1.0));
        var p = Avx512F.FusedMultiplyAdd(r, Vector512.Create(R7), Vector512.Create(R6));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R5));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R4));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R3));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R2));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R1));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(R0));
        p = Avx512F.FusedMultiplyAdd(r, p, Vector512.Create(-0.5));
        p = Avx512F.FusedMultiplyAdd(Avx512F.Multiply(r, r), p, r);
        return Avx512F.Add(Avx512F.FusedMultiplyAdd(exponent, Vector512.Create(0.6931471805599453), log), p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SplitExponent(Vector512<double> x, out Vector512<double> mantissa)
    {
        mantissa = Avx512F.GetMantissa(x, 0);
        return Avx512F.GetExponent(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector512<double> value) =>
        Vector256Ops.Sum(Avx.Add(Avx512F.ExtractVector256(value, 0), Avx512F.ExtractVector256(value, 1)));
}
