using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Copies strided rows into the column-major layout of a tile and detects missing values. Copies are exact: every vector width gives the same bits.
/// </summary>
internal static unsafe class TilePacking
{
    /// <summary>Fills columns of <see cref="FeatureTile.Capacity"/> values; rows after the last, up to the next multiple of 16, become 0.</summary>
    /// <param name="values">Element (r, c) at <c>r * rowStride + c * columnStride</c>.</param>
    /// <param name="rows">Rows, 1 … Capacity.</param>
    /// <param name="columns">Features.</param>
    /// <param name="rowStride">Distance between rows.</param>
    /// <param name="columnStride">Distance between columns.</param>
    /// <param name="target">Shape [columns, Capacity].</param>
    /// <returns>True if a value is NaN.</returns>
    public static bool Pack(ReadOnlySpan<double> values, int rows, int columns, int rowStride, int columnStride, Span<double> target)
    {
        var missing = false;
        fixed (double* from = values, to = target)
        {
            if (rowStride == 1)
            {
                for (var c = 0; c < columns; c++)
                {
                    var source = from + ((nint)c * columnStride);
                    var column = to + (c * FeatureTile.Capacity);
                    missing |= Avx512DQ.IsSupported ? Copy<Vector512Ops, Vector512<double>>(source, rows, column)
                        : Avx2.IsSupported ? Copy<Vector256Ops, Vector256<double>>(source, rows, column)
                        : Copy<Vector128Ops, Vector128<double>>(source, rows, column);
                }
            }
            else if (columnStride == 1 && columns >= 4 && Avx2.IsSupported)
            {
                missing = Transpose(from, rows, columns, rowStride, to);
            }
            else
            {
                for (var c = 0; c < columns; c++) missing |= Gather(from + ((nint)c * columnStride), rows, rowStride, to + (c * FeatureTile.Capacity));
            }
            var padded = FeatureTile.Padded(rows);
            for (var c = 0; c < columns && padded > rows; c++) target[((c * FeatureTile.Capacity) + rows)..((c * FeatureTile.Capacity) + padded)].Clear();
        }
        return missing;
    }

    /// <summary>True if a value is NaN.</summary>
    /// <param name="values">A multiple of 16 values.</param>
    public static bool AnyMissing(ReadOnlySpan<double> values)
    {
        fixed (double* x = values)
        {
            return Avx512DQ.IsSupported ? AnyMissing<Vector512Ops, Vector512<double>>(x, values.Length)
                : Avx2.IsSupported ? AnyMissing<Vector256Ops, Vector256<double>>(x, values.Length)
                : AnyMissing<Vector128Ops, Vector128<double>>(x, values.Length);
        }
    }

    /// <summary>Prefetches values that will be packed soon.</summary>
    /// <param name="values">Element (r, c) at <c>r + c * columnStride</c>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Features.</param>
    /// <param name="columnStride">Distance between columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch(ReadOnlySpan<double> values, int rows, int columns, int columnStride)
    {
        if (!Sse.IsSupported) return;
        fixed (double* from = values)
        {
            for (var c = 0; c < columns; c++)
            {
                var column = from + ((nint)c * columnStride);
                for (var i = 0; i < rows; i += 8) Sse.Prefetch1(column + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Copy<TOps, TVec>(double* source, int rows, double* target)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var missing = false;
        var i = 0;
        for (; i + (4 * TOps.Count) <= rows; i += 4 * TOps.Count)
        {
            TVec a = TOps.Load(source + i), b = TOps.Load(source + i + TOps.Count);
            TVec c = TOps.Load(source + i + (2 * TOps.Count)), d = TOps.Load(source + i + (3 * TOps.Count));
            TOps.Store(target + i, a);
            TOps.Store(target + i + TOps.Count, b);
            TOps.Store(target + i + (2 * TOps.Count), c);
            TOps.Store(target + i + (3 * TOps.Count), d);
            missing |= TOps.AnyNaN(a, b) | TOps.AnyNaN(c, d);
        }
        for (; i < rows; i++) missing |= double.IsNaN(target[i] = source[i]);
        return missing;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AnyMissing<TOps, TVec>(double* x, int rows)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var missing = false;
        for (var i = 0; i < rows; i += 2 * TOps.Count) missing |= TOps.AnyNaN(TOps.Load(x + i), TOps.Load(x + i + TOps.Count));
        return missing;
    }

    /// <summary>Transposes row-major rows in squares of 4 x 4; the last square of a row may overlap the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Transpose(double* source, int rows, int columns, int rowStride, double* target)
    {
        var unordered = Vector256<double>.Zero;
        var r = 0;
        for (; r + 4 <= rows; r += 4)
        {
            var row = source + ((nint)r * rowStride);
            for (var c = 0; c < columns; c += 4)
            {
                var first = Math.Min(c, columns - 4);
                var from = row + first;
                var a = Avx.LoadVector256(from);
                var b = Avx.LoadVector256(from + rowStride);
                var d = Avx.LoadVector256(from + (2 * (nint)rowStride));
                var e = Avx.LoadVector256(from + (3 * (nint)rowStride));
                unordered = Avx.Or(unordered, Avx.Or(Avx.CompareUnordered(a, b), Avx.CompareUnordered(d, e)));
                Vector256<double> ab = Avx.UnpackLow(a, b), de = Avx.UnpackLow(d, e), ba = Avx.UnpackHigh(a, b), ed = Avx.UnpackHigh(d, e);
                var to = target + (first * FeatureTile.Capacity) + r;
                Avx.Store(to, Avx.Permute2x128(ab, de, 0x20));
                Avx.Store(to + FeatureTile.Capacity, Avx.Permute2x128(ba, ed, 0x20));
                Avx.Store(to + (2 * FeatureTile.Capacity), Avx.Permute2x128(ab, de, 0x31));
                Avx.Store(to + (3 * FeatureTile.Capacity), Avx.Permute2x128(ba, ed, 0x31));
            }
        }
        var missing = Avx.MoveMask(unordered) != 0;
        for (; r < rows; r++)
            for (var c = 0; c < columns; c++) missing |= double.IsNaN(target[(c * FeatureTile.Capacity) + r] = source[((nint)r * rowStride) + c]);
        return missing;
    }

    private static bool Gather(double* source, int rows, int rowStride, double* target)
    {
        var missing = false;
        for (var r = 0; r < rows; r++, source += rowStride) missing |= double.IsNaN(target[r] = *source);
        return missing;
    }
}
