using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Densities and weighted sums of independent normals for a tile of rows. Parameters of a feature: mean, scale = sqrt(log2(e)/2)/std, and the base-2 log of the
/// density's factor, each <see cref="FeatureParameters"/> doubles apart. x - mean is computed first, so that large offsets cancel exactly.
/// </summary>
internal static unsafe class DiagonalNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Doubles in a feature's parameters: mean, scale, log2 factor.</summary>
    public const int FeatureParameters = 3;

    /// <summary>Doubles in a running sum.</summary>
    private const int Stride = GaussianLayout.SumStride;

    /// <summary>q = constant - sum over the features of ((x - mean) scale)^2.</summary>
    /// <param name="x">Shape [D, Capacity], complete.</param>
    /// <param name="parameters">Shape [D, FeatureParameters].</param>
    /// <param name="dimensions">D.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="constant">Added to all; contains the factors of all features.</param>
    /// <param name="q">Shape [rows].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Density(double* x, double* parameters, int dimensions, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec a = TOps.Broadcast(constant), b = a;
            var column = x + i;
            var p = parameters;
            for (var j = 0; j < dimensions; j++, column += FeatureTile.Capacity, p += FeatureParameters)
            {
                var mean = TOps.Broadcast(p[0]);
                var scale = TOps.Broadcast(p[1]);
                var d = TOps.Multiply(TOps.Subtract(TOps.Load(column), mean), scale);
                var e = TOps.Multiply(TOps.Subtract(TOps.Load(column + TOps.Count), mean), scale);
                a = TOps.NegatedMultiplyAdd(d, d, a);
                b = TOps.NegatedMultiplyAdd(e, e, b);
            }
            TOps.Store(q + i, a);
            TOps.Store(q + i + TOps.Count, b);
        }
    }

    /// <summary>
    /// Like <see cref="Density"/>, but a missing entry adds nothing: its distance counts as 0 and its factor is subtracted again. A complete row gets the same
    /// bits as from <see cref="Density"/>, whatever its neighbours lack.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DensityOfObserved(double* x, double* parameters, int dimensions, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var a = TOps.Broadcast(constant);
            var unobserved = TOps.Broadcast(0);
            var column = x + i;
            var p = parameters;
            for (var j = 0; j < dimensions; j++, column += FeatureTile.Capacity, p += FeatureParameters)
            {
                var value = TOps.Load(column);
                var factor = TOps.Broadcast(p[2]);
                var z = TOps.ZeroWhereNaN(value, TOps.Multiply(TOps.Subtract(value, TOps.Broadcast(p[0])), TOps.Broadcast(p[1])));
                a = TOps.NegatedMultiplyAdd(z, z, a);
                unobserved = TOps.Add(unobserved, TOps.Subtract(factor, TOps.ZeroWhereNaN(value, factor)));
            }
            TOps.Store(q + i, TOps.Subtract(a, unobserved));
        }
    }

    /// <summary>Adds the rows of a complete tile to the sums of one component.</summary>
    /// <param name="x">Shape [D, Capacity].</param>
    /// <param name="parameters">Shape [D, FeatureParameters].</param>
    /// <param name="dimensions">D.</param>
    /// <param name="r">Shape [rows]: weights.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="lanes">W of the rows of complete tiles, W of the other rows; then for each feature S = sum r d, SS = sum r d^2, and W of those other rows
    /// in which it is observed.</param>
    public static void Add(double* x, double* parameters, int dimensions, double* r, int rows, double* lanes)
    {
        // Each block of features also sums the weights; only the first block's sum is used.
        var ignored = stackalloc double[Stride];
        var weights = lanes;
        lanes += 2 * Stride;
        var j = 0;
        for (; j + 4 <= dimensions; j += 4, x += 4 * FeatureTile.Capacity, parameters += 4 * FeatureParameters, lanes += 12 * Stride, weights = ignored)
            Four(x, parameters, r, rows, weights, lanes);
        for (; j < dimensions; j++, x += FeatureTile.Capacity, parameters += FeatureParameters, lanes += 3 * Stride, weights = ignored)
            One(x, parameters, r, rows, weights, lanes);
    }

    /// <summary>Like <see cref="Add"/>, but missing entries are skipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddObserved(double* x, double* parameters, int dimensions, double* r, int rows, double* lanes)
    {
        var total = TOps.Load(lanes + Stride);
        for (var i = 0; i < rows; i += TOps.Count) total = TOps.Add(total, TOps.Load(r + i));
        TOps.Store(lanes + Stride, total);
        lanes += 2 * Stride;
        for (var j = 0; j < dimensions; j++, x += FeatureTile.Capacity, parameters += FeatureParameters, lanes += 3 * Stride)
        {
            var mean = TOps.Broadcast(parameters[0]);
            TVec s = TOps.Load(lanes), ss = TOps.Load(lanes + Stride), w = TOps.Load(lanes + (2 * Stride));
            for (var i = 0; i < rows; i += TOps.Count)
            {
                var value = TOps.Load(x + i);
                var d = TOps.ZeroWhereNaN(value, TOps.Subtract(value, mean));
                var weight = TOps.ZeroWhereNaN(value, TOps.Load(r + i));
                var e = TOps.Multiply(weight, d);
                w = TOps.Add(w, weight);
                s = TOps.Add(s, e);
                ss = TOps.MultiplyAdd(e, d, ss);
            }
            TOps.Store(lanes, s);
            TOps.Store(lanes + Stride, ss);
            TOps.Store(lanes + (2 * Stride), w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(double* x, double* parameters, double* r, int rows, double* weights, double* lanes)
    {
        var total = TOps.Load(weights);
        TVec s0 = TOps.Load(lanes), p0 = TOps.Load(lanes + Stride);
        TVec s1 = TOps.Load(lanes + (3 * Stride)), p1 = TOps.Load(lanes + (4 * Stride));
        TVec s2 = TOps.Load(lanes + (6 * Stride)), p2 = TOps.Load(lanes + (7 * Stride));
        TVec s3 = TOps.Load(lanes + (9 * Stride)), p3 = TOps.Load(lanes + (10 * Stride));
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var weight = TOps.Load(r + i);
            total = TOps.Add(total, weight);
            var d = TOps.Subtract(TOps.Load(x + i), TOps.Broadcast(parameters[0]));
            var e = TOps.Multiply(weight, d);
            s0 = TOps.Add(s0, e);
            p0 = TOps.MultiplyAdd(e, d, p0);
            d = TOps.Subtract(TOps.Load(x + FeatureTile.Capacity + i), TOps.Broadcast(parameters[FeatureParameters]));
            e = TOps.Multiply(weight, d);
            s1 = TOps.Add(s1, e);
            p1 = TOps.MultiplyAdd(e, d, p1);
            d = TOps.Subtract(TOps.Load(x + (2 * FeatureTile.Capacity) + i), TOps.Broadcast(parameters[2 * FeatureParameters]));
            e = TOps.Multiply(weight, d);
            s2 = TOps.Add(s2, e);
            p2 = TOps.MultiplyAdd(e, d, p2);
            d = TOps.Subtract(TOps.Load(x + (3 * FeatureTile.Capacity) + i), TOps.Broadcast(parameters[3 * FeatureParameters]));
            e = TOps.Multiply(weight, d);
            s3 = TOps.Add(s3, e);
            p3 = TOps.MultiplyAdd(e, d, p3);
        }
        TOps.Store(weights, total);
        TOps.Store(lanes, s0);
        TOps.Store(lanes + Stride, p0);
        TOps.Store(lanes + (3 * Stride), s1);
        TOps.Store(lanes + (4 * Stride), p1);
        TOps.Store(lanes + (6 * Stride), s2);
        TOps.Store(lanes + (7 * Stride), p2);
        TOps.Store(lanes + (9 * Stride), s3);
        TOps.Store(lanes + (10 * Stride), p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(double* x, double* parameters, double* r, int rows, double* weights, double* lanes)
    {
        var mean = TOps.Broadcast(parameters[0]);
        TVec w = TOps.Load(weights), s = TOps.Load(lanes), p = TOps.Load(lanes + Stride);
        TVec v = TOps.Broadcast(0), t = v, q = v;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec weight = TOps.Load(r + i), other = TOps.Load(r + i + TOps.Count);
            var d = TOps.Subtract(TOps.Load(x + i), mean);
            var f = TOps.Subtract(TOps.Load(x + i + TOps.Count), mean);
            var e = TOps.Multiply(weight, d);
            var g = TOps.Multiply(other, f);
            w = TOps.Add(w, weight);
            v = TOps.Add(v, other);
            s = TOps.Add(s, e);
            t = TOps.Add(t, g);
            p = TOps.MultiplyAdd(e, d, p);
            q = TOps.MultiplyAdd(g, f, q);
        }
        TOps.Store(weights, TOps.Add(w, v));
        TOps.Store(lanes, TOps.Add(s, t));
        TOps.Store(lanes + Stride, TOps.Add(p, q));
    }
}
