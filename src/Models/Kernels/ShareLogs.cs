using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Sums over the columns of a row, for densities of shares.</summary>
internal static unsafe class ShareLogs
{
    /// <summary>
    /// Computes constant + sum over j of exponent_j log x_j if all values are above 0 and add up to 1; 0 if one is missing, -infinity otherwise.
    /// </summary>
    /// <param name="tile">The rows.</param>
    /// <param name="exponents">Shape [tile.Columns].</param>
    /// <param name="constant">The additive constant.</param>
    /// <param name="tolerance">Largest allowed deviation of a row's sum from 1.</param>
    /// <param name="result">Shape [tile.Rows] or longer.</param>
    public static void Fill(in FeatureTile tile, ReadOnlySpan<double> exponents, double constant, double tolerance, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var whole = scratch.Take(FeatureTile.Capacity);
        fixed (double* x = tile.Values, e = exponents, y = whole)
        {
            var least = KernelSelection.Current switch
            {
                KernelVariant.Avx512 => Sum<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, e, exponents.Length, constant, tolerance, y),
                KernelVariant.Avx2 => Sum<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, e, exponents.Length, constant, tolerance, y),
                KernelVariant.Portable => Sum<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, e, exponents.Length, constant, tolerance, y),
                _ => 0,
            };
            // The vector logarithm requires normal numbers; smaller shares are rare.
            for (var i = 0; i < tile.Rows && !(least > NaturalLog.LeastNormal); i++) Row(x + i, e, exponents.Length, constant, tolerance, y + i);
        }
        whole[..tile.Rows].CopyTo(result);
    }

    /// <summary>Processes all rows; returns the smallest value above 0, or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TOps, TVec>(double* x, int rows, double* exponents, int columns, double constant, double tolerance, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec zero = TOps.Broadcast(0), one = TOps.Broadcast(1), impossible = TOps.Broadcast(double.NegativeInfinity),
            far = TOps.Broadcast(Math.BitIncrement(tolerance));
        var least = one;
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec log = TOps.Broadcast(constant), sum = zero, low = one;
            for (var j = 0; j < columns; j++)
            {
                var value = TOps.Load(x + (j * FeatureTile.Capacity) + i);
                log = TOps.MultiplyAdd(TOps.Log(value), TOps.Broadcast(exponents[j]), log);
                sum = TOps.Add(sum, value);
                low = TOps.Min(low, value);
            }
            var off = TOps.Subtract(sum, one);
            off = TOps.Max(off, TOps.Subtract(zero, off));
            // All comparisons with NaN are false.
            var found = TOps.SelectGreater(far, off, TOps.SelectGreater(low, zero, log, impossible), impossible);
            TOps.Store(result + i, TOps.ZeroWhereNaN(sum, found));
            // Rows that are impossible in any case need no further work.
            least = TOps.Min(least, TOps.SelectGreater(low, zero, low, one));
        }
        var lanes = stackalloc double[TOps.Count];
        TOps.Store(lanes, least);
        var smallest = lanes[0];
        for (var lane = 1; lane < TOps.Count; lane++) smallest = Math.Min(smallest, lanes[lane]);
        return smallest;
    }

    private static void Row(double* x, double* exponents, int columns, double constant, double tolerance, double* result)
    {
        double log = constant, total = 0, least = 1;
        for (var j = 0; j < columns; j++)
        {
            var value = x[j * FeatureTile.Capacity];
            log += exponents[j] * Math.Log(value);
            total += value;
            if (value < least) least = value;
        }
        *result = double.IsNaN(total) ? 0 : Math.Abs(total - 1) <= tolerance && least > 0 ? log : double.NegativeInfinity;
    }
}
