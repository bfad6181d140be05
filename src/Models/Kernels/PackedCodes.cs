using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Packs codes of variables into words. The caller's loop is the scalar version, which also takes what vectors leave.</summary>
internal static class PackedCodes
{
    // Adding this to a whole number below 2^52 leaves the number in the low bits.
    private const double ToLowBits = 4503599627370496.0;

    /// <summary>Adds a variable's codes to the words of rows, NaN as the code after the last.</summary>
    /// <param name="values">Shape [rows].</param>
    /// <param name="size">Number of codes.</param>
    /// <param name="shift">The variable's lowest bit.</param>
    /// <param name="words">Shape [rows].</param>
    /// <returns>The number of rows done: those before the first vector that is not full or has a value that is no code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Add(ReadOnlySpan<double> values, int size, int shift, Span<ulong> words)
    {
        if (!Vector256.IsHardwareAccelerated) return 0;
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(words[..values.Length]);
        Vector256<double> magic = Vector256.Create(ToLowBits), below = Vector256.Create((double)size);
        Vector256<ulong> low = Vector256.Create((1UL << 52) - 1), missing = Vector256.Create((ulong)size);
        var i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            var value = Vector256.LoadUnsafe(ref from, (nuint)i);
            var moved = value + magic;
            var isInside = Vector256.GreaterThanOrEqual(value, Vector256<double>.Zero) & Vector256.LessThan(value, below);
            var isCode = Vector256.Equals(moved - magic, value) & isInside;
            var isKnown = isCode | ~Vector256.Equals(value, value);
            if (isKnown.ExtractMostSignificantBits() != 15) break;
            var code = Vector256.ConditionalSelect(isCode.AsUInt64(), moved.AsUInt64() & low, missing);
            (Vector256.LoadUnsafe(ref to, (nuint)i) | (code << shift)).StoreUnsafe(ref to, (nuint)i);
        }
        return i;
    }
}
