using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Evaluates the components one by one: used for any mixture without a fused kernel, for tiles with missing values, and as the scalar reference.
/// </summary>
internal sealed class ComponentwiseKernel(IReadOnlyList<Distribution> components)
{
    /// <inheritdoc cref="MixtureKernel.JointLog2"/>
    public void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        for (var k = 0; k < components.Count; k++)
        {
            Cancellation.Poll();
            var target = joint.Slice(k * FeatureTile.Capacity, FeatureTile.Capacity);
            if (double.IsNegativeInfinity(log2Weights[k]))
            {
                target.Fill(double.NegativeInfinity);
                continue;
            }
            components[k].LogProbability(tile, target);
            for (var i = 0; i < tile.Rows; i++) target[i] = (target[i] * Constants.Log2E) + log2Weights[k];
        }
    }

    /// <summary>Adds the rows of a tile to each component's statistics.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="responsibilities">Shape [K, Capacity].</param>
    /// <param name="statistics">Shape [K].</param>
    public void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, IReadOnlyList<Statistics> statistics)
    {
        for (var k = 0; k < components.Count; k++)
        {
            Cancellation.Poll();
            components[k].Accumulate(tile, responsibilities.Slice(k * FeatureTile.Capacity, tile.Rows), statistics[k]);
        }
    }
}
