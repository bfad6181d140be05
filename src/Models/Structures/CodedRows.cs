using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Structures;

/// <summary>
/// Different rows of codes in memory, column by column, with their weights. If all weights are whole numbers, the heaviest rows come first, and each value of a
/// variable with few values is also a set of rows.
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
        var order = Order(rows.Weights);
        var keys = rows.Keys;
        words = new ulong[layout.Words][];
        for (var w = 0; w < words.Length; w++) words[w] = Pinned<ulong>(Padded);
        for (var i = 0; i < Rows; i++)
        {
            var from = order is null ? i : order[i];
            Weights[i] = rows.Weights[from];
            Weight += Weights[i];
            for (var w = 0; w < words.Length; w++) words[w][i] = keys[(from * layout.Words) + w];
        }
        var counted = order is not null;
        (Planes, HasSets) = (counted ? MakePlanes() : [], counted);
        sets = new ulong[Variables][];
        setCounts = new int[Variables][];
        hasMissing = new bool[Variables];
        var next = -1;
        Parallelism.Run(Math.Min(threads, Variables), token =>
        {
            for (int j; (j = Interlocked.Increment(ref next)) < Variables;)
            {
                token.ThrowIfCancellationRequested();
                hasMissing[j] = AnyMissing(j);
                if (counted && Sizes[j] <= MostSets) MakeSets(j);
            }
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
    public ulong[][] Planes { get; }

    /// <summary>Blocks whose rows have weights other than 1.</summary>
    public int PlaneBlocks { get; private set; }

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

    // Heaviest rows first; null if weights are not whole numbers.
    private static int[]? Order(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
            if (weight != Math.Floor(weight) || total > LargestCount) return null;
        }
        var order = new int[weights.Length];
        var heavy = 0;
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] > 1) order[heavy++] = i;
        var by = new double[heavy];
        for (var i = 0; i < heavy; i++) by[i] = -weights[order[i]];
        by.AsSpan().Sort(order.AsSpan(0, heavy));
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] <= 1) order[heavy++] = i;
        return order;
    }

    private ulong[][] MakePlanes()
    {
        var heavy = 0;
        while (heavy < Rows && Weights[heavy] > 1) heavy++;
        if (heavy == 0) return [];
        PlaneBlocks = (heavy + BitOps.BlockRows - 1) / BitOps.BlockRows;
        var end = Math.Min(Padded, PlaneBlocks * BitOps.BlockRows);
        var planes = new ulong[System.Numerics.BitOperations.Log2((ulong)Weights[0]) + 1][];
        for (var p = 0; p < planes.Length; p++)
        {
            planes[p] = Pinned<ulong>(end / 64);
            for (var i = 0; i < Math.Min(end, Rows); i++) planes[p][i / 64] |= (((ulong)Weights[i] >> p) & 1) << (i % 64);
        }
        return planes;
    }

    private bool AnyMissing(int variable)
    {
        var (of, shift, mask) = Codes(variable);
        var missing = (ulong)Sizes[variable];
        for (var i = 0; i < Rows; i++)
            if (((of[i] >> shift) & mask) == missing) return true;
        return false;
    }

    private void MakeSets(int variable)
    {
        var (of, shift, mask) = Codes(variable);
        var (size, length) = (Sizes[variable], Padded / 64);
        var made = Pinned<ulong>(size * length);
        var counts = new int[size * Blocks];
        fixed (ulong* from = of, to = made)
        {
            for (var i = 0; i < Rows; i += 64) CodeIndexes.Bits(from + i, Math.Min(64, Rows - i), shift, mask, size, to + (i / 64), length);
            for (var value = 0; value < size; value++)
                for (var i = 0; i < length; i++)
                    counts[(value * Blocks) + (i / BitOps.BlockWords)] += System.Numerics.BitOperations.PopCount(made[(value * length) + i]);
        }
        (sets[variable], setCounts[variable]) = (made, counts);
    }
}
