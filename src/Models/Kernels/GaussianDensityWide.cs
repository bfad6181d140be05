using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// <see cref="GaussianDensity{TOps, TVec}"/> with four row vectors by up to five outputs in registers, where there are 32 of them: fewer loads.
/// </summary>
internal static unsafe class GaussianDensityWide<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills q for the rows up to the last multiple of four vectors.</summary>
    /// <returns>How many rows that were.</returns>
    public static int Fill(double* x, double* coefficients, ReadOnlySpan<int> blocks, int rows, double constant, double* q)
    {
        rows -= rows % (4 * TOps.Count);
        var first = 0;
        foreach (var size in blocks)
        {
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
        return rows;
    }

    /// <summary>Outputs <paramref name="first"/> … + 4, four vectors of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block5(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 4 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0), a3 = TOps.Broadcast(0), a4 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0), b3 = TOps.Broadcast(0), b4 = TOps.Broadcast(0);
            TVec c0 = TOps.Broadcast(0), c1 = TOps.Broadcast(0), c2 = TOps.Broadcast(0), c3 = TOps.Broadcast(0), c4 = TOps.Broadcast(0);
            TVec d0 = TOps.Broadcast(0), d1 = TOps.Broadcast(0), d2 = TOps.Broadcast(0), d3 = TOps.Broadcast(0), d4 = TOps.Broadcast(0);
            TVec mean, u0, u1, u2, u3, l;
            for (var j = 0; j < first; j++, c += 6, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                u0 = TOps.Subtract(TOps.Load(column), mean);
                u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
                u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, u0, a0);
                b0 = TOps.MultiplyAdd(l, u1, b0);
                c0 = TOps.MultiplyAdd(l, u2, c0);
                d0 = TOps.MultiplyAdd(l, u3, d0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, u0, a1);
                b1 = TOps.MultiplyAdd(l, u1, b1);
                c1 = TOps.MultiplyAdd(l, u2, c1);
                d1 = TOps.MultiplyAdd(l, u3, d1);
                l = TOps.Broadcast(c[3]);
                a2 = TOps.MultiplyAdd(l, u0, a2);
                b2 = TOps.MultiplyAdd(l, u1, b2);
                c2 = TOps.MultiplyAdd(l, u2, c2);
                d2 = TOps.MultiplyAdd(l, u3, d2);
                l = TOps.Broadcast(c[4]);
                a3 = TOps.MultiplyAdd(l, u0, a3);
                b3 = TOps.MultiplyAdd(l, u1, b3);
                c3 = TOps.MultiplyAdd(l, u2, c3);
                d3 = TOps.MultiplyAdd(l, u3, d3);
                l = TOps.Broadcast(c[5]);
                a4 = TOps.MultiplyAdd(l, u0, a4);
                b4 = TOps.MultiplyAdd(l, u1, b4);
                c4 = TOps.MultiplyAdd(l, u2, c4);
                d4 = TOps.MultiplyAdd(l, u3, d4);
            }
            var q0 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var q1 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);
            var q2 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (2 * TOps.Count));
            var q3 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (3 * TOps.Count));

            mean = TOps.Broadcast(c[0]);
            u0 = TOps.Subtract(TOps.Load(column), mean);
            u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, u0, a0);
            b0 = TOps.MultiplyAdd(l, u1, b0);
            c0 = TOps.MultiplyAdd(l, u2, c0);
            d0 = TOps.MultiplyAdd(l, u3, d0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[3]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[4]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            l = TOps.Broadcast(c[5]);
            a4 = TOps.MultiplyAdd(l, u0, a4);
            b4 = TOps.MultiplyAdd(l, u1, b4);
            c4 = TOps.MultiplyAdd(l, u2, c4);
            d4 = TOps.MultiplyAdd(l, u3, d4);
            q0 = TOps.NegatedMultiplyAdd(a0, a0, q0);
            q1 = TOps.NegatedMultiplyAdd(b0, b0, q1);
            q2 = TOps.NegatedMultiplyAdd(c0, c0, q2);
            q3 = TOps.NegatedMultiplyAdd(d0, d0, q3);

            mean = TOps.Broadcast(c[6]);
            u0 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            u1 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[7]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[8]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[9]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            l = TOps.Broadcast(c[10]);
            a4 = TOps.MultiplyAdd(l, u0, a4);
            b4 = TOps.MultiplyAdd(l, u1, b4);
            c4 = TOps.MultiplyAdd(l, u2, c4);
            d4 = TOps.MultiplyAdd(l, u3, d4);
            q0 = TOps.NegatedMultiplyAdd(a1, a1, q0);
            q1 = TOps.NegatedMultiplyAdd(b1, b1, q1);
            q2 = TOps.NegatedMultiplyAdd(c1, c1, q2);
            q3 = TOps.NegatedMultiplyAdd(d1, d1, q3);

            mean = TOps.Broadcast(c[11]);
            u0 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[12]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[13]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            l = TOps.Broadcast(c[14]);
            a4 = TOps.MultiplyAdd(l, u0, a4);
            b4 = TOps.MultiplyAdd(l, u1, b4);
            c4 = TOps.MultiplyAdd(l, u2, c4);
            d4 = TOps.MultiplyAdd(l, u3, d4);
            q0 = TOps.NegatedMultiplyAdd(a2, a2, q0);
            q1 = TOps.NegatedMultiplyAdd(b2, b2, q1);
            q2 = TOps.NegatedMultiplyAdd(c2, c2, q2);
            q3 = TOps.NegatedMultiplyAdd(d2, d2, q3);

            mean = TOps.Broadcast(c[15]);
            u0 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[16]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            l = TOps.Broadcast(c[17]);
            a4 = TOps.MultiplyAdd(l, u0, a4);
            b4 = TOps.MultiplyAdd(l, u1, b4);
            c4 = TOps.MultiplyAdd(l, u2, c4);
            d4 = TOps.MultiplyAdd(l, u3, d4);
            q0 = TOps.NegatedMultiplyAdd(a3, a3, q0);
            q1 = TOps.NegatedMultiplyAdd(b3, b3, q1);
            q2 = TOps.NegatedMultiplyAdd(c3, c3, q2);
            q3 = TOps.NegatedMultiplyAdd(d3, d3, q3);

            mean = TOps.Broadcast(c[18]);
            u0 = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (4 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[19]);
            a4 = TOps.MultiplyAdd(l, u0, a4);
            b4 = TOps.MultiplyAdd(l, u1, b4);
            c4 = TOps.MultiplyAdd(l, u2, c4);
            d4 = TOps.MultiplyAdd(l, u3, d4);
            q0 = TOps.NegatedMultiplyAdd(a4, a4, q0);
            q1 = TOps.NegatedMultiplyAdd(b4, b4, q1);
            q2 = TOps.NegatedMultiplyAdd(c4, c4, q2);
            q3 = TOps.NegatedMultiplyAdd(d4, d4, q3);

            TOps.Store(q + i, q0);
            TOps.Store(q + i + TOps.Count, q1);
            TOps.Store(q + i + (2 * TOps.Count), q2);
            TOps.Store(q + i + (3 * TOps.Count), q3);
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 3, four vectors of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block4(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 4 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0), a3 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0), b3 = TOps.Broadcast(0);
            TVec c0 = TOps.Broadcast(0), c1 = TOps.Broadcast(0), c2 = TOps.Broadcast(0), c3 = TOps.Broadcast(0);
            TVec d0 = TOps.Broadcast(0), d1 = TOps.Broadcast(0), d2 = TOps.Broadcast(0), d3 = TOps.Broadcast(0);
            TVec mean, u0, u1, u2, u3, l;
            for (var j = 0; j < first; j++, c += 5, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                u0 = TOps.Subtract(TOps.Load(column), mean);
                u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
                u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, u0, a0);
                b0 = TOps.MultiplyAdd(l, u1, b0);
                c0 = TOps.MultiplyAdd(l, u2, c0);
                d0 = TOps.MultiplyAdd(l, u3, d0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, u0, a1);
                b1 = TOps.MultiplyAdd(l, u1, b1);
                c1 = TOps.MultiplyAdd(l, u2, c1);
                d1 = TOps.MultiplyAdd(l, u3, d1);
                l = TOps.Broadcast(c[3]);
                a2 = TOps.MultiplyAdd(l, u0, a2);
                b2 = TOps.MultiplyAdd(l, u1, b2);
                c2 = TOps.MultiplyAdd(l, u2, c2);
                d2 = TOps.MultiplyAdd(l, u3, d2);
                l = TOps.Broadcast(c[4]);
                a3 = TOps.MultiplyAdd(l, u0, a3);
                b3 = TOps.MultiplyAdd(l, u1, b3);
                c3 = TOps.MultiplyAdd(l, u2, c3);
                d3 = TOps.MultiplyAdd(l, u3, d3);
            }
            var q0 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var q1 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);
            var q2 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (2 * TOps.Count));
            var q3 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (3 * TOps.Count));

            mean = TOps.Broadcast(c[0]);
            u0 = TOps.Subtract(TOps.Load(column), mean);
            u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, u0, a0);
            b0 = TOps.MultiplyAdd(l, u1, b0);
            c0 = TOps.MultiplyAdd(l, u2, c0);
            d0 = TOps.MultiplyAdd(l, u3, d0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[3]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[4]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            q0 = TOps.NegatedMultiplyAdd(a0, a0, q0);
            q1 = TOps.NegatedMultiplyAdd(b0, b0, q1);
            q2 = TOps.NegatedMultiplyAdd(c0, c0, q2);
            q3 = TOps.NegatedMultiplyAdd(d0, d0, q3);

            mean = TOps.Broadcast(c[5]);
            u0 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            u1 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[6]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[7]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[8]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            q0 = TOps.NegatedMultiplyAdd(a1, a1, q0);
            q1 = TOps.NegatedMultiplyAdd(b1, b1, q1);
            q2 = TOps.NegatedMultiplyAdd(c1, c1, q2);
            q3 = TOps.NegatedMultiplyAdd(d1, d1, q3);

            mean = TOps.Broadcast(c[9]);
            u0 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[10]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            l = TOps.Broadcast(c[11]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            q0 = TOps.NegatedMultiplyAdd(a2, a2, q0);
            q1 = TOps.NegatedMultiplyAdd(b2, b2, q1);
            q2 = TOps.NegatedMultiplyAdd(c2, c2, q2);
            q3 = TOps.NegatedMultiplyAdd(d2, d2, q3);

            mean = TOps.Broadcast(c[12]);
            u0 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[13]);
            a3 = TOps.MultiplyAdd(l, u0, a3);
            b3 = TOps.MultiplyAdd(l, u1, b3);
            c3 = TOps.MultiplyAdd(l, u2, c3);
            d3 = TOps.MultiplyAdd(l, u3, d3);
            q0 = TOps.NegatedMultiplyAdd(a3, a3, q0);
            q1 = TOps.NegatedMultiplyAdd(b3, b3, q1);
            q2 = TOps.NegatedMultiplyAdd(c3, c3, q2);
            q3 = TOps.NegatedMultiplyAdd(d3, d3, q3);

            TOps.Store(q + i, q0);
            TOps.Store(q + i + TOps.Count, q1);
            TOps.Store(q + i + (2 * TOps.Count), q2);
            TOps.Store(q + i + (3 * TOps.Count), q3);
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 2, four vectors of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block3(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 4 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0), a2 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0), b2 = TOps.Broadcast(0);
            TVec c0 = TOps.Broadcast(0), c1 = TOps.Broadcast(0), c2 = TOps.Broadcast(0);
            TVec d0 = TOps.Broadcast(0), d1 = TOps.Broadcast(0), d2 = TOps.Broadcast(0);
            TVec mean, u0, u1, u2, u3, l;
            for (var j = 0; j < first; j++, c += 4, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                u0 = TOps.Subtract(TOps.Load(column), mean);
                u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
                u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, u0, a0);
                b0 = TOps.MultiplyAdd(l, u1, b0);
                c0 = TOps.MultiplyAdd(l, u2, c0);
                d0 = TOps.MultiplyAdd(l, u3, d0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, u0, a1);
                b1 = TOps.MultiplyAdd(l, u1, b1);
                c1 = TOps.MultiplyAdd(l, u2, c1);
                d1 = TOps.MultiplyAdd(l, u3, d1);
                l = TOps.Broadcast(c[3]);
                a2 = TOps.MultiplyAdd(l, u0, a2);
                b2 = TOps.MultiplyAdd(l, u1, b2);
                c2 = TOps.MultiplyAdd(l, u2, c2);
                d2 = TOps.MultiplyAdd(l, u3, d2);
            }
            var q0 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var q1 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);
            var q2 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (2 * TOps.Count));
            var q3 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (3 * TOps.Count));

            mean = TOps.Broadcast(c[0]);
            u0 = TOps.Subtract(TOps.Load(column), mean);
            u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, u0, a0);
            b0 = TOps.MultiplyAdd(l, u1, b0);
            c0 = TOps.MultiplyAdd(l, u2, c0);
            d0 = TOps.MultiplyAdd(l, u3, d0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[3]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            q0 = TOps.NegatedMultiplyAdd(a0, a0, q0);
            q1 = TOps.NegatedMultiplyAdd(b0, b0, q1);
            q2 = TOps.NegatedMultiplyAdd(c0, c0, q2);
            q3 = TOps.NegatedMultiplyAdd(d0, d0, q3);

            mean = TOps.Broadcast(c[4]);
            u0 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            u1 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[5]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            l = TOps.Broadcast(c[6]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            q0 = TOps.NegatedMultiplyAdd(a1, a1, q0);
            q1 = TOps.NegatedMultiplyAdd(b1, b1, q1);
            q2 = TOps.NegatedMultiplyAdd(c1, c1, q2);
            q3 = TOps.NegatedMultiplyAdd(d1, d1, q3);

            mean = TOps.Broadcast(c[7]);
            u0 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity)), mean);
            u1 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (2 * FeatureTile.Capacity) + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[8]);
            a2 = TOps.MultiplyAdd(l, u0, a2);
            b2 = TOps.MultiplyAdd(l, u1, b2);
            c2 = TOps.MultiplyAdd(l, u2, c2);
            d2 = TOps.MultiplyAdd(l, u3, d2);
            q0 = TOps.NegatedMultiplyAdd(a2, a2, q0);
            q1 = TOps.NegatedMultiplyAdd(b2, b2, q1);
            q2 = TOps.NegatedMultiplyAdd(c2, c2, q2);
            q3 = TOps.NegatedMultiplyAdd(d2, d2, q3);

            TOps.Store(q + i, q0);
            TOps.Store(q + i + TOps.Count, q1);
            TOps.Store(q + i + (2 * TOps.Count), q2);
            TOps.Store(q + i + (3 * TOps.Count), q3);
        }
    }

    /// <summary>Outputs <paramref name="first"/> … + 1, four vectors of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block2(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 4 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0), a1 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0), b1 = TOps.Broadcast(0);
            TVec c0 = TOps.Broadcast(0), c1 = TOps.Broadcast(0);
            TVec d0 = TOps.Broadcast(0), d1 = TOps.Broadcast(0);
            TVec mean, u0, u1, u2, u3, l;
            for (var j = 0; j < first; j++, c += 3, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                u0 = TOps.Subtract(TOps.Load(column), mean);
                u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
                u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, u0, a0);
                b0 = TOps.MultiplyAdd(l, u1, b0);
                c0 = TOps.MultiplyAdd(l, u2, c0);
                d0 = TOps.MultiplyAdd(l, u3, d0);
                l = TOps.Broadcast(c[2]);
                a1 = TOps.MultiplyAdd(l, u0, a1);
                b1 = TOps.MultiplyAdd(l, u1, b1);
                c1 = TOps.MultiplyAdd(l, u2, c1);
                d1 = TOps.MultiplyAdd(l, u3, d1);
            }
            var q0 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var q1 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);
            var q2 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (2 * TOps.Count));
            var q3 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (3 * TOps.Count));

            mean = TOps.Broadcast(c[0]);
            u0 = TOps.Subtract(TOps.Load(column), mean);
            u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, u0, a0);
            b0 = TOps.MultiplyAdd(l, u1, b0);
            c0 = TOps.MultiplyAdd(l, u2, c0);
            d0 = TOps.MultiplyAdd(l, u3, d0);
            l = TOps.Broadcast(c[2]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            q0 = TOps.NegatedMultiplyAdd(a0, a0, q0);
            q1 = TOps.NegatedMultiplyAdd(b0, b0, q1);
            q2 = TOps.NegatedMultiplyAdd(c0, c0, q2);
            q3 = TOps.NegatedMultiplyAdd(d0, d0, q3);

            mean = TOps.Broadcast(c[3]);
            u0 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity), mean);
            u1 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + FeatureTile.Capacity + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[4]);
            a1 = TOps.MultiplyAdd(l, u0, a1);
            b1 = TOps.MultiplyAdd(l, u1, b1);
            c1 = TOps.MultiplyAdd(l, u2, c1);
            d1 = TOps.MultiplyAdd(l, u3, d1);
            q0 = TOps.NegatedMultiplyAdd(a1, a1, q0);
            q1 = TOps.NegatedMultiplyAdd(b1, b1, q1);
            q2 = TOps.NegatedMultiplyAdd(c1, c1, q2);
            q3 = TOps.NegatedMultiplyAdd(d1, d1, q3);

            TOps.Store(q + i, q0);
            TOps.Store(q + i + TOps.Count, q1);
            TOps.Store(q + i + (2 * TOps.Count), q2);
            TOps.Store(q + i + (3 * TOps.Count), q3);
        }
    }

    /// <summary>Output <paramref name="first"/>, four vectors of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block1(double* x, double* coefficients, int first, int rows, double constant, double* q)
    {
        for (var i = 0; i < rows; i += 4 * TOps.Count)
        {
            var c = coefficients;
            var column = x + i;
            TVec a0 = TOps.Broadcast(0);
            TVec b0 = TOps.Broadcast(0);
            TVec c0 = TOps.Broadcast(0);
            TVec d0 = TOps.Broadcast(0);
            TVec mean, u0, u1, u2, u3, l;
            for (var j = 0; j < first; j++, c += 2, column += FeatureTile.Capacity)
            {
                mean = TOps.Broadcast(c[0]);
                u0 = TOps.Subtract(TOps.Load(column), mean);
                u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
                u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
                u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
                l = TOps.Broadcast(c[1]);
                a0 = TOps.MultiplyAdd(l, u0, a0);
                b0 = TOps.MultiplyAdd(l, u1, b0);
                c0 = TOps.MultiplyAdd(l, u2, c0);
                d0 = TOps.MultiplyAdd(l, u3, d0);
            }
            var q0 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i);
            var q1 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + TOps.Count);
            var q2 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (2 * TOps.Count));
            var q3 = first == 0 ? TOps.Broadcast(constant) : TOps.Load(q + i + (3 * TOps.Count));

            mean = TOps.Broadcast(c[0]);
            u0 = TOps.Subtract(TOps.Load(column), mean);
            u1 = TOps.Subtract(TOps.Load(column + TOps.Count), mean);
            u2 = TOps.Subtract(TOps.Load(column + (2 * TOps.Count)), mean);
            u3 = TOps.Subtract(TOps.Load(column + (3 * TOps.Count)), mean);
            l = TOps.Broadcast(c[1]);
            a0 = TOps.MultiplyAdd(l, u0, a0);
            b0 = TOps.MultiplyAdd(l, u1, b0);
            c0 = TOps.MultiplyAdd(l, u2, c0);
            d0 = TOps.MultiplyAdd(l, u3, d0);
            q0 = TOps.NegatedMultiplyAdd(a0, a0, q0);
            q1 = TOps.NegatedMultiplyAdd(b0, b0, q1);
            q2 = TOps.NegatedMultiplyAdd(c0, c0, q2);
            q3 = TOps.NegatedMultiplyAdd(d0, d0, q3);

            TOps.Store(q + i, q0);
            TOps.Store(q + i + TOps.Count, q1);
            TOps.Store(q + i + (2 * TOps.Count), q2);
            TOps.Store(q + i + (3 * TOps.Count), q3);
        }
    }
}
