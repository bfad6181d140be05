using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>Cells of rows whose codes are packed into words. All variants give the same numbers.</summary>
internal static unsafe class CodeIndexes
{
    /// <summary>Adds one variable's code times its stride to the cell of each row.</summary>
    /// <param name="words">The word of each row that holds the variable.</param>
    /// <param name="rows">Number of rows, a multiple of <see cref="BitOps.Padding"/>.</param>
    /// <param name="shift">The variable's lowest bit.</param>
    /// <param name="mask">Mask of its codes.</param>
    /// <param name="stride">Distance of two codes' cells.</param>
    /// <param name="cells">The cells' numbers, below 2^32.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ulong* words, int rows, int shift, ulong mask, uint stride, ulong* cells)
    {
        var variant = KernelSelection.Current;
        var by = Vector128.CreateScalar((ulong)shift);
        var i = 0;
        if (variant == KernelVariant.Avx512)
        {
            Vector512<ulong> masks = Vector512.Create(mask), strides = Vector512.Create((ulong)stride);
            for (; i < rows; i += 8)
            {
                var code = Avx512F.And(Avx512F.ShiftRightLogical(Avx512F.LoadVector512(words + i), by), masks);
                Avx512F.Store(cells + i, Avx512F.Add(Avx512F.LoadVector512(cells + i), Avx512F.Multiply(code.AsUInt32(), strides.AsUInt32())));
            }
        }
        else if (variant == KernelVariant.Avx2)
        {
            Vector256<ulong> masks = Vector256.Create(mask), strides = Vector256.Create((ulong)stride);
            for (; i < rows; i += 4)
            {
                var code = Avx2.And(Avx2.ShiftRightLogical(Avx.LoadVector256(words + i), by), masks);
                Avx.Store(cells + i, Avx2.Add(Avx.LoadVector256(cells + i), Avx2.Multiply(code.AsUInt32(), strides.AsUInt32())));
            }
        }
        for (; i < rows; i++) cells[i] += ((words[i] >> shift) & mask) * stride;
    }

    /// <summary>The rows with one code, as bits.</summary>
    /// <param name="words">The word of each row that holds the variable.</param>
    /// <param name="rows">Number of rows, at most 64; 8 or more in vectors.</param>
    /// <param name="shift">The variable's lowest bit.</param>
    /// <param name="mask">Mask of its codes.</param>
    /// <param name="size">Number of codes.</param>
    /// <param name="bits">Receives the set of each code; <paramref name="distance"/> apart.</param>
    /// <param name="distance">Words between the sets of two codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bits(ulong* words, int rows, int shift, ulong mask, int size, ulong* bits, nint distance)
    {
        if (rows == 64 && KernelSelection.Current == KernelVariant.Avx512)
        {
            var (masks, by) = (Vector512.Create(mask), Vector128.CreateScalar((ulong)shift));
            for (var code = 0; code < size; code++) bits[code * distance] = 0;
            for (var i = 0; i < 64; i += 8)
            {
                var codes = Avx512F.And(Avx512F.ShiftRightLogical(Avx512F.LoadVector512(words + i), by), masks);
                for (var code = 0; code < size; code++)
                    bits[code * distance] |= Vector512.Equals(codes, Vector512.Create((ulong)code)).ExtractMostSignificantBits() << i;
            }
            return;
        }
        for (var code = 0; code < size; code++) bits[code * distance] = 0;
        for (var i = 0; i < rows; i++)
        {
            var code = (int)((words[i] >> shift) & mask);
            if (code < size) bits[code * distance] |= 1UL << i;
        }
    }
}
