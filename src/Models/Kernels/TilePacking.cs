using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Copies strided rows into the column-major layout of a tile and detects missing values. Copies are exact: every vector width gives the same bits.
/// </summary>
internal static unsafe class TilePacking
{
    // Far enough to hide the latency of memory.
    private const int RowsAhead = 16;

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
        fixed (double* from = values, to = target) return Pack(from, default(Neighbors), rows, columns, rowStride, columnStride, to);
    }

    /// <summary>Like <see cref="Pack(ReadOnlySpan{double}, int, int, int, int, Span{double})"/>, for some rows only.</summary>
    /// <param name="values">Element (r, c) at <c>r * rowStride + c * columnStride</c>.</param>
    /// <param name="rows">The rows' numbers, ascending, 1 … Capacity of them.</param>
    /// <param name="columns">Features.</param>
    /// <param name="rowStride">Distance between rows.</param>
    /// <param name="columnStride">Distance between columns.</param>
    /// <param name="target">Shape [columns, Capacity].</param>
    /// <returns>True if a value is NaN.</returns>
    public static bool Pack(ReadOnlySpan<double> values, ReadOnlySpan<int> rows, int columns, int rowStride, int columnStride, Span<double> target)
    {
        if (rows[^1] - rows[0] == rows.Length - 1) return Pack(values[(rows[0] * rowStride)..], rows.Length, columns, rowStride, columnStride, target);
        fixed (double* from = values, to = target)
        fixed (int* numbers = rows) return Pack(from, new Listed(numbers), rows.Length, columns, rowStride, columnStride, to);
    }

    private static bool Pack<TRows>(double* from, TRows order, int rows, int columns, int rowStride, int columnStride, double* to)
        where TRows : struct, IRowOrder
    {
        var missing = false;
        if (rowStride == 1 && !TRows.IsListed)
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
            missing = Transpose(from, order, rows, columns, rowStride, to);
        }
        else
        {
            for (var c = 0; c < columns; c++) missing |= Gather(from + ((nint)c * columnStride), order, rows, rowStride, to + (c * FeatureTile.Capacity));
        }
        var padded = FeatureTile.Padded(rows);
        for (var c = 0; c < columns && padded > rows; c++) new Span<double>(to + (c * FeatureTile.Capacity) + rows, padded - rows).Clear();
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

    /// <summary>True if a value is infinite, or so large that squares may overflow; never if all are below 1e150 in size.</summary>
    public static bool AnyHuge(in FeatureTile tile)
    {
        fixed (double* x = tile.Values)
        {
            return Avx512DQ.IsSupported ? AnyHuge<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, tile.Columns)
                : Avx2.IsSupported ? AnyHuge<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, tile.Columns)
                : AnyHuge<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, tile.Columns);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AnyHuge<TOps, TVec>(double* x, int rows, int columns)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        // The sum of squares is infinite, or close to it.
        TVec a = TOps.Broadcast(0), b = a;
        for (var c = 0; c < columns; c++, x += FeatureTile.Capacity)
        {
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                TVec first = TOps.Load(x + i), second = TOps.Load(x + i + TOps.Count);
                first = TOps.ZeroWhereNaN(first, first);
                second = TOps.ZeroWhereNaN(second, second);
                a = TOps.MultiplyAdd(first, first, a);
                b = TOps.MultiplyAdd(second, second, b);
            }
        }
        return TOps.AnyHuge(a) | TOps.AnyHuge(b);
    }

    /// <summary>Transposes row-major rows in squares of 4 x 4; the last square of a row may overlap the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Transpose<TRows>(double* source, TRows order, int rows, int columns, int rowStride, double* target)
        where TRows : struct, IRowOrder
    {
        var unordered = Vector256<double>.Zero;
        var r = 0;
        for (; r + 4 <= rows; r += 4)
        {
            double* rowA = source + ((nint)order.At(r) * rowStride), rowB = source + ((nint)order.At(r + 1) * rowStride);
            double* rowD = source + ((nint)order.At(r + 2) * rowStride), rowE = source + ((nint)order.At(r + 3) * rowStride);
            if (TRows.IsListed)
            {
                for (var ahead = r + RowsAhead; ahead < Math.Min(r + RowsAhead + 4, rows); ahead++)
                {
                    var row = source + ((nint)order.At(ahead) * rowStride);
                    for (var c = 0; c < columns; c += 8) Sse.Prefetch0(row + c);
                    Sse.Prefetch0(row + columns - 1);
                }
            }
            for (var c = 0; c < columns; c += 4)
            {
                var first = Math.Min(c, columns - 4);
                var a = Avx.LoadVector256(rowA + first);
                var b = Avx.LoadVector256(rowB + first);
                var d = Avx.LoadVector256(rowD + first);
                var e = Avx.LoadVector256(rowE + first);
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
        {
            var row = source + ((nint)order.At(r) * rowStride);
            for (var c = 0; c < columns; c++) missing |= double.IsNaN(target[(c * FeatureTile.Capacity) + r] = row[c]);
        }
        return missing;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Gather<TRows>(double* source, TRows order, int rows, int rowStride, double* target)
        where TRows : struct, IRowOrder
    {
        var missing = false;
        for (var r = 0; r < rows; r++) missing |= double.IsNaN(target[r] = source[(nint)order.At(r) * rowStride]);
        return missing;
    }

    /// <summary>Which row of the source becomes a row of the tile.</summary>
    private interface IRowOrder
    {
        /// <summary>True if rows may be far apart.</summary>
        static abstract bool IsListed { get; }

        int At(int row);
    }

    private readonly struct Neighbors : IRowOrder
    {
        public static bool IsListed => false;

        public int At(int row) => row;
    }

    private readonly struct Listed(int* rows) : IRowOrder
    {
        private readonly int* rows = rows;

        public static bool IsListed => true;

        public int At(int row) => rows[row];
    }
}
