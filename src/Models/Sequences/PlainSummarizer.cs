using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Adds one sequence at a time to statistics, in logarithms: the scalar reference for the kernels, and the only implementation of hard counts and labels.
/// </summary>
internal sealed class PlainSummarizer(HiddenMarkovModel model, HiddenGraph graph, EffectiveChain chain, TileEvaluator evaluator, double[] log2Weights)
{
    private readonly LogRecursions recursions = new(chain);
    private readonly int states = chain.States;
    private double[] forward = [];
    private double[] backward = [];
    private double[] scales = [];

    /// <summary>Adds sequence <paramref name="s"/> of a block.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="s">Number of the sequence in the block.</param>
    /// <param name="known">Its base-2 log-probability; null = not yet known.</param>
    /// <param name="total">Added to.</param>
    /// <param name="lanes">Added to.</param>
    /// <param name="ratios">Shape [E + 1, E + 1]; added to.</param>
    public void Add(in FeatureBlock block, int s, double? known, HiddenMarkovStatistics total, EmissionLanes lanes, Span<double> ratios)
    {
        var first = block.SequenceOffsets[s];
        var length = block.SequenceOffsets[s + 1] - first;
        var weight = block.Weights.IsEmpty || length == 0 ? 1 : block.Weights[first];
        var labels = block.Labels.IsEmpty ? default : block.Labels.Slice(first, length);
        if (model.Fitting.Training == HiddenTraining.Labeled && !block.Priors.IsEmpty) labels = LabeledStart.KnownStates(block, first, length);
        if (model.Fitting.Training == HiddenTraining.Labeled && (length == 0 || labels.IsEmpty || labels.Contains(-1)))
            throw new ModelException(ErrorKind.Data, $"sequence {block.FirstSequence + s}", "rows without a label", "the state of each row",
                "label every row, or train by Baum-Welch, which takes sequences without labels too")
            { SequenceNumber = block.FirstSequence + s };
        if (weight == 0) return;
        // Counts along a single path need only the probability from the forward pass.
        var isOnePath = model.Fitting.Training == HiddenTraining.Viterbi || (labels.Length > 0 && !labels.Contains(-1));
        var needsForward = !isOnePath || known is null;
        var emissions = needsForward ? Emissions(block.Slice(first, length)) : [];
        if (needsForward && scales.Length < 2 * length)
            (forward, backward, scales) = (new double[length * states], new double[length * states], new double[2 * length]);
        var (scale, scaleBack) = needsForward ? (scales.AsMemory(0, length), scales.AsMemory(length, length)) : default;
        var alpha = needsForward ? forward.AsSpan(0, length * states) : default;
        var log2 = needsForward ? recursions.Forward(emissions, alpha, scale.Span) : known!.Value;
        if (!(log2 > double.NegativeInfinity))
        {
            if (model.Fitting.Impossible == ImpossibleSequence.Fail) throw HiddenMarkovModel.ImpossibleSequenceAt(block.FirstSequence + s, length);
            total.AddImpossible(block.FirstSequence + s, length);
            return;
        }
        total.Objective += weight * log2 * Math.Log(2);
        total.Weight += weight * length;
        if (model.Fitting.Training == HiddenTraining.Viterbi)
        {
            var path = new int[length];
            recursions.Viterbi(block.Slice(first, length), Emissions, path);
            AddPath(block.Slice(first, length), path, weight, total, lanes);
        }
        else if (labels.Length > 0 && !labels.Contains(-1))
        {
            CheckPath(labels, block.FirstSequence + s, block.FirstRow + first);
            AddPath(block.Slice(first, length), labels, weight, total, lanes);
        }
        else
        {
            if (labels.ContainsAnyExcept(-1)) Pin(emissions, labels, alpha, scale.Span, block.FirstSequence + s);
            var beta = backward.AsSpan(0, length * states);
            recursions.Backward(emissions, beta, scaleBack.Span);
            recursions.Posteriors(emissions, alpha, scale.Span, beta, scaleBack.Span, weight, ratios);
            AddPosteriors(block.Slice(first, length), alpha, weight, lanes);
        }
    }

    /// <summary>Base-2 log-probabilities of rows in each state, shape [rows * E].</summary>
    public double[] Emissions(in FeatureBlock rows)
    {
        var result = new double[rows.Rows * states];
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(rows.Columns * FeatureTile.Capacity);
        var joint = scratch.Take(states * FeatureTile.Capacity);
        for (var t = 0; t < rows.TileCount; t++)
        {
            var tile = rows.Pack(t, buffer);
            evaluator.JointLog2(tile, log2Weights, joint);
            rows.Priors.AddTo(t * FeatureTile.Capacity, tile.Rows, joint);
            for (var k = 0; k < states; k++)
                for (var i = 0; i < tile.Rows; i++) result[(((t * FeatureTile.Capacity) + i) * states) + k] = joint[(k * FeatureTile.Capacity) + i];
        }
        return result;
    }

    // A labeled row is impossible in all other states; labels do not change the probability used as the objective.
    private void Pin(double[] emissions, ReadOnlySpan<int> labels, Span<double> alpha, Span<double> scale, long number)
    {
        for (var t = 0; t < labels.Length; t++)
        {
            for (var k = 0; k < states && labels[t] >= 0; k++)
                if (k != labels[t]) emissions[(t * states) + k] = double.NegativeInfinity;
        }
        if (!(recursions.Forward(emissions, alpha, scale) > double.NegativeInfinity))
            throw NoPath(number, $"sequence {number}", "labels that no path through the model passes");
    }

    private void CheckPath(ReadOnlySpan<int> labels, long number, long row)
    {
        var from = states;
        for (var t = 0; t <= labels.Length; t++)
        {
            var to = t < labels.Length ? labels[t] : states;
            // An existing transition of probability 0 may be learnt from labels; a missing transition may not.
            if (to < states || graph.IsFinite)
            {
                var reachable = chain.Probability[from, to] > 0 || HasEdge(from, to);
                if (!reachable)
                    throw NoPath(number, $"sequence {number}, row {row + Math.Min(t, labels.Length - 1)}",
                        $"labels that go from '{NameOf(from, graph.StartIndex)}' to '{NameOf(to, graph.EndIndex)}'");
            }
            from = to;
        }
    }

    private bool HasEdge(int from, int to) => EdgeBetween(from, to) >= 0;

    private int EdgeBetween(int from, int to)
    {
        var (a, b) = (from == states ? graph.StartIndex : from, to == states ? graph.EndIndex : to);
        for (var e = 0; e < graph.From.Length; e++)
            if (graph.From[e] == a && graph.To[e] == b) return e;
        return -1;
    }

    private string NameOf(int state, int silent) => graph.States[state == states ? silent : state].Name;

    private static ModelException NoPath(long number, string place, string found) =>
        new(ErrorKind.Data, place, found, "labels along transitions that the model has",
            "correct the labels, or give the model the transition")
        { SequenceNumber = number };

    private void AddPath(in FeatureBlock rows, ReadOnlySpan<int> path, double weight, HiddenMarkovStatistics total, EmissionLanes lanes)
    {
        var from = states;
        for (var t = 0; t <= path.Length; t++)
        {
            var to = t < path.Length ? path[t] : states;
            if (to == states && !graph.IsFinite) break;
            if (chain.Probability[from, to] > 0) chain.Route(from, to, e => total.Edges[e] += weight);
            else total.Edges[EdgeBetween(from, to)] += weight;
            from = to;
        }
        var posteriors = new double[path.Length * states];
        for (var t = 0; t < path.Length; t++) posteriors[(t * states) + path[t]] = 1;
        AddPosteriors(rows, posteriors, weight, lanes);
    }

    private void AddPosteriors(in FeatureBlock rows, ReadOnlySpan<double> posteriors, double weight, EmissionLanes lanes)
    {
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(rows.Columns * FeatureTile.Capacity);
        var own = scratch.Take(states * FeatureTile.Capacity);
        for (var t = 0; t < rows.TileCount; t++)
        {
            var tile = rows.Pack(t, buffer);
            own.Clear();
            for (var k = 0; k < states; k++)
                for (var i = 0; i < tile.Rows; i++) own[(k * FeatureTile.Capacity) + i] = weight * posteriors[(((t * FeatureTile.Capacity) + i) * states) + k];
            lanes.Add(tile, own);
        }
    }
}
