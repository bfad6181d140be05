using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <content>The loops over the rows of a tile.</content>
internal sealed unsafe partial class ProductKernel
{
    private void JointLog2(in FeatureTile tile, ReadOnlySpan<double> indices, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        using var scratch = Scratch.Enter();
        var bases = scratch.Take(FeatureTile.Capacity);
        var impossible = false;
        bases.Clear();
        foreach (var j in linear) ((ILinearFamily)parts[0][j]).AddBase(tile.Slice(offsets[j], 1), bases, columnWeights[0][j]);
        fixed (double* x = tile.Values, s = slopes, b = bases, q = joint, codeIndices = indices)
        {
            if (linear.Length > 0) impossible = ToBase2(b, tile.Rows);
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Joint<Vector512Ops, Vector512<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
                case KernelVariant.Avx2: Joint<Vector256Ops, Vector256<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
                default: Joint<Vector128Ops, Vector128<double>>(x, s, b, tile.PaddedRows, log2Weights, q); break;
            }
            for (var c = 0; c < coded.Length; c++)
                for (var k = 0; k < count; k++)
                    CodeTables.Add(codeIndices + (c * FeatureTile.Capacity), tile.PaddedRows, tables[c][k], q + (k * FeatureTile.Capacity));
            // Infinite values may have met infinities of opposite sign from the support.
            for (var i = 0; i < tile.Rows && impossible; i++)
            {
                if (!double.IsNegativeInfinity(b[i])) continue;
                for (var k = 0; k < count; k++) q[(k * FeatureTile.Capacity) + i] = double.NegativeInfinity;
            }
        }
        AddOthers(tile, joint);
    }

    private void AddOthers(in FeatureTile tile, Span<double> joint)
    {
        if (other.Length == 0) return;
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(FeatureTile.Capacity);
        foreach (var j in other)
        {
            var own = tile.Slice(offsets[j], parts[0][j].Dimensions);
            for (var k = 0; k < count; k++)
            {
                if (columnWeights[k][j] == 0) continue;
                parts[k][j].LogProbability(own, logs);
                AddScaled(logs[..tile.Rows], columnWeights[k][j] * Log2E, joint.Slice(k * FeatureTile.Capacity, tile.Rows));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ReadOnlySpan<double> logs, double factor, Span<double> joint)
    {
        for (var i = 0; i < logs.Length; i++) joint[i] += logs[i] * factor;
    }

    /// <summary>Scales the bases; true if one is -infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ToBase2(double* bases, int rows)
    {
        var least = 0.0;
        for (var i = 0; i < rows; i++)
        {
            bases[i] *= Log2E;
            least = bases[i] < least ? bases[i] : least;
        }
        return double.IsNegativeInfinity(least);
    }

    private void Accumulate(in FeatureTile tile, ReadOnlySpan<double> indices, ReadOnlySpan<double> responsibilities, Span<double> lanes)
    {
        fixed (double* x = tile.Values, r = responsibilities, l = lanes, codeIndices = indices)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Add<Vector512Ops, Vector512<double>>(x, r, tile.PaddedRows, l); break;
                case KernelVariant.Avx2: Add<Vector256Ops, Vector256<double>>(x, r, tile.PaddedRows, l); break;
                default: Add<Vector128Ops, Vector128<double>>(x, r, tile.PaddedRows, l); break;
            }
            for (var k = 0; k < count; k++)
            {
                var cells = l + (k * componentLanes) + ((1 + linear.Length) * Stride);
                for (var c = 0; c < coded.Length; c++)
                {
                    CodeTables.Count(codeIndices + (c * FeatureTile.Capacity), r + (k * FeatureTile.Capacity), tile.PaddedRows, cells);
                    cells += CellLanes(codes[c]);
                }
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
            var own = s + (k * linear.Length);
            var target = joint + (k * FeatureTile.Capacity);
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                TVec a = constant, b = constant;
                for (var j = 0; j < linear.Length; j++)
                {
                    var slope = TOps.Broadcast(own[j]);
                    var column = x + (offsets[linear[j]] * FeatureTile.Capacity) + i;
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
            var own = lanes + (k * componentLanes);
            TVec zero = TOps.Broadcast(0), weight = zero, more = zero;
            for (var i = 0; i < rows; i += 2 * TOps.Count)
            {
                weight = TOps.Add(weight, TOps.Load(r + i));
                more = TOps.Add(more, TOps.Load(r + i + TOps.Count));
            }
            TOps.Store(own, TOps.Add(TOps.Load(own), TOps.Add(weight, more)));
            for (var j = 0; j < linear.Length; j++)
            {
                own += Stride;
                var column = x + (offsets[linear[j]] * FeatureTile.Capacity);
                TVec sum = zero, moreSum = zero;
                for (var i = 0; i < rows; i += 2 * TOps.Count)
                {
                    // An infinite value has responsibility 0, but 0 times infinity is NaN: count it as 0.
                    TVec a = TOps.Load(column + i), b = TOps.Load(column + i + TOps.Count);
                    a = TOps.ZeroWhereNaN(TOps.Subtract(a, a), a);
                    b = TOps.ZeroWhereNaN(TOps.Subtract(b, b), b);
                    sum = TOps.MultiplyAdd(a, TOps.Load(r + i), sum);
                    moreSum = TOps.MultiplyAdd(b, TOps.Load(r + i + TOps.Count), moreSum);
                }
                TOps.Store(own, TOps.Add(TOps.Load(own), TOps.Add(sum, moreSum)));
            }
        }
    }
}
