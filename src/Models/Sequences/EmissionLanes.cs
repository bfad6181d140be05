using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>Emission sums of a block. The fused kernels keep them in lanes until the block ends.</summary>
internal readonly ref struct EmissionLanes
{
    private readonly TileEvaluator evaluator;
    private readonly MixtureStatistics statistics;
    private readonly MixtureKernel? kernel;
    private readonly Span<double> lanes;

    public EmissionLanes(TileEvaluator evaluator, MixtureStatistics statistics, Scratch scratch)
    {
        (this.evaluator, this.statistics) = (evaluator, statistics);
        kernel = evaluator.Kernel;
        lanes = scratch.Take(kernel?.LaneCount ?? 0);
        lanes.Clear();
    }

    /// <summary>Adds a tile.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="posteriors">Weighted posteriors of the states, shape [E, Capacity], 0 in padding rows; overwritten.</param>
    public void Add(in FeatureTile tile, Span<double> posteriors) => evaluator.Accumulate(tile, posteriors, statistics, kernel, lanes);

    /// <summary>Adds the lanes to the statistics; called once, at the end.</summary>
    public void Fold() => kernel?.Fold(lanes, statistics.Parts, statistics.Responsibilities);
}
