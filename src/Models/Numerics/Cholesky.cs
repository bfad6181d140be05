namespace Pipelines.Models.Numerics;

/// <summary>Cholesky factors of small symmetric matrices.</summary>
internal static class Cholesky
{
    /// <summary>
    /// A pivot below this share of its diagonal entry counts as 0: the feature is a linear combination of those before it.
    /// About 50 rounding errors of a double.
    /// </summary>
    public const double RelativeTolerance = 1e-14;

    /// <summary>Factors a = L L^T.</summary>
    /// <param name="a">Shape [n, n], symmetric; only the lower triangle is read.</param>
    /// <param name="lower">Shape [n, n]: the factor, 0 above the diagonal.</param>
    /// <returns>-1, or the first row whose pivot is not positive: there the matrix is not positive definite.</returns>
    public static int Factor(double[,] a, double[,] lower)
    {
        var n = a.GetLength(0);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= lower[i, k] * lower[j, k];
                if (j < i)
                {
                    lower[i, j] = sum / lower[j, j];
                    lower[j, i] = 0;
                }
                else if (sum > a[i, i] * RelativeTolerance)
                {
                    lower[i, i] = Math.Sqrt(sum);
                }
                else
                {
                    return i;
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
        for (var j = 0; j < n; j++)
        {
            inverse[j, j] = 1 / lower[j, j];
            for (var i = j + 1; i < n; i++)
            {
                double sum = 0;
                for (var k = j; k < i; k++) sum -= lower[i, k] * inverse[k, j];
                inverse[i, j] = sum / lower[i, i];
            }
        }
        return inverse;
    }
}
