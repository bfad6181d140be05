using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>Provides the lane kernels with the emissions of a tile and takes back its posteriors. Immutable; one per model.</summary>
/// <param name="evaluator">The emitting states' distributions.</param>
/// <param name="log2Weights">Shape [E].</param>
internal unsafe class LaneEmissions(TileEvaluator evaluator, double[] log2Weights)
{
    /// <summary>Number of doubles that <see cref="Add"/> adds to, besides the sums of the distributions' own kernels.</summary>
    public virtual int SumCount => 0;

    /// <summary>Chooses the emissions for these distributions: a table if all are tables of one feature, and a dedicated kernel for normals.</summary>
    /// <param name="distributions">The emitting states' distributions.</param>
    /// <param name="evaluator">An evaluator of the same distributions.</param>
    /// <param name="log2Weights">Shape [E].</param>
    /// <param name="isCareful">True if values come near the limits of their range: then none may be far above 1.</param>
    public static LaneEmissions For(IReadOnlyList<Distribution> distributions, TileEvaluator evaluator, double[] log2Weights, bool isCareful)
    {
        if (distributions.All(d => d is DiscreteDistribution)) return new LaneTable([.. distributions.Cast<DiscreteDistribution>()], evaluator, log2Weights);
        return !isCareful && distributions.All(d => d is NormalDistribution)
            && new LaneNormals([.. distributions.Cast<NormalDistribution>()], evaluator, log2Weights) is { IsWorthwhile: true } normals
            ? normals
            : new LaneEmissions(evaluator, log2Weights);
    }

    /// <summary>Emission probabilities of a tile relative to the largest of each row.</summary>
    /// <param name="steps">The kernels.</param>
    /// <param name="tile">The rows, in lane order.</param>
    /// <param name="holes">Slots without a row; every state is equally likely there.</param>
    /// <param name="padded">States, a multiple of 4; those after E get 0.</param>
    /// <param name="lanes">Rows per step, a multiple of 16.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="b">Shape [steps of a tile, padded, lanes].</param>
    /// <param name="maxima">Base-2 logs of the divisors, shape [Capacity].</param>
    public virtual void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<int> holes, int padded, int lanes, int row, double* b, double* maxima) =>
        Fill(steps, tile, default, holes, padded, lanes, row, b, maxima);

    /// <summary>The same with the priors of the states in each row, which any distributions take in the same way.</summary>
    /// <param name="steps">The kernels.</param>
    /// <param name="tile">The rows, in lane order.</param>
    /// <param name="priors">Base-2 logarithms of the priors, shape [E, Capacity], in lane order; empty = the rows have none.</param>
    /// <param name="holes">Slots without a row; every state is equally likely there.</param>
    /// <param name="padded">States, a multiple of 4; those after E get 0.</param>
    /// <param name="lanes">Rows per step, a multiple of 16.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="b">Shape [steps of a tile, padded, lanes].</param>
    /// <param name="maxima">Base-2 logs of the divisors, shape [Capacity].</param>
    public void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<double> priors, ReadOnlySpan<int> holes, int padded, int lanes, int row, double* b,
        double* maxima)
    {
        var states = log2Weights.Length;
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(states * FeatureTile.Capacity);
        evaluator.JointLog2(tile, log2Weights, joint);
        for (var k = 0; k < states && !priors.IsEmpty; k++)
            RowPriors.Add(priors.Slice(k * FeatureTile.Capacity, tile.Rows), joint.Slice(k * FeatureTile.Capacity, tile.Rows));
        foreach (var hole in holes)
            for (var k = 0; k < states; k++) joint[(k * FeatureTile.Capacity) + hole] = 0;
        fixed (double* j = joint) steps.Emit(j, states, padded, lanes, row, b, maxima);
    }

    /// <summary>Makes every state equally likely in slots without a row.</summary>
    protected static void FillHoles(ReadOnlySpan<int> holes, int states, int lanes, int row, double* b, double* maxima)
    {
        foreach (var i in holes)
        {
            maxima[i] = 0;
            for (var k = 0; k < states; k++) b[(i / lanes * row) + (k * lanes) + (i % lanes)] = 1;
        }
    }

    /// <summary>Adds a tile to the emissions' statistics.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="posteriors">Shape [E, Capacity]; overwritten.</param>
    /// <param name="lanes">The statistics.</param>
    /// <param name="sums">Shape [SumCount].</param>
    public virtual void Add(in FeatureTile tile, Span<double> posteriors, EmissionLanes lanes, Span<double> sums) => lanes.Add(tile, posteriors);

    /// <summary>Adds the sums to the statistics; called once, at the end.</summary>
    public virtual void Fold(ReadOnlySpan<double> sums, MixtureStatistics statistics)
    {
    }
}
