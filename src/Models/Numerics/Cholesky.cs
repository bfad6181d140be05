using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>Cholesky factors of symmetric matrices.</summary>
internal static class Cholesky
{
    /// <summary>
    /// A pivot below this share of its diagonal entry counts as 0: the feature is a linear combination of the preceding ones.
    /// About 50 rounding errors of a double.
    /// </summary>
    public const double RelativeTolerance = 1e-14;

    // Number of columns summed concurrently, so that an addition need not wait for the one before it.
    private const int Together = 4;

    /// <summary>Factors a = L L^T.</summary>
    /// <param name="a">Shape [n, n], symmetric; only the lower triangle is read.</param>
    /// <param name="lower">Shape [n, n]: the factor, 0 above the diagonal.</param>
    /// <returns>-1, or the first row whose pivot is not positive: there the matrix is not positive definite.</returns>
    public static int Factor(double[,] a, double[,] lower)
    {
        var n = a.GetLength(0);
        Span<double> sums = stackalloc double[Together];
        for (var i = 0; i < n; i++)
        {
            Cancellation.Poll();
            var row = Rows.Of(lower, i);
            row[i..].Clear();
            for (var first = 0; first <= i; first += Together)
            {
                var end = Math.Min(first + Together, i + 1);
                Subtract(a, lower, i, first, end, sums);
                for (var j = first; j < end; j++)
                {
                    var sum = sums[j - first];
                    for (var k = first; k < j; k++) sum -= row[k] * lower[j, k];
                    if (j < i) row[j] = sum / lower[j, j];
                    else if (sum > a[i, i] * RelativeTolerance) row[i] = Math.Sqrt(sum);
                    else return i;
                }
            }
        }
        return -1;
    }

    /// <summary>Inverse of a lower triangular matrix.</summary>
    /// <param name="lower">Shape [n, n].</param>
    public static double[,] InvertLower(double[,] lower)
    {
        var n = lower.GetLength(0);
        var inverse = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            Cancellation.Poll();
            var row = Rows.Of(inverse, i);
            for (var k = 0; k < i; k++) Rows.Add(-lower[i, k], Rows.Of(inverse, k)[..(k + 1)], row);
            for (var j = 0; j < i; j++) row[j] /= lower[i, i];
            row[i] = 1 / lower[i, i];
        }
        return inverse;
    }

    // Entries of row i from column first to end - 1, minus the products of the columns before first.
    private static void Subtract(double[,] a, double[,] lower, int i, int first, int end, Span<double> sums)
    {
        for (var j = first; j < end; j++) sums[j - first] = a[i, j];
        var row = Rows.Of(lower, i)[..first];
        if (end - first < Together)
        {
            for (var j = first; j < end; j++)
            {
                var own = Rows.Of(lower, j)[..first];
                for (var k = 0; k < row.Length; k++) sums[j - first] -= row[k] * own[k];
            }
            return;
        }
        var (x0, x1, x2, x3) = (sums[0], sums[1], sums[2], sums[3]);
        ReadOnlySpan<double> r0 = Rows.Of(lower, first)[..first], r1 = Rows.Of(lower, first + 1)[..first];
        ReadOnlySpan<double> r2 = Rows.Of(lower, first + 2)[..first], r3 = Rows.Of(lower, first + 3)[..first];
        for (var k = 0; k < row.Length; k++)
        {
            var x = row[k];
            x0 -= x * r0[k];
            x1 -= x * r1[k];
            x2 -= x * r2[k];
            x3 -= x * r3[k];
        }
        (sums[0], sums[1], sums[2], sums[3]) = (x0, x1, x2, x3);
    }
}
