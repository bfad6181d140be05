using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// <see cref="Softmax"/> for one width. Joint densities stand at <c>joint[k * Capacity + i]</c>; all loops run over whole vectors of rows.
/// </summary>
internal static unsafe class VectorSoftmax<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    private const double Ln2 = 0.6931471805599453;

    /// <summary>See <see cref="ScalarSoftmax.Responsibilities"/>.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16; padding rows have density 1 under the first component.</param>
    /// <param name="weights">Shape [rows], or null for 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Responsibilities(double* joint, int components, int rows, double* weights)
    {
        var one = TOps.Broadcast(1);
        var least = TOps.Broadcast(-double.MaxValue);
        var total = TOps.Broadcast(0);
        var product = one;
        double unusual = 0;

        // A row's sum is at most K: as many of them are multiplied as surely fit a double before the logarithm is taken.
        var most = (int)(1000 / Math.Max(1, Math.Log2(components)));
        var factors = 0;
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var max = least;
            for (var k = 0; k < components; k++) max = TOps.Max(max, TOps.Load(joint + (k * FeatureTile.Capacity) + i));
            if (TOps.AnyHuge(max))
            {
                for (var lane = 0; lane < TOps.Count; lane++) unusual += Unusual(joint + i + lane, components, weights is null ? 1 : weights[i + lane]);
                max = least;
                for (var k = 0; k < components; k++) max = TOps.Max(max, TOps.Load(joint + (k * FeatureTile.Capacity) + i));
                max = TOps.SelectGreater(max, least, max, TOps.Broadcast(0));
            }
            var sum = TOps.Broadcast(0);
            for (var k = 0; k < components; k++)
            {
                var y = joint + (k * FeatureTile.Capacity) + i;
                var e = TOps.Exp2(TOps.Subtract(TOps.Load(y), max));
                TOps.Store(y, e);
                sum = TOps.Add(sum, e);
            }

            // The largest term is exactly 1; only an impossible row sums to 0.
            sum = TOps.Max(one, sum);
            TVec scale;
            if (weights is null)
            {
                scale = TOps.Divide(one, sum);
                total = TOps.Add(total, max);
                product = TOps.Multiply(product, sum);
                if (++factors == most)
                {
                    total = TOps.Add(total, VectorMath<TOps, TVec>.Log2(product));
                    product = one;
                    factors = 0;
                }
            }
            else
            {
                var weight = TOps.Load(weights + i);
                scale = TOps.Divide(weight, sum);
                total = TOps.MultiplyAdd(weight, TOps.Add(max, VectorMath<TOps, TVec>.Log2(sum)), total);
            }
            for (var k = 0; k < components; k++)
            {
                var y = joint + (k * FeatureTile.Capacity) + i;
                TOps.Store(y, TOps.Multiply(TOps.Load(y), scale));
            }
        }
        return TOps.Sum(TOps.Add(total, VectorMath<TOps, TVec>.Log2(product))) + unusual;
    }

    /// <summary>See <see cref="ScalarSoftmax.LogSumExp"/>; fills whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LogSumExp(double* joint, int components, int rows, double* result)
    {
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var max = TOps.Broadcast(-double.MaxValue);
            for (var k = 0; k < components; k++) max = TOps.Max(max, TOps.Load(joint + (k * FeatureTile.Capacity) + i));
            var sum = TOps.Broadcast(0);
            for (var k = 0; k < components; k++)
                sum = TOps.Add(sum, TOps.Exp2(TOps.Subtract(TOps.Load(joint + (k * FeatureTile.Capacity) + i), max)));
            var log = VectorMath<TOps, TVec>.Log2(TOps.Max(TOps.Broadcast(1), sum));
            TOps.Store(result + i, TOps.Multiply(TOps.Add(max, log), TOps.Broadcast(Ln2)));
            if (!TOps.AnyHuge(max)) continue;
            for (var lane = i; lane < i + TOps.Count; lane++)
            {
                var rowMax = RowMax(joint + lane, components);
                if (double.IsInfinity(rowMax)) result[lane] = rowMax;
            }
        }
    }

    /// <summary>See <see cref="ScalarSoftmax.ArgMax"/>; fills whole vectors with indices as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ArgMax(double* joint, int components, int rows, double* result)
    {
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var max = TOps.Load(joint + i);
            var best = TOps.Broadcast(0);
            for (var k = 1; k < components; k++)
            {
                var y = TOps.Load(joint + (k * FeatureTile.Capacity) + i);
                best = TOps.SelectGreater(y, max, TOps.Broadcast(k), best);
                max = TOps.SelectGreater(y, max, y, max);
            }
            TOps.Store(result + i, best);
        }
    }

    /// <summary>Takes a row of infinite density or impossible row out of a tile: it teaches nothing, and only its maximum counts.</summary>
    private static double Unusual(double* row, int components, double weight)
    {
        var max = RowMax(row, components);
        if (!double.IsInfinity(max)) return 0;
        for (var k = 0; k < components; k++) row[k * FeatureTile.Capacity] = double.NegativeInfinity;
        return weight > 0 ? max : 0;
    }

    private static double RowMax(double* row, int components)
    {
        var max = double.NegativeInfinity;
        for (var k = 0; k < components; k++) max = Math.Max(max, row[k * FeatureTile.Capacity]);
        return max;
    }
}
