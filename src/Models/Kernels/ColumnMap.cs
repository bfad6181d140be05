using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>A function of one number, such as a log density, written once for all vector widths and once plainly. Implemented by structs, so that the JIT inlines it.</summary>
internal interface IColumnFunction
{
    /// <summary><see cref="Vector"/> is right above this value only.</summary>
    double Above { get; }

    /// <summary><see cref="Vector"/> is right below this value only.</summary>
    double Below { get; }

    /// <summary>The function of any number: NaN, infinity and what is outside the support included.</summary>
    double Value(double x);

    /// <summary>The function of numbers between <see cref="Above"/> and <see cref="Below"/>, both excluded; anything finite or not of others.</summary>
    TVec Vector<TOps, TVec>(TVec x)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged;
}

/// <summary>Applies a function to a column of a tile with the instructions in use. What a row gets does not depend on its neighbours or its place.</summary>
internal static unsafe class ColumnMap
{
    /// <summary>Fills the function's values.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="column">Which of its columns.</param>
    /// <param name="function">The function.</param>
    /// <param name="result">Shape [tile.Rows] or longer; filled up to tile.Rows.</param>
    public static void Fill<TFunction>(in FeatureTile tile, int column, in TFunction function, Span<double> result)
        where TFunction : struct, IColumnFunction => Run(tile, column, function, result[..tile.Rows], add: false);

    /// <summary>Adds the function's values.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="column">Which of its columns.</param>
    /// <param name="function">The function.</param>
    /// <param name="result">Shape [tile.PaddedRows] or longer; changed up to tile.Rows.</param>
    public static void Add<TFunction>(in FeatureTile tile, int column, in TFunction function, Span<double> result)
        where TFunction : struct, IColumnFunction => Run(tile, column, function, result[..tile.PaddedRows], add: true);

    private static void Run<TFunction>(in FeatureTile tile, int column, in TFunction function, Span<double> result, bool add)
        where TFunction : struct, IColumnFunction
    {
        var values = tile.Values.Slice(column * FeatureTile.Capacity, tile.PaddedRows);
        fixed (double* x = values, y = result)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Run<TFunction, Vector512Ops, Vector512<double>>(x, tile.Rows, function, y, add); break;
                case KernelVariant.Avx2: Run<TFunction, Vector256Ops, Vector256<double>>(x, tile.Rows, function, y, add); break;
                case KernelVariant.Portable: Run<TFunction, Vector128Ops, Vector128<double>>(x, tile.Rows, function, y, add); break;
                default:
                    for (var i = 0; i < tile.Rows; i++) y[i] = (add ? y[i] : 0) + function.Value(x[i]);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TFunction, TOps, TVec>(double* x, int rows, TFunction function, double* y, bool add)
        where TFunction : struct, IColumnFunction
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec above = TOps.Broadcast(function.Above), below = TOps.Broadcast(function.Below), zero = TOps.Broadcast(0), not = TOps.Broadcast(double.NaN);
        var last = stackalloc double[8];
        var before = stackalloc double[8];
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var value = TOps.Load(x + i);
            var result = function.Vector<TOps, TVec>(value);
            var old = zero;
            if (add)
            {
                old = TOps.Load(y + i);
                result = TOps.Add(old, result);
            }
            var count = Math.Min(rows - i, TOps.Count);
            if (count == TOps.Count)
            {
                TOps.Store(y + i, result);
            }
            else
            {
                TOps.Store(last, result);
                for (var lane = 0; lane < count; lane++) y[i + lane] = last[lane];
            }
            // Comparisons with NaN are false: NaN ends here too.
            var probe = TOps.SelectGreater(value, above, TOps.SelectGreater(below, value, zero, not), not);
            if (!TOps.AnyNaN(probe, probe)) continue;
            TOps.Store(before, old);
            for (var lane = 0; lane < count; lane++)
                if (!(x[i + lane] > function.Above && x[i + lane] < function.Below)) y[i + lane] = before[lane] + function.Value(x[i + lane]);
        }
    }
}
