using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <summary>E and M steps of <see cref="DiagonalNormalKernel"/> for one feature, relative to the widest component.</summary>
internal sealed unsafe class OneFeatureSteps
{
    /// <summary>
    /// Largest log2 ratio of a density to the widest component's that this path accepts: about 20 standard deviations. There the exponents' rounding
    /// errors are still below 1e-13.
    /// </summary>
    private const double MostRatio = 300;

    private const int Parameters = DiagonalNormals<Vector128Ops, Vector128<double>>.FeatureParameters;

    private readonly int count;
    private readonly int componentLanes;

    /// <summary>The components' indices, the widest first. Shape [K].</summary>
    private readonly int[] order;

    /// <summary>Shape [K, Parameters] in that order, pinned.</summary>
    private readonly double[] parameters;

    /// <summary>Takes the kernel's parameters.</summary>
    /// <param name="parameters">Shape [K, Parameters]: mean, scale, log2 factor.</param>
    /// <param name="componentLanes">Doubles between the lanes of two components.</param>
    public OneFeatureSteps(double[] parameters, int componentLanes)
    {
        this.componentLanes = componentLanes;
        count = parameters.Length / Parameters;
        order = [.. Enumerable.Range(0, count).OrderBy(k => parameters[(k * Parameters) + 1])];
        this.parameters = GC.AllocateArray<double>(parameters.Length, pinned: true);
        for (var o = 0; o < count; o++) parameters.AsSpan(order[o] * Parameters, Parameters).CopyTo(this.parameters.AsSpan(o * Parameters));
    }

    /// <summary>Adds a tile of complete rows of weight 1 to the lanes.</summary>
    /// <param name="tile">A tile whose number of rows is a multiple of 16, at least 16.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="scratch">Shape [K, Capacity].</param>
    /// <param name="lanes">Shape [K, componentLanes].</param>
    /// <returns>Sum over the rows of log2 p(row), or NaN: then nothing was added, because a row is too far from the widest component.</returns>
    public double Summarize(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> scratch, Span<double> lanes)
    {
        using var more = Scratch.Enter();
        var constants = more.Take(count);
        for (var o = 0; o < count; o++) constants[o] = parameters[(o * Parameters) + 2] + log2Weights[order[o]];
        fixed (double* x = tile.Values, p = parameters, c = constants, y = scratch, r = more.Take(2 * FeatureTile.Capacity), l = lanes)
        {
            return KernelSelection.Current switch
            {
                KernelVariant.Avx512 => Summarize<Vector512Ops, Vector512<double>>(x, p, c, tile.Rows, y, r, l),
                KernelVariant.Avx2 => Summarize<Vector256Ops, Vector256<double>>(x, p, c, tile.Rows, y, r, l),
                _ => Summarize<Vector128Ops, Vector128<double>>(x, p, c, tile.Rows, y, r, l),
            };
        }
    }

    private double Summarize<TOps, TVec>(double* x, double* p, double* constants, int rows, double* shares, double* references, double* lanes)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var scales = references + FeatureTile.Capacity;
        if (!(UnivariateNormals<TOps, TVec>.Joint(x, p, constants, count, rows, shares, references) <= MostRatio)) return double.NaN;
        VectorSoftmax<TOps, TVec>.Exponentials(shares, count - 1, rows, references, scales);
        var result = UnivariateNormals<TOps, TVec>.Scales(rows, references, scales);
        if (!double.IsFinite(result)) return double.NaN;
        var o = 0;
        if (count >= 3)
        {
            UnivariateNormals<TOps, TVec>.AddThree(x, p, shares, scales, rows, Lanes(0), Lanes(1), Lanes(2));
            o = 3;
        }
        for (; o < count; o++)
            UnivariateNormals<TOps, TVec>.Add(x, p[o * Parameters], o == 0 ? null : shares + ((o - 1) * FeatureTile.Capacity), scales, rows, Lanes(o));
        return result;

        double* Lanes(int ordered) => lanes + (order[ordered] * componentLanes);
    }
}
