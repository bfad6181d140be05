using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Ranks the posteriors of one class after another, exactly: the items of the class are sorted, and all others are only counted where they lie among these; if
/// the others are fewer, they are sorted instead. A table leads to the place of a posterior: it divides each power of two into about as many buckets as it
/// has sorted items.
/// </summary>
internal sealed class ScoreRanks
{
    private const int PowerShift = 52;
    private const int Powers = 1 << 11;

    // Buckets of a power of two at most, as a power of two.
    private const int MostBits = 20;

    // In a bucket with more items, a place is found by halving.
    private const int MostScanned = 8;

    // More items are sorted by comparison than by insertion.
    private const int MostInserted = 24;

    private const ulong One = 0x3FF0_0000_0000_0000;
    private const ulong Half = 0x3FE0_0000_0000_0000;

    private readonly IReadOnlyList<KeptPosteriors> parts;
    private readonly long items;
    private readonly bool isWeighted;
    private readonly Division[] divisions = new Division[Powers];

    // Shape [buckets + 1]: where each bucket begins in the keys, and where the last one ends. Element b + 1 first counts the items of bucket b, then is the
    // place of its next item.
    private readonly int[] starts;
    private readonly ulong[] keys;
    private readonly double[] weights;
    private readonly double[] counted;
    private int buckets;
    private int sorted;

    /// <summary>Takes the memory that the largest class needs.</summary>
    /// <param name="parts">The posteriors, in the items' order.</param>
    public ScoreRanks(IReadOnlyList<KeptPosteriors> parts)
    {
        (this.parts, isWeighted) = (parts, parts.Any(p => p.Weights is not null));
        items = parts.Sum(p => (long)p.Items);
        var most = 0L;
        for (var k = 0; k < (parts.Count > 0 ? parts[0].Ends.Length : 0); k++) most = Math.Max(most, Math.Min(OwnOf(k), items - OwnOf(k)));
        starts = new int[checked((int)(2 * most) + Powers + 1)];
        keys = GC.AllocateUninitializedArray<ulong>((int)most);
        weights = GC.AllocateUninitializedArray<double>(isWeighted ? (int)most : 0);
        counted = GC.AllocateUninitializedArray<double>((int)(2 * most) + 1);
    }

    /// <summary>True if the items of the class are sorted, false if the others are.</summary>
    public bool SortsOwn { get; private set; }

    /// <summary>Shape [sorted items], ascending: places in the order of all scores.</summary>
    public ReadOnlySpan<ulong> Keys => keys.AsSpan(0, sorted);

    /// <summary>Shape [sorted items]: the sorted items' weights; empty if every weight is 1.</summary>
    public ReadOnlySpan<double> Weights => isWeighted ? weights.AsSpan(0, sorted) : default;

    /// <summary>
    /// Shape [2 × sorted items + 1]: weight of the items that are not sorted; element 2 i of those between the sorted items i - 1 and i, element 2 i + 1 of
    /// those whose score is that of item i, if no sorted item before it has the same score.
    /// </summary>
    public ReadOnlySpan<double> Counted => counted.AsSpan(0, (2 * sorted) + 1);

    /// <summary>Ranks the posteriors of a class.</summary>
    /// <param name="label">The class.</param>
    /// <returns>Weight of the class, and of the others.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Own, double Others) Rank(int label)
    {
        var own = OwnOf(label);
        SortsOwn = own <= items - own;
        sorted = (int)Math.Min(own, items - own);
        List<ItemRange> ownRanges = [], otherRanges = [];
        foreach (var part in parts)
        {
            var (from, end) = part.ItemsOf(label);
            if (from > 0) otherRanges.Add(new(part, label, 0, from));
            if (from < end) ownRanges.Add(new(part, label, from, end));
            if (end < part.Items) otherRanges.Add(new(part, label, end, part.Items));
        }
        var sortedRanges = SortsOwn ? ownRanges : otherRanges;
        Array.Clear(divisions);
        foreach (var range in sortedRanges) CountPowers(range.Scores);
        Divide();
        foreach (var range in sortedRanges) CountBuckets(range.Scores);
        for (var (b, sum) = (1, 0); b <= buckets; b++) (starts[b], sum) = (sum, sum + starts[b]);
        foreach (var range in sortedRanges) Place(range.Scores, range.Weights);
        SortBuckets();
        foreach (var range in SortsOwn ? otherRanges : ownRanges) Count(range.Scores, range.Weights);
        var (inside, outside) = (isWeighted ? Kernels.Sums.Of(Weights) : sorted, Kernels.Sums.Of(Counted));
        return SortsOwn ? (inside, outside) : (outside, inside);
    }

    /// <summary>
    /// Whole numbers in the order of the scores: the bits of those below 1/2, and mirrored, the bits of the others' distances from 1. So both ends, where the
    /// posteriors of good classifiers are, differ in high bits. Distances are exact; what rounding has put above 1 is 1.
    /// </summary>
    /// <param name="score">At least 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong PlaceOf(double score)
    {
        var bits = Math.Min(BitConverter.DoubleToUInt64Bits(score), One);
        var near = Math.Min(bits, BitConverter.DoubleToUInt64Bits(1 - BitConverter.UInt64BitsToDouble(bits)));
        // All ones from 1/2 on. Without branches, which nobody could predict.
        var mirror = ~(ulong)((long)(bits - Half) >> 63);
        return (near ^ mirror) + (mirror & ((2 * Half) + 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountPowers(ReadOnlySpan<double> scores)
    {
        var powers = divisions;
        foreach (var score in scores) powers[(int)(PlaceOf(score) >> PowerShift)].First++;
    }

    private long OwnOf(int label)
    {
        var own = 0L;
        foreach (var part in parts) own += part.ItemsOf(label).End - part.ItemsOf(label).From;
        return own;
    }

    private void Divide()
    {
        buckets = 0;
        foreach (ref var division in divisions.AsSpan())
        {
            var bits = division.First <= 1 ? 0 : Math.Min(MostBits, BitOperations.Log2((uint)division.First - 1) + 1);
            division = new() { First = buckets, Shift = PowerShift - bits, Mask = (1 << bits) - 1 };
            buckets += 1 << bits;
        }
        starts.AsSpan(0, buckets + 1).Clear();
        counted.AsSpan(0, (2 * sorted) + 1).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BucketOf(ulong place, Division[] divisions)
    {
        ref readonly var division = ref divisions[(int)(place >> PowerShift)];
        return division.First + ((int)(place >> division.Shift) & division.Mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountBuckets(ReadOnlySpan<double> scores)
    {
        var (known, next) = (divisions, starts);
        foreach (var score in scores) next[BucketOf(PlaceOf(score), known) + 1]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(ReadOnlySpan<double> scores, ReadOnlySpan<double> given)
    {
        var (known, next, target) = (divisions, starts, keys);
        for (var i = 0; i < scores.Length; i++)
        {
            var place = PlaceOf(scores[i]);
            var at = next[BucketOf(place, known) + 1]++;
            target[at] = place;
            if (isWeighted) weights[at] = given.IsEmpty ? 1 : given[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortBuckets()
    {
        for (var b = 0; b < buckets; b++)
        {
            var (from, end) = (starts[b], starts[b + 1]);
            if (end - from < 2) continue;
            if (end - from <= MostInserted) Insert(from, end);
            else if (isWeighted) keys.AsSpan(from..end).Sort(weights.AsSpan(from..end));
            else keys.AsSpan(from..end).Sort();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(int from, int end)
    {
        for (var i = from + 1; i < end; i++)
        {
            var (key, weight, at) = (keys[i], isWeighted ? weights[i] : 0, i);
            for (; at > from && keys[at - 1] > key; at--)
            {
                keys[at] = keys[at - 1];
                if (isWeighted) weights[at] = weights[at - 1];
            }
            keys[at] = key;
            if (isWeighted) weights[at] = weight;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<double> scores, ReadOnlySpan<double> given)
    {
        var (known, begin, order, target) = (divisions, starts, keys, counted);
        for (var i = 0; i < scores.Length; i++)
        {
            var place = PlaceOf(scores[i]);
            var bucket = BucketOf(place, known);
            var (at, end) = (begin[bucket], begin[bucket + 1]);
            while (end - at > MostScanned)
            {
                var middle = (at + end) >>> 1;
                if (order[middle] < place) at = middle + 1;
                else end = middle;
            }
            while (at < end && order[at] < place) at++;
            var isTie = at < begin[bucket + 1] && order[at] == place ? 1 : 0;
            target[(2 * at) + isTie] += given.IsEmpty ? 1 : given[i];
        }
    }

    /// <summary>Items that follow each other and are all of the class, or all of other classes.</summary>
    private readonly record struct ItemRange(KeptPosteriors Part, int Label, int From, int End)
    {
        public ReadOnlySpan<double> Scores => Part.Of(Label)[From..End];

        public ReadOnlySpan<double> Weights => Part.Weights is { } weights ? weights.AsSpan(From..End) : default;
    }

    /// <summary>The buckets of one power of two.</summary>
    private struct Division
    {
        /// <summary>Its number of sorted items, then its first bucket.</summary>
        public int First;

        /// <summary>Bits below those that tell its buckets apart.</summary>
        public int Shift;

        /// <summary>Ones for the bits that tell its buckets apart.</summary>
        public int Mask;
    }
}
