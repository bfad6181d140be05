using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <content>Scoring and decoding of sequences.</content>
public sealed partial class HiddenMarkovModel
{
    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs) => Posteriors(block, logs, default, default);

    /// <summary>Posterior probability of each emitting state for each row of each sequence; NaN if the sequence is impossible.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>For each sequence, shape [length, emitting states].</returns>
    public double[][,] PredictProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        var result = Results<double[,]>(sequences);
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (first, count) =>
        {
            var block = sequences.Block(first, count);
            using var scratch = Scratch.Enter();
            var all = scratch.Take(block.Rows * EmittingStates);
            Posteriors(block, new double[count], all, default);
            for (var s = 0; s < count; s++)
            {
                var (start, length) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]);
                result[first + s] = new double[length, EmittingStates];
                Turn(all, block.Rows, start, result[first + s]);
            }
        });
        return result;
    }

    /// <summary>The most probable state of each individual row (maximum a posteriori), the lowest index on ties; -1 if the sequence is impossible.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>For each sequence, shape [length].</returns>
    public int[][] Predict(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        var result = Results<int[]>(sequences);
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (first, count) =>
        {
            var block = sequences.Block(first, count);
            var labels = new int[block.Rows];
            Posteriors(block, new double[count], default, labels);
            for (var s = 0; s < count; s++) result[first + s] = labels[block.SequenceOffsets[s]..block.SequenceOffsets[s + 1]];
        });
        return result;
    }

    /// <summary>The most probable path through each sequence.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>One entry per sequence.</returns>
    public HiddenPath[] Viterbi(SequenceSet sequences, int maxDegreeOfParallelism = -1) =>
        Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => ViterbiOf(rows));

    /// <summary>The full analysis of each sequence: forward and backward values, posteriors and expected uses of the edges.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>One entry per sequence.</returns>
    public HiddenInference[] Infer(SequenceSet sequences, int maxDegreeOfParallelism = -1) =>
        Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => Posterior(rows, full: true));

    /// <inheritdoc/>
    protected override void ScoreSequences(in FeatureBlock block, ScoreBatch scores)
    {
        var (wantsLabels, wantsPosteriors) = (scores.Wants(ScoreKind.Label), scores.Wants(ScoreKind.Probability));
        var logs = new double[block.SequenceCount];
        var posteriors = new double[wantsPosteriors ? block.Rows * EmittingStates : 0];
        if (wantsLabels || wantsPosteriors || scores.Wants(ScoreKind.LogProbability))
            Posteriors(block, logs, posteriors, wantsLabels ? scores.Integers(ScoreKind.Label)[..block.Rows] : default);
        for (var s = 0; s < logs.Length; s++)
        {
            var (first, length) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]);
            if (scores.Wants(ScoreKind.LogProbability)) scores.Doubles(ScoreKind.LogProbability).Slice(first, length).Fill(logs[s]);
            if (!scores.Wants(ViterbiKind)) continue;
            var best = ViterbiOf(block.Slice(first, length));
            var path = best.States;
            scores.Doubles(ViterbiKind, 1).Slice(first, length).Fill(best.LogProbability);
            if (path.Length == length) path.CopyTo(scores.Integers(ViterbiKind)[first..]);
            else scores.Integers(ViterbiKind).Slice(first, length).Fill(-1);
        }
        for (var k = 0; k < EmittingStates && wantsPosteriors; k++)
            posteriors.AsSpan(k * block.Rows, block.Rows).CopyTo(scores.Doubles(ScoreKind.Probability, k));
    }

    private delegate T OfRows<T>(in FeatureBlock rows);

    // Fills the log-probabilities of a block's sequences and, unless empty, the labels and the posteriors, with state k of row r at [k * rows + r].
    private void Posteriors(in FeatureBlock block, Span<double> logs, Span<double> posteriors, Span<int> labels)
    {
        List<int> plain = [], chosen = [];
        for (var s = 0; s < logs.Length; s++)
            (KernelSelection.Current == KernelVariant.Scalar || block.SequenceOffsets[s] == block.SequenceOffsets[s + 1] ? plain : chosen).Add(s);
        foreach (var chunk in chosen.Count > 0 ? LaneRun.Chunks(block.SequenceOffsets, chosen, Matrices.Padded) : [])
        {
            var schedule = new LaneSchedule(block.SequenceOffsets, chunk);
            var run = new LaneRun(Matrices, Lanes, schedule);
            var weights = new double[chunk.Count];
            Array.Fill(weights, 1);
            run.Run(block, weights, default, default, default, posteriors, labels);
            for (var k = 0; k < chunk.Count; k++)
            {
                logs[schedule.Items[k]] = run.Log2[k] * Math.Log(2);
                if (double.IsNaN(run.Log2[k])) plain.Add(schedule.Items[k]);
            }
        }
        foreach (var s in plain)
        {
            var (first, length) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]);
            var inference = Posterior(block.Slice(first, length));
            logs[s] = inference.LogProbability;
            for (var t = 0; t < length; t++)
            {
                var best = double.IsNaN(inference.Posterior[t, 0]) ? -1 : 0;
                for (var k = 0; k < EmittingStates; k++)
                {
                    if (!posteriors.IsEmpty) posteriors[(k * block.Rows) + first + t] = inference.Posterior[t, k];
                    if (best >= 0 && inference.Posterior[t, k] > inference.Posterior[t, best]) best = k;
                }
                if (!labels.IsEmpty) labels[first + t] = best;
            }
        }
    }

    // Transposes posteriors from state-major to row-major order, a few rows at a time so that source and target stay in the L1 cache.
    private static void Turn(ReadOnlySpan<double> all, int rows, int start, double[,] target)
    {
        const int together = 16;
        var (length, states) = (target.GetLength(0), target.GetLength(1));
        if (length == 0) return;
        var to = MemoryMarshal.CreateSpan(ref target[0, 0], target.Length);
        for (var t = 0; t < length; t += together)
        {
            var end = Math.Min(length, t + together);
            for (var k = 0; k < states; k++)
            {
                var from = all.Slice((k * rows) + start, length);
                for (var i = t; i < end; i++) to[(i * states) + k] = from[i];
            }
        }
    }

    private T[] Results<T>(SequenceSet sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        this.CheckBlock(sequences.Block(0, 0));
        return new T[sequences.Count];
    }

    private PlainSummarizer Plain() => new(this, graph, chain, evaluator, log2Weights);

    private T[] Each<T>(SequenceSet sequences, int maxDegreeOfParallelism, OfRows<T> work)
    {
        var result = Results<T>(sequences);
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (first, count) =>
        {
            for (var s = first; s < first + count; s++) result[s] = work(sequences.Block(s, 1));
        });
        return result;
    }

    private HiddenPath ViterbiOf(in FeatureBlock rows)
    {
        var states = new int[rows.Rows];
        var log = new LogRecursions(chain).Viterbi(rows, Plain().Emissions, states) * Math.Log(2);
        if (double.IsNegativeInfinity(log)) return new(log, [], []);
        List<int> route = [StartIndex];
        var from = EmittingStates;
        foreach (var to in states)
        {
            chain.Route(from, to, e => route.Add(graph.To[e]));
            from = to;
        }
        if (IsFinite) chain.Route(from, EmittingStates, e => route.Add(graph.To[e]));
        return new(log, states, [.. route]);
    }

    private HiddenInference Posterior(in FeatureBlock rows, bool full = false)
    {
        var (states, length) = (EmittingStates, rows.Rows);
        var emissions = Plain().Emissions(rows);
        var recursions = new LogRecursions(chain);
        var alpha = new double[length * states];
        var beta = new double[length * states];
        var (alphaScales, betaScales) = (new double[length], new double[length]);
        var log2 = recursions.Forward(emissions, alpha, alphaScales);
        recursions.Backward(emissions, beta, betaScales);
        var (forward, backward) = full ? (Forward(alpha, alphaScales), Backward(emissions, beta, betaScales)) : (null, null);
        var posterior = new double[length, states];
        var edges = new double[full ? graph.Transitions.Length : 0];
        if (double.IsNegativeInfinity(log2))
        {
            Array.Fill(alpha, double.NaN);
        }
        else
        {
            var ratios = new double[full ? (states + 1) * (states + 1) : 0];
            recursions.Posteriors(emissions, alpha, alphaScales, beta, betaScales, 1, ratios);
            if (full) chain.Spread(ratios, edges);
        }
        Buffer.BlockCopy(alpha, 0, posterior, 0, alpha.Length * sizeof(double));
        return new(log2 * Math.Log(2), posterior, forward, backward, edges);
    }

    // Row t holds the values after t symbols; silent states are visited within the same t.
    private double[,] Forward(double[] alpha, double[] scales)
    {
        var (e, n, length) = (EmittingStates, graph.States.Length, scales.Length);
        var result = new double[length + 1, n];
        var terms = new double[e];
        double scale = 0;
        for (var t = 0; t <= length; t++)
        {
            if (t > 0) scale += scales[t - 1];
            for (var s = 0; s < n; s++)
            {
                if (s < e)
                {
                    result[t, s] = t == 0 ? double.NegativeInfinity : (scale + alpha[((t - 1) * e) + s]) * Math.Log(2);
                    continue;
                }
                for (var i = 0; i < e && t > 0; i++) terms[i] = alpha[((t - 1) * e) + i] + Math.Log2(chain.Reach(i, s));
                result[t, s] = (t == 0 ? Math.Log2(chain.Reach(e, s)) : scale + LogRecursions.LogSum(terms)) * Math.Log(2);
            }
        }
        return result;
    }

    private double[,] Backward(double[] emissions, double[] beta, double[] scales)
    {
        var (e, n, length) = (EmittingStates, graph.States.Length, scales.Length);
        var result = new double[length + 1, n];
        var terms = new double[e];
        double scale = 0;
        for (var t = length; t >= 0; t--)
        {
            if (t < length) scale += scales[t];
            for (var s = 0; s < n; s++)
            {
                for (var j = 0; j < e && t < length; j++)
                    terms[j] = emissions[(t * e) + j] + beta[(t * e) + j] + (s < e ? chain.Log2[s, j] : Math.Log2(chain.Leave(s, j)));
                var finish = s < e ? chain.Log2[s, e] : IsFinite ? Math.Log2(chain.Leave(s, e)) : double.NegativeInfinity;
                result[t, s] = (t < length ? scale + LogRecursions.LogSum(terms) : finish) * Math.Log(2);
            }
        }
        return result;
    }
}
