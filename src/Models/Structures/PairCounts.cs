using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Structures;

/// <summary>
/// Counts the values of each variable and the combinations of values of each pair of variables. Rows that miss a value of a pair do not count for it. Rows
/// without weights are counted as sets, those of each value; otherwise, and for variables of many values, row by row.
/// </summary>
internal sealed unsafe class PairCounts : ISummarizer
{
    /// <summary>Variables of more values are counted row by row: a combination takes a row, not a set.</summary>
    public const int MostSets = 24;

    private const string Kind = "pair-counts";

    // Rows that are counted one by one together, so that their codes stay in the cache.
    private const int Chunk = 2_048;

    private static readonly double[] ones = [.. Enumerable.Repeat(1.0, Chunk)];

    private readonly PairTable table;
    private readonly string name;
    private readonly int[] firstSet;
    private readonly int sets;
    private readonly bool areAllSets = true;

    /// <param name="sizes">Number of values of each variable, shape [variables].</param>
    public PairCounts(IReadOnlyList<int> sizes)
    {
        table = new(sizes);
        name = $"{Kind}[{new RowLayout(sizes).Text()}]";
        firstSet = new int[sizes.Count];
        for (var j = 0; j < sizes.Count; j++)
        {
            firstSet[j] = sets;
            if (IsSet(j)) sets += sizes[j];
            else areAllSets = false;
        }
    }

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new PairCounts(CodeRows.ReadSizes(json)));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer) => CodeRows.WriteSizes(writer, table.Sizes);

    public bool IsSame(ISummarizer other) => other is PairCounts pairs && table.Sizes.AsSpan().SequenceEqual(pairs.table.Sizes);

    /// <remarks>The layout is that of a <see cref="PairTable"/>.</remarks>
    public Statistics CreateStatistics() => new SumStatistics(name, (int)table.Length);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        statistics.Weight += block.Weights.IsEmpty ? block.Rows : Sums.Of(block.Weights);
        var counter = new Counter(this, ((SumStatistics)statistics).Sums);
        switch (KernelSelection.Current)
        {
            case KernelVariant.Avx512 when Avx512Bits.IsSupported: counter.Count<Avx512Bits>(block); break;
            case KernelVariant.Avx512 or KernelVariant.Avx2: counter.Count<Avx2Bits>(block); break;
            case KernelVariant.Portable: counter.Count<PortableBits>(block); break;
            default: counter.Count<ScalarBits>(block); break;
        }
    }

    private bool IsSet(int variable) => table.Sizes[variable] <= MostSets;

    private readonly ref struct Counter(PairCounts of, Span<double> cells)
    {
        private readonly Span<double> cells = cells;

        private int Variables => of.table.Sizes.Length;

        public void Count<TBits>(in FeatureBlock block)
            where TBits : struct, IBitOps
        {
            var asSets = block.Weights.IsEmpty;
            using var scratch = Scratch.Enter();
            var tile = scratch.Take(block.Columns * FeatureTile.Capacity);
            var bits = scratch.Take(asSets ? of.sets * BitOps.BlockWords : 0);
            var isComplete = scratch.Take(Variables);
            var codes = MemoryMarshal.Cast<double, int>(scratch.Take(asSets && of.areAllSets ? 0 : Variables * Chunk / 2));
            var alone = MemoryMarshal.Cast<double, int>(scratch.Take(bits.Length > 0 ? of.sets : 0));
            for (var start = 0; start < block.Rows; start += BitOps.BlockRows)
            {
                var rows = Math.Min(BitOps.BlockRows, block.Rows - start);
                isComplete.Fill(1);
                // Sets are padded with rows that are in none of them.
                if (rows < BitOps.BlockRows) bits.Clear();
                for (var first = 0; first < rows; first += Chunk)
                {
                    var some = Math.Min(Chunk, rows - first);
                    for (var at = 0; at < some; at += FeatureTile.Capacity)
                        Read(block, (start + first + at) / FeatureTile.Capacity, tile, (first + at) / CodeBits.Word, bits, at, codes, isComplete);
                    if (codes.Length > 0) CountRows(codes, some, block.Weights.IsEmpty ? default : block.Weights.Slice(start + first, some));
                }
                if (asSets) CountSets<TBits>(bits, alone, isComplete, BitOps.Words(rows));
            }
        }

        private void Read(in FeatureBlock block, int number, Span<double> buffer, int word, Span<double> bits, int at, Span<int> codes, Span<double> isComplete)
        {
            var tile = block.Tile(number, buffer);
            fixed (double* sets = bits, values = tile.Values)
            {
                for (var j = 0; j < Variables; j++)
                {
                    var size = of.table.Sizes[j];
                    var column = values + (j * FeatureTile.Capacity);
                    if (bits.Length > 0 && of.IsSet(j))
                    {
                        var set = (ulong*)sets + ((nint)of.firstSet[j] * BitOps.BlockWords) + word;
                        for (var i = 0; i < FeatureTile.Capacity; i += CodeBits.Word, set++)
                        {
                            var some = Math.Clamp(tile.Rows - i, 0, CodeBits.Word);
                            var known = CodeBits.Fill(column + i, some, size, set, BitOps.BlockWords);
                            if (System.Numerics.BitOperations.PopCount(known) == some) continue;
                            isComplete[j] = 0;
                            Check(block, number, tile, j, i, some);
                        }
                    }
                    if (codes.Length == 0) continue;
                    for (var i = 0; i < tile.Rows; i++)
                    {
                        var code = (int)column[i];
                        if (code != column[i] || (uint)code >= (uint)size)
                        {
                            if (!double.IsNaN(column[i])) Check(block, number, tile, j, i, 1);
                            code = -1;
                        }
                        codes[(j * Chunk) + at + i] = code;
                    }
                }
            }
        }

        private void Check(in FeatureBlock block, int number, in FeatureTile tile, int variable, int first, int rows)
        {
            var values = tile.Column(variable).Slice(first, rows);
            for (var i = 0; i < rows; i++)
            {
                var value = values[i];
                if (!double.IsNaN(value) && !(value >= 0 && value < of.table.Sizes[variable] && value == Math.Floor(value)))
                    throw CodeRows.Unknown(block, (number * FeatureTile.Capacity) + first + i, variable, of.table.Sizes[variable]);
            }
        }

        private void CountRows(ReadOnlySpan<int> codes, int rows, scoped ReadOnlySpan<double> weights)
        {
            // Without weights, variables of few values are counted as sets.
            var all = !weights.IsEmpty;
            if (!all) weights = ones.AsSpan(0, rows);
            for (var a = 0; a < Variables; a++)
            {
                Cancellation.Poll();
                if (all || !of.IsSet(a)) Spread(codes.Slice(a * Chunk, rows), weights, cells[of.table.First(a)..]);
                for (var b = a + 1; b < Variables; b++)
                {
                    if (all || !of.IsSet(a) || !of.IsSet(b))
                        Spread(codes.Slice(a * Chunk, rows), codes.Slice(b * Chunk, rows), weights, of.table.Sizes[b], cells[of.table.First(a, b)..]);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Spread(ReadOnlySpan<int> codes, ReadOnlySpan<double> weights, Span<double> to)
        {
            for (var i = 0; i < codes.Length; i++)
                if (codes[i] >= 0) to[codes[i]] += weights[i];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Spread(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<double> weights, int size, Span<double> to)
        {
            for (var i = 0; i < a.Length; i++)
                if ((a[i] | b[i]) >= 0) to[(a[i] * size) + b[i]] += weights[i];
        }

        private void CountSets<TBits>(ReadOnlySpan<double> bits, Span<int> alone, ReadOnlySpan<double> isComplete, int words)
            where TBits : struct, IBitOps
        {
            fixed (double* start = bits)
            {
                var sets = (ulong*)start;
                for (var s = 0; s < of.sets; s++)
                {
                    var set = sets + ((nint)s * BitOps.BlockWords);
                    alone[s] = TBits.AndCount(set, set, words);
                }
                for (var a = 0; a < Variables; a++)
                {
                    if (!of.IsSet(a)) continue;
                    Cancellation.Poll();
                    var (firstA, sizeA) = (of.firstSet[a], of.table.Sizes[a]);
                    for (var i = 0; i < sizeA; i++) cells[of.table.First(a) + i] += alone[firstA + i];
                    for (var b = a + 1; b < Variables; b++)
                    {
                        if (of.IsSet(b))
                            CountPair<TBits>(sets + ((nint)firstA * BitOps.BlockWords), sets + ((nint)of.firstSet[b] * BitOps.BlockWords),
                                alone.Slice(firstA, sizeA), alone.Slice(of.firstSet[b], of.table.Sizes[b]), isComplete[a] > 0, isComplete[b] > 0, words,
                                cells[of.table.First(a, b)..]);
                    }
                }
            }
        }

        // Where all rows have a value, the last value's counts follow from the others and from those of the other variable alone.
        private static void CountPair<TBits>(ulong* a, ulong* b, ReadOnlySpan<int> ofA, ReadOnlySpan<int> ofB, bool isCompleteA, bool isCompleteB, int words,
            Span<double> to)
            where TBits : struct, IBitOps
        {
            var (sizeA, sizeB) = (ofA.Length, ofB.Length);
            Span<int> last = stackalloc int[sizeB];
            ofB.CopyTo(last);
            for (var i = 0; i < sizeA; i++)
            {
                var follows = isCompleteA && i == sizeA - 1;
                var rest = ofA[i];
                for (var j = 0; j < sizeB; j++)
                {
                    var count = isCompleteB && j == sizeB - 1 ? rest
                        : follows ? last[j]
                        : TBits.AndCount(a + ((nint)i * BitOps.BlockWords), b + ((nint)j * BitOps.BlockWords), words);
                    rest -= count;
                    last[j] -= count;
                    to[(i * sizeB) + j] += count;
                }
            }
        }
    }
}
