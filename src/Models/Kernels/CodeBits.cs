using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>Codes in doubles as sets of rows. All variants give the same bits.</summary>
internal static unsafe class CodeBits
{
    /// <summary>Rows of a word.</summary>
    public const int Word = 64;

    /// <summary>The rows with each code, as bits. A value that is not a code is in no set.</summary>
    /// <param name="values">Codes as doubles, NaN = missing.</param>
    /// <param name="rows">Number of rows, 1 to 64.</param>
    /// <param name="size">Number of codes.</param>
    /// <param name="bits">Receives a word for each code, <paramref name="distance"/> apart.</param>
    /// <param name="distance">Words between those of two codes.</param>
    /// <returns>The rows that have a code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Fill(double* values, int rows, int size, ulong* bits, nint distance)
    {
        if (rows == Word)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512 when size <= 8: return Fill512(values, size, bits, distance);
                case KernelVariant.Avx512 or KernelVariant.Avx2 when size <= 4: return Fill256(values, size, bits, distance);
                default: break;
            }
        }
        ulong all = 0;
        for (var code = 0; code < size; code++) bits[code * distance] = 0;
        for (var i = 0; i < rows; i++)
        {
            var code = (int)values[i];
            if (code != values[i] || (uint)code >= (uint)size) continue;
            bits[code * distance] |= 1UL << i;
            all |= 1UL << i;
        }
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Fill512(double* values, int size, ulong* bits, nint distance)
    {
        ulong all = 0;
        for (var code = 0; code < size; code++)
        {
            var wanted = Vector512.Create((double)code);
            ulong word = 0;
            for (var i = 0; i < Word; i += 8) word |= Vector512.Equals(Avx512F.LoadVector512(values + i), wanted).ExtractMostSignificantBits() << i;
            bits[code * distance] = word;
            all |= word;
        }
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Fill256(double* values, int size, ulong* bits, nint distance)
    {
        ulong all = 0;
        for (var code = 0; code < size; code++)
        {
            var wanted = Vector256.Create((double)code);
            ulong word = 0;
            for (var i = 0; i < Word; i += 4) word |= (ulong)Vector256.Equals(Avx.LoadVector256(values + i), wanted).ExtractMostSignificantBits() << i;
            bits[code * distance] = word;
            all |= word;
        }
        return all;
    }
}
