using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Inference;

/// <summary>Runs a program's steps. Entry e of the tables is <c>memory[e * lanes … e * lanes + lanes - 1]</c>, one number for each row.</summary>
internal static unsafe class ProgramKernel
{
    /// <summary>Least number of lanes that vectors are used for.</summary>
    public const int VectorLanes = 8;

    /// <summary>Runs a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="memory">Shape [entries, lanes]; 64-byte aligned for speed.</param>
    /// <param name="lanes">Number of rows, 1 … 7 or a multiple of 8.</param>
    public static void Run(ProgramStep step, double* memory, int lanes)
    {
        fixed (int* index = step.Index)
        {
            var variant = KernelSelection.Current;
            var target = memory + ((nint)step.Target * lanes);
            if (lanes % VectorLanes != 0 || variant == KernelVariant.Scalar) Scalar(step, index, memory, lanes, target);
            else if (variant == KernelVariant.Avx512) Vectors<Vector512Ops, Vector512<double>>(step, index, memory, lanes, target);
            else if (variant == KernelVariant.Avx2) Vectors<Vector256Ops, Vector256<double>>(step, index, memory, lanes, target);
            else Vectors<Vector128Ops, Vector128<double>>(step, index, memory, lanes, target);
        }
    }

    // Products are not fused with sums, so that all variants give the same bits.
    private static void Scalar(ProgramStep step, int* index, double* memory, int lanes, double* target)
    {
        var at = index;
        for (var o = 0; o < step.Outer; o++, target += lanes)
        {
            for (var t = 0; t < step.Inner; t++, at += step.Operands)
            {
                for (var lane = 0; lane < lanes; lane++)
                {
                    var product = memory[((nint)at[0] * lanes) + lane];
                    for (var k = 1; k < step.Operands; k++) product *= memory[((nint)at[k] * lanes) + lane];
                    target[lane] = t == 0 ? product : step.IsMax ? Math.Max(target[lane], product) : target[lane] + product;
                }
            }
        }
    }

    private static void Vectors<TOps, TVec>(ProgramStep step, int* index, double* memory, int lanes, double* target)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        if (lanes % (4 * TOps.Count) == 0)
        {
            if (step.IsMax) Fold<TOps, TVec, Four, Yes>(index, step.Outer, step.Inner, step.Operands, memory, lanes, target);
            else Fold<TOps, TVec, Four, No>(index, step.Outer, step.Inner, step.Operands, memory, lanes, target);
        }
        else if (step.IsMax)
        {
            Fold<TOps, TVec, One, Yes>(index, step.Outer, step.Inner, step.Operands, memory, lanes, target);
        }
        else
        {
            Fold<TOps, TVec, One, No>(index, step.Outer, step.Inner, step.Operands, memory, lanes, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fold<TOps, TVec, TWidth, TMax>(int* index, int outer, int inner, int operands, double* memory, int lanes, double* target)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
        where TWidth : struct, IWidth
        where TMax : struct, IAnswer
    {
        for (var o = 0; o < outer; o++, target += lanes, index += inner * operands)
        {
            for (var lane = 0; lane < lanes; lane += TWidth.Vectors * TOps.Count)
            {
                TVec a0 = default, a1 = default, a2 = default, a3 = default;
                var at = index;
                for (var t = 0; t < inner; t++)
                {
                    var from = memory + ((nint)(*at++) * lanes) + lane;
                    TVec v0 = TOps.Load(from), v1 = default, v2 = default, v3 = default;
                    if (TWidth.Vectors == 4)
                    {
                        v1 = TOps.Load(from + TOps.Count);
                        v2 = TOps.Load(from + (2 * TOps.Count));
                        v3 = TOps.Load(from + (3 * TOps.Count));
                    }
                    for (var k = 1; k < operands; k++)
                    {
                        from = memory + ((nint)(*at++) * lanes) + lane;
                        v0 = TOps.Multiply(v0, TOps.Load(from));
                        if (TWidth.Vectors != 4) continue;
                        v1 = TOps.Multiply(v1, TOps.Load(from + TOps.Count));
                        v2 = TOps.Multiply(v2, TOps.Load(from + (2 * TOps.Count)));
                        v3 = TOps.Multiply(v3, TOps.Load(from + (3 * TOps.Count)));
                    }
                    // All numbers are at least 0, so that 0 is neutral.
                    a0 = TMax.IsYes ? TOps.Max(a0, v0) : TOps.Add(a0, v0);
                    if (TWidth.Vectors != 4) continue;
                    a1 = TMax.IsYes ? TOps.Max(a1, v1) : TOps.Add(a1, v1);
                    a2 = TMax.IsYes ? TOps.Max(a2, v2) : TOps.Add(a2, v2);
                    a3 = TMax.IsYes ? TOps.Max(a3, v3) : TOps.Add(a3, v3);
                }
                TOps.Store(target + lane, a0);
                if (TWidth.Vectors != 4) continue;
                TOps.Store(target + lane + TOps.Count, a1);
                TOps.Store(target + lane + (2 * TOps.Count), a2);
                TOps.Store(target + lane + (3 * TOps.Count), a3);
            }
        }
    }

    /// <summary>Scales the entries of a table, in each lane, by the power of 2 that brings the largest to 1 … 2.</summary>
    /// <param name="table">Shape [entries, lanes].</param>
    /// <param name="entries">Number of entries.</param>
    /// <param name="lanes">Number of rows.</param>
    /// <param name="exponents">Shape [lanes]: the exponents taken out are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(double* table, int entries, int lanes, double* exponents)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            double most = 0;
            for (var e = 0; e < entries; e++) most = Math.Max(most, table[((nint)e * lanes) + lane]);
            if (!(most > 0) || !double.IsFinite(most)) continue;
            var exponent = Math.ILogB(most);
            if (exponent == 0) continue;
            // Two factors, as one may be out of range.
            double half = Math.ScaleB(1, -(exponent / 2)), rest = Math.ScaleB(1, -(exponent - (exponent / 2)));
            for (var e = 0; e < entries; e++) table[((nint)e * lanes) + lane] = table[((nint)e * lanes) + lane] * half * rest;
            exponents[lane] += exponent;
        }
    }

    /// <summary>Divides the entries of a table by their sum; NaN where what is observed is impossible.</summary>
    /// <param name="table">Shape [entries, lanes].</param>
    /// <param name="entries">Number of entries.</param>
    /// <param name="lanes">Number of rows.</param>
    /// <param name="least">Shape [lanes]: 0 where what is observed is impossible, else above; null = above everywhere.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(double* table, int entries, int lanes, double* least)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            var sum = least == null || least[lane] > 0 ? 0 : double.NaN;
            for (var e = 0; e < entries; e++) sum += table[((nint)e * lanes) + lane];
            for (var e = 0; e < entries; e++) table[((nint)e * lanes) + lane] /= sum;
        }
    }

    /// <summary>Fills a table with a factor's values at the places that each row's observed values select.</summary>
    /// <param name="table">The table.</param>
    /// <param name="codes">Shape [observed variables, lanes].</param>
    /// <param name="observed">Number of observed variables.</param>
    /// <param name="memory">Shape [entries, lanes].</param>
    /// <param name="lanes">Number of rows.</param>
    /// <param name="places">Shape [lanes]: overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(GatheredTable table, int* codes, int observed, double* memory, int lanes, int* places)
    {
        for (var lane = 0; lane < lanes; lane++) places[lane] = 0;
        for (var k = 0; k < observed; k++)
        {
            var stride = table.Strides[k];
            if (stride == 0) continue;
            var own = codes + ((nint)k * lanes);
            for (var lane = 0; lane < lanes; lane++) places[lane] += own[lane] * stride;
        }
        var target = memory + ((nint)table.Target * lanes);
        fixed (double* values = table.Values)
        {
            foreach (var offset in table.Offsets)
            {
                var from = values + offset;
                for (var lane = 0; lane < lanes; lane++) target[lane] = from[places[lane]];
                target += lanes;
            }
        }
    }

    private interface IWidth
    {
        static abstract int Vectors { get; }
    }

    private interface IAnswer
    {
        static abstract bool IsYes { get; }
    }

    private readonly struct One : IWidth
    {
        public static int Vectors => 1;
    }

    private readonly struct Four : IWidth
    {
        public static int Vectors => 4;
    }

    private readonly struct Yes : IAnswer
    {
        public static bool IsYes => true;
    }

    private readonly struct No : IAnswer
    {
        public static bool IsYes => false;
    }
}
