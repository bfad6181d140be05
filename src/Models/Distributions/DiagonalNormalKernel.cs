using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Mixtures;

/// <summary>Mixtures of normal distributions and of independent normals (diagonal covariance).</summary>
internal sealed unsafe class DiagonalNormalKernel : MixtureKernel
{
    private const int Parameters = DiagonalNormals<Vector128Ops, Vector128<double>>.FeatureParameters;

    private readonly int count;
    private readonly int dimensions;

    /// <summary>Doubles in a component's lanes: W of complete tiles and of others, then S, SS and W of each feature.</summary>
    private readonly int componentLanes;

    /// <summary>Shape [K, D, Parameters], pinned.</summary>
    private readonly double[] parameters;

    /// <summary>Sum of the base-2 log factors of each component's features, shape [K].</summary>
    private readonly double[] constants;

    /// <summary>The faster path for one feature.</summary>
    private readonly OneFeatureSteps? oneFeature;

    private DiagonalNormalKernel(NormalDistribution[][] components)
    {
        count = components.Length;
        dimensions = components[0].Length;
        componentLanes = (2 + (3 * dimensions)) * GaussianLayout.SumStride;
        parameters = GC.AllocateArray<double>(count * dimensions * Parameters, pinned: true);
        constants = new double[count];
        for (var k = 0; k < count; k++)
        {
            for (var j = 0; j < dimensions; j++)
            {
                var normal = components[k][j];
                var at = ((k * dimensions) + j) * Parameters;
                parameters[at] = normal.Mean;
                parameters[at + 1] = Math.Sqrt(0.5 * Log2E) / normal.StandardDeviation;
                parameters[at + 2] = -Math.Log2(normal.StandardDeviation) - (Constants.HalfLog2Pi * Log2E);
                constants[k] += parameters[at + 2];
            }
        }
        if (dimensions == 1 && count > 1) oneFeature = new(parameters, componentLanes);
    }

    public override bool TakesMissing => true;

    public override int LaneCount => count * componentLanes;

    /// <summary>The kernel, or null if some component is not made of normals with column weights of 1.</summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components)
    {
        var normals = new NormalDistribution[components.Count][];
        for (var k = 0; k < normals.Length; k++)
        {
            switch (components[k])
            {
                case NormalDistribution normal:
                    normals[k] = [normal];
                    break;
                case IndependentComponentsDistribution parts when parts.Parts.All(p => p is NormalDistribution) && parts.ColumnWeights.All(w => w == 1):
                    normals[k] = [.. parts.Parts.Cast<NormalDistribution>()];
                    break;
                case AxisAlignedGaussian gaussian:
                    normals[k] = [.. gaussian.Normals];
                    break;
                default:
                    return null;
            }
        }
        return new DiagonalNormalKernel(normals);
    }

    public override double Summarize(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> log2Weights, Span<double> scratch,
        Span<double> lanes)
    {
        if (oneFeature is not null && !tile.HasMissing && weights.IsEmpty && tile.Rows > 0 && tile.Rows == tile.PaddedRows)
        {
            var result = oneFeature.Summarize(tile, log2Weights, scratch, lanes);
            if (double.IsFinite(result)) return result;
        }
        return base.Summarize(tile, weights, log2Weights, scratch, lanes);
    }

    public override void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        fixed (double* x = tile.Values, p = parameters, q = joint)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Joint<Vector512Ops, Vector512<double>>(x, p, tile.PaddedRows, tile.HasMissing, log2Weights, q); break;
                case KernelVariant.Avx2: Joint<Vector256Ops, Vector256<double>>(x, p, tile.PaddedRows, tile.HasMissing, log2Weights, q); break;
                default: Joint<Vector128Ops, Vector128<double>>(x, p, tile.PaddedRows, tile.HasMissing, log2Weights, q); break;
            }
        }
    }

    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, Span<double> lanes)
    {
        fixed (double* x = tile.Values, p = parameters, r = responsibilities, l = lanes)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Add<Vector512Ops, Vector512<double>>(x, p, r, tile.PaddedRows, tile.HasMissing, l); break;
                case KernelVariant.Avx2: Add<Vector256Ops, Vector256<double>>(x, p, r, tile.PaddedRows, tile.HasMissing, l); break;
                default: Add<Vector128Ops, Vector128<double>>(x, p, r, tile.PaddedRows, tile.HasMissing, l); break;
            }
        }
    }

    public override void Fold(ReadOnlySpan<double> lanes, IReadOnlyList<Statistics> components, Span<double> responsibilities)
    {
        for (var k = 0; k < count; k++)
        {
            var own = lanes.Slice(k * componentLanes, componentLanes);
            var complete = Lane(own, 0);
            responsibilities[k] += complete + Lane(own, 1);
            for (var j = 0; j < dimensions; j++)
            {
                var part = components[k] is CompositeStatistics composite ? composite.Parts[j] : components[k];
                var sums = ((SumStatistics)part).Sums;
                sums[0] += complete + Lane(own, (3 * j) + 4);
                sums[1] += Lane(own, (3 * j) + 2);
                sums[2] += Lane(own, (3 * j) + 3);
            }
        }
    }

    private static double Lane(ReadOnlySpan<double> lanes, int index) => Sums.Of(lanes.Slice(index * GaussianLayout.SumStride, GaussianLayout.SumStride));

    private void Joint<TOps, TVec>(double* x, double* p, int rows, bool missing, ReadOnlySpan<double> log2Weights, double* q)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++)
        {
            var own = p + (k * dimensions * Parameters);
            if (missing) DiagonalNormals<TOps, TVec>.DensityOfObserved(x, own, dimensions, rows, constants[k] + log2Weights[k], q + (k * FeatureTile.Capacity));
            else DiagonalNormals<TOps, TVec>.Density(x, own, dimensions, rows, constants[k] + log2Weights[k], q + (k * FeatureTile.Capacity));
        }
    }

    private void Add<TOps, TVec>(double* x, double* p, double* r, int rows, bool missing, double* lanes)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++)
        {
            var own = p + (k * dimensions * Parameters);
            if (missing) DiagonalNormals<TOps, TVec>.AddObserved(x, own, dimensions, r + (k * FeatureTile.Capacity), rows, lanes + (k * componentLanes));
            else DiagonalNormals<TOps, TVec>.Add(x, own, dimensions, r + (k * FeatureTile.Capacity), rows, lanes + (k * componentLanes));
        }
    }
}
