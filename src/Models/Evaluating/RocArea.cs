using System.Buffers;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Areas under ROC curves: the probability that an item of the class has a higher score than one that is not of it, where equal scores count one half (Fawcett
/// 2006, Pattern Recognition Letters 27, 861-874).
/// </summary>
internal static class RocArea
{
    private const int DigitBits = 8;
    private const int Digits = 64 / DigitBits;

    // The curve keeps points that are at least this far apart in either direction.
    private const double CurveStep = 1.0 / 256;

    /// <summary>The area and the curve for one class, exactly.</summary>
    /// <param name="parts">The posteriors, in the items' order.</param>
    /// <param name="label">The class.</param>
    public static RocFound Of(IReadOnlyList<Posteriors> parts, int label)
    {
        var count = parts.Sum(p => p.Items);
        var isWeighted = parts.Any(p => p.Weights is not null);
        // Pages that are new to the process cost more than sorting does.
        var (keys, spare) = (ArrayPool<ulong>.Shared.Rent(count), ArrayPool<ulong>.Shared.Rent(count));
        var (weights, spareWeights) = isWeighted ? (ArrayPool<double>.Shared.Rent(count), ArrayPool<double>.Shared.Rent(count)) : ([], []);
        using var area = new Walk(count);
        try
        {
            Fill(parts, label, keys, weights);
            var (sorted, own) = Sort(keys, spare, weights, spareWeights, count);
            for (int i = 0, end; i < count; i = end)
            {
                double inside = 0, outside = 0;
                for (end = i; end < count && sorted[end] >> 1 == sorted[i] >> 1; end++)
                {
                    var weight = isWeighted ? own[end] : 1;
                    if ((sorted[end] & 1) != 0) inside += weight;
                    else outside += weight;
                }
                area.Add(inside, outside);
            }
            return area.Found(isExact: true);
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(keys);
            ArrayPool<ulong>.Shared.Return(spare);
            if (isWeighted) ArrayPool<double>.Shared.Return(weights);
            if (isWeighted) ArrayPool<double>.Shared.Return(spareWeights);
        }
    }

    /// <summary>The same where only the weights in bins of ascending scores are known.</summary>
    /// <param name="inside">Shape [bins]: weight of the class.</param>
    /// <param name="outside">Shape [bins]: weight of the others.</param>
    public static RocFound OfBins(ReadOnlySpan<double> inside, ReadOnlySpan<double> outside)
    {
        using var area = new Walk(inside.Length);
        for (var b = 0; b < inside.Length; b++) area.Add(inside[b], outside[b]);
        return area.Found(isExact: false);
    }

    // Scores are at least 0 and at most 1, so the bit of the sign is free: moved to the end, it says whether the item is of the class. That changes neither
    // which scores are equal nor the order of the sums inside and outside of the class.
    private static void Fill(IReadOnlyList<Posteriors> parts, int label, Span<ulong> keys, Span<double> weights)
    {
        var next = 0;
        foreach (var part in parts)
        {
            var scores = MemoryMarshal.Cast<double, ulong>(part.Of(label));
            for (var i = 0; i < scores.Length; i++) keys[next + i] = (scores[i] << 1) | (part.Labels[i] == label ? 1UL : 0);
            if (!weights.IsEmpty)
            {
                if (part.Weights is { } own) own.CopyTo(weights[next..]);
                else weights.Slice(next, part.Items).Fill(1);
            }
            next += part.Items;
        }
    }

    // A stable radix sort, from the lowest digit to the highest; a digit that all keys share is skipped. Weights follow their keys.
    private static (ulong[] Keys, double[] Weights) Sort(ulong[] keys, ulong[] spare, double[] weights, double[] spareWeights, int count)
    {
        Span<int> starts = stackalloc int[Digits << DigitBits];
        starts.Clear();
        foreach (var key in keys.AsSpan(0, count))
            for (var d = 0; d < Digits; d++) starts[(d << DigitBits) + Digit(key, d)]++;
        for (var d = 0; d < Digits; d++)
        {
            var own = starts.Slice(d << DigitBits, 1 << DigitBits);
            if (count == 0 || own[Digit(keys[0], d)] == count) continue;
            for (var (v, sum) = (0, 0); v < own.Length; v++) (own[v], sum) = (sum, sum + own[v]);
            for (var i = 0; i < count; i++)
            {
                var at = own[Digit(keys[i], d)]++;
                spare[at] = keys[i];
                if (weights.Length > 0) spareWeights[at] = weights[i];
            }
            (keys, spare, weights, spareWeights) = (spare, keys, spareWeights, weights);
        }
        return (keys, weights);
    }

    private static int Digit(ulong key, int digit) => (int)(key >> (digit * DigitBits)) & ((1 << DigitBits) - 1);

    /// <summary>Walks through groups of equal scores, from the lowest to the highest.</summary>
    /// <param name="most">Number of groups, at most.</param>
    private sealed class Walk(int most) : IDisposable
    {
        // Shape [groups + 1]: the weight of the class and of the others up to each group.
        private readonly (double Inside, double Below)[] steps = Empty(most + 1);
        private int count = 1;
        private double below;
        private double area;
        private double tied;
        private double all;

        public void Add(double inside, double outside)
        {
            area += inside * (below + (0.5 * outside));
            tied += inside * outside;
            below += outside;
            all += inside;
            if (inside > 0 || outside > 0) steps[count++] = (all, below);
        }

        public void Dispose() => ArrayPool<(double, double)>.Shared.Return(steps);

        public RocFound Found(bool isExact)
        {
            if (!(all > 0 && below > 0)) return new(null, 0, []);
            var curve = new List<RocPoint> { new(0, 0) };
            for (var i = count - 1; i >= 0; i--)
            {
                var point = new RocPoint(1 - (steps[i].Below / below), 1 - (steps[i].Inside / all));
                var isFar = point.FalsePositives - curve[^1].FalsePositives >= CurveStep || point.TruePositives - curve[^1].TruePositives >= CurveStep;
                if (isFar || (i == 0 && curve[^1] != point)) curve.Add(point);
            }
            // Within a bin any order is possible; half of its pairs are taken to be in the right one.
            return new(area / (all * below), isExact ? 0 : 0.5 * tied / (all * below), curve);
        }

        private static (double Inside, double Below)[] Empty(int length)
        {
            var rented = ArrayPool<(double, double)>.Shared.Rent(length);
            rented[0] = default;
            return rented;
        }
    }
}

/// <summary>What is known of a ROC curve.</summary>
/// <param name="Area">The area under it; null if one side has no weight.</param>
/// <param name="Error">Bound on the area's error.</param>
/// <param name="Curve">Its points.</param>
internal sealed record RocFound(double? Area, double Error, IReadOnlyList<RocPoint> Curve);
