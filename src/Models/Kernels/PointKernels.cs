using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Kernels;

/// <summary>Sums of kernels around points: one row per lane, points in order, so that a row's bits do not depend on its position.</summary>
internal static unsafe class PointKernels
{
    /// <summary>Computes log densities of normal kernels.</summary>
    public static void Gaussian(in FeatureTile tile, Prepared points, double bandwidth, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var whole = scratch.Take(FeatureTile.Capacity);
        // Exponents in base 2: ((x - p) scale)^2.
        var scale = Math.Sqrt(0.5 * Constants.Log2E) / bandwidth;
        fixed (double* x = tile.Values, y = whole, p = points.Values)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Gaussian<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, p, points.Count, scale, y); break;
                case KernelVariant.Avx2: Gaussian<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, p, points.Count, scale, y); break;
                case KernelVariant.Portable: Gaussian<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, p, points.Count, scale, y); break;
                default: Gaussian(x, tile.Rows, p, points.Count, scale, y); break;
            }
        }
        var constant = -Math.Log(bandwidth) - Constants.HalfLog2Pi;
        for (var i = 0; i < tile.Rows; i++) result[i] = whole[i] + constant;
    }

    /// <summary>Computes the logarithms of the total weight of the points within the bandwidth.</summary>
    public static void Uniform(in FeatureTile tile, Prepared points, double bandwidth, Span<double> result) =>
        Linear(tile, points, bandwidth, triangle: false, result);

    /// <summary>Computes the logarithms of the sums of weight times max(bandwidth - distance, 0).</summary>
    public static void Triangle(in FeatureTile tile, Prepared points, double bandwidth, Span<double> result) =>
        Linear(tile, points, bandwidth, triangle: true, result);

    private static void Linear(in FeatureTile tile, Prepared points, double bandwidth, bool triangle, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var whole = scratch.Take(FeatureTile.Capacity);
        fixed (double* x = tile.Values, y = whole, p = points.Values)
        {
            switch (KernelSelection.Current)
            {
                case KernelVariant.Avx512: Linear<Vector512Ops, Vector512<double>>(x, tile.PaddedRows, p, points.Count, bandwidth, triangle, y); break;
                case KernelVariant.Avx2: Linear<Vector256Ops, Vector256<double>>(x, tile.PaddedRows, p, points.Count, bandwidth, triangle, y); break;
                case KernelVariant.Portable: Linear<Vector128Ops, Vector128<double>>(x, tile.PaddedRows, p, points.Count, bandwidth, triangle, y); break;
                default: Linear(x, tile.Rows, p, points.Count, bandwidth, triangle, y); break;
            }
        }
        // No point is close enough: -infinity.
        ColumnMap.Fill(new FeatureTile(whole, tile.Rows, 1, tile.HasMissing), 0, default(NaturalLog), result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gaussian<TOps, TVec>(double* x, int rows, double* points, int count, double scale, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var factor = TOps.Broadcast(scale);
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            Cancellation.Poll();
            TVec a = TOps.Load(x + i), b = TOps.Load(x + i + TOps.Count);
            TVec mostA = TOps.Broadcast(double.NegativeInfinity), mostB = mostA;
            for (var j = 0; j < count; j++)
            {
                TVec point = TOps.Broadcast(points[2 * j]), log = TOps.Broadcast(points[(2 * j) + 1]);
                mostA = TOps.Max(mostA, Exponent<TOps, TVec>(a, point, factor, log));
                mostB = TOps.Max(mostB, Exponent<TOps, TVec>(b, point, factor, log));
            }
            TVec sumA = TOps.Broadcast(0), sumB = sumA;
            for (var j = 0; j < count; j++)
            {
                TVec point = TOps.Broadcast(points[2 * j]), log = TOps.Broadcast(points[(2 * j) + 1]);
                sumA = TOps.Add(sumA, TOps.Exp2(TOps.Subtract(Exponent<TOps, TVec>(a, point, factor, log), mostA)));
                sumB = TOps.Add(sumB, TOps.Exp2(TOps.Subtract(Exponent<TOps, TVec>(b, point, factor, log), mostB)));
            }
            var nat = TOps.Broadcast(0.6931471805599453);
            TOps.Store(result + i, TOps.Multiply(TOps.Add(VectorMath<TOps, TVec>.Log2(sumA), mostA), nat));
            TOps.Store(result + i + TOps.Count, TOps.Multiply(TOps.Add(VectorMath<TOps, TVec>.Log2(sumB), mostB), nat));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Exponent<TOps, TVec>(TVec x, TVec point, TVec factor, TVec log)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var z = TOps.Multiply(TOps.Subtract(x, point), factor);
        return TOps.NegatedMultiplyAdd(z, z, log);
    }

    private static void Gaussian(double* x, int rows, double* points, int count, double scale, double* result)
    {
        for (var i = 0; i < rows; i++)
        {
            Cancellation.Poll();
            var most = double.NegativeInfinity;
            for (var j = 0; j < count; j++) most = Math.Max(most, Exponent(x[i], points + (2 * j)));
            double sum = 0;
            for (var j = 0; j < count; j++) sum += Math.Pow(2, Exponent(x[i], points + (2 * j)) - most);
            result[i] = (Math.Log2(sum) + most) * Math.Log(2);
        }

        double Exponent(double value, double* point)
        {
            var z = (value - point[0]) * scale;
            return point[1] - (z * z);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Linear<TOps, TVec>(double* x, int rows, double* points, int count, double bandwidth, bool triangle, double* result)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        TVec width = TOps.Broadcast(bandwidth), zero = TOps.Broadcast(0);
        var weights = points + (2 * count);
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            Cancellation.Poll();
            TVec a = TOps.Load(x + i), b = TOps.Load(x + i + TOps.Count), sumA = zero, sumB = zero;
            for (var j = 0; j < count; j++)
            {
                TVec point = TOps.Broadcast(points[2 * j]), weight = TOps.Broadcast(weights[j]);
                TVec leftA = Left(a, point, width), leftB = Left(b, point, width);
                if (triangle)
                {
                    sumA = TOps.MultiplyAdd(weight, TOps.Max(leftA, zero), sumA);
                    sumB = TOps.MultiplyAdd(weight, TOps.Max(leftB, zero), sumB);
                }
                else
                {
                    sumA = TOps.Add(sumA, TOps.SelectGreater(zero, leftA, zero, weight));
                    sumB = TOps.Add(sumB, TOps.SelectGreater(zero, leftB, zero, weight));
                }
            }
            TOps.Store(result + i, sumA);
            TOps.Store(result + i + TOps.Count, sumB);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVec Left(TVec value, TVec point, TVec width)
        {
            var d = TOps.Subtract(value, point);
            return TOps.Subtract(width, TOps.Max(d, TOps.Subtract(TOps.Broadcast(0), d)));
        }
    }

    private static void Linear(double* x, int rows, double* points, int count, double bandwidth, bool triangle, double* result)
    {
        var weights = points + (2 * count);
        for (var i = 0; i < rows; i++)
        {
            Cancellation.Poll();
            double sum = 0;
            for (var j = 0; j < count; j++)
            {
                var left = bandwidth - Math.Abs(x[i] - points[2 * j]);
                if (triangle) sum += weights[j] * Math.Max(left, 0);
                else if (left >= 0) sum += weights[j];
            }
            result[i] = sum;
        }
    }

    /// <summary>
    /// Points in the layout the kernels read: pairs of a point and the base-2 logarithm of its weight, then the weights. Points of weight 0 are left out.
    /// </summary>
    public sealed class Prepared
    {
        /// <summary>Makes the layout from points in any order.</summary>
        public Prepared(ReadOnlySpan<double> points, ReadOnlySpan<double> weights)
        {
            foreach (var weight in weights) Count += weight > 0 ? 1 : 0;
            Values = GC.AllocateUninitializedArray<double>(3 * Count, pinned: true);
            var at = 0;
            for (var i = 0; i < points.Length; i++)
            {
                if (!(weights[i] > 0)) continue;
                Values[2 * at] = points[i];
                Values[(2 * at) + 1] = Math.Log2(weights[i]);
                Values[(2 * Count) + at++] = weights[i];
            }
        }

        /// <summary>Points of weight above 0.</summary>
        public int Count { get; }

        /// <summary>Shape [3 Count].</summary>
        public double[] Values { get; }
    }
}
