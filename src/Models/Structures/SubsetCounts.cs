using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Structures;

/// <summary>
/// Counts the combinations of codes of some variables, in whichever way is fastest: sets of rows, a table of all combinations, or groups of rows. Which one
/// depends on nothing but the data and the variables, so the bits depend on neither threads nor earlier counts. Rows that miss a value are left out.
/// </summary>
/// <remarks>Not thread-safe: each thread has its own.</remarks>
internal sealed unsafe partial class SubsetCounts(CodedRows rows)
{
    // A table of more cells is larger than groups of rows.
    private const int MostCells = 1 << 22;

    // Up to here, each row of four has a table of its own, so that consecutive equal cells do not wait for each other.
    private const int MostSplitCells = 2_048;

    // Costs in nanoseconds, measured on one core of a Xeon (Sapphire Rapids): an intersection of sets, for each call and each word, a row of a table, for each
    // variable, and the cell of a table. They need not be exact: they only choose between ways to the same numbers.
    private const double CallCost = 8, WordCost = 0.08, RowCost = 1.1, CodeCost = 0.15, CellCost = 1;

    private double[] cells = [];
    private double[] parents = [];

    /// <summary>Weights of the combinations that occur, in a fixed order.</summary>
    public ReadOnlySpan<double> Joint(ReadOnlySpan<int> subset)
    {
        Cancellation.Poll();
        if (subset.IsEmpty) return Total();
        if (Table(subset) is var length && length < 0) return Groups(subset, out _);
        return Compact(cells.AsSpan(0, length));
    }

    /// <summary>Weights of the combinations that occur, and of those without the last variable, in the same rows.</summary>
    /// <param name="family">The parents, then the child.</param>
    /// <param name="marginals">Weights of the parents' combinations.</param>
    public ReadOnlySpan<double> Joint(ReadOnlySpan<int> family, out ReadOnlySpan<double> marginals)
    {
        Cancellation.Poll();
        if (Table(family) is var length && length < 0) return Groups(family, out marginals);
        var size = rows.Sizes[family[^1]];
        if (parents.Length < length / size) parents = new double[length / size];
        for (var i = 0; i < length / size; i++) parents[i] = Sums.Of(cells.AsSpan(i * size, size));
        marginals = Compact(parents.AsSpan(0, length / size));
        return Compact(cells.AsSpan(0, length));
    }

    /// <summary>Weights of all combinations, the last variable's codes contiguous; empty if they are too many.</summary>
    public ReadOnlySpan<double> Cells(ReadOnlySpan<int> family)
    {
        Cancellation.Poll();
        return Table(family) is >= 0 and var length ? cells.AsSpan(0, length) : [];
    }

    private ReadOnlySpan<double> Total()
    {
        if (cells.Length == 0) cells = new double[64];
        cells[0] = rows.Weight;
        return cells.AsSpan(0, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlySpan<double> Compact(Span<double> values)
    {
        var to = 0;
        foreach (var value in values)
            if (value > 0) values[to++] = value;
        return values[..to];
    }

    // Fills the cells, the last variable's codes contiguous, and returns their number; -1 = too many.
    private int Table(ReadOnlySpan<int> subset)
    {
        double all = 1, padded = 1;
        var haveSets = rows.HasSets;
        foreach (var v in subset)
        {
            all *= rows.Sizes[v];
            padded *= rows.Sizes[v] + (rows.HasMissing(v) ? 1 : 0);
            haveSets &= rows.HasSetsOf(v);
        }
        if (haveSets && all <= MostCells)
        {
            // Each cell of the first variables is an intersection, and all but one of the last variable's.
            var calls = all * 1.5;
            var words = (rows.Padded / 64.0) + (rows.PlaneBlocks * (double)BitOps.BlockWords * (rows.Planes.Length - 1));
            var passes = rows.Blocks + (rows.PlaneBlocks * (rows.Planes.Length - 1.0));
            var bySets = calls * ((words * WordCost) + (passes * CallCost));
            if (bySets < (rows.Rows * (RowCost + (CodeCost * subset.Length))) + (padded * CellCost)) return Intersect(subset, (int)all);
        }
        return padded <= Math.Min(MostCells, Math.Max(4_096, 4.0 * rows.Rows)) ? Tabulate(subset, (int)all, (int)padded) : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Tabulate(ReadOnlySpan<int> subset, int all, int padded)
    {
        const int chunk = 2_048;
        var split = padded <= MostSplitCells ? 4 : 1;
        if (cells.Length < padded * split) cells = new double[padded * split];
        Array.Clear(cells, 0, padded * split);
        Span<uint> strides = stackalloc uint[subset.Length];
        var stride = 1u;
        for (var d = subset.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= (uint)(rows.Sizes[subset[d]] + (rows.HasMissing(subset[d]) ? 1 : 0));
        }
        using var scratch = Scratch.Enter();
        var numbers = MemoryMarshal.Cast<double, ulong>(scratch.Take(chunk));
        fixed (double* to = cells, weights = rows.Weights)
        fixed (ulong* at = numbers)
        {
            for (var first = 0; first < rows.Rows; first += chunk)
            {
                Cancellation.Poll();
                var count = Math.Min(chunk, rows.Padded - first);
                numbers.Clear();
                for (var d = 0; d < subset.Length; d++)
                {
                    var (words, shift, mask) = rows.Codes(subset[d]);
                    fixed (ulong* from = words) CodeIndexes.Add(from + first, count, shift, mask, strides[d], at);
                }
                // Rows beyond the last have the weight 0.
                if (split == 1) Spread(at, weights + first, count, to);
                else SpreadInFour(at, weights + first, count, to);
            }
        }
        if (split == 4)
            for (var i = 0; i < padded; i++) cells[i] = cells[4 * i] + cells[(4 * i) + 1] + (cells[(4 * i) + 2] + cells[(4 * i) + 3]);
        if (padded != all) LeaveOutMissing(subset, all, strides);
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(ulong* at, double* weights, int count, double* to)
    {
        for (var i = 0; i < count; i++) to[at[i]] += weights[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadInFour(ulong* at, double* weights, int count, double* to)
    {
        for (var i = 0; i < count; i += 4)
        {
            to[4 * at[i]] += weights[i];
            to[(4 * at[i + 1]) + 1] += weights[i + 1];
            to[(4 * at[i + 2]) + 2] += weights[i + 2];
            to[(4 * at[i + 3]) + 3] += weights[i + 3];
        }
    }

    // The cells of complete rows move to the front: their order stays.
    private void LeaveOutMissing(ReadOnlySpan<int> subset, int all, ReadOnlySpan<uint> strides)
    {
        Span<int> codes = stackalloc int[subset.Length];
        codes.Clear();
        uint from = 0;
        for (var to = 0; to < all; to++)
        {
            cells[to] = cells[from];
            for (var d = subset.Length - 1; d >= 0; d--)
            {
                from += strides[d];
                if (++codes[d] < rows.Sizes[subset[d]]) break;
                from -= (uint)codes[d] * strides[d];
                codes[d] = 0;
            }
        }
    }
}
