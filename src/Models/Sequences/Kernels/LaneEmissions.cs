using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>How the lane kernels get the emissions of a tile, and give back its posteriors. Immutable; one for a model.</summary>
/// <param name="evaluator">The emitting states' distributions.</param>
/// <param name="log2Weights">Shape [E].</param>
internal unsafe class LaneEmissions(TileEvaluator evaluator, double[] log2Weights)
{
    /// <summary>Doubles of sums that <see cref="Add"/> adds to, beside those of the distributions' own kernels.</summary>
    public virtual int SumCount => 0;

    /// <summary>Emissions for these distributions: a table of them where all are tables of one feature, and a kernel of its own for normals.</summary>
    /// <param name="distributions">Of the emitting states.</param>
    /// <param name="evaluator">The same.</param>
    /// <param name="log2Weights">Shape [E].</param>
    /// <param name="isCareful">True if numbers come near the ends of their range: then none may be far above 1.</param>
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
    /// <param name="tile">The rows, in the order of lanes.</param>
    /// <param name="holes">Places without a row: every state is equally likely there.</param>
    /// <param name="padded">States, a multiple of 4; those behind E get 0.</param>
    /// <param name="lanes">Rows of a step, a multiple of 16.</param>
    /// <param name="row">Distance between two steps, at least padded * lanes.</param>
    /// <param name="b">Shape [steps of a tile, padded, lanes].</param>
    /// <param name="maxima">Base-2 logs of what was divided by, shape [Capacity].</param>
    public virtual void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<int> holes, int padded, int lanes, int row, double* b, double* maxima)
    {
        var states = log2Weights.Length;
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(states * FeatureTile.Capacity);
        evaluator.JointLog2(tile, log2Weights, joint);
        foreach (var hole in holes)
            for (var k = 0; k < states; k++) joint[(k * FeatureTile.Capacity) + hole] = 0;
        fixed (double* j = joint) steps.Emit(j, states, padded, lanes, row, b, maxima);
    }

    /// <summary>Makes every state equally likely in places without a row.</summary>
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

    /// <summary>Adds the sums to the statistics, once at the end.</summary>
    public virtual void Fold(ReadOnlySpan<double> sums, MixtureStatistics statistics)
    {
    }
}
