using System.Globalization;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <content>Summarize, merge and maximise.</content>
public sealed partial class HiddenMarkovModel
{
    /// <inheritdoc/>
    public override Statistics CreateStatistics() =>
        new HiddenMarkovStatistics(graph.Transitions.Length, new([.. emissions.Select(d => d.CreateStatistics())]));

    /// <inheritdoc/>
    protected override void SummarizeSequences(in FeatureBlock block, Statistics statistics)
    {
        var total = (HiddenMarkovStatistics)statistics;
        CheckLabels(block);
        var plain = Enumerable.Range(0, block.SequenceCount).ToList();
        if (KernelSelection.Current != KernelVariant.Scalar && Fitting.Training == HiddenTraining.BaumWelch) plain = SummarizeInLanes(block, total);
        if (plain.Count > 0) SummarizePlainly(block, plain, total);
        total.Rows += block.Rows;
        total.Sequences += block.SequenceCount;
    }

    /// <summary>
    /// True if labels determine every state and nothing else is hidden: no silent states between the labels, no hidden variables in the emissions.
    /// </summary>
    public override bool IsEstimatedInOnePass =>
        Fitting.Training == HiddenTraining.Labeled && graph.States.Length - EmittingStates <= 2 && emissions.All(d => d.IsEstimatedInOnePass);

    /// <inheritdoc/>
    public override FitUses Uses => emissions.Aggregate(FitUses.Pseudocount, (uses, e) => uses | e.Uses);

    /// <inheritdoc/>
    internal override bool CanCollapse => emissions.Length > 1 && !IsFrozen && Uses.HasFlag(FitUses.MinVariance);

    /// <inheritdoc/>
    public override HiddenMarkovModel Maximize(Statistics statistics, in MaximizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var sums = (HiddenMarkovStatistics)statistics;
        if (IsFrozen || sums.Sequences == sums.Impossible) return this;
        var emission = options with
        {
            Inertia = options.Inertia > 0 ? options.Inertia : Fitting.DistributionInertia,
            Pseudocount = options.Pseudocount > 0 ? options.Pseudocount : Fitting.EmissionPseudocount
        };
        var holders = Holders;
        var fitted = PartEstimates.Of([.. holders.Select(k => emissions[k])], [.. holders.Select(k => SumsOf(k, sums))], emission, Fitting.TiedCovariances,
            i => $"state '{graph.States[holders[i]].Name}'");
        HiddenState[] states = [.. graph.States];
        for (var i = 0; i < holders.Length; i++) states[holders[i]] = states[holders[i]] with { Distribution = (Distribution)fitted[i] };
        return new(states, Fitting.FreezeTransitions ? graph.Transitions : FittedTransitions(sums.Edges, options), ModelName, Fitting);
    }

    /// <inheritdoc/>
    internal override ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known)
    {
        if (IsFrozen) return this;
        HiddenState[] states = [.. graph.States];
        foreach (var k in Holders) states[k] = states[k] with { Distribution = (Distribution)emissions[k].Knowing(known) };
        return Holders.All(k => ReferenceEquals(states[k].Distribution, emissions[k])) ? this : new(states, graph.Transitions, ModelName, Fitting);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        for (var k = 0; k < emissions.Length; k++)
            emissions[k].Recenter(((HiddenMarkovStatistics)statistics).Emissions.Parts[k], ((HiddenMarkovModel)from).emissions[k]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = (HiddenMarkovStatistics)statistics;
        foreach (var warning in Warnings) yield return warning;
        if (sums.Impossible > 0) yield return $"{ImpossibleText(sums)} and were left out";
        for (var k = 0; k < emissions.Length; k++)
        {
            if (sums.Emissions.Responsibilities[k] < Constants.LeastWeight)
                yield return $"state '{graph.States[k].Name}' died: no row belongs to it any more; it keeps its distribution "
                    + "(use fewer states or another start)";
        }
    }

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics) => statistics is HiddenMarkovStatistics { Impossible: > 0 } sums ? ImpossibleText(sums) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<long> ImpossibleSequences(Statistics statistics) =>
        statistics is HiddenMarkovStatistics sums ? [.. sums.ImpossibleNumbers] : [];

    internal static ModelException ImpossibleSequenceAt(long number, int length) =>
        new(ErrorKind.Data, $"sequence {number.ToString(CultureInfo.InvariantCulture)}", $"a probability of 0 for its {length} rows",
            "a sequence that the model can produce",
            "look for unknown symbols and missing transitions, or skip such sequences (ImpossibleSequence.Skip)")
        { SequenceNumber = number };

    // Returns the sequences that remain to be summarised one by one.
    private List<int> SummarizeInLanes(in FeatureBlock block, HiddenMarkovStatistics total)
    {
        List<int> plain = [], chosen = [];
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var (first, last) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1]);
            var known = !block.Labels.IsEmpty && block.Labels[first..last].ContainsAnyExcept(-1);
            (first == last || known || (!block.Weights.IsEmpty && block.Weights[first] == 0) ? plain : chosen).Add(s);
        }
        while (chosen.Count > 0)
        {
            using var scratch = Scratch.Enter();
            // Sequences that turn out to be out of range must not remain in the sums.
            var own = Matrices.IsCareful ? (HiddenMarkovStatistics)CreateStatistics() : total;
            var lanes = new EmissionLanes(evaluator, own.Emissions, scratch);
            var ratios = new double[(EmittingStates + 1) * (EmittingStates + 1)];
            var sums = scratch.Take(Lanes.SumCount);
            sums.Clear();
            var logs = new double[block.SequenceCount];
            List<int> doubtful = [];
            foreach (var chunk in LaneRun.Chunks(block.SequenceOffsets, chosen, Matrices.Padded))
            {
                var schedule = new LaneSchedule(block.SequenceOffsets, chunk);
                var run = new LaneRun(Matrices, Lanes, schedule);
                run.Run(block, Weights(block, schedule), lanes, sums, ratios, default, default);
                for (var k = 0; k < schedule.Items.Length; k++) logs[schedule.Items[k]] = run.Log2[k];
                doubtful.AddRange(run.Doubtful);
            }
            if (doubtful.Count > 0)
            {
                plain.AddRange(doubtful);
                chosen.RemoveAll(doubtful.Contains);
                continue;
            }
            lanes.Fold();
            Lanes.Fold(sums, own.Emissions);
            chain.Spread(ratios, own.Edges);
            if (own != total) total.Merge(own);
            foreach (var s in chosen)
            {
                if (double.IsNaN(logs[s]))
                {
                    plain.Add(s);
                    continue;
                }
                var weight = block.Weights.IsEmpty ? 1 : block.Weights[block.SequenceOffsets[s]];
                total.Objective += weight * logs[s] * Math.Log(2);
                total.Weight += weight * (block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]);
            }
            break;
        }
        plain.Sort();
        return plain;
    }

    private static double[] Weights(in FeatureBlock block, LaneSchedule schedule)
    {
        var weights = new double[schedule.Items.Length];
        for (var k = 0; k < weights.Length; k++) weights[k] = block.Weights.IsEmpty ? 1 : block.Weights[block.SequenceOffsets[schedule.Items[k]]];
        return weights;
    }

    private void SummarizePlainly(in FeatureBlock block, List<int> sequences, HiddenMarkovStatistics total)
    {
        using var scratch = Scratch.Enter();
        var lanes = new EmissionLanes(evaluator, total.Emissions, scratch);
        var ratios = new double[(EmittingStates + 1) * (EmittingStates + 1)];
        var summarizer = Plain();
        double[]? logs = null;
        if (KernelSelection.Current != KernelVariant.Scalar && (Fitting.Training != HiddenTraining.BaumWelch || !block.Labels.IsEmpty))
            LogProbabilities(block, logs = new double[block.SequenceCount]);
        foreach (var s in sequences) summarizer.Add(block, s, logs?[s] / Math.Log(2), total, lanes, ratios);
        lanes.Fold();
        chain.Spread(ratios, total.Edges);
    }

    internal override string WhyObjectiveFalls => Fitting.Training switch
    {
        HiddenTraining.Labeled => "training by labels follows the labels, even if the objective falls",
        HiddenTraining.Viterbi => "training by the most probable paths can do that",
        _ => base.WhyObjectiveFalls,
    };

    private static string ImpossibleText(HiddenMarkovStatistics sums) =>
        $"{sums.Impossible} of {sums.Sequences} sequences {(sums.Impossible == 1 ? "is" : "are")} impossible under the model "
            + $"({(sums.Impossible == 1 ? "number" : "numbers")} "
            + $"{string.Join(", ", sums.ImpossibleNumbers)}{(sums.Impossible > sums.ImpossibleNumbers.Count ? " …" : "")}; {sums.ImpossibleRows} of "
            + $"{sums.Rows} rows)";

    // The statistics of a distribution: those of all states that are tied to it.
    private Statistics SumsOf(int holder, HiddenMarkovStatistics sums)
    {
        var tied = Enumerable.Range(0, emissions.Length).Where(k => graph.Emission[k] == holder).ToList();
        if (tied.Count == 1) return sums.Emissions.Parts[holder];
        var all = emissions[holder].CreateStatistics();
        foreach (var k in tied) all.Merge(sums.Emissions.Parts[k]);
        return all;
    }

    private HiddenTransition[] FittedTransitions(double[] uses, in MaximizeOptions options)
    {
        var inertia = options.Inertia > 0 ? options.Inertia : Fitting.EdgeInertia;
        var pseudocount = options.Pseudocount > 0 ? options.Pseudocount : Fitting.TransitionPseudocount;
        Dictionary<string, double> groups = new(StringComparer.Ordinal);
        for (var e = 0; e < uses.Length; e++)
            if (graph.Transitions[e].Group is { } group) groups[group] = groups.GetValueOrDefault(group) + uses[e];
        var counts = new double[uses.Length];
        var sums = new double[graph.States.Length];
        for (var e = 0; e < uses.Length; e++)
        {
            var t = graph.Transitions[e];
            counts[e] = (t.Group is null ? uses[e] : groups[t.Group]) + pseudocount + (Fitting.UseEdgePseudocounts ? t.Pseudocount ?? t.Probability : 0);
            sums[graph.From[e]] += counts[e];
        }
        var result = new HiddenTransition[uses.Length];
        for (var e = 0; e < uses.Length; e++)
        {
            var t = graph.Transitions[e];
            if (options.Holds(graph.From[e] == graph.StartIndex ? ParameterKinds.Starts : ParameterKinds.Transitions))
            {
                result[e] = t;
                continue;
            }
            var sum = sums[graph.From[e]];
            // An edge without a pseudocount keeps its initial probability as its pseudocount.
            var pseudo = t.Pseudocount ?? (Fitting.UseEdgePseudocounts ? t.Probability : null);
            result[e] = !(sum > 0) ? t : t with { Probability = (t.Probability * inertia) + (counts[e] / sum * (1 - inertia)), Pseudocount = pseudo };
        }
        return result;
    }

    /// <summary>Rejects labels that are not state indices.</summary>
    internal void CheckLabels(in FeatureBlock block)
    {
        for (var i = 0; i < block.Labels.Length; i++)
        {
            if (block.Labels[i] >= -1 && block.Labels[i] < EmittingStates) continue;
            throw new ModelException(ErrorKind.Data, $"label of row {block.FirstRow + i}", $"{block.Labels[i]}, which is not a state",
                $"0 to {EmittingStates - 1}, or -1 if unknown", "correct the label");
        }
    }
}
