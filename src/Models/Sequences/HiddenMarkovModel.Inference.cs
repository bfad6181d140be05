using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Models;

/// <content>What the model says of sequences.</content>
public sealed partial class HiddenMarkovModel
{
    /// <summary>Natural log-probability of each sequence; -infinity if it is impossible.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences].</returns>
    public double[] LogProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1) => Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) =>
    {
        var plain = Plain();
        return Recursions().Forward(plain.Emissions(rows), new double[rows.Rows * EmittingStates]) * Math.Log(2);
    });

    /// <summary>Posterior probability of each emitting state for each row of each sequence; NaN where the sequence is impossible.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>For each sequence, shape [length, emitting states].</returns>
    public double[][,] PredictProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1) => Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => Posterior(rows).Posterior);

    /// <summary>The most probable state of each row by itself (maximum a posteriori), the lowest on ties; -1 where the sequence is impossible.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>For each sequence, shape [length].</returns>
    public int[][] Predict(SequenceSet sequences, int maxDegreeOfParallelism = -1) => Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => ArgMax(Posterior(rows).Posterior));

    /// <summary>The most probable path through each sequence.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>For each sequence.</returns>
    public HiddenPath[] Viterbi(SequenceSet sequences, int maxDegreeOfParallelism = -1) => Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => ViterbiOf(rows));

    /// <summary>Everything about each sequence: forward, backward, posteriors, expected uses of the edges.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>For each sequence.</returns>
    public HiddenInference[] Infer(SequenceSet sequences, int maxDegreeOfParallelism = -1) => Each(sequences, maxDegreeOfParallelism, (in FeatureBlock rows) => Posterior(rows, full: true));

    /// <inheritdoc/>
    protected override void ScoreSequences(in FeatureBlock block, ScoreBatch scores)
    {
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var first = block.SequenceOffsets[s];
            var rows = block.Slice(first, block.SequenceOffsets[s + 1] - first);
            if (rows.Rows == 0) continue;
            var posterior = Posterior(rows);
            if (scores.Wants(ScoreKind.LogProbability)) scores.Doubles(ScoreKind.LogProbability).Slice(first, rows.Rows).Fill(posterior.LogProbability);
            if (scores.Wants(ScoreKind.Label)) ArgMax(posterior.Posterior).CopyTo(scores.Integers(ScoreKind.Label)[first..]);
            if (scores.Wants(ViterbiKind)) (ViterbiOf(rows) is { States.Length: > 0 } path ? path.States : [.. Enumerable.Repeat(-1, rows.Rows)]).CopyTo(scores.Integers(ViterbiKind)[first..]);
            for (var k = 0; k < EmittingStates && scores.Wants(ScoreKind.Probability); k++)
                for (var t = 0; t < rows.Rows; t++) scores.Doubles(ScoreKind.Probability, k)[first + t] = posterior.Posterior[t, k];
        }
    }

    private delegate T OfRows<T>(in FeatureBlock rows);

    private static int[] ArgMax(double[,] posterior)
    {
        var result = new int[posterior.GetLength(0)];
        for (var t = 0; t < result.Length; t++)
        {
            result[t] = double.IsNaN(posterior[t, 0]) ? -1 : 0;
            for (var k = 1; k < posterior.GetLength(1); k++)
                if (posterior[t, k] > posterior[t, result[t]]) result[t] = k;
        }
        return result;
    }

    private LogRecursions Recursions() => new(chain);

    private PlainSummarizer Plain() => new(this, graph, chain, evaluator, log2Weights);

    private T[] Each<T>(SequenceSet sequences, int maxDegreeOfParallelism, OfRows<T> work)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        this.CheckBlock(sequences.Block(0, 0));
        var result = new T[sequences.Count];
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (first, count) =>
        {
            for (var s = first; s < first + count; s++) result[s] = work(sequences.Block(s, 1));
        });
        return result;
    }

    private HiddenPath ViterbiOf(in FeatureBlock rows)
    {
        var states = new int[rows.Rows];
        var log = new LogRecursions(chain).Viterbi(Plain().Emissions(rows), states) * Math.Log(2);
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
        var log2 = recursions.Forward(emissions, alpha);
        recursions.Backward(emissions, beta);
        var (forward, backward) = full ? (Forward(alpha, length), Backward(emissions, beta, length)) : (null, null);
        var posterior = new double[length, states];
        var edges = new double[full ? graph.Transitions.Length : 0];
        if (double.IsNegativeInfinity(log2))
        {
            Array.Fill(alpha, double.NaN);
        }
        else
        {
            var ratios = new double[full ? (states + 1) * (states + 1) : 0];
            recursions.Posteriors(emissions, alpha, beta, log2, 1, ratios);
            if (full) chain.Spread(ratios, edges);
        }
        Buffer.BlockCopy(alpha, 0, posterior, 0, alpha.Length * sizeof(double));
        return new(log2 * Math.Log(2), posterior, forward, backward, edges);
    }

    // Row t holds what is known after t symbols; silent states take part within the same t.
    private double[,] Forward(double[] alpha, int length)
    {
        var (e, n) = (EmittingStates, graph.States.Length);
        var result = new double[length + 1, n];
        var terms = new double[e];
        for (var t = 0; t <= length; t++)
        {
            for (var s = 0; s < n; s++)
            {
                if (s < e)
                {
                    result[t, s] = t == 0 ? double.NegativeInfinity : alpha[((t - 1) * e) + s] * Math.Log(2);
                    continue;
                }
                for (var i = 0; i < e && t > 0; i++) terms[i] = alpha[((t - 1) * e) + i] + Math.Log2(chain.Reach(i, s));
                result[t, s] = (t == 0 ? Math.Log2(chain.Reach(e, s)) : LogRecursions.LogSum(terms)) * Math.Log(2);
            }
        }
        return result;
    }

    private double[,] Backward(double[] emissions, double[] beta, int length)
    {
        var (e, n) = (EmittingStates, graph.States.Length);
        var result = new double[length + 1, n];
        var terms = new double[e];
        for (var t = 0; t <= length; t++)
        {
            for (var s = 0; s < n; s++)
            {
                for (var j = 0; j < e && t < length; j++) terms[j] = emissions[(t * e) + j] + beta[(t * e) + j] + (s < e ? chain.Log2[s, j] : Math.Log2(chain.Leave(s, j)));
                var finish = s < e ? chain.Log2[s, e] : IsFinite ? Math.Log2(chain.Leave(s, e)) : double.NegativeInfinity;
                result[t, s] = (t < length ? LogRecursions.LogSum(terms) : finish) * Math.Log(2);
            }
        }
        return result;
    }
}
