using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of symmetric matrices: reduction to tridiagonal form (<see cref="Tridiagonal"/>), then the QL method with implicit shifts
/// (Golub and Van Loan, section 8.3.3), whose rotations are applied to the vectors together (<see cref="PlaneRotations"/>).
/// </summary>
internal static class SymmetricEigen
{
    // More than three per value are hardly ever needed; a value that needs more is left at its current accuracy.
    private const int MostSteps = 60;

    // Half the distance from 1 to the next double.
    private const double Unit = 1.1102230246251565e-16;

    /// <summary>Eigenvalues, in no particular order, and eigenvectors.</summary>
    /// <param name="matrix">Shape [n, n], symmetric, finite.</param>
    /// <returns>Shape [n], and shape [n, n]: row k is the eigenvector for value k, of length 1.</returns>
    public static (double[] Values, double[,] Vectors) Decompose(double[,] matrix)
    {
        var found = new Spectrum(matrix, 0);
        return (found.Values, found.Vectors(found.Values.Length));
    }

    /// <summary>Eigenvalues, and eigenvectors on demand.</summary>
    internal sealed class Spectrum
    {
        private readonly Tridiagonal reduced;
        private readonly PlaneRotations rotations = new();

        /// <summary>Finds the values.</summary>
        /// <param name="matrix">Shape [n, n], symmetric, finite.</param>
        /// <param name="negligible">
        /// Eigenvalues of this size need not be told from 0: the rest of a matrix of low rank counts as 0 when its Frobenius norm is at most this and at most
        /// n rounding errors of the whole, which is below the error of the reduction.
        /// </param>
        public Spectrum(double[,] matrix, double negligible)
        {
            var n = matrix.GetLength(0);
            double most = 0;
            foreach (var value in matrix) most = Math.Max(most, Math.Abs(value));
            // Squares must not leave the range of doubles; a power of 2 changes no bits.
            var exponent = most > 0 ? Math.ILogB(most) : 0;
            var a = new double[n, n];
            double squares = 0;
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) a[i, j] = Math.ScaleB(matrix[i, j], -exponent);
                squares += Rows.Dot(Rows.Of(a, i), Rows.Of(a, i));
            }
            reduced = new(a, Math.Min(Math.ScaleB(negligible, -exponent), n * Unit * Math.Sqrt(squares)));
            Values = [.. reduced.Diagonal];
            double[] beside = [.. reduced.Beside];
            for (var l = 0; l < n; l++)
            {
                for (var step = 0; step < MostSteps && LastCoupled(Values, beside, l) is var last && last > l; step++)
                {
                    Cancellation.Poll();
                    Step(Values, beside, l, last);
                }
            }
            for (var k = 0; k < n; k++) Values[k] = Math.ScaleB(Values[k], exponent);
        }

        /// <summary>Shape [n], in no particular order.</summary>
        public double[] Values { get; }

        /// <summary>Number of the first values that need not be 0.</summary>
        public int MostRank => Math.Min(reduced.Reduced + 1, Values.Length);

        /// <summary>The eigenvectors of the first values.</summary>
        /// <param name="count">At least <see cref="MostRank"/>.</param>
        /// <returns>Shape [count, n]: row k is the eigenvector for value k, of length 1.</returns>
        public double[,] Vectors(int count)
        {
            var vectors = new double[count, Values.Length];
            for (var k = 0; k < count; k++)
            {
                Cancellation.Poll();
                vectors[k, k] = 1;
                // Reflection j acts on what follows entry j alone.
                for (var j = Math.Min(k, reduced.Reduced) - 1; j >= 0; j--)
                {
                    if (reduced.Factors[j] == 0) continue;
                    var v = reduced.Reflection(j);
                    var row = Rows.Of(vectors, k)[(j + 1)..];
                    Rows.Add(-reduced.Factors[j] * Rows.Dot(row, v), v, row);
                }
            }
            rotations.Apply(vectors);
            return vectors;
        }

        // The end of the block starting at l: up to there no off-diagonal entry is negligible.
        private static int LastCoupled(double[] values, double[] beside, int l)
        {
            var last = l;
            while (last < values.Length - 1 && Math.Abs(beside[last]) > Unit * (Math.Abs(values[last]) + Math.Abs(values[last + 1]))) last++;
            return last;
        }

        // One implicit QL step on the block from l to last.
        private void Step(double[] values, double[] beside, int l, int last)
        {
            var g = (values[l + 1] - values[l]) / (2 * beside[l]);
            g = values[last] - values[l] + (beside[l] / (g + Math.CopySign(Math.Sqrt((g * g) + 1), g)));
            double s = 1, c = 1, p = 0;
            rotations.Begin(last);
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
                rotations.Add(c, s);
            }
            values[l] -= p;
            beside[l] = g;
            beside[last] = 0;
        }
    }
}
