using System.Runtime.Intrinsics;

namespace Pipelines.Models.Kernels;

/// <summary>Turns joint log densities into responsibilities and log-likelihoods, with the instructions in use.</summary>
internal static unsafe class Softmax
{
    /// <inheritdoc cref="ScalarSoftmax.Responsibilities"/>
    public static double Responsibilities(Span<double> joint, int components, int rows, ReadOnlySpan<double> weights)
    {
        var variant = KernelSelection.Current;
        if (variant == KernelVariant.Scalar) return ScalarSoftmax.Responsibilities(joint, components, rows, weights);

        // The loops run over whole vectors: rows behind the last have the density 1 under the first component, so that they add nothing.
        var padded = FeatureTile.Padded(rows);
        for (var k = 0; k < components && padded > rows; k++)
            joint[((k * FeatureTile.Capacity) + rows)..((k * FeatureTile.Capacity) + padded)].Fill(k == 0 ? 0 : double.NegativeInfinity);
        double result;
        using var scratch = Scratch.Enter();
        var paddedWeights = weights;
        if (!weights.IsEmpty && padded > rows)
        {
            var copy = scratch.Take(FeatureTile.Capacity);
            weights[..rows].CopyTo(copy);
            copy[rows..padded].Clear();
            paddedWeights = copy;
        }
        fixed (double* j = joint, w = paddedWeights)
        {
            result = variant switch
            {
                KernelVariant.Avx512 => VectorSoftmax<Vector512Ops, Vector512<double>>.Responsibilities(j, components, padded, w),
                KernelVariant.Avx2 => VectorSoftmax<Vector256Ops, Vector256<double>>.Responsibilities(j, components, padded, w),
                _ => VectorSoftmax<Vector128Ops, Vector128<double>>.Responsibilities(j, components, padded, w),
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
        var whole = scratch.Take(FeatureTile.Capacity);
        fixed (double* j = joint, r = whole)
        {
            switch (variant)
            {
                case KernelVariant.Avx512: VectorSoftmax<Vector512Ops, Vector512<double>>.LogSumExp(j, components, rows, r); break;
                case KernelVariant.Avx2: VectorSoftmax<Vector256Ops, Vector256<double>>.LogSumExp(j, components, rows, r); break;
                default: VectorSoftmax<Vector128Ops, Vector128<double>>.LogSumExp(j, components, rows, r); break;
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
}
