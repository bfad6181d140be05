using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Sorts the posteriors of one class after another, exactly: first by their powers of two, then those of each, which the CPU's cache holds, by the next bits,
/// after which few are in the wrong place. The memory is that of one class.
/// </summary>
/// <param name="parts">The posteriors, in the items' order.</param>
internal sealed class ScoreOrder(IReadOnlyList<KeptPosteriors> parts)
{
    // A key has eleven bits for the power of two; two digits of the other bits tell apart what differs by more than 2^-22 of itself.
    private const int DigitBits = 11;
    private const int Values = 1 << DigitBits;
    private const int PowerShift = 64 - DigitBits;
    private const int HighShift = PowerShift - DigitBits;
    private const int LowShift = HighShift - DigitBits;

    // Up to so many keys are sorted by comparison, or by insertion if few of them are in the wrong place.
    private const int MostCompared = 128;
    private const int MostInserted = 24;

    private const ulong One = 0x3FF0_0000_0000_0000;
    private const ulong Half = 0x3FE0_0000_0000_0000;

    private readonly ulong[] keys = GC.AllocateUninitializedArray<ulong>(parts.Sum(p => p.Items));
    private readonly double[] weights = new double[parts.Any(p => p.Weights is not null) ? parts.Sum(p => p.Items) : 0];
    private readonly int[] counts = new int[2 * Values];

    // Memory of the largest power of two.
    private ulong[] spareKeys = [];
    private double[] spareWeights = [];

    private bool IsWeighted => weights.Length > 0;

    /// <summary>Shape [items]: in ascending order of the scores, the score's place in that order, then a bit: 1 for an item of the class.</summary>
    public ReadOnlySpan<ulong> Keys => keys;

    /// <summary>Shape [items]: the items' weights in the same order; empty if every weight is 1.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>Sorts the posteriors of a class.</summary>
    /// <param name="label">The class.</param>
    /// <returns>Weight of the class, and of the others.</returns>
    public (double Own, double Others) Sort(int label)
    {
        Span<int> ends = stackalloc int[Values];
        ends.Clear();
        foreach (var part in parts) Count(part.Of(label), ends);
        for (var (v, sum) = (0, 0); v < Values; v++) (ends[v], sum) = (sum, sum + ends[v]);
        var (own, others) = (0.0, 0.0);
        foreach (var part in parts)
        {
            var weight = Place(part, label, ends);
            own += weight.Own;
            others += weight.Others;
        }
        for (var (v, from) = (0, 0); v < Values; from = ends[v++]) SortRange(from, ends[v]);
        return (own, others);
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

    // How many scores have each power of two. Odd items are counted apart, because the same counter would have to wait for itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ReadOnlySpan<double> scores, Span<int> powers)
    {
        Span<int> odd = stackalloc int[Values];
        odd.Clear();
        for (var i = 0; i < scores.Length - 1; i += 2)
        {
            powers[(int)(PlaceOf(scores[i]) >> (PowerShift - 1))]++;
            odd[(int)(PlaceOf(scores[i + 1]) >> (PowerShift - 1))]++;
        }
        if (scores.Length % 2 > 0) powers[(int)(PlaceOf(scores[^1]) >> (PowerShift - 1))]++;
        for (var v = 0; v < Values; v++) powers[v] += odd[v];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Own, double Others) Place(KeptPosteriors part, int label, Span<int> next)
    {
        var scores = part.Of(label);
        var labels = part.Labels.AsSpan(0, scores.Length);
        var target = keys.AsSpan();
        var own = 0UL;
        for (var i = 0; i < scores.Length; i++)
        {
            var isOwn = labels[i] == label ? 1UL : 0;
            var key = (PlaceOf(scores[i]) << 1) | isOwn;
            own += isOwn;
            var at = next[(int)(key >> PowerShift)]++;
            target[at] = key;
            if (IsWeighted) weights[at] = part.Weights?[i] ?? 1;
        }
        if (part.Weights is not { } given) return (own, (double)scores.Length - own);
        var (inside, outside) = (0.0, 0.0);
        for (var i = 0; i < given.Length; i++)
        {
            if (labels[i] == label) inside += given[i];
            else outside += given[i];
        }
        return (inside, outside);
    }

    private void SortRange(int from, int end)
    {
        var own = keys.AsSpan(from..end);
        var ownWeights = IsWeighted ? weights.AsSpan(from..end) : default;
        if (own.Length > MostCompared)
        {
            if (spareKeys.Length < own.Length)
            {
                spareKeys = GC.AllocateUninitializedArray<ulong>(own.Length);
                spareWeights = new double[ownWeights.Length];
            }
            var spare = spareKeys.AsSpan(0, own.Length);
            var spareOfWeights = IsWeighted ? spareWeights.AsSpan(0, own.Length) : default;
            var low = counts.AsSpan(0, Values);
            var high = counts.AsSpan(Values);
            CountDigits(own, low, high);
            Move(own, ownWeights, spare, spareOfWeights, low, LowShift);
            Move(spare, spareOfWeights, own, ownWeights, high, HighShift);
        }
        Finish(own, ownWeights);
    }

    // Where each value of the two digits begins.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountDigits(ReadOnlySpan<ulong> keys, Span<int> low, Span<int> high)
    {
        low.Clear();
        high.Clear();
        foreach (var key in keys)
        {
            low[Digit(key, LowShift)]++;
            high[Digit(key, HighShift)]++;
        }
        for (var (v, lower, higher) = (0, 0, 0); v < Values; v++)
        {
            (low[v], lower) = (lower, lower + low[v]);
            (high[v], higher) = (higher, higher + high[v]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move(ReadOnlySpan<ulong> from, ReadOnlySpan<double> fromWeights, Span<ulong> to, Span<double> toWeights, Span<int> next, int shift)
    {
        for (var i = 0; i < from.Length; i++)
        {
            var at = next[Digit(from[i], shift)]++;
            to[at] = from[i];
            if (!fromWeights.IsEmpty) toWeights[at] = fromWeights[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digit(ulong key, int shift) => (int)(key >> shift) & (Values - 1);

    // Sorts what shares its digits. Which item of a score comes first does not matter.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(Span<ulong> keys, Span<double> weights)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i] >> 1 >= keys[i - 1] >> 1) continue;
            var (from, end) = (0, keys.Length);
            if (end > MostCompared)
            {
                var digits = keys[i] >> LowShift;
                for (from = i; from > 0 && keys[from - 1] >> LowShift == digits;) from--;
                for (end = i + 1; end < keys.Length && keys[end] >> LowShift == digits;) end++;
            }
            if (end - from <= MostInserted) Insert(keys[from..end], weights.IsEmpty ? weights : weights[from..end]);
            else if (weights.IsEmpty) keys[from..end].Sort();
            else keys[from..end].Sort(weights[from..end]);
            i = end - 1;
        }
    }

    private static void Insert(Span<ulong> keys, Span<double> weights)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var (key, weight, at) = (keys[i], weights.IsEmpty ? 0 : weights[i], i);
            for (; at > 0 && keys[at - 1] >> 1 > key >> 1; at--)
            {
                keys[at] = keys[at - 1];
                if (!weights.IsEmpty) weights[at] = weights[at - 1];
            }
            keys[at] = key;
            if (!weights.IsEmpty) weights[at] = weight;
        }
    }
}
