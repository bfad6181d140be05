using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Turns joint log densities into responsibilities and log-likelihoods, with the current instruction set.</summary>
internal static unsafe class Softmax
{
    /// <inheritdoc cref="ScalarSoftmax.Responsibilities"/>
    public static double Responsibilities(Span<double> joint, int components, int rows, ReadOnlySpan<double> weights)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar || rows == 0) return ScalarSoftmax.Responsibilities(joint, components, rows, weights);

        // The loops run over whole vectors: rows after the last have density 1 under the first component, so that they add nothing.
        var padded = FeatureTile.Padded(rows);
        for (var k = 0; k < components && padded > rows; k++)
            joint[((k * FeatureTile.Capacity) + rows)..((k * FeatureTile.Capacity) + padded)].Fill(k == 0 ? 0 : double.NegativeInfinity);
        using var scratch = Scratch.Enter();
        var maxima = scratch.Take(2 * FeatureTile.Capacity);
        var paddedWeights = weights;
        if (!weights.IsEmpty && padded > rows)
        {
            var copy = scratch.Take(FeatureTile.Capacity);
            weights[..rows].CopyTo(copy);
            copy[rows..padded].Clear();
            paddedWeights = copy;
        }
        double result;
        fixed (double* j = joint, m = maxima, w = paddedWeights)
        {
            result = variant switch
            {
                KernelVariant.Avx512 => Responsibilities<Vector512Ops, Vector512<double>>(j, components, padded, m, w),
                KernelVariant.Avx2 => Responsibilities<Vector256Ops, Vector256<double>>(j, components, padded, m, w),
                _ => Responsibilities<Vector128Ops, Vector128<double>>(j, components, padded, m, w),
            };
        }
        if (padded > rows) joint[rows..padded].Clear();
        return result;
    }

    /// <inheritdoc cref="ScalarSoftmax.LogSumExp"/>
    public static void LogSumExp(ReadOnlySpan<double> joint, int components, int rows, Span<double> result)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar)
        {
            ScalarSoftmax.LogSumExp(joint, components, rows, result);
            return;
        }
        using var scratch = Scratch.Enter();
        var maxima = scratch.Take(FeatureTile.Capacity);
        var whole = scratch.Take(FeatureTile.Capacity);
        fixed (double* j = joint, m = maxima, r = whole)
        {
            switch (variant)
            {
                case KernelVariant.Avx512: LogSumExp<Vector512Ops, Vector512<double>>(j, components, rows, m, r); break;
                case KernelVariant.Avx2: LogSumExp<Vector256Ops, Vector256<double>>(j, components, rows, m, r); break;
                default: LogSumExp<Vector128Ops, Vector128<double>>(j, components, rows, m, r); break;
            }
        }
        whole[..rows].CopyTo(result);
    }

    /// <inheritdoc cref="ScalarSoftmax.ArgMax"/>
    public static void ArgMax(ReadOnlySpan<double> joint, int components, int rows, Span<int> result)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar)
        {
            ScalarSoftmax.ArgMax(joint, components, rows, result);
            return;
        }
        using var scratch = Scratch.Enter();
        var whole = scratch.Take(FeatureTile.Capacity);
        fixed (double* j = joint, r = whole)
        {
            switch (variant)
            {
                case KernelVariant.Avx512: VectorSoftmax<Vector512Ops, Vector512<double>>.ArgMax(j, components, rows, r); break;
                case KernelVariant.Avx2: VectorSoftmax<Vector256Ops, Vector256<double>>.ArgMax(j, components, rows, r); break;
                default: VectorSoftmax<Vector128Ops, Vector128<double>>.ArgMax(j, components, rows, r); break;
            }
        }
        for (var i = 0; i < rows; i++) result[i] = (int)whole[i];
    }

    private static double Responsibilities<TOps, TVec>(double* joint, int components, int rows, double* maxima, double* weights)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        double unusual = 0;
        if (VectorSoftmax<TOps, TVec>.Maxima(joint, components, rows, maxima))
            unusual = VectorSoftmax<TOps, TVec>.TakeOutUnusual(joint, components, rows, weights, maxima);
        return unusual + VectorSoftmax<TOps, TVec>.Normalize(joint, components, rows, weights, maxima, maxima + FeatureTile.Capacity);
    }

    private static void LogSumExp<TOps, TVec>(double* joint, int components, int rows, double* maxima, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        // Padding rows hold arbitrary finite values, written to the spare space of the result.
        var huge = VectorSoftmax<TOps, TVec>.Maxima(joint, components, FeatureTile.Padded(rows), maxima);
        VectorSoftmax<TOps, TVec>.LogSumExp(joint, components, FeatureTile.Padded(rows), maxima, result);
        for (var i = 0; i < rows && huge; i++)
        {
            var max = double.NegativeInfinity;
            for (var k = 0; k < components; k++) max = Math.Max(max, joint[(k * FeatureTile.Capacity) + i]);
            if (double.IsInfinity(max)) result[i] = max;
        }
    }
}
