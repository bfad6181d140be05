using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Separate treatment of rows that are 0, for zero-inflated distributions.</summary>
internal static unsafe class ZeroRows
{
    /// <summary>Sets the result to <paramref name="atZero"/> where x is 0 and to 0 where x is NaN; elsewhere adds <paramref name="shift"/>.</summary>
    /// <param name="tile">The rows, of one feature.</param>
    /// <param name="atZero">Log-probability of 0.</param>
    /// <param name="shift">Logarithm of the share of the nonzero part.</param>
    /// <param name="result">Shape [tile.Rows] or longer.</param>
    public static void Replace(in FeatureTile tile, double atZero, double shift, Span<double> result)
    {
        fixed (double* x = tile.Column(0), y = result[..tile.Rows])
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Replace<Vector512Ops, Vector512<double>>(x, tile.Rows, atZero, shift, y); break;
                case KernelVariant.Avx2: Replace<Vector256Ops, Vector256<double>>(x, tile.Rows, atZero, shift, y); break;
                case KernelVariant.Portable: Replace<Vector128Ops, Vector128<double>>(x, tile.Rows, atZero, shift, y); break;
                default: Replace(x, tile.Rows, atZero, shift, y); break;
            }
        }
    }

    /// <summary>The tile with 0.5, which is in the support of most densities, in place of zeros and NaN.</summary>
    /// <param name="tile">The rows, of one feature.</param>
    /// <param name="values">Shape [Capacity]: buffer of the new tile.</param>
    public static FeatureTile Without(in FeatureTile tile, Span<double> values)
    {
        fixed (double* x = tile.Values, y = values)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Without<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, y); break;
                case KernelVariant.Avx2: Without<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, y); break;
                default: Without<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, y); break;
            }
        }
        return new(values, tile.Rows, 1, hasMissing: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Without<TOps, TVec>(double* x, int rows, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec zero = TOps.Broadcast(0), instead = TOps.Broadcast(0.5);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var value = TOps.Load(x + i);
            // Both comparisons with NaN are false.
            TOps.Store(result + i, TOps.SelectGreater(value, zero, value, TOps.SelectGreater(zero, value, value, instead)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Replace<TOps, TVec>(double* x, int rows, double atZero, double shift, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec zero = TOps.Broadcast(0), special = TOps.Broadcast(atZero), rest = TOps.Broadcast(shift);
        var i = 0;
        for (; i + TOps.Count <= rows; i += TOps.Count)
        {
            var value = TOps.Load(x + i);
            var size = TOps.Max(value, TOps.Subtract(zero, value));
            var found = TOps.SelectGreater(size, zero, TOps.Add(TOps.Load(result + i), rest), special);
            TOps.Store(result + i, TOps.ZeroWhereNaN(value, found));
        }
        Replace(x + i, rows - i, atZero, shift, result + i);
    }

    private static void Replace(double* x, int rows, double atZero, double shift, double* result)
    {
        for (var i = 0; i < rows; i++) result[i] = x[i] == 0 ? atZero : double.IsNaN(x[i]) ? 0 : result[i] + shift;
    }
}
