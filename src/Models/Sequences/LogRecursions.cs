using Pipelines.Models.Fitting;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Forward, backward and Viterbi of one sequence in logarithms to base 2: nothing underflows, whatever the numbers. The plain twin of the kernels, and what takes over
/// where a sequence leaves their range.
/// </summary>
/// <param name="chain">The model without its silent states.</param>
internal sealed class LogRecursions(EffectiveChain chain)
{
    private const int Segment = 1 << 14;

    // Steps of Viterbi's recursion between two looks at the cancellation token.
    private const int StepsPerPoll = 16;

    private readonly int states = chain.States;

    /// <summary>Base-2 log-probabilities of rows in each state, shape [rows * E].</summary>
    public delegate double[] EmissionsOf(in FeatureBlock rows);

    /// <summary>Base-2 log-probabilities of the symbols up to t with state j at t.</summary>
    /// <param name="emissions">Base-2 log-probability of symbol t in state j at [t * E + j].</param>
    /// <param name="forward">Shape [T * E].</param>
    /// <returns>Base-2 log-probability of the sequence; -infinity if it is impossible.</returns>
    public double Forward(ReadOnlySpan<double> emissions, Span<double> forward)
    {
        var length = emissions.Length / states;
        Span<double> terms = new double[states + 1];
        if (length == 0) return chain.Log2[states, states];
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
        }
        for (var i = 0; i < states; i++) terms[i] = forward[((length - 1) * states) + i] + chain.Log2[i, states];
        return LogSum(terms[..states]);
    }

    /// <summary>Base-2 log-probabilities of the symbols after t and the finish, given state i at t.</summary>
    /// <param name="emissions">As for <see cref="Forward"/>.</param>
    /// <param name="backward">Shape [T * E].</param>
    public void Backward(ReadOnlySpan<double> emissions, Span<double> backward)
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
        }
    }

    /// <summary>Posteriors of the states, and expected uses of effective transitions divided by their probabilities.</summary>
    /// <param name="emissions">As for <see cref="Forward"/>.</param>
    /// <param name="forward">Its result; overwritten with the posteriors. Shape [T * E].</param>
    /// <param name="backward">The result of <see cref="Backward"/>.</param>
    /// <param name="total">Base-2 log-probability of the sequence, finite.</param>
    /// <param name="weight">Weight of the sequence in the ratios; the posteriors are unweighted.</param>
    /// <param name="ratios">Shape [E + 1, E + 1]; added to. Empty = not wanted.</param>
    public void Posteriors(ReadOnlySpan<double> emissions, Span<double> forward, ReadOnlySpan<double> backward, double total, double weight, Span<double> ratios)
    {
        var length = emissions.Length / states;
        var wide = states + 1;
        if (!ratios.IsEmpty)
        {
            if (length == 0) ratios[(states * wide) + states] += weight * double.Exp2(-total);
            for (var t = 0; t < length; t++)
            {
                Cancellation.Poll();
                var next = t + 1;
                for (var i = 0; i < states && next < length; i++)
                    for (var j = 0; j < states; j++) ratios[(i * wide) + j] += weight * double.Exp2(forward[(t * states) + i] + emissions[(next * states) + j] + backward[(next * states) + j] - total);
            }
            for (var j = 0; j < states && length > 0; j++)
            {
                ratios[(states * wide) + j] += weight * double.Exp2(emissions[j] + backward[j] - total);
                ratios[(j * wide) + states] += weight * double.Exp2(forward[((length - 1) * states) + j] - total);
            }
        }
        for (var x = 0; x < forward.Length; x++) forward[x] = double.Exp2(forward[x] + backward[x] - total);
    }

    /// <summary>
    /// The most probable path; the lowest state on ties. Long sequences go in segments: the way back through a segment is found again when the path behind it is known, so
    /// memory grows with a segment, not with the sequence.
    /// </summary>
    /// <param name="rows">The sequence.</param>
    /// <param name="emissions">Gives base-2 log-probabilities of some of its rows.</param>
    /// <param name="path">State of each row, shape [rows]; filled if the sequence is possible.</param>
    /// <returns>Base-2 log-probability of the path with the rows; -infinity if the sequence is impossible.</returns>
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
            var way = current[i] + chain.Best2[i, states];
            if (way > total) (total, last) = (way, i);
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

    // One segment: the best ways to each state at its end, and where each came from.
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
