using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <content>
/// Mixtures of models of sequences: each component has one responsibility per sequence, which weights all its rows. Sequences are taken in groups of up to
/// <see cref="FeatureTile.Capacity"/>, so their joint log densities have the layout of a tile's.
/// </content>
public sealed partial class GeneralMixtureModel
{
    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs)
    {
        if (!IsOfSequences && block.Priors.IsEmpty)
        {
            base.LogProbabilities(block, logs);
            return;
        }
        this.CheckItems(block);
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(Components.Count * FeatureTile.Capacity);
        if (!IsOfSequences)
        {
            for (var first = 0; first < block.Rows; first += FeatureTile.Capacity)
            {
                var rows = block.Slice(first, Math.Min(FeatureTile.Capacity, block.Rows - first));
                JointLog2Of(rows, joint);
                Softmax.LogSumExp(joint, Components.Count, rows.Rows, logs[first..]);
            }
            return;
        }
        for (var first = 0; first < block.SequenceCount; first += FeatureTile.Capacity)
        {
            var group = Group(block, first);
            JointLog2(group, joint);
            Softmax.LogSumExp(joint, Components.Count, group.SequenceCount, logs[first..]);
        }
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics)
    {
        if (!IsOfSequences)
        {
            base.Accumulate(block, weights, statistics);
            return;
        }
        this.CheckItems(block);
        for (var first = 0; first < block.SequenceCount; first += FeatureTile.Capacity)
        {
            // Priors are those of the model that contains this one.
            var group = Group(block, first) with { Priors = default };
            Add(group, weights.Slice(first, group.SequenceCount), (MixtureStatistics)statistics);
        }
    }

    /// <summary>Posterior probability of each component for each sequence; 0 for a sequence that no component can produce.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences, K].</returns>
    public double[,] PredictProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        this.CheckItems(sequences.Block(0, 0));
        var result = new double[sequences.Count, Components.Count];
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (start, count) =>
        {
            var block = sequences.Block(start, count);
            using var scratch = Scratch.Enter();
            var joint = scratch.Take(Components.Count * FeatureTile.Capacity);
            for (var first = 0; first < count; first += FeatureTile.Capacity)
            {
                var group = Group(block, first);
                JointLog2(group, joint);
                Softmax.Responsibilities(joint, Components.Count, group.SequenceCount, default);
                for (var s = 0; s < group.SequenceCount; s++)
                    for (var k = 0; k < Components.Count; k++) result[start + first + s, k] = joint[(k * FeatureTile.Capacity) + s];
            }
        });
        return result;
    }

    private void SummarizeSequences(in FeatureBlock block, MixtureStatistics statistics)
    {
        using var scratch = Scratch.Enter();
        var weights = scratch.Take(FeatureTile.Capacity);
        for (var first = 0; first < block.SequenceCount; first += FeatureTile.Capacity)
        {
            var group = Group(block, first);
            for (var s = 0; s < group.SequenceCount; s++)
            {
                var (start, end) = (group.SequenceOffsets[s], group.SequenceOffsets[s + 1]);
                // An empty sequence has no row to carry a weight.
                weights[s] = group.Weights.IsEmpty || start == end ? 1 : group.Weights[start];
                statistics.Weight += weights[s] * (end - start);
            }
            statistics.Objective += Add(group, weights[..group.SequenceCount], statistics) * Math.Log(2);
        }
    }

    // Returns the sum over the sequences of weight * log2 p(sequence).
    private double Add(in FeatureBlock group, ReadOnlySpan<double> weights, MixtureStatistics statistics)
    {
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(Components.Count * FeatureTile.Capacity);
        JointLog2(group, joint);
        var log2Likelihood = Softmax.Responsibilities(joint, Components.Count, group.SequenceCount, weights);
        for (var k = 0; k < Components.Count; k++)
        {
            var responsibilities = joint.Slice(k * FeatureTile.Capacity, group.SequenceCount);
            statistics.Responsibilities[k] += Sums.Of(responsibilities);
            Components[k].Accumulate(group with { Priors = default }, responsibilities, statistics.Parts[k]);
        }
        return log2Likelihood;
    }

    // The next sequences, as many as a tile has rows.
    private static FeatureBlock Group(in FeatureBlock block, int first) =>
        block.Sequences(first, Math.Min(FeatureTile.Capacity, block.SequenceCount - first));

    /// <summary>Base-2 logarithms of pi_k p_k(sequence).</summary>
    /// <param name="group">Up to <see cref="FeatureTile.Capacity"/> sequences.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    private void JointLog2(in FeatureBlock group, Span<double> joint)
    {
        for (var k = 0; k < Components.Count; k++)
        {
            var own = joint.Slice(k * FeatureTile.Capacity, group.SequenceCount);
            if (double.IsNegativeInfinity(log2Weights[k]))
            {
                own.Fill(double.NegativeInfinity);
                continue;
            }
            // The components have states or components of their own, which the priors are not about.
            Components[k].LogProbabilities(group with { Priors = default }, own);
            for (var s = 0; s < own.Length; s++) own[s] = (own[s] * Constants.Log2E) + log2Weights[k];
            AddPriors(group, k, own);
        }
    }

    // A sequence has the priors of its first row.
    private static void AddPriors(in FeatureBlock group, int component, Span<double> joint)
    {
        for (var s = 0; s < joint.Length && !group.Priors.IsEmpty; s++)
        {
            var (start, end) = (group.SequenceOffsets[s], group.SequenceOffsets[s + 1]);
            if (start < end) joint[s] = double.IsNegativeInfinity(group.Priors[start, component]) ? double.NegativeInfinity
                : joint[s] + group.Priors[start, component];
        }
    }
}
