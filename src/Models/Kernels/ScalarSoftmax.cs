using Pipelines.Models.Numerics;

namespace Pipelines.Models.Kernels;

/// <summary>The scalar reference implementation of <see cref="Softmax"/>.</summary>
internal static class ScalarSoftmax
{
    /// <summary>
    /// Replaces base-2 joint log densities by weighted responsibilities, in place.
    /// </summary>
    /// <param name="joint">Shape [components, Capacity]: in log2 weight_k p_k(row i); out weight_i * posterior_ik, 0 in padding rows.</param>
    /// <param name="components">K, at least 1.</param>
    /// <param name="rows">Rows in use.</param>
    /// <param name="weights">Shape [rows]; empty = all 1.</param>
    /// <returns>Sum over the rows of weight * log2 p(row); -infinity if a row of positive weight is impossible.</returns>
    public static double Responsibilities(Span<double> joint, int components, int rows, ReadOnlySpan<double> weights)
    {
        double total = 0;
        for (var i = 0; i < rows; i++)
        {
            var max = double.NegativeInfinity;
            for (var k = 0; k < components; k++) max = Math.Max(max, joint[(k * FeatureTile.Capacity) + i]);
            var weight = weights.IsEmpty ? 1 : weights[i];
            if (double.IsInfinity(max))
            {
                // Impossible under every component (or infinitely dense under one): the row carries no information.
                for (var k = 0; k < components; k++) joint[(k * FeatureTile.Capacity) + i] = 0;
                if (weight > 0) total += max;
                continue;
            }
            double sum = 0;
            for (var k = 0; k < components; k++)
                sum += joint[(k * FeatureTile.Capacity) + i] = Math.Exp((joint[(k * FeatureTile.Capacity) + i] - max) / Constants.Log2E);
            for (var k = 0; k < components; k++) joint[(k * FeatureTile.Capacity) + i] *= weight / sum;
            if (weight > 0) total += weight * (max + Math.Log2(sum));
        }
        var padded = FeatureTile.Padded(rows);
        for (var k = 0; k < components; k++) joint[((k * FeatureTile.Capacity) + rows)..((k * FeatureTile.Capacity) + padded)].Clear();
        return total;
    }

    /// <summary>Natural log p(row) from base-2 joint log densities.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K, at least 1.</param>
    /// <param name="rows">Rows in use.</param>
    /// <param name="result">Shape [rows] or longer.</param>
    public static void LogSumExp(ReadOnlySpan<double> joint, int components, int rows, Span<double> result)
    {
        for (var i = 0; i < rows; i++)
        {
            var max = double.NegativeInfinity;
            for (var k = 0; k < components; k++) max = Math.Max(max, joint[(k * FeatureTile.Capacity) + i]);
            double sum = 0;
            for (var k = 0; k < components && !double.IsInfinity(max); k++) sum += Math.Exp((joint[(k * FeatureTile.Capacity) + i] - max) / Constants.Log2E);
            result[i] = double.IsInfinity(max) ? max : (max / Constants.Log2E) + Math.Log(sum);
        }
    }

    /// <summary>Index of the largest joint log density of each row, the first on ties.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K, at least 1.</param>
    /// <param name="rows">Rows in use.</param>
    /// <param name="result">Shape [rows] or longer.</param>
    public static void ArgMax(ReadOnlySpan<double> joint, int components, int rows, Span<int> result)
    {
        for (var i = 0; i < rows; i++)
        {
            var best = 0;
            for (var k = 1; k < components; k++)
                if (joint[(k * FeatureTile.Capacity) + i] > joint[(best * FeatureTile.Capacity) + i]) best = k;
            result[i] = best;
        }
    }
}
