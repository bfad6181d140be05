using System.Numerics;
using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Structures;

/// <summary>
/// Different rows of codes in memory, column by column, with their weights. If all weights are whole numbers, rows whose weights have the most binary digits
/// come first, and each value of a variable with few values is also a set of rows.
/// </summary>
/// <remarks>Immutable.</remarks>
internal sealed unsafe class CodedRows
{
    /// <summary>Variables of more values have no sets: they would take more memory than the codes.</summary>
    public const int MostSets = 32;

    // Sums of whole numbers below this are exact.
    private const double LargestCount = 1L << 52;

    private readonly RowLayout layout;
    private readonly ulong[][] words;
    private readonly ulong[]?[] sets;
    private readonly int[]?[] setCounts;
    private readonly bool[] hasMissing;

    /// <param name="rows">The rows.</param>
    /// <param name="threads">Number of threads, at least 1.</param>
    public CodedRows(DistinctRowsStatistics rows, int threads)
    {
        layout = rows.Layout;
        (Rows, Weight) = (rows.Count, 0);
        Padded = 64 * BitOps.Words(Rows);
        Weights = Pinned<double>(Padded);
        words = new ulong[layout.Words][];
        for (var w = 0; w < words.Length; w++) words[w] = Pinned<ulong>(Padded);
        var order = Order(rows.Weights, out var heavy);
        HasSets = order is not null;
        if (heavy > 0)
        {
            PlaneBlocks = (heavy + BitOps.BlockRows - 1) / BitOps.BlockRows;
            Planes = new ulong[BitOperations.Log2((ulong)rows.Weights[order![0]]) + 1][];
            for (var p = 0; p < Planes.Length; p++) Planes[p] = Pinned<ulong>(Math.Min(Padded, PlaneBlocks * BitOps.BlockRows) / 64);
        }
        Parallelism.Each(threads, Blocks, block => Copy(rows, order, block), default);
        foreach (var weight in Weights) Weight += weight;
        sets = new ulong[Variables][];
        setCounts = new int[Variables][];
        hasMissing = new bool[Variables];
        Parallelism.Each(threads, Variables, j =>
        {
            if (HasSets && Sizes[j] <= MostSets) MakeSets(j);
            else hasMissing[j] = AnyMissing(j);
        }, default);
    }

    public int Variables => Sizes.Count;

    /// <summary>Number of values of each variable, shape [Variables].</summary>
    public IReadOnlyList<int> Sizes => layout.Sizes;

    /// <summary>Number of different rows.</summary>
    public int Rows { get; }

    /// <summary>Rows, padded with zeros to whole vectors of bits.</summary>
    public int Padded { get; }

    /// <summary>Weights of the rows, shape [Padded].</summary>
    public double[] Weights { get; }

    /// <summary>Total weight.</summary>
    public double Weight { get; }

    /// <summary>Number of blocks of <see cref="BitOps.BlockWords"/> words.</summary>
    public int Blocks => (Padded + BitOps.BlockRows - 1) / BitOps.BlockRows;

    /// <summary>True if all weights are whole numbers, so that sets of rows can be counted.</summary>
    public bool HasSets { get; }

    /// <summary>
    /// Binary digits of the weights, as sets of rows. Rows beyond the end of the digits have the weight 1. The sets end at a multiple of a block.
    /// </summary>
    public ulong[][] Planes { get; } = [];

    /// <summary>Blocks whose rows have weights other than 1.</summary>
    public int PlaneBlocks { get; }

    /// <summary>True if a row has no value of the variable.</summary>
    public bool HasMissing(int variable) => hasMissing[variable];

    /// <summary>True if the variable has sets of rows.</summary>
    public bool HasSetsOf(int variable) => sets[variable] is not null;

    /// <summary>The rows with each value, as bits, shape [size, Padded / 64].</summary>
    public ulong[] Sets(int variable) => sets[variable]!;

    /// <summary>Number of rows with a value in a block.</summary>
    public int SetCount(int variable, int value, int block) => setCounts[variable]![(value * Blocks) + block];

    /// <summary>The words that hold a variable, its lowest bit there, and the mask of its codes. A missing value has the code after the last.</summary>
    public (ulong[] Words, int Shift, ulong Mask) Codes(int variable) => (words[layout.Word[variable]], layout.Shift[variable], layout.Mask(variable));

    /// <summary>A code; the variable's size = missing.</summary>
    public int Code(int row, int variable) => (int)((words[layout.Word[variable]][row] >> layout.Shift[variable]) & layout.Mask(variable));

    private static T[] Pinned<T>(int length) => GC.AllocateArray<T>(length, pinned: true);

    // Rows by binary digits of their weights, most first; null if weights are not whole numbers. The heavy rows weigh more than 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[]? Order(ReadOnlySpan<double> weights, out int heavy)
    {
        double total = 0;
        Span<int> ends = stackalloc int[64];
        ends.Clear();
        heavy = 0;
        foreach (var weight in weights)
        {
            total += weight;
            if (weight != Math.Floor(weight) || total > LargestCount) return null;
            ends[63 - BitOperations.Log2((ulong)weight)]++;
        }
        for (var digits = 1; digits < ends.Length; digits++) ends[digits] += ends[digits - 1];
        heavy = ends[^2];
        var order = new int[weights.Length];
        for (var i = weights.Length - 1; i >= 0; i--) order[--ends[63 - BitOperations.Log2((ulong)weights[i])]] = i;
        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(DistinctRowsStatistics rows, int[]? order, int block)
    {
        var keys = rows.Keys;
        var weights = rows.Weights;
        var (first, end) = (block * BitOps.BlockRows, Math.Min(Rows, (block + 1) * BitOps.BlockRows));
        for (var i = first; i < end; i++)
        {
            var from = order is null ? i : order[i];
            Weights[i] = weights[from];
            for (var w = 0; w < words.Length; w++) words[w][i] = keys[(from * words.Length) + w];
        }
        if (block >= PlaneBlocks) return;
        for (var p = 0; p < Planes.Length; p++)
            for (var i = first; i < end; i++) Planes[p][i / 64] |= (((ulong)Weights[i] >> p) & 1) << (i % 64);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool AnyMissing(int variable)
    {
        var (of, shift, mask) = Codes(variable);
        var missing = (ulong)Sizes[variable];
        for (var i = 0; i < Rows; i++)
            if (((of[i] >> shift) & mask) == missing) return true;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeSets(int variable)
    {
        var present = 0;
        var (of, shift, mask) = Codes(variable);
        var (size, length) = (Sizes[variable], Padded / 64);
        var made = Pinned<ulong>(size * length);
        var counts = new int[size * Blocks];
        fixed (ulong* from = of, to = made)
        {
            for (var i = 0; i < Rows; i += 64) CodeIndexes.Bits(from + i, Math.Min(64, Rows - i), shift, mask, size, to + (i / 64), length);
            for (var value = 0; value < size; value++)
            {
                for (var i = 0; i < length; i++)
                {
                    var count = BitOperations.PopCount(made[(value * length) + i]);
                    counts[(value * Blocks) + (i / BitOps.BlockWords)] += count;
                    present += count;
                }
            }
        }
        hasMissing[variable] = present < Rows;
        (sets[variable], setCounts[variable]) = (made, counts);
    }
}
