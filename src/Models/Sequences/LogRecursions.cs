using Pipelines.Models.Fitting;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Forward, backward and Viterbi of one sequence in logarithms to base 2: nothing underflows. The scalar reference implementation of the kernels, and the
/// fallback for sequences that leave their range. The values of a row are relative to its largest one, its scale: absolute values of a long sequence are so
/// large that their last digits, and with them the posteriors, would be lost.
/// </summary>
/// <param name="chain">The model without its silent states.</param>
internal sealed class LogRecursions(EffectiveChain chain)
{
    private const int Segment = 1 << 14;

    // Steps of the Viterbi recursion between checks of the cancellation token.
    private const int StepsPerPoll = 16;

    private readonly int states = chain.States;

    /// <summary>Base-2 log-probabilities of rows in each state, shape [rows * E].</summary>
    public delegate double[] EmissionsOf(in FeatureBlock rows);

    /// <summary>Base-2 log-probabilities of the symbols up to t with state j at t, less the scales of the rows up to t.</summary>
    /// <param name="emissions">Base-2 log-probability of symbol t in state j at [t * E + j].</param>
    /// <param name="forward">Shape [T * E].</param>
    /// <param name="scales">The amount subtracted from each row in addition to that of the row before; shape [T].</param>
    /// <returns>Base-2 log-probability of the sequence; -infinity if it is impossible.</returns>
    public double Forward(ReadOnlySpan<double> emissions, Span<double> forward, Span<double> scales)
    {
        var length = emissions.Length / states;
        Span<double> terms = new double[states + 1];
        if (length == 0) return chain.Log2[states, states];
        double total = 0;
        for (var t = 0; t < length; t++)
        {
            Cancellation.Poll();
            for (var j = 0; j < states; j++)
            {
                double sum;
                if (t == 0)
                {
                    sum = chain.Log2[states, j];
                }
                else
                {
                    for (var i = 0; i < states; i++) terms[i] = forward[((t - 1) * states) + i] + chain.Log2[i, j];
                    sum = LogSum(terms[..states]);
                }
                forward[(t * states) + j] = sum + emissions[(t * states) + j];
            }
            total += scales[t] = Rescale(forward.Slice(t * states, states));
        }
        for (var i = 0; i < states; i++) terms[i] = forward[((length - 1) * states) + i] + chain.Log2[i, states];
        return total + LogSum(terms[..states]);
    }

    /// <summary>Base-2 log-probabilities of the symbols after t and of finishing, given state i at t, less the scales of the rows from t on.</summary>
    /// <param name="emissions">As for <see cref="Forward"/>.</param>
    /// <param name="backward">Shape [T * E].</param>
    /// <param name="scales">The amount subtracted from each row in addition to that of the row after; shape [T].</param>
    public void Backward(ReadOnlySpan<double> emissions, Span<double> backward, Span<double> scales)
    {
        var length = emissions.Length / states;
        Span<double> terms = new double[states];
        for (var t = length - 1; t >= 0; t--)
        {
            Cancellation.Poll();
            for (var i = 0; i < states; i++)
            {
                if (t == length - 1)
                {
                    backward[(t * states) + i] = chain.Log2[i, states];
                    continue;
                }
                for (var j = 0; j < states; j++) terms[j] = chain.Log2[i, j] + emissions[((t + 1) * states) + j] + backward[((t + 1) * states) + j];
                backward[(t * states) + i] = LogSum(terms);
            }
            scales[t] = Rescale(backward.Slice(t * states, states));
        }
    }

    /// <summary>Posteriors of the states, and expected uses of effective transitions divided by their probabilities.</summary>
    /// <param name="emissions">As for <see cref="Forward"/>.</param>
    /// <param name="forward">Its result; overwritten with the posteriors, which sum to 1 in each row. Shape [T * E].</param>
    /// <param name="forwardScales">Its scales.</param>
    /// <param name="backward">The result of <see cref="Backward"/>.</param>
    /// <param name="backwardScales">Its scales.</param>
    /// <param name="weight">Weight of the sequence in the ratios; the posteriors are unweighted.</param>
    /// <param name="ratios">Shape [E + 1, E + 1]; added to. Empty = not computed.</param>
    public void Posteriors(
        ReadOnlySpan<double> emissions,
        Span<double> forward,
        ReadOnlySpan<double> forwardScales,
        ReadOnlySpan<double> backward,
        ReadOnlySpan<double> backwardScales,
        double weight,
        Span<double> ratios)
    {
        var length = emissions.Length / states;
        var wide = states + 1;
        // An empty sequence goes from the start to the end with certainty.
        if (length == 0 && !ratios.IsEmpty) ratios[(states * wide) + states] += weight / chain.Probability[states, states];
        for (var t = length - 1; t >= 0; t--)
        {
            Cancellation.Poll();
            var own = forward.Slice(t * states, states);
            var after = backward.Slice(t * states, states);
            var symbols = emissions.Slice(t * states, states);
            if (!ratios.IsEmpty && t == length - 1)
            {
                var end = Total(own, after) + backwardScales[t];
                for (var j = 0; j < states; j++) ratios[(j * wide) + states] += weight * double.Exp2(own[j] - end);
            }
            if (!ratios.IsEmpty)
            {
                // The sum over all transitions into this row, on the scale of the row before.
                var total = Total(own, after) + forwardScales[t];
                var before = t > 0 ? forward.Slice((t - 1) * states, states) : default;
                for (var j = 0; j < states; j++)
                {
                    var onwards = symbols[j] + after[j] - total;
                    if (t == 0) ratios[(states * wide) + j] += weight * double.Exp2(onwards);
                    for (var i = 0; i < before.Length; i++) ratios[(i * wide) + j] += weight * double.Exp2(before[i] + onwards);
                }
            }
            Normalize(own, after);
        }
    }

    /// <summary>
    /// The most probable path; the lowest state on ties. Long sequences are processed in segments: the backpointers of a segment are recomputed once the path
    /// after it is known, so memory grows with the segment, not with the sequence.
    /// </summary>
    /// <param name="rows">The sequence.</param>
    /// <param name="emissions">Computes base-2 log-probabilities for a range of its rows.</param>
    /// <param name="path">State of each row, shape [rows]; filled if the sequence is possible.</param>
    /// <returns>Joint base-2 log-probability of path and rows; -infinity if the sequence is impossible.</returns>
    public double Viterbi(in FeatureBlock rows, EmissionsOf emissions, Span<int> path)
    {
        if (path.Length == 0) return chain.Best2[states, states];
        var step = chain.Step;
        var segments = (path.Length + Segment - 1) / Segment;
        var kept = new double[segments][];
        var back = GC.AllocateUninitializedArray<int>(Math.Min(Segment, path.Length) * step.Padded);
        var current = new double[step.Padded];
        for (var s = 0; s < segments; s++)
        {
            kept[s] = [.. current];
            current = Pass(rows, emissions, s, step, current, back);
        }
        var (total, last) = (double.NegativeInfinity, 0);
        for (var i = 0; i < states; i++)
        {
            var sum = current[i] + chain.Best2[i, states];
            if (sum > total) (total, last) = (sum, i);
        }
        if (!(total > double.NegativeInfinity)) return double.NegativeInfinity;
        for (var s = segments - 1; s >= 0; s--)
        {
            if (s < segments - 1) Pass(rows, emissions, s, step, kept[s], back);
            for (var t = Math.Min(path.Length, (s + 1) * Segment) - 1; t >= s * Segment; t--)
            {
                path[t] = last;
                last = back[((t - (s * Segment)) * step.Padded) + last];
            }
        }
        return total;
    }

    // One segment: the best path to each state at its end, with backpointers.
    private double[] Pass(in FeatureBlock rows, EmissionsOf emissions, int segment, ViterbiStep step, double[] before, int[] back)
    {
        var first = segment * Segment;
        var length = Math.Min(Segment, rows.Rows - first);
        var logs = emissions(rows.Slice(first, length));
        double[] current = [.. before], next = new double[step.Padded];
        for (var t = 0; t < length; t++)
        {
            var from = back.AsSpan(t * step.Padded, step.Padded);
            if (t % StepsPerPoll == 0) Cancellation.Poll();
            if (first + t > 0)
            {
                step.Best(current, next, from);
            }
            else
            {
                from.Clear();
                for (var j = 0; j < states; j++) next[j] = chain.Best2[states, j];
            }
            for (var j = 0; j < states; j++) next[j] += logs[(t * states) + j];
            (current, next) = (next, current);
        }
        return current;
    }

    // Subtracts the largest value from all, unless it is infinite or NaN.
    private static double Rescale(Span<double> row)
    {
        var max = double.NegativeInfinity;
        foreach (var v in row) max = Math.Max(max, v);
        if (!double.IsFinite(max)) return max;
        foreach (ref var v in row) v -= max;
        return max;
    }

    private double Total(ReadOnlySpan<double> forward, ReadOnlySpan<double> backward)
    {
        Span<double> terms = states <= 64 ? stackalloc double[states] : new double[states];
        for (var j = 0; j < states; j++) terms[j] = forward[j] + backward[j];
        return LogSum(terms);
    }

    private static void Normalize(Span<double> forward, ReadOnlySpan<double> backward)
    {
        double max = double.NegativeInfinity, sum = 0;
        for (var j = 0; j < forward.Length; j++) max = Math.Max(max, forward[j] += backward[j]);
        foreach (ref var v in forward) sum += v = double.Exp2(v - max);
        foreach (ref var v in forward) v /= sum;
    }

    /// <summary>log2 of the sum of 2^x.</summary>
    public static double LogSum(ReadOnlySpan<double> values)
    {
        var max = double.NegativeInfinity;
        foreach (var v in values) max = Math.Max(max, v);
        if (double.IsInfinity(max) || double.IsNaN(max)) return max;
        double sum = 0;
        foreach (var v in values) sum += double.Exp2(v - max);
        return max + Math.Log2(sum);
    }
}
