using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>Transposes a square of as many rows and columns as a vector has lanes.</summary>
internal unsafe interface ISquareTranspose
{
    /// <summary>target[j, i] = source[i, j].</summary>
    /// <param name="source">Rows <paramref name="sourceStride"/> doubles apart.</param>
    /// <param name="sourceStride">Distance between rows of the source.</param>
    /// <param name="target">Rows <paramref name="targetStride"/> doubles apart; does not overlap the source.</param>
    /// <param name="targetStride">Distance between rows of the target.</param>
    static abstract void Transpose(double* source, nint sourceStride, double* target, nint targetStride);
}

/// <summary>8 x 8, with AVX-512.</summary>
internal readonly unsafe struct SquareOf8 : ISquareTranspose
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride)
    {
        var r0 = Avx512F.LoadVector512(source);
        var r1 = Avx512F.LoadVector512(source + sourceStride);
        var r2 = Avx512F.LoadVector512(source + (2 * sourceStride));
        var r3 = Avx512F.LoadVector512(source + (3 * sourceStride));
        var r4 = Avx512F.LoadVector512(source + (4 * sourceStride));
        var r5 = Avx512F.LoadVector512(source + (5 * sourceStride));
        var r6 = Avx512F.LoadVector512(source + (6 * sourceStride));
        var r7 = Avx512F.LoadVector512(source + (7 * sourceStride));

        // Pairs of rows, in which a 128-bit lane holds a column; then lanes of four pairs are brought together.
        var (a, b, c, d) = (Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackLow(r4, r5), Avx512F.UnpackLow(r6, r7));
        var (ab, cd, hiAb, hiCd) = (Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(c, d, 0x44), Avx512F.Shuffle4x128(a, b, 0xEE),
            Avx512F.Shuffle4x128(c, d, 0xEE));
        Avx512F.Store(target, Avx512F.Shuffle4x128(ab, cd, 0x88));
        Avx512F.Store(target + (2 * targetStride), Avx512F.Shuffle4x128(ab, cd, 0xDD));
        Avx512F.Store(target + (4 * targetStride), Avx512F.Shuffle4x128(hiAb, hiCd, 0x88));
        Avx512F.Store(target + (6 * targetStride), Avx512F.Shuffle4x128(hiAb, hiCd, 0xDD));
        (a, b, c, d) = (Avx512F.UnpackHigh(r0, r1), Avx512F.UnpackHigh(r2, r3), Avx512F.UnpackHigh(r4, r5), Avx512F.UnpackHigh(r6, r7));
        (ab, cd, hiAb, hiCd) = (Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(c, d, 0x44), Avx512F.Shuffle4x128(a, b, 0xEE),
            Avx512F.Shuffle4x128(c, d, 0xEE));
        Avx512F.Store(target + targetStride, Avx512F.Shuffle4x128(ab, cd, 0x88));
        Avx512F.Store(target + (3 * targetStride), Avx512F.Shuffle4x128(ab, cd, 0xDD));
        Avx512F.Store(target + (5 * targetStride), Avx512F.Shuffle4x128(hiAb, hiCd, 0x88));
        Avx512F.Store(target + (7 * targetStride), Avx512F.Shuffle4x128(hiAb, hiCd, 0xDD));
    }
}

/// <summary>4 x 4, with AVX.</summary>
internal readonly unsafe struct SquareOf4 : ISquareTranspose
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride)
    {
        var r0 = Avx.LoadVector256(source);
        var r1 = Avx.LoadVector256(source + sourceStride);
        var r2 = Avx.LoadVector256(source + (2 * sourceStride));
        var r3 = Avx.LoadVector256(source + (3 * sourceStride));
        var (a, b) = (Avx.UnpackLow(r0, r1), Avx.UnpackLow(r2, r3));
        var (c, d) = (Avx.UnpackHigh(r0, r1), Avx.UnpackHigh(r2, r3));
        Avx.Store(target, Avx.Permute2x128(a, b, 0x20));
        Avx.Store(target + targetStride, Avx.Permute2x128(c, d, 0x20));
        Avx.Store(target + (2 * targetStride), Avx.Permute2x128(a, b, 0x31));
        Avx.Store(target + (3 * targetStride), Avx.Permute2x128(c, d, 0x31));
    }
}

/// <summary>2 x 2, on any CPU.</summary>
internal readonly unsafe struct SquareOf2 : ISquareTranspose
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride)
    {
        target[0] = source[0];
        target[1] = source[sourceStride];
        target[targetStride] = source[1];
        target[targetStride + 1] = source[sourceStride + 1];
    }
}
