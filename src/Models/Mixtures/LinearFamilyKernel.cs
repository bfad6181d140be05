using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// A distribution of one feature whose log-probability is linear in the value but for a term that all its parameters share:
/// log p(x) = slope x + intercept + base(x). Its statistics are sums of w, of w x, and a third one that this kernel leaves alone.
/// </summary>
internal interface ILinearFamily
{
    /// <summary>Factor of the value; not finite where this form does not serve.</summary>
    double Slope { get; }

    /// <summary>What stands alone.</summary>
    double Intercept { get; }

    /// <summary>Adds base(x) of complete rows: the same for all parameters, -infinity outside the support.</summary>
    /// <param name="tile">The rows of one feature.</param>
    /// <param name="total">Shape [tile.Rows].</param>
    void AddBase(in FeatureTile tile, Span<double> total);
}

/// <summary>
/// Mixtures of Bernoulli, Poisson and exponential distributions and of products of them, the same family in a column of all components: a matrix product for the
/// joint densities, another one for the sums. What the components share is computed once a row.
/// </summary>
internal sealed unsafe class LinearFamilyKernel : MixtureKernel
{
    private readonly int count;
    private readonly int dimensions;
    private readonly ILinearFamily[] columns;

    /// <summary>Slopes to base 2, shape [K, D], pinned.</summary>
    private readonly double[] slopes;

    /// <summary>Sums of the intercepts to base 2, shape [K].</summary>
    private readonly double[] intercepts;

    private LinearFamilyKernel(ILinearFamily[][] components)
    {
        count = components.Length;
        columns = components[0];
        dimensions = columns.Length;
        slopes = GC.AllocateArray<double>(count * dimensions, pinned: true);
        intercepts = new double[count];
        for (var k = 0; k < count; k++)
        {
            for (var j = 0; j < dimensions; j++)
            {
                slopes[(k * dimensions) + j] = components[k][j].Slope * Log2E;
                intercepts[k] += components[k][j].Intercept * Log2E;
            }
        }
    }

    /// <inheritdoc/>
    public override int LaneCount => count * (1 + dimensions) * GaussianLayout.SumStride;

    /// <summary>The kernel, or null if the components are of other families, of different ones in a column, or at the edge of their parameters.</summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components)
    {
        var all = new ILinearFamily[components.Count][];
        for (var k = 0; k < all.Length; k++)
        {
            switch (components[k])
            {
                case ILinearFamily one:
                    all[k] = [one];
                    break;
                case IndependentComponentsDistribution parts when parts.Parts.All(p => p is ILinearFamily) && parts.ColumnWeights.All(w => w == 1):
                    all[k] = [.. parts.Parts.Cast<ILinearFamily>()];
                    break;
                default:
                    return null;
            }
            for (var j = 0; j < all[k].Length; j++)
                if (all[k][j].GetType() != all[0][j].GetType() || !double.IsFinite(all[k][j].Slope) || !double.IsFinite(all[k][j].Intercept)) return null;
        }
        return new LinearFamilyKernel(all);
    }

    /// <inheritdoc/>
    public override void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        using var scratch = Scratch.Enter();
        var bases = scratch.Take(FeatureTile.Capacity);
        bases.Clear();
        for (var j = 0; j < dimensions; j++) columns[j].AddBase(tile.Slice(j, 1), bases);
        var impossible = false;
        for (var i = 0; i < tile.Rows; i++)
        {
            bases[i] *= Log2E;
            impossible |= double.IsNegativeInfinity(bases[i]);
        }
        fixed (double* x = tile.Values, s = slopes, b = bases, q = joint)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Joint<Vector512Ops, Vector512<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
                case KernelVariant.Avx2: Joint<Vector256Ops, Vector256<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
                default: Joint<Vector128Ops, Vector128<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
            }
        }
        // Infinite values may have met the infinities of the support with the other sign.
        for (var i = 0; i < tile.Rows && impossible; i++)
        {
            if (!double.IsNegativeInfinity(bases[i])) continue;
            for (var k = 0; k < count; k++) joint[(k * FeatureTile.Capacity) + i] = double.NegativeInfinity;
        }
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, Span<double> lanes)
    {
        fixed (double* x = tile.Values, r = responsibilities, l = lanes)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Add<Vector512Ops, Vector512<double>>(x, r, tile.PaddedRows, l); break;
                case KernelVariant.Avx2: Add<Vector256Ops, Vector256<double>>(x, r, tile.PaddedRows, l); break;
                default: Add<Vector128Ops, Vector128<double>>(x, r, tile.PaddedRows, l); break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Fold(ReadOnlySpan<double> lanes, IReadOnlyList<Statistics> components, Span<double> responsibilities)
    {
        const int stride = GaussianLayout.SumStride;
        for (var k = 0; k < count; k++)
        {
            var own = lanes.Slice(k * (1 + dimensions) * stride, (1 + dimensions) * stride);
            var weight = Sums.Of(own[..stride]);
            responsibilities[k] += weight;
            for (var j = 0; j < dimensions; j++)
            {
                var part = components[k] is CompositeStatistics composite ? composite.Parts[j] : components[k];
                var sums = ((SumStatistics)part).Sums;
                sums[0] += weight;
                sums[1] += Sums.Of(own.Slice((1 + j) * stride, stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Joint<TOps, TVec>(double* x, double* s, double* bases, int rows, ReadOnlySpan<double> log2Weights, double* joint)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++)
        {
            var constant = TOps.Broadcast(intercepts[k] + log2Weights[k]);
            var own = s + (k * dimensions);
            var target = joint + (k * FeatureTile.Capacity);
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                TVec a = constant, b = constant;
                for (var j = 0; j < dimensions; j++)
                {
                    var slope = TOps.Broadcast(own[j]);
                    var column = x + (j * FeatureTile.Capacity) + i;
                    a = TOps.MultiplyAdd(TOps.Load(column), slope, a);
                    b = TOps.MultiplyAdd(TOps.Load(column + TOps.Count), slope, b);
                }
                TOps.Store(target + i, TOps.Add(a, TOps.Load(bases + i)));
                TOps.Store(target + i + TOps.Count, TOps.Add(b, TOps.Load(bases + i + TOps.Count)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add<TOps, TVec>(double* x, double* r, int rows, double* lanes)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        for (var k = 0; k < count; k++, r += FeatureTile.Capacity)
        {
            TVec zero = TOps.Broadcast(0), weight = zero, other = zero;
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                weight = TOps.Add(weight, TOps.Load(r + i));
                other = TOps.Add(other, TOps.Load(r + i + TOps.Count));
            }
            TOps.Store(lanes, TOps.Add(TOps.Load(lanes), TOps.Add(weight, other)));
            lanes += GaussianLayout.SumStride;
            for (var j = 0; j < dimensions; j++, lanes += GaussianLayout.SumStride)
            {
                var column = x + (j * FeatureTile.Capacity);
                TVec sum = zero, otherSum = zero;
                for (var i = 0; i < rows; i += 2 * TOps.Count)
                {
                    // An infinite value has the responsibility 0, but 0 times infinity is NaN: it counts as 0.
                    TVec a = TOps.Load(column + i), b = TOps.Load(column + i + TOps.Count);
                    a = TOps.ZeroWhereNaN(TOps.Subtract(a, a), a);
                    b = TOps.ZeroWhereNaN(TOps.Subtract(b, b), b);
                    sum = TOps.MultiplyAdd(a, TOps.Load(r + i), sum);
                    otherSum = TOps.MultiplyAdd(b, TOps.Load(r + i + TOps.Count), otherSum);
                }
                TOps.Store(lanes, TOps.Add(TOps.Load(lanes), TOps.Add(sum, otherSum)));
            }
        }
    }
}
