using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Mixtures;

/// <summary>The E step and the sums of the M step on one tile: with the family's fused kernel if there is one, else component by component.</summary>
/// <param name="components">The mixture's components.</param>
internal sealed class TileEvaluator(IReadOnlyList<Distribution> components)
{
    private readonly ComponentwiseKernel componentwise = new(components);
    private readonly Once<MixtureKernel?> fused = new(() => components[0].CreateMixtureKernel(components));

    /// <summary>The fused kernel, unless there is none or scalar loops are requested.</summary>
    public MixtureKernel? Kernel => KernelSelection.Current == KernelVariant.Scalar ? null : fused.Value;

    /// <inheritdoc cref="MixtureKernel.JointLog2"/>
    public void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        var kernel = Kernel;
        if (kernel is null)
        {
            componentwise.JointLog2(tile, log2Weights, joint);
        }
        else if (!tile.HasMissing || kernel.TakesMissing)
        {
            kernel.JointLog2(tile, log2Weights, joint);
        }
        else
        {
            using var scratch = Scratch.Enter();
            JointOfSplit(kernel, new SplitTile(tile, scratch), log2Weights, joint, scratch);
        }
    }

    /// <summary>Adds the rows of a tile to the statistics.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="statistics">The mixture's statistics; the fused kernel's sums stay in the lanes.</param>
    /// <param name="kernel">The fused kernel; null = component by component.</param>
    /// <param name="lanes">Shape [kernel.LaneCount].</param>
    /// <returns>Sum over the rows of weight * log2 p(row).</returns>
    public double Summarize(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> log2Weights, MixtureStatistics statistics,
        MixtureKernel? kernel, Span<double> lanes)
    {
        using var scratch = Scratch.Enter();
        var responsibilities = scratch.Take(components.Count * FeatureTile.Capacity);
        double log2Likelihood;
        if (kernel is null)
        {
            componentwise.JointLog2(tile, log2Weights, responsibilities);
            log2Likelihood = Softmax.Responsibilities(responsibilities, components.Count, tile.Rows, weights);
            AddComponentwise(tile, responsibilities, statistics);
            return log2Likelihood;
        }
        if (!tile.HasMissing || kernel.TakesMissing)
        {
            log2Likelihood = kernel.Summarize(tile, weights, log2Weights, responsibilities, lanes);
            if (kernel.HasRest) kernel.AccumulateRest(tile, responsibilities, statistics.Parts);
            return log2Likelihood;
        }
        var split = new SplitTile(tile, scratch);
        JointOfSplit(kernel, split, log2Weights, responsibilities, scratch);
        log2Likelihood = Softmax.Responsibilities(responsibilities, components.Count, tile.Rows, weights);
        var own = scratch.Take(components.Count * FeatureTile.Capacity);
        split.Take(responsibilities, own, components.Count);
        AddComponentwise(split.Incomplete, own, statistics);
        kernel.Accumulate(split.Complete, responsibilities, lanes);
        if (kernel.HasRest) kernel.AccumulateRest(split.Complete, responsibilities, statistics.Parts);
        return log2Likelihood;
    }

    /// <summary>Adds the rows of a tile to the statistics, with priors of their own for the components.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="priors">Those of the tile's rows.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="statistics">The mixture's statistics; the fused kernel's sums stay in the lanes.</param>
    /// <param name="kernel">The fused kernel; null = component by component.</param>
    /// <param name="lanes">Shape [kernel.LaneCount].</param>
    /// <returns>Sum over the rows of weight * log2 p(row).</returns>
    public double Summarize(in FeatureTile tile, in RowPriors priors, ReadOnlySpan<double> weights, ReadOnlySpan<double> log2Weights,
        MixtureStatistics statistics, MixtureKernel? kernel, Span<double> lanes)
    {
        using var scratch = Scratch.Enter();
        var responsibilities = scratch.Take(components.Count * FeatureTile.Capacity);
        JointLog2(tile, log2Weights, responsibilities);
        priors.AddTo(0, tile.Rows, responsibilities);
        var log2Likelihood = Softmax.Responsibilities(responsibilities, components.Count, tile.Rows, weights);
        Accumulate(tile, responsibilities, statistics, kernel, lanes);
        return log2Likelihood;
    }

    /// <summary>Adds the rows of a tile to the statistics with responsibilities that are already known.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="responsibilities">Shape [K, Capacity], 0 in padding rows; overwritten.</param>
    /// <param name="statistics">The components' statistics; the fused kernel's sums stay in the lanes.</param>
    /// <param name="kernel">The fused kernel; null = component by component.</param>
    /// <param name="lanes">Shape [kernel.LaneCount].</param>
    public void Accumulate(in FeatureTile tile, Span<double> responsibilities, MixtureStatistics statistics, MixtureKernel? kernel, Span<double> lanes)
    {
        if (kernel is null)
        {
            AddComponentwise(tile, responsibilities, statistics);
            return;
        }
        if (!tile.HasMissing || kernel.TakesMissing)
        {
            kernel.Accumulate(tile, responsibilities, lanes);
            if (kernel.HasRest) kernel.AccumulateRest(tile, responsibilities, statistics.Parts);
            return;
        }
        using var scratch = Scratch.Enter();
        var split = new SplitTile(tile, scratch);
        var own = scratch.Take(components.Count * FeatureTile.Capacity);
        split.Take(responsibilities, own, components.Count);
        AddComponentwise(split.Incomplete, own, statistics);
        kernel.Accumulate(split.Complete, responsibilities, lanes);
        if (kernel.HasRest) kernel.AccumulateRest(split.Complete, responsibilities, statistics.Parts);
    }

    private void AddComponentwise(in FeatureTile tile, ReadOnlySpan<double> responsibilities, MixtureStatistics statistics)
    {
        componentwise.Accumulate(tile, responsibilities, statistics.Parts);
        for (var k = 0; k < components.Count; k++)
            statistics.Responsibilities[k] += Sums.Of(responsibilities.Slice(k * FeatureTile.Capacity, tile.Rows));
    }

    private void JointOfSplit(MixtureKernel kernel, in SplitTile split, ReadOnlySpan<double> log2Weights, Span<double> joint, Scratch scratch)
    {
        var own = scratch.Take(components.Count * FeatureTile.Capacity);
        kernel.JointLog2(split.Complete, log2Weights, joint);
        componentwise.JointLog2(split.Incomplete, log2Weights, own);
        split.Scatter(own, joint, components.Count);
    }
}
