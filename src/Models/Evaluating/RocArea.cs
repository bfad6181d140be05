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

    /// <summary>The area for one class, exactly.</summary>
    /// <param name="parts">The posteriors, in the items' order.</param>
    /// <param name="label">The class.</param>
    /// <returns>The area; null if one side has no weight.</returns>
    public static double? Of(IReadOnlyList<Posteriors> parts, int label)
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
        return Area(keys, order, gains, weights);
    }

    /// <summary>The area where only the weights in bins of ascending scores are known, and a bound on its error.</summary>
    /// <param name="inside">Shape [bins]: weight of the class.</param>
    /// <param name="outside">Shape [bins]: weight of the others.</param>
    public static (double? Area, double Error) OfBins(ReadOnlySpan<double> inside, ReadOnlySpan<double> outside)
    {
        double below = 0, area = 0, tied = 0, all = 0;
        for (var b = 0; b < inside.Length; b++)
        {
            area += inside[b] * (below + (0.5 * outside[b]));
            tied += inside[b] * outside[b];
            below += outside[b];
            all += inside[b];
        }
        // Within a bin any order is possible; half of the pairs are taken to be in the right one.
        return all > 0 && below > 0 ? (area / (all * below), 0.5 * tied / (all * below)) : (null, 0);
    }

    private static double? Area(ulong[] keys, int[] order, bool[] gains, double[]? weights)
    {
        double below = 0, area = 0, all = 0;
        for (int i = 0, end; i < keys.Length; i = end)
        {
            double inside = 0, outside = 0;
            for (end = i; end < keys.Length && keys[end] == keys[i]; end++)
            {
                var weight = weights is null ? 1 : weights[order[end]];
                if (gains[order[end]]) inside += weight;
                else outside += weight;
            }
            area += inside * (below + (0.5 * outside));
            below += outside;
            all += inside;
        }
        return all > 0 && below > 0 ? area / (all * below) : null;
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
}
