using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>
/// A function of one number, such as a log density, written once for all vector widths and once in scalar code. Implemented by structs, so that the JIT inlines
/// it.
/// </summary>
internal interface IColumnFunction
{
    /// <summary><see cref="Vector"/> is valid only above this value.</summary>
    double Above { get; }

    /// <summary><see cref="Vector"/> is valid only below this value.</summary>
    double Below { get; }

    /// <summary>The function for any number, including NaN, infinity and values outside the support.</summary>
    double Value(double x);

    /// <summary>The function for numbers strictly between <see cref="Above"/> and <see cref="Below"/>; arbitrary for others.</summary>
    TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged;
}

/// <summary>Applies a function to a column of a tile with the current instruction set. A row's result does not depend on its neighbours or position.</summary>
internal static unsafe class ColumnMap
{
    /// <summary>Computes the function's values.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="column">Index of the column.</param>
    /// <param name="function">The function.</param>
    /// <param name="result">Shape [tile.Rows] or longer; filled up to tile.Rows.</param>
    public static void Fill<TFunction>(in FeatureTile tile, int column, in TFunction function, Span<double> result)
        where TFunction : struct, IColumnFunction
    {
        fixed (double* x = tile.Column(column), y = result[..tile.Rows])
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Run<TFunction, Vector512Ops, Vector512<double>>(x, tile.Rows, tile.HasMissing, function, y); break;
                case KernelVariant.Avx2: Run<TFunction, Vector256Ops, Vector256<double>>(x, tile.Rows, tile.HasMissing, function, y); break;
                case KernelVariant.Portable: Run<TFunction, Vector128Ops, Vector128<double>>(x, tile.Rows, tile.HasMissing, function, y); break;
                default:
                    for (var i = 0; i < tile.Rows; i++) y[i] = function.Value(x[i]);
                    break;
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TFunction, TOps, TVec>(double* x, int rows, bool missing, TFunction function, double* y)
        where TFunction : struct, IColumnFunction
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        if (rows == 0) return;
        var spare = stackalloc double[8];
        var whole = rows - (rows % TOps.Count);
        var least = TOps.Broadcast(x[0]);
        var most = least;
        for (var i = 0; i < whole; i += TOps.Count)
        {
            var value = TOps.Load(x + i);
            least = TOps.Min(least, value);
            most = TOps.Max(most, value);
            TOps.Store(y + i, function.Vector<TOps, TVec>(value));
        }
        if (whole < rows)
        {
            // The last rows go in a separate vector, padded with copies of one of them.
            for (var lane = 0; lane < TOps.Count; lane++) spare[lane] = x[Math.Min(whole + lane, rows - 1)];
            var value = TOps.Load(spare);
            least = TOps.Min(least, value);
            most = TOps.Max(most, value);
            TOps.Store(spare, function.Vector<TOps, TVec>(value));
            for (var lane = 0; lane < rows - whole; lane++) y[whole + lane] = spare[lane];
        }
        double above = function.Above, below = function.Below;
        TVec zero = TOps.Broadcast(0), not = TOps.Broadcast(double.NaN);
        var outside = TOps.SelectGreater(least, TOps.Broadcast(above), TOps.SelectGreater(TOps.Broadcast(below), most, zero, not), not);
        if (!missing && !TOps.AnyNaN(outside, outside)) return;
        // Comparisons with NaN are false, so NaN ends up here too.
        for (var i = 0; i < rows; i++)
            if (!(x[i] > above && x[i] < below)) y[i] = function.Value(x[i]);
    }
}
