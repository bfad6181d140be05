using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Maps categories to table indices without branching on row values. A table has an entry for each code or combination of codes, then one for rows with an
/// unknown value, then one for rows with a missing value.
/// </summary>
internal static unsafe class CodeTables
{
    /// <summary>Entries after those of the codes.</summary>
    public const int Extra = 2;

    // Adding this to a whole number below 2^51 leaves the number in the low bits.
    private const double ToLowBits = 4503599627370496.0;

    // Capacity of two 512-bit registers.
    private const int RegisterEntries = 16;

    /// <summary>A table of logarithms, padded so that vectors may read past its end.</summary>
    /// <param name="probabilities">One per code or combination.</param>
    /// <param name="logUnknown">Log-probability of a value that is not a code.</param>
    /// <param name="factor">Factor applied to the logarithms: 1, or log2 e.</param>
    /// <param name="length">Codes or combinations in the table; those beyond the probabilities are unknown. 0 = the number of probabilities.</param>
    public static double[] Logs(ReadOnlySpan<double> probabilities, double logUnknown, double factor = 1, int length = 0)
    {
        length = Math.Max(length, probabilities.Length);
        var result = GC.AllocateArray<double>(Math.Max(length + Extra, RegisterEntries), pinned: true);
        for (var i = 0; i <= length; i++) result[i] = (i < probabilities.Length ? Math.Log(probabilities[i]) : logUnknown) * factor;
        return result;
    }

    /// <summary>Sum of the logarithms of all rows.</summary>
    /// <param name="cells">Weight of the rows of each code or combination.</param>
    /// <param name="logs">Their logarithms; longer.</param>
    public static double Sum(ReadOnlySpan<double> cells, ReadOnlySpan<double> logs)
    {
        double sum = 0;
        for (var i = 0; i < cells.Length; i++)
            if (cells[i] > 0) sum += cells[i] * logs[i];
        return sum;
    }

    /// <summary>Fills the rows' indices, stored in the low bits of doubles: <see cref="Index"/>.</summary>
    /// <param name="tile">The rows, with one column per size.</param>
    /// <param name="sizes">Number of codes per column; the last column's codes are adjacent in the table.</param>
    /// <param name="codes">Shape [Capacity]; filled up to tile.PaddedRows.</param>
    public static void Codes(in FeatureTile tile, ReadOnlySpan<int> sizes, Span<double> codes)
    {
        fixed (double* x = tile.Values, y = codes[..tile.PaddedRows])
        fixed (int* s = sizes)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Codes<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, tile.HasMissing, s, sizes.Length, y); break;
                case KernelVariant.Avx2: Codes<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, tile.HasMissing, s, sizes.Length, y); break;
                case KernelVariant.Portable: Codes<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, tile.HasMissing, s, sizes.Length, y); break;
                default: Codes(x, tile.PaddedRows, s, sizes.Length, y); break;
            }
        }
    }

    /// <summary>The index held by a filled entry.</summary>
    public static int Index(double code) => (int)BitConverter.DoubleToInt64Bits(code);

    /// <summary>True if an index is at least this large.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AnyFrom(ReadOnlySpan<double> codes, int rows, int least)
    {
        var most = 0;
        for (var i = 0; i < rows; i++) most = Math.Max(most, Index(codes[i]));
        return most >= least;
    }

    /// <summary>Looks up the rows' indices in the table.</summary>
    /// <param name="codes">Shape [rows] or longer: the output of <see cref="Codes(in FeatureTile, ReadOnlySpan{int}, Span{double})"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="table">A table made by <see cref="Logs"/>.</param>
    /// <param name="result">Shape [rows] or longer.</param>
    public static void Lookup(ReadOnlySpan<double> codes, int rows, double[] table, Span<double> result)
    {
        fixed (double* c = codes[..rows], t = table, y = result[..rows])
        {
            if (KernelSelection.Current == KernelVariant.Avx512 && table.Length <= RegisterEntries) InRegisters(c, rows, t, y);
            else InMemory(c, rows, t, y);
        }
    }

    /// <summary>Adds the table's values at the rows' indices.</summary>
    /// <param name="codes">Shape [Capacity].</param>
    /// <param name="rows">Rows, a multiple of 16.</param>
    /// <param name="table">A table made by <see cref="Logs"/>.</param>
    /// <param name="result">Shape [rows] or longer.</param>
    public static void Add(double* codes, int rows, double[] table, double* result)
    {
        fixed (double* t = table)
        {
            if (KernelSelection.Current == KernelVariant.Avx512 && table.Length <= RegisterEntries) AddInRegisters(codes, rows, t, result);
            else AddInMemory(codes, rows, t, result);
        }
    }

    /// <summary>
    /// Adds weights to the cells of the rows' indices: four cells per index, used by every fourth row, so that consecutive equal indices do not wait for each
    /// other.
    /// </summary>
    /// <param name="codes">Shape [Capacity].</param>
    /// <param name="weights">Shape [rows].</param>
    /// <param name="rows">Rows, a multiple of 4.</param>
    /// <param name="cells">Shape [entries, 4].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(double* codes, double* weights, int rows, double* cells)
    {
        for (var i = 0; i < rows; i += 4)
        {
            cells[4 * (nint)((int*)codes)[2 * i]] += weights[i];
            cells[(4 * (nint)((int*)codes)[(2 * i) + 2]) + 1] += weights[i + 1];
            cells[(4 * (nint)((int*)codes)[(2 * i) + 4]) + 2] += weights[i + 2];
            cells[(4 * (nint)((int*)codes)[(2 * i) + 6]) + 3] += weights[i + 3];
        }
    }

    /// <summary>Counts the rows of each index, as <see cref="Count(double*, double*, int, double*)"/> adds their weights.</summary>
    /// <param name="codes">Shape [Capacity].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="cells">Shape [entries, 4].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(double* codes, int rows, int* cells)
    {
        var at = (int*)codes;
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            cells[4 * (nint)at[2 * i]]++;
            cells[(4 * (nint)at[(2 * i) + 2]) + 1]++;
            cells[(4 * (nint)at[(2 * i) + 4]) + 2]++;
            cells[(4 * (nint)at[(2 * i) + 6]) + 3]++;
        }
        for (; i < rows; i++) cells[4 * (nint)at[2 * i]]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Codes<TOps, TVec>(double* x, int rows, bool missing, int* sizes, int columns, double* codes)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec magic = TOps.Broadcast(ToLowBits), zero = TOps.Broadcast(0), one = TOps.Broadcast(1), two = TOps.Broadcast(2),
            below = TOps.Broadcast(-double.Epsilon);
        double cells = 1;
        for (var j = 0; j < columns; j++) cells *= sizes[j];
        TVec unknown = TOps.Broadcast(cells + ToLowBits), absent = TOps.Broadcast(cells + 1 + ToLowBits);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec index = zero, worst = zero;
            for (var j = 0; j < columns; j++)
            {
                TVec value = TOps.Load(x + (j * FeatureTile.Capacity) + i), size = TOps.Broadcast(sizes[j]);
                // 0 for a code, at most 1 for any other number, 2 for NaN, for which every comparison is false.
                var lost = TOps.Subtract(TOps.Subtract(TOps.Add(value, magic), magic), value);
                lost = TOps.Max(lost, TOps.Subtract(zero, lost));
                var off = TOps.SelectGreater(size, value, TOps.SelectGreater(value, below, lost, one), one);
                if (missing) off = TOps.SelectGreater(TOps.ZeroWhereNaN(value, one), zero, off, two);
                worst = TOps.Max(worst, off);
                index = columns == 1 ? value : TOps.MultiplyAdd(index, size, TOps.SelectGreater(off, zero, zero, value));
            }
            index = TOps.SelectGreater(worst, zero, unknown, TOps.Add(index, magic));
            if (missing) index = TOps.SelectGreater(worst, one, absent, index);
            TOps.Store(codes + i, index);
        }
    }

    private static void Codes(double* x, int rows, int* sizes, int columns, double* codes)
    {
        for (var i = 0; i < rows; i++)
        {
            double index = 0, cells = 1;
            var worst = 0;
            for (var j = 0; j < columns; j++)
            {
                var value = x[(j * FeatureTile.Capacity) + i];
                var known = double.IsNaN(value) ? 2 : value >= 0 && value < sizes[j] && value == Math.Floor(value) ? 0 : 1;
                worst = Math.Max(worst, known);
                index = (index * sizes[j]) + (known == 0 ? value : 0);
                cells *= sizes[j];
            }
            codes[i] = (worst > 0 ? cells - 1 + worst : index) + ToLowBits;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InMemory(double* codes, int rows, double* table, double* result)
    {
        var at = (int*)codes;
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            result[i] = table[at[2 * i]];
            result[i + 1] = table[at[(2 * i) + 2]];
            result[i + 2] = table[at[(2 * i) + 4]];
            result[i + 3] = table[at[(2 * i) + 6]];
        }
        for (; i < rows; i++) result[i] = table[at[2 * i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInMemory(double* codes, int rows, double* table, double* result)
    {
        var at = (int*)codes;
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            result[i] += table[at[2 * i]];
            result[i + 1] += table[at[(2 * i) + 2]];
            result[i + 2] += table[at[(2 * i) + 4]];
            result[i + 3] += table[at[(2 * i) + 6]];
        }
        for (; i < rows; i++) result[i] += table[at[2 * i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InRegisters(double* codes, int rows, double* table, double* result)
    {
        Vector512<double> low = Vector512Ops.Load(table), high = Vector512Ops.Load(table + 8);
        var i = 0;
        for (; i + 8 <= rows; i += 8) Vector512Ops.Store(result + i, Avx512F.PermuteVar8x64x2(low, Vector512Ops.Load(codes + i).AsInt64(), high));
        for (; i < rows; i++) result[i] = table[((int*)codes)[2 * i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInRegisters(double* codes, int rows, double* table, double* result)
    {
        Vector512<double> low = Vector512Ops.Load(table), high = Vector512Ops.Load(table + 8);
        for (var i = 0; i < rows; i += 8)
            Vector512Ops.Store(result + i,
                Vector512Ops.Add(Vector512Ops.Load(result + i), Avx512F.PermuteVar8x64x2(low, Vector512Ops.Load(codes + i).AsInt64(), high)));
    }
}
