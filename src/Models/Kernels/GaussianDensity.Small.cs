using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <content>Blocks of one to three outputs.</content>
internal static unsafe partial class GaussianDensity<TOps, TVec>
{
    /// <summary>Outputs <paramref name="first"/> … + 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block3(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0);
            TVec mean, d, e, l;
            for (var j = 0; j < first; j++, c += 4, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                d = TOps.Subtract(TOps.Load(column), mean);
                e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, d, a0);
                b0 = TOps.MultiplyAdd(l, e, b0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, d, a1);
                b1 = TOps.MultiplyAdd(l, e, b1);
                l = TOps.Broadcast(c[3]);
                a2 = TOps.MultiplyAdd(l, d, a2);
                b2 = TOps.MultiplyAdd(l, e, b2);
            }
            var qa = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var qb = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);

            mean = TOps.Broadcast(c[0]);
            d = TOps.Subtract(TOps.Load(column), mean);
            e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, d, a0);
            b0 = TOps.MultiplyAdd(l, e, b0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            l = TOps.Broadcast(c[3]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            qa = TOps.NegatedMultiplyAdd(a0, a0, qa);
            qb = TOps.NegatedMultiplyAdd(b0, b0, qb);

            mean = TOps.Broadcast(c[4]);
            d = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            e = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            l = TOps.Broadcast(c[5]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            l = TOps.Broadcast(c[6]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            qa = TOps.NegatedMultiplyAdd(a1, a1, qa);
            qb = TOps.NegatedMultiplyAdd(b1, b1, qb);

            mean = TOps.Broadcast(c[7]);
            d = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[8]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            qa = TOps.NegatedMultiplyAdd(a2, a2, qa);
            qb = TOps.NegatedMultiplyAdd(b2, b2, qb);
            TOps.Store(q + i, qa);
            TOps.Store(q + i + TOps.Count, qb);
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block2(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0);
            TVec mean, d, e, l;
            for (var j = 0; j < first; j++, c += 3, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                d = TOps.Subtract(TOps.Load(column), mean);
                e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, d, a0);
                b0 = TOps.MultiplyAdd(l, e, b0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, d, a1);
                b1 = TOps.MultiplyAdd(l, e, b1);
            }
            var qa = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var qb = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);

            mean = TOps.Broadcast(c[0]);
            d = TOps.Subtract(TOps.Load(column), mean);
            e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, d, a0);
            b0 = TOps.MultiplyAdd(l, e, b0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            qa = TOps.NegatedMultiplyAdd(a0, a0, qa);
            qb = TOps.NegatedMultiplyAdd(b0, b0, qb);

            mean = TOps.Broadcast(c[3]);
            d = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            e = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            l = TOps.Broadcast(c[4]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            qa = TOps.NegatedMultiplyAdd(a1, a1, qa);
            qb = TOps.NegatedMultiplyAdd(b1, b1, qb);
            TOps.Store(q + i, qa);
            TOps.Store(q + i + TOps.Count, qb);
        }
    }

    /// <summary>One output, <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block1(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), b0 = TOps.Broadcast(0);
            TVec mean, d, e, l;
            for (var j = 0; j < first; j++, c += 2, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                d = TOps.Subtract(TOps.Load(column), mean);
                e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, d, a0);
                b0 = TOps.MultiplyAdd(l, e, b0);
            }
            var qa = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var qb = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);

            mean = TOps.Broadcast(c[0]);
            d = TOps.Subtract(TOps.Load(column), mean);
            e = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, d, a0);
            b0 = TOps.MultiplyAdd(l, e, b0);
            qa = TOps.NegatedMultiplyAdd(a0, a0, qa);
            qb = TOps.NegatedMultiplyAdd(b0, b0, qb);
            TOps.Store(q + i, qa);
            TOps.Store(q + i + TOps.Count, qb);
        }
    }
}
