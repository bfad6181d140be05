using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Evaluates all components of a mixture at once, tile by tile. A tile's joint densities and responsibilities stay in the cache: there is no N x K array.
/// Instances are immutable, created once per mixture and used by many threads.
/// </summary>
public abstract class MixtureKernel
{
    /// <summary>log2 e: natural to base-2 logarithms.</summary>
    protected const double Log2E = Numerics.Constants.Log2E;

    /// <summary>True if the kernel handles tiles with missing values; otherwise such tiles are evaluated component by component.</summary>
    public virtual bool TakesMissing => false;

    /// <summary>Doubles of working memory into which <see cref="Accumulate"/> sums over all tiles of a block.</summary>
    public abstract int LaneCount { get; }

    /// <summary>
    /// Base-2 log densities of each component: <c>joint[k * Capacity + i]</c> = log2 weight_k + log2 p_k(row i), for i below tile.PaddedRows
    /// (padding rows may hold any finite value).
    /// </summary>
    /// <param name="tile">The rows.</param>
    /// <param name="log2Weights">Shape [K]: log2 of the mixing weights, -infinity where a weight is 0.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    public abstract void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint);

    /// <summary>Adds the rows of a tile, weighted by responsibilities, to the lanes.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="responsibilities">Shape [K, Capacity]: weight_i * posterior_ik; 0 in padding rows.</param>
    /// <param name="lanes">Shape [LaneCount], 64-byte aligned, all 0 before the first tile of a block.</param>
    public abstract void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, Span<double> lanes);

    /// <summary>Adds the lanes to the components' statistics and their total responsibilities, at the end of a block.</summary>
    /// <param name="lanes">Shape [LaneCount].</param>
    /// <param name="components">One for each component, in order.</param>
    /// <param name="responsibilities">Shape [K]: the part of <see cref="MixtureStatistics.Responsibilities"/> that went through <see cref="Accumulate"/> is
    /// added.</param>
    public abstract void Fold(ReadOnlySpan<double> lanes, IReadOnlyList<Statistics> components, Span<double> responsibilities);

    /// <summary>
    /// True: some of the components' statistics bypass the lanes. Then <see cref="AccumulateRest"/> is called for each tile, and <see cref="Summarize"/>
    /// leaves the responsibilities in its scratch.
    /// </summary>
    public virtual bool HasRest => false;

    /// <summary>Adds the rows of a tile to those of the components' statistics that bypass the lanes. Does nothing by default.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="responsibilities">Shape [K, Capacity]: weight_i * posterior_ik; 0 in padding rows.</param>
    /// <param name="components">One for each component, in order.</param>
    public virtual void AccumulateRest(in FeatureTile tile, ReadOnlySpan<double> responsibilities, IReadOnlyList<Statistics> components)
    {
    }

    /// <summary>
    /// E and M step of one tile: <see cref="JointLog2"/>, responsibilities, <see cref="Accumulate"/>. A kernel that can fuse the steps overrides it.
    /// </summary>
    /// <param name="tile">The rows.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="scratch">Shape [K, Capacity]: overwritten; its contents are up to the kernel.</param>
    /// <param name="lanes">Shape [LaneCount].</param>
    /// <returns>Sum over the rows of weight * log2 p(row).</returns>
    public virtual double Summarize(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> log2Weights, Span<double> scratch,
        Span<double> lanes)
    {
        JointLog2(tile, log2Weights, scratch);
        var result = Kernels.Softmax.Responsibilities(scratch, log2Weights.Length, tile.Rows, weights);
        Accumulate(tile, scratch, lanes);
        return result;
    }
}
