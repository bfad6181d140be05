using System.Runtime.InteropServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Areas under ROC curves: the probability that an item of the class has a higher score than one that is not of it, where equal scores count one half (Fawcett
/// 2006, Pattern Recognition Letters 27, 861-874).
/// </summary>
internal static class RocArea
{
    // Scores are at least 0 and at most 1, whose bits fit into six digits.
    private const int DigitBits = 11;
    private const int Digits = 6;

    // The curve keeps points that are at least this far apart in either direction.
    private const double CurveStep = 1.0 / 256;

    /// <summary>The area and the curve for one class, exactly.</summary>
    /// <param name="parts">The posteriors, in the items' order.</param>
    /// <param name="label">The class.</param>
    public static RocFound Of(IReadOnlyList<KeptPosteriors> parts, int label)
    {
        var count = parts.Sum(p => p.Items);
        var (keys, order) = (new ulong[count], new int[count]);
        var (gains, weights) = (new bool[count], parts.Any(p => p.Weights is not null) ? new double[count] : null);
        var next = 0;
        foreach (var part in parts)
        {
            MemoryMarshal.Cast<double, ulong>(part.Of(label)).CopyTo(keys.AsSpan(next));
            for (var i = 0; i < part.Items; i++) gains[next + i] = part.Labels[i] == label;
            if (weights is not null)
            {
                if (part.Weights is { } own) own.CopyTo(weights, next);
                else weights.AsSpan(next, part.Items).Fill(1);
            }
            next += part.Items;
        }
        for (var i = 0; i < count; i++) order[i] = i;
        Sort(keys, order);
        var area = new Walk();
        for (int i = 0, end; i < count; i = end)
        {
            double inside = 0, outside = 0;
            for (end = i; end < count && keys[end] == keys[i]; end++)
            {
                var weight = weights is null ? 1 : weights[order[end]];
                if (gains[order[end]]) inside += weight;
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
        var area = new Walk();
        for (var b = 0; b < inside.Length; b++) area.Add(inside[b], outside[b]);
        return area.Found(isExact: false);
    }

    // A stable radix sort, from the lowest digit to the highest; a digit that all keys share is skipped.
    private static void Sort(ulong[] keys, int[] order)
    {
        var counts = new int[Digits, 1 << DigitBits];
        foreach (var key in keys)
            for (var d = 0; d < Digits; d++) counts[d, Digit(key, d)]++;
        var (from, to, fromOrder, toOrder) = (keys, new ulong[keys.Length], order, new int[keys.Length]);
        var starts = new int[1 << DigitBits];
        for (var d = 0; d < Digits; d++)
        {
            if (keys.Length == 0 || counts[d, Digit(keys[0], d)] == keys.Length) continue;
            for (var (v, sum) = (0, 0); v < starts.Length; v++) (starts[v], sum) = (sum, sum + counts[d, v]);
            for (var i = 0; i < from.Length; i++)
            {
                var at = starts[Digit(from[i], d)]++;
                (to[at], toOrder[at]) = (from[i], fromOrder[i]);
            }
            (from, to, fromOrder, toOrder) = (to, from, toOrder, fromOrder);
        }
        if (from == keys) return;
        from.CopyTo(keys, 0);
        fromOrder.CopyTo(order, 0);
    }

    private static int Digit(ulong key, int digit) => (int)(key >> (digit * DigitBits)) & ((1 << DigitBits) - 1);

    /// <summary>Walks through groups of equal scores, from the lowest to the highest.</summary>
    private sealed class Walk
    {
        private readonly List<(double Inside, double Below)> steps = [(0, 0)];
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
            if (inside > 0 || outside > 0) steps.Add((all, below));
        }

        public RocFound Found(bool isExact)
        {
            if (!(all > 0 && below > 0)) return new(null, 0, []);
            var curve = new List<RocPoint> { new(0, 0) };
            for (var i = steps.Count - 1; i >= 0; i--)
            {
                var point = new RocPoint(1 - (steps[i].Below / below), 1 - (steps[i].Inside / all));
                var isFar = point.FalsePositives - curve[^1].FalsePositives >= CurveStep || point.TruePositives - curve[^1].TruePositives >= CurveStep;
                if (isFar || (i == 0 && curve[^1] != point)) curve.Add(point);
            }
            // Within a bin any order is possible; half of its pairs are taken to be in the right one.
            return new(area / (all * below), isExact ? 0 : 0.5 * tied / (all * below), curve);
        }
    }
}

/// <summary>What is known of a ROC curve.</summary>
/// <param name="Area">The area under it; null if one side has no weight.</param>
/// <param name="Error">Bound on the area's error.</param>
/// <param name="Curve">Its points.</param>
internal sealed record RocFound(double? Area, double Error, IReadOnlyList<RocPoint> Curve);
