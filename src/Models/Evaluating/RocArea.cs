using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Areas under ROC curves: the probability that an item of the class has a higher score than one that is not of it, where equal scores count one half (Fawcett
/// 2006, Pattern Recognition Letters 27, 861-874).
/// </summary>
internal static class RocArea
{
    // The curve keeps points that are at least this far apart in either direction.
    private const double CurveStep = 1.0 / 256;

    /// <summary>The area and the curve for one class, exactly.</summary>
    /// <param name="ranks">Ranks the posteriors.</param>
    /// <param name="label">The class.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RocFound Of(ScoreRanks ranks, int label)
    {
        var (own, others) = ranks.Rank(label);
        var keys = ranks.Keys;
        var weights = ranks.Weights;
        var counted = ranks.Counted;
        var area = new Walk(own, others);
        var isOwn = ranks.SortsOwn;
        for (var i = keys.Length; ;)
        {
            area.Add(isOwn ? 0 : counted[2 * i], isOwn ? counted[2 * i] : 0);
            if (i == 0) return area.Found(isExact: true);
            var (sorted, score) = (0.0, keys[i - 1]);
            do sorted += weights.IsEmpty ? 1 : weights[i - 1];
            while (--i > 0 && keys[i - 1] == score);
            var equal = counted[(2 * i) + 1];
            area.Add(isOwn ? sorted : equal, isOwn ? equal : sorted);
        }
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

    /// <summary>Walks through groups of equal scores, from the highest to the lowest.</summary>
    /// <param name="inside">Total weight of the class.</param>
    /// <param name="outside">Total weight of the others.</param>
    private struct Walk(double inside, double outside)
    {
        private readonly List<RocPoint> curve = [new(0, 0)];
        private double above;
        private double area;
        private double tied;
        private double others;

        // Where the curve gets its next point.
        private double nextAbove = CurveStep * inside;
        private double nextOthers = CurveStep * outside;

        // Inlined, so that all sums stay in registers.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

        public readonly RocFound Found(bool isExact)
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
