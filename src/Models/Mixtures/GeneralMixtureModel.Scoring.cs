using Pipelines.Models.Kernels;

namespace Pipelines;

/// <content>Scores.</content>
public sealed partial class GeneralMixtureModel
{
    /// <inheritdoc/>
    /// <remarks>Each row of a sequence has the scores of its sequence. A sequence that no component can produce has the label -1.</remarks>
    public override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        this.CheckItems(block);
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(Components.Count * FeatureTile.Capacity);
        if (IsOfSequences)
        {
            ScoreSequences(block, scores, joint);
            return;
        }
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            Tiles.JointLog2(tile, log2Weights, joint);
            block.Priors.AddTo(t * FeatureTile.Capacity, tile.Rows, joint);
            ScoreItems(joint, tile.Rows, scores, t * FeatureTile.Capacity);
        }
    }

    /// <summary>Base-2 logarithms of pi_k p_k(row).</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    internal void JointLog2(in FeatureTile tile, Span<double> joint) => Tiles.JointLog2(tile, log2Weights, joint);

    /// <summary>Base-2 logarithms of pi_k p_k(item), times the item's prior if it has any, of up to <see cref="FeatureTile.Capacity"/> items.</summary>
    /// <param name="group">The items.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    internal void JointLog2Of(in FeatureBlock group, Span<double> joint)
    {
        if (IsOfSequences)
        {
            JointLog2(group, joint);
            return;
        }
        using var scratch = Scratch.Enter();
        Tiles.JointLog2(group.Tile(0, scratch.Take(Dimensions * FeatureTile.Capacity)), log2Weights, joint);
        group.Priors.AddTo(0, group.Rows, joint);
    }

    private void ScoreSequences(in FeatureBlock block, ScoreBatch scores, Span<double> joint)
    {
        var own = new ScoreBatch(this, [.. scores.Kinds.Select(k => k.Name)], FeatureTile.Capacity);
        for (var first = 0; first < block.SequenceCount; first += FeatureTile.Capacity)
        {
            var group = Group(block, first);
            JointLog2(group, joint);
            ScoreItems(joint, group.SequenceCount, own, 0);
            for (var s = 0; s < group.SequenceCount; s++)
            {
                var start = block.SequenceOffsets[first + s];
                var length = block.SequenceOffsets[first + s + 1] - start;
                for (var c = 0; c < own.Values.Count; c++)
                {
                    if (own.Values[c] is double[] numbers) ((double[])scores.Values[c]).AsSpan(start, length).Fill(numbers[s]);
                    else ((int[])scores.Values[c]).AsSpan(start, length).Fill(((int[])own.Values[c])[s]);
                }
            }
        }
    }

    /// <summary>Fills the scores of items.</summary>
    /// <param name="joint">Shape [K, Capacity]: log2 pi_k p_k(item); overwritten.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="scores">The buffers.</param>
    /// <param name="start">Index of the first item in the buffers.</param>
    private void ScoreItems(Span<double> joint, int items, ScoreBatch scores, int start)
    {
        if (scores.Wants(ScoreKind.LogProbability)) Softmax.LogSumExp(joint, Components.Count, items, scores.Doubles(ScoreKind.LogProbability)[start..]);
        if (scores.Wants(ScoreKind.Label))
        {
            var labels = scores.Integers(ScoreKind.Label).Slice(start, items);
            Softmax.ArgMax(joint, Components.Count, items, labels);
            for (var s = 0; s < items && IsOfSequences; s++)
                if (double.IsNegativeInfinity(joint[(labels[s] * FeatureTile.Capacity) + s])) labels[s] = -1;
        }
        if (scores.Wants(ScoreKind.PosteriorLogProbability)) LogPosteriors(joint, items, scores, start);
        if (!scores.Wants(ScoreKind.Probability)) return;
        Softmax.Responsibilities(joint, Components.Count, items, default);
        for (var k = 0; k < Components.Count; k++)
            joint.Slice(k * FeatureTile.Capacity, items).CopyTo(scores.Doubles(ScoreKind.Probability, k)[start..]);
    }

    private void LogPosteriors(ReadOnlySpan<double> joint, int items, ScoreBatch scores, int start)
    {
        using var scratch = Scratch.Enter();
        var evidence = scratch.Take(FeatureTile.Capacity);
        Softmax.LogSumExp(joint, Components.Count, items, evidence);
        for (var k = 0; k < Components.Count; k++)
        {
            var target = scores.Doubles(ScoreKind.PosteriorLogProbability, k)[start..];
            // An item that is impossible under every component has posteriors of 0, whose logarithm is -infinity.
            for (var i = 0; i < items; i++)
                target[i] = double.IsFinite(evidence[i]) ? (joint[(k * FeatureTile.Capacity) + i] * Math.Log(2)) - evidence[i] : double.NegativeInfinity;
        }
    }
}
