using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Areas under ROC curves: the probability that an item of the class has a higher score than one that is not of it, where equal scores count one half (Fawcett
/// 2006, Pattern Recognition Letters 27, 861-874).
/// </summary>
internal static class RocArea
{
    // Scores are at least 0 and at most 1, whose bits fit into six digits, with one bit for what they belong to.
    private const int DigitBits = 11;
    private const int Digits = 6;

    // The curve keeps points that are at least this far apart in either direction.
    private const double CurveStep = 1.0 / 256;

    /// <summary>The area and the curve for one class, exactly.</summary>
    /// <param name="parts">The posteriors, in the items' order.</param>
    /// <param name="label">The class.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RocFound Of(IReadOnlyList<KeptPosteriors> parts, int label)
    {
        // The score's bits, then 1 for an item of the class.
        var keys = new ulong[parts.Sum(p => p.Items)];
        var weights = parts.Any(p => p.Weights is not null) ? new double[keys.Length] : null;
        var (next, inside, outside) = (0, 0.0, 0.0);
        foreach (var part in parts)
        {
            var scores = part.Of(label);
            var labels = part.Labels;
            for (var i = 0; i < scores.Length; i++)
            {
                var isOwn = labels[i] == label;
                keys[next + i] = (BitConverter.DoubleToUInt64Bits(scores[i]) << 1) | (isOwn ? 1UL : 0);
                var weight = part.Weights?[i] ?? 1;
                inside += isOwn ? weight : 0;
                outside += isOwn ? 0 : weight;
            }
            if (weights is not null)
            {
                if (part.Weights is { } own) own.CopyTo(weights, next);
                else weights.AsSpan(next, part.Items).Fill(1);
            }
            next += part.Items;
        }
        keys = Sorted(keys, ref weights);
        var area = new Walk(inside, outside);
        for (int i = keys.Length - 1, end; i >= 0; i = end)
        {
            (inside, outside) = (0, 0);
            for (end = i; end >= 0 && keys[end] >> 1 == keys[i] >> 1; end--)
            {
                var weight = weights is null ? 1 : weights[end];
                if ((keys[end] & 1) != 0) inside += weight;
                else outside += weight;
            }
            area.Add(inside, outside);
        }
        return area.Found(isExact: true);
    }

    /// <summary>The same where only the weights in bins of ascending scores are known.</summary>
    /// <param name="inside">Shape [bins]: weight of the class.</param>
    /// <param name="outside">Shape [bins]: weight of the others.</param>
    public static RocFound OfBins(ReadOnlySpan<double> inside, ReadOnlySpan<double> outside)
    {
        var area = new Walk(Kernels.Sums.Of(inside), Kernels.Sums.Of(outside));
        for (var b = inside.Length - 1; b >= 0; b--) area.Add(inside[b], outside[b]);
        return area.Found(isExact: false);
    }

    // A stable radix sort, from the lowest digit to the highest; a digit that all keys share is skipped.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong[] Sorted(ulong[] keys, ref double[]? weights)
    {
        var counts = new int[Digits, 1 << DigitBits];
        foreach (var key in keys)
            for (var d = 0; d < Digits; d++) counts[d, Digit(key, d)]++;
        var (from, to, fromWeights, toWeights) = (keys, new ulong[keys.Length], weights, weights is null ? null : new double[keys.Length]);
        var starts = new int[1 << DigitBits];
        for (var d = 0; d < Digits; d++)
        {
            if (keys.Length == 0 || counts[d, Digit(keys[0], d)] == keys.Length) continue;
            for (var (v, sum) = (0, 0); v < starts.Length; v++) (starts[v], sum) = (sum, sum + counts[d, v]);
            for (var i = 0; i < from.Length; i++)
            {
                var at = starts[Digit(from[i], d)]++;
                to[at] = from[i];
                if (fromWeights is not null) toWeights![at] = fromWeights[i];
            }
            (from, to, fromWeights, toWeights) = (to, from, toWeights, fromWeights);
        }
        weights = fromWeights;
        return from;
    }

    private static int Digit(ulong key, int digit) => (int)(key >> (digit * DigitBits)) & ((1 << DigitBits) - 1);

    /// <summary>Walks through groups of equal scores, from the highest to the lowest.</summary>
    /// <param name="inside">Total weight of the class.</param>
    /// <param name="outside">Total weight of the others.</param>
    private sealed class Walk(double inside, double outside)
    {
        private readonly List<RocPoint> curve = [new(0, 0)];
        private double above;
        private double area;
        private double tied;
        private double others;

        // Where the curve gets its next point.
        private double nextAbove = CurveStep * inside;
        private double nextOthers = CurveStep * outside;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(double own, double other)
        {
            area += other * (above + (0.5 * own));
            tied += own * other;
            above += own;
            others += other;
            if (above < nextAbove && others < nextOthers) return;
            curve.Add(new(others / outside, above / inside));
            (nextAbove, nextOthers) = (above + (CurveStep * inside), others + (CurveStep * outside));
        }

        public RocFound Found(bool isExact)
        {
            if (!(inside > 0 && outside > 0)) return new(null, 0, []);
            var last = new RocPoint(1, 1);
            if (curve[^1] != last) curve.Add(last);
            // Within a bin any order is possible; half of its pairs are taken to be in the right one.
            return new(area / (inside * outside), isExact ? 0 : 0.5 * tied / (inside * outside), curve);
        }
    }
}

/// <summary>What is known of a ROC curve.</summary>
/// <param name="Area">The area under it; null if one side has no weight.</param>
/// <param name="Error">Bound on the area's error.</param>
/// <param name="Curve">Its points.</param>
internal sealed record RocFound(double? Area, double Error, IReadOnlyList<RocPoint> Curve);
