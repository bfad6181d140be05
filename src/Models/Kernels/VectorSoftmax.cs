using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// <see cref="Softmax"/> for one vector width, in passes over the rows of a tile: this keeps more work in flight than finishing row by row. Joint densities are
/// at <c>joint[k * Capacity + i]</c>; rows come in multiples of 16. The loops contain no calls: a call would make the compiler keep constants and sums in
/// memory. The inner loop runs over rows and the outer one over components: the addresses of components two apart share their low 12 bits, and loads would wait
/// for stores that only appear to alias.
/// </summary>
internal static unsafe class VectorSoftmax<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    private const double Ln2 = 0.6931471805599453;

    /// <summary>The largest density of each row, at least the smallest double.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="maxima">Shape [rows].</param>
    /// <returns>True if a row is impossible or infinitely dense.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Maxima(double* joint, int components, int rows, double* maxima)
    {
        var huge = false;
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec a = TOps.Broadcast(-double.MaxValue), b = a;
            var y = joint + i;
            for (var k = 0; k < components; k++, y += FeatureTile.Capacity)
            {
                a = TOps.Max(a, TOps.Load(y));
                b = TOps.Max(b, TOps.Load(y + TOps.Count));
            }
            TOps.Store(maxima + i, a);
            TOps.Store(maxima + i + TOps.Count, b);
            huge |= TOps.AnyHuge(a) | TOps.AnyHuge(b);
        }
        return huge;
    }

    /// <summary>
    /// Removes impossible rows and rows of infinite density from a tile, once <see cref="Maxima"/> has found one: they get no responsibility, and only their
    /// maximum counts.
    /// </summary>
    /// <returns>The contribution of those rows to the log-likelihood.</returns>
    public static double TakeOutUnusual(double* joint, int components, int rows, double* weights, double* maxima)
    {
        double result = 0;
        for (var i = 0; i < rows; i++)
        {
            var max = double.NegativeInfinity;
            for (var k = 0; k < components; k++) max = Math.Max(max, joint[(k * FeatureTile.Capacity) + i]);
            if (!double.IsInfinity(max)) continue;
            for (var k = 0; k < components; k++) joint[(k * FeatureTile.Capacity) + i] = double.NegativeInfinity;
            maxima[i] = 0;
            if (weights is null || weights[i] > 0) result += max;
        }
        return result;
    }

    /// <summary>Replaces joint densities by responsibilities.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16, at least 16.</param>
    /// <param name="weights">Shape [rows]; null = all 1.</param>
    /// <param name="maxima">Shape [rows].</param>
    /// <param name="sums">Shape [rows]: overwritten.</param>
    /// <returns>Sum of weight * log2 p(row).</returns>
    public static double Normalize(double* joint, int components, int rows, double* weights, double* maxima, double* sums)
    {
        Exponentials(joint, components, rows, maxima, sums);
        var result = weights is null ? Scales(rows, maxima, sums, Factors(components)) : ScalesOfWeighted(rows, weights, maxima, sums);
        for (var k = 0; k < components; k++) Scale(joint + (k * FeatureTile.Capacity), rows, sums);
        return result;
    }

    /// <summary>Replaces joint densities y by 2^(y - reference) and sums them over the components.</summary>
    /// <param name="joint">Shape [components, Capacity].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16, at least 16.</param>
    /// <param name="references">Shape [rows].</param>
    /// <param name="sums">Shape [rows]: filled.</param>
    public static void Exponentials(double* joint, int components, int rows, double* references, double* sums)
    {
        for (var k = 0; k < components;)
        {
            // Three at a time, but a remainder of four is split into two and two rather than three and one.
            var size = components - k is 1 or 2 or 4 ? Math.Min(2, components - k) : 3;
            var y = joint + (k * FeatureTile.Capacity);
            switch (size)
            {
                case 3: ThreeExponentials(y, rows, references, sums, k == 0); break;
                case 2: TwoExponentials(y, rows, references, sums, k == 0); break;
                default: OneExponential(y, rows, references, sums, k == 0); break;
            }
            k += size;
        }
    }

    /// <summary>How many vectors of row sums, two per step, can be multiplied with a product guaranteed below 2^500; each sum is between 1 and K.</summary>
    private static int Factors(int components) => 500 / (32 - System.Numerics.BitOperations.LeadingZeroCount((uint)components));

    // do ... while in the loops with exponentials: the compiler keeps their twelve constants in registers only if the loop is known to run at least once.

    /// <summary>Replaces y by 2^(y - max) and adds it to the rows' sums, which the first group of components initializes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneExponential(double* y, int rows, double* maxima, double* sums, bool begin)
    {
        var i = 0;
        do
        {
            var e = TOps.Exp2(TOps.Subtract(TOps.Load(y + i), TOps.Load(maxima + i)));
            TOps.Store(y + i, e);
            TOps.Store(sums + i, begin ? e : TOps.Add(TOps.Load(sums + i), e));
            i += TOps.Count;
        }
        while (i < rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoExponentials(double* y, int rows, double* maxima, double* sums, bool begin)
    {
        var z = y + FeatureTile.Capacity;
        var i = 0;
        do
        {
            var max = TOps.Load(maxima + i);
            var e = TOps.Exp2(TOps.Subtract(TOps.Load(y + i), max));
            var f = TOps.Exp2(TOps.Subtract(TOps.Load(z + i), max));
            TOps.Store(y + i, e);
            TOps.Store(z + i, f);
            e = TOps.Add(e, f);
            TOps.Store(sums + i, begin ? e : TOps.Add(TOps.Load(sums + i), e));
            i += TOps.Count;
        }
        while (i < rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeExponentials(double* y, int rows, double* maxima, double* sums, bool begin)
    {
        var z = y + FeatureTile.Capacity;
        var v = z + FeatureTile.Capacity;
        var i = 0;
        do
        {
            var max = TOps.Load(maxima + i);
            var e = TOps.Exp2(TOps.Subtract(TOps.Load(y + i), max));
            var f = TOps.Exp2(TOps.Subtract(TOps.Load(z + i), max));
            var g = TOps.Exp2(TOps.Subtract(TOps.Load(v + i), max));
            TOps.Store(y + i, e);
            TOps.Store(z + i, f);
            TOps.Store(v + i, g);
            e = TOps.Add(TOps.Add(e, f), g);
            TOps.Store(sums + i, begin ? e : TOps.Add(TOps.Load(sums + i), e));
            i += TOps.Count;
        }
        while (i < rows);
    }

    /// <summary>Turns the rows' sums into 1/sum; logarithms are taken of products of <paramref name="factors"/> sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Scales(int rows, double* maxima, double* sums, int factors)
    {
        TVec total = TOps.Broadcast(0), one = TOps.Broadcast(1);
        var i = 0;
        do
        {
            TVec a = one, b = one;
            var end = Math.Min(rows, i + (2 * TOps.Count * factors));
            do
            {
                // The largest term is exactly 1; only a removed row sums to 0.
                var sumA = TOps.Max(one, TOps.Load(sums + i));
                var sumB = TOps.Max(one, TOps.Load(sums + i + TOps.Count));
                a = TOps.Multiply(a, sumA);
                b = TOps.Multiply(b, sumB);
                total = TOps.Add(total, TOps.Add(TOps.Load(maxima + i), TOps.Load(maxima + i + TOps.Count)));
                TOps.Store(sums + i, TOps.Reciprocal(sumA));
                TOps.Store(sums + i + TOps.Count, TOps.Reciprocal(sumB));
                i += 2 * TOps.Count;
            }
            while (i < end);
            total = TOps.Add(total, TOps.Add(VectorMath<TOps, TVec>.Log2(a), VectorMath<TOps, TVec>.Log2(b)));
        }
        while (i < rows);
        return TOps.Sum(total);
    }

    /// <summary>Turns the rows' sums into weight/sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ScalesOfWeighted(int rows, double* weights, double* maxima, double* sums)
    {
        var total = TOps.Broadcast(0);
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec weight = TOps.Load(weights + i), sum = TOps.Max(TOps.Broadcast(1), TOps.Load(sums + i));
            total = TOps.MultiplyAdd(weight, TOps.Add(TOps.Load(maxima + i), VectorMath<TOps, TVec>.Log2(sum)), total);
            TOps.Store(sums + i, TOps.Divide(weight, sum));
        }
        return TOps.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(double* y, int rows, double* scales)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TOps.Store(y + i, TOps.Multiply(TOps.Load(y + i), TOps.Load(scales + i)));
            TOps.Store(y + i + TOps.Count, TOps.Multiply(TOps.Load(y + i + TOps.Count), TOps.Load(scales + i + TOps.Count)));
        }
    }

    /// <summary>Natural log p(row) from joint densities and their maxima.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LogSumExp(double* joint, int components, int rows, double* maxima, double* result)
    {
        for (var i = 0; i < rows; i += TOps.Count)
        {
            TVec max = TOps.Load(maxima + i), sum = TOps.Broadcast(0);
            var y = joint + i;
            for (var k = 0; k < components; k++, y += FeatureTile.Capacity) sum = TOps.Add(sum, TOps.Exp2(TOps.Subtract(TOps.Load(y), max)));
            var log = VectorMath<TOps, TVec>.Log2(TOps.Max(TOps.Broadcast(1), sum));
            TOps.Store(result + i, TOps.Multiply(TOps.Add(max, log), TOps.Broadcast(Ln2)));
        }
    }

    /// <summary>Index of the largest density of each row as a double, the first on ties.</summary>
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
}
