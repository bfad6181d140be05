using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Log densities of a full-covariance Gaussian for a tile of rows: q = constant - |L^-1 (x - mean)|^2. Two row vectors by up to five outputs of the triangular
/// product stay in registers, and no work is done outside the triangle.
/// </summary>
internal static unsafe partial class GaussianDensity<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills q for one Gaussian.</summary>
    /// <param name="x">Shape [D, Capacity].</param>
    /// <param name="coefficients">The stream made by <see cref="GaussianLayout.Stream"/>.</param>
    /// <param name="blocks">Sizes of the blocks of outputs, 1 … 5, in order; they sum to D.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="constant">Added to all.</param>
    /// <param name="q">Shape [rows].</param>
    public static void Fill(double* x, double* coefficients, ReadOnlySpan<int> blocks, int rows, double constant, double* q)
    {
        var first = 0;
        foreach (var size in blocks)
        {
            Cancellation.Poll();
            switch (size)
            {
                case 5: Block5(x, coefficients, first, rows, constant, q); break;
                case 4: Block4(x, coefficients, first, rows, constant, q); break;
                case 3: Block3(x, coefficients, first, rows, constant, q); break;
                case 2: Block2(x, coefficients, first, rows, constant, q); break;
                default: Block1(x, coefficients, first, rows, constant, q); break;
            }
            coefficients += GaussianLayout.StreamLength(first, size);
            first += size;
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block5(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0), a3 = TOps.Broadcast(0), a4 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0), b3 = TOps.Broadcast(0), b4 = TOps.Broadcast(0);
            TVec mean, d, e, l;
            for (var j = 0; j < first; j++, c += 6, column += FeatureTile.Capacity)
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
                l = TOps.Broadcast(c[4]);
                a3 = TOps.MultiplyAdd(l, d, a3);
                b3 = TOps.MultiplyAdd(l, e, b3);
                l = TOps.Broadcast(c[5]);
                a4 = TOps.MultiplyAdd(l, d, a4);
                b4 = TOps.MultiplyAdd(l, e, b4);
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
            l = TOps.Broadcast(c[4]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            l = TOps.Broadcast(c[5]);
            a4 = TOps.MultiplyAdd(l, d, a4);
            b4 = TOps.MultiplyAdd(l, e, b4);
            qa = TOps.NegatedMultiplyAdd(a0, a0, qa);
            qb = TOps.NegatedMultiplyAdd(b0, b0, qb);

            mean = TOps.Broadcast(c[6]);
            d = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            e = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            l = TOps.Broadcast(c[7]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            l = TOps.Broadcast(c[8]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            l = TOps.Broadcast(c[9]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            l = TOps.Broadcast(c[10]);
            a4 = TOps.MultiplyAdd(l, d, a4);
            b4 = TOps.MultiplyAdd(l, e, b4);
            qa = TOps.NegatedMultiplyAdd(a1, a1, qa);
            qb = TOps.NegatedMultiplyAdd(b1, b1, qb);

            mean = TOps.Broadcast(c[11]);
            d = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[12]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            l = TOps.Broadcast(c[13]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            l = TOps.Broadcast(c[14]);
            a4 = TOps.MultiplyAdd(l, d, a4);
            b4 = TOps.MultiplyAdd(l, e, b4);
            qa = TOps.NegatedMultiplyAdd(a2, a2, qa);
            qb = TOps.NegatedMultiplyAdd(b2, b2, qb);

            mean = TOps.Broadcast(c[15]);
            d = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[16]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            l = TOps.Broadcast(c[17]);
            a4 = TOps.MultiplyAdd(l, d, a4);
            b4 = TOps.MultiplyAdd(l, e, b4);
            qa = TOps.NegatedMultiplyAdd(a3, a3, qa);
            qb = TOps.NegatedMultiplyAdd(b3, b3, qb);

            mean = TOps.Broadcast(c[18]);
            d = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[19]);
            a4 = TOps.MultiplyAdd(l, d, a4);
            b4 = TOps.MultiplyAdd(l, e, b4);
            qa = TOps.NegatedMultiplyAdd(a4, a4, qa);
            qb = TOps.NegatedMultiplyAdd(b4, b4, qb);
            TOps.Store(q + i, qa);
            TOps.Store(q + i + TOps.Count, qb);
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block4(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0), a3 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0), b3 = TOps.Broadcast(0);
            TVec mean, d, e, l;
            for (var j = 0; j < first; j++, c += 5, column += FeatureTile.Capacity)
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
                l = TOps.Broadcast(c[4]);
                a3 = TOps.MultiplyAdd(l, d, a3);
                b3 = TOps.MultiplyAdd(l, e, b3);
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
            l = TOps.Broadcast(c[4]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            qa = TOps.NegatedMultiplyAdd(a0, a0, qa);
            qb = TOps.NegatedMultiplyAdd(b0, b0, qb);

            mean = TOps.Broadcast(c[5]);
            d = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            e = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            l = TOps.Broadcast(c[6]);
            a1 = TOps.MultiplyAdd(l, d, a1);
            b1 = TOps.MultiplyAdd(l, e, b1);
            l = TOps.Broadcast(c[7]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            l = TOps.Broadcast(c[8]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            qa = TOps.NegatedMultiplyAdd(a1, a1, qa);
            qb = TOps.NegatedMultiplyAdd(b1, b1, qb);

            mean = TOps.Broadcast(c[9]);
            d = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[10]);
            a2 = TOps.MultiplyAdd(l, d, a2);
            b2 = TOps.MultiplyAdd(l, e, b2);
            l = TOps.Broadcast(c[11]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            qa = TOps.NegatedMultiplyAdd(a2, a2, qa);
            qb = TOps.NegatedMultiplyAdd(b2, b2, qb);

            mean = TOps.Broadcast(c[12]);
            d = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity)), mean);
            e = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + TOps.Count), mean);
            l = TOps.Broadcast(c[13]);
            a3 = TOps.MultiplyAdd(l, d, a3);
            b3 = TOps.MultiplyAdd(l, e, b3);
            qa = TOps.NegatedMultiplyAdd(a3, a3, qa);
            qb = TOps.NegatedMultiplyAdd(b3, b3, qb);
            TOps.Store(q + i, qa);
            TOps.Store(q + i + TOps.Count, qb);
        }
    }
}
