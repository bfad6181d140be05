using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of symmetric matrices: Householder's reduction to tridiagonal form, then the QL method with implicit shifts (Golub and Van
/// Loan,
/// sections 8.3.1 and 8.3.3). Every inner loop runs along rows, without sums across lanes, so that the bits do not depend on the vector width.
/// </summary>
internal static class SymmetricEigen
{
    // More than three per value are hardly ever needed; a value that needs more is left at its current accuracy.
    private const int MostSteps = 60;

    // Half the distance from 1 to the next double.
    private const double Unit = 1.1102230246251565e-16;

    /// <summary>
    /// Raises every eigenvalue below <paramref name="floor"/> to it; a matrix that has none, or that has an entry that is not finite, is returned unchanged.
    /// </summary>
    /// <param name="a">Shape [n, n], symmetric.</param>
    /// <param name="floor">At least 0.</param>
    public static double[,] Floor(double[,] a, double floor)
    {
        var n = a.GetLength(0);
        var lifted = (double[,])a.Clone();
        foreach (var value in a)
            if (!double.IsFinite(value)) return a;
        for (var i = 0; i < n; i++) lifted[i, i] -= floor;
        // Positive definite even after subtraction: every eigenvalue is larger. This costs a tenth of computing them.
        if (Cholesky.Factor(lifted, new double[n, n]) < 0) return a;
        var (values, vectors) = Decompose(a);
        if (Array.TrueForAll(values, v => v >= floor)) return a;
        var result = (double[,])a.Clone();
        for (var k = 0; k < n; k++)
        {
            Cancellation.Poll();
            if (values[k] >= floor) continue;
            var vector = Rows.Of(vectors, k);
            for (var i = 0; i < n; i++) Rows.Add((floor - values[k]) * vector[i], vector[..(i + 1)], Rows.Of(result, i));
        }
        for (var i = 0; i < n; i++)
            for (var j = 0; j < i; j++) result[j, i] = result[i, j];
        return result;
    }

    /// <summary>Eigenvalues, in no particular order, and eigenvectors.</summary>
    /// <param name="matrix">Shape [n, n], symmetric, finite.</param>
    /// <returns>Shape [n], and shape [n, n]: row k is the eigenvector for value k, of length 1.</returns>
    public static (double[] Values, double[,] Vectors) Decompose(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        double most = 0;
        foreach (var value in matrix) most = Math.Max(most, Math.Abs(value));
        // Squares must not leave the range of doubles; a power of 2 changes no bits.
        var exponent = most > 0 ? Math.ILogB(most) : 0;
        var a = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) a[i, j] = Math.ScaleB(matrix[i, j], -exponent);
        var vectors = new double[n, n];
        var (values, beside) = Tridiagonal(a, vectors);
        for (var l = 0; l < n; l++)
        {
            for (var step = 0; step < MostSteps && LastCoupled(values, beside, l) is var last && last > l; step++)
            {
                Cancellation.Poll();
                Step(values, beside, vectors, l, last);
            }
        }
        for (var k = 0; k < n; k++) values[k] = Math.ScaleB(values[k], exponent);
        return (values, vectors);
    }

    // Reflections A <- H A H with H = 1 - factor v v^T make the matrix tridiagonal; applied from the left, they turn the unit matrix into the transposed
    // transformation.
    private static (double[] Diagonal, double[] Beside) Tridiagonal(double[,] a, double[,] vectors)
    {
        var n = a.GetLength(0);
        double[] diagonal = new double[n], beside = new double[n], product = new double[n], sum = new double[n];
        for (var i = 0; i < n; i++) vectors[i, i] = 1;
        for (var k = 0; k < n - 1; k++)
        {
            Cancellation.Poll();
            diagonal[k] = a[k, k];
            var first = k + 1;
            // The matrix is symmetric: the column below the diagonal is also in its row.
            var v = Rows.Of(a, k)[first..];
            double off = 0;
            foreach (var x in v[1..]) off += x * x;
            beside[k] = v[0];
            if (!(off > 0)) continue;
            beside[k] = Math.Sqrt((v[0] * v[0]) + off) * (v[0] > 0 ? -1 : 1);
            v[0] -= beside[k];
            var factor = 2 / (off + (v[0] * v[0]));
            var p = product.AsSpan(first);
            p.Clear();
            for (var i = 0; i < v.Length; i++) Rows.Add(factor * v[i], Rows.Of(a, first + i)[first..], p);
            double inner = 0;
            for (var i = 0; i < v.Length; i++) inner += p[i] * v[i];
            Rows.Add(-0.5 * factor * inner, v, p);
            for (var i = 0; i < v.Length; i++)
            {
                var row = Rows.Of(a, first + i)[first..];
                Rows.Add(-v[i], p, row);
                Rows.Add(-p[i], v, row);
            }
            Array.Clear(sum);
            for (var i = 0; i < v.Length; i++) Rows.Add(factor * v[i], Rows.Of(vectors, first + i), sum);
            for (var i = 0; i < v.Length; i++) Rows.Add(-v[i], sum, Rows.Of(vectors, first + i));
        }
        diagonal[n - 1] = a[n - 1, n - 1];
        return (diagonal, beside);
    }

    // The end of the block starting at l: up to there no off-diagonal entry is negligible.
    private static int LastCoupled(double[] values, double[] beside, int l)
    {
        var last = l;
        while (last < values.Length - 1 && Math.Abs(beside[last]) > Unit * (Math.Abs(values[last]) + Math.Abs(values[last + 1]))) last++;
        return last;
    }

    // One implicit QL step on the block from l to last.
    private static void Step(double[] values, double[] beside, double[,] vectors, int l, int last)
    {
        var g = (values[l + 1] - values[l]) / (2 * beside[l]);
        g = values[last] - values[l] + (beside[l] / (g + Math.CopySign(Math.Sqrt((g * g) + 1), g)));
        double s = 1, c = 1, p = 0;
        for (var i = last - 1; i >= l; i--)
        {
            double f = s * beside[i], b = c * beside[i], r = Math.Sqrt((f * f) + (g * g));
            beside[i + 1] = r;
            if (r == 0)
            {
                values[i + 1] -= p;
                beside[last] = 0;
                return;
            }
            (s, c) = (f / r, g / r);
            g = values[i + 1] - p;
            r = ((values[i] - g) * s) + (2 * c * b);
            p = s * r;
            values[i + 1] = g + p;
            g = (c * r) - b;
            Rows.Rotate(Rows.Of(vectors, i), Rows.Of(vectors, i + 1), c, s);
        }
        values[l] -= p;
        beside[l] = g;
        beside[last] = 0;
    }
}
