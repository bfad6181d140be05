using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <summary>Mixtures of full-covariance Gaussians: a triangular product for the densities, blocks of weighted products for the sums.</summary>
internal sealed unsafe class FullGaussianKernel : MixtureKernel
{
    private readonly int count;
    private readonly int dimensions;
    private readonly int sums;
    private readonly int streamLength;

    /// <summary>Sizes of the blocks of outputs, and of features for 512-bit vectors with their 32 registers.</summary>
    private readonly int[] wide;

    /// <summary>Block sizes of features that fit into 16 registers.</summary>
    private readonly int[] narrow;

    /// <summary>Shape [K, streamLength], pinned.</summary>
    private readonly double[] streams;

    /// <summary>Shape [K, D], pinned.</summary>
    private readonly double[] means;

    /// <summary>Base-2 log of each density's factor, shape [K].</summary>
    private readonly double[] constants;

    private FullGaussianKernel(MultivariateGaussianDistribution[] components)
    {
        count = components.Length;
        dimensions = components[0].Dimensions;
        sums = 1 + dimensions + (dimensions * (dimensions + 1) / 2);
        wide = GaussianLayout.Blocks(dimensions, 5);
        narrow = GaussianLayout.Blocks(dimensions, 3);
        var first = 0;
        foreach (var size in wide)
        {
            streamLength += GaussianLayout.StreamLength(first, size);
            first += size;
        }
        streams = GC.AllocateArray<double>(count * streamLength, pinned: true);
        means = GC.AllocateArray<double>(count * dimensions, pinned: true);
        constants = new double[count];
        var scale = Math.Sqrt(0.5 * Log2E);
        for (var k = 0; k < count; k++)
        {
            Cancellation.Poll();
            var component = components[k];
            component.Mean.CopyTo(means.AsSpan(k * dimensions));
            GaussianLayout.Stream(component.Mean, component.InverseLower, scale, wide, streams.AsSpan(k * streamLength, streamLength));
            constants[k] = component.LogConstant * Log2E;
        }
    }

    public override int LaneCount => count * sums * GaussianLayout.SumStride;

    /// <summary>The kernel, or null if some component is of another family.</summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components) =>
        components.All(c => c is MultivariateGaussianDistribution) ? new FullGaussianKernel([.. components.Cast<MultivariateGaussianDistribution>()]) : null;

    public override void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        fixed (double* x = tile.Values, c = streams, q = joint)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Joint<Vector512Ops, Vector512<double>>(x, c, tile.PaddedRows, log2Weights, q); break;
                case KernelVariant.Avx2: Joint<Vector256Ops, Vector256<double>>(x, c, tile.PaddedRows, log2Weights, q); break;
                default: Joint<Vector128Ops, Vector128<double>>(x, c, tile.PaddedRows, log2Weights, q); break;
            }
        }
    }

    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, Span<double> lanes)
    {
        fixed (double* x = tile.Values, m = means, r = responsibilities, l = lanes)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Add<Vector512Ops, Vector512<double>>(x, m, wide, r, tile.PaddedRows, l); break;
                case KernelVariant.Avx2: Add<Vector256Ops, Vector256<double>>(x, m, narrow, r, tile.PaddedRows, l); break;
                default: Add<Vector128Ops, Vector128<double>>(x, m, narrow, r, tile.PaddedRows, l); break;
            }
        }
    }

    public override void Fold(ReadOnlySpan<double> lanes, IReadOnlyList<Statistics> components, Span<double> responsibilities)
    {
        for (var k = 0; k < count; k++)
        {
            var complete = ((MultivariateGaussianStatistics)components[k]).Complete;
            var own = lanes.Slice(k * sums * GaussianLayout.SumStride, sums * GaussianLayout.SumStride);
            for (var s = 0; s < sums; s++) complete[s] += Sums.Of(own.Slice(s * GaussianLayout.SumStride, GaussianLayout.SumStride));
            responsibilities[k] += Sums.Of(own[..GaussianLayout.SumStride]);
        }
    }

    private void Joint<TOps, TVec>(double* x, double* c, int rows, ReadOnlySpan<double> log2Weights, double* q)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++)
        {
            Cancellation.Poll();
            var stream = c + (k * streamLength);
            var constant = constants[k] + log2Weights[k];
            var target = q + (k * FeatureTile.Capacity);
            var done = TOps.Count == Vector512Ops.Count ? rows - (rows % (2 * TwoVector512Ops.Count)) : 0;
            if (done > 0) GaussianDensity<TwoVector512Ops, TwoVector512>.Fill(x, stream, wide, done, constant, target);
            if (done < rows) GaussianDensity<TOps, TVec>.Fill(x + done, stream, wide, rows - done, constant, target + done);
        }
    }

    private void Add<TOps, TVec>(double* x, double* m, int[] blocks, double* r, int rows, double* lanes)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++)
        {
            Cancellation.Poll();
            GaussianMoments<TOps, TVec>.Add(x, m + (k * dimensions), blocks, r + (k * FeatureTile.Capacity), rows,
                lanes + (k * sums * GaussianLayout.SumStride));
        }
    }
}
