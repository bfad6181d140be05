namespace Pipelines.Models.Numerics;

/// <summary>Eigenvalues of small symmetric matrices by cyclic Jacobi rotations (Golub and Van Loan, section 8.5).</summary>
internal static class SymmetricEigen
{
    /// <summary>Raises every eigenvalue below <paramref name="floor"/> to it; a matrix without such a one is returned as it is.</summary>
    /// <param name="a">Shape [n, n], symmetric.</param>
    /// <param name="floor">At least 0.</param>
    public static double[,] Floor(double[,] a, double floor)
    {
        var n = a.GetLength(0);
        var (values, vectors) = Decompose(a);
        if (values.All(v => v >= floor)) return a;
        var result = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                double sum = 0;
                for (var k = 0; k < n; k++) sum += Math.Max(values[k], floor) * vectors[i, k] * vectors[j, k];
                result[i, j] = result[j, i] = sum;
            }
        }
        return result;
    }

    /// <summary>Eigenvalues and, as columns, eigenvectors.</summary>
    /// <param name="matrix">Shape [n, n], symmetric.</param>
    public static (double[] Values, double[,] Vectors) Decompose(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var v = new double[n, n];
        for (var i = 0; i < n; i++) v[i, i] = 1;
        for (var sweep = 0; sweep < 60; sweep++)
        {
            double off = 0, all = 0;
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    all += a[i, j] * a[i, j];
                    if (i != j) off += a[i, j] * a[i, j];
                }
            }
            if (off <= all * 1e-32) break;
            for (var p = 0; p < n - 1; p++)
                for (var q = p + 1; q < n; q++) Rotate(a, v, p, q);
        }
        var values = new double[n];
        for (var i = 0; i < n; i++) values[i] = a[i, i];
        return (values, v);
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (a[p, q] == 0) return;
        var n = a.GetLength(0);
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < n; k++)
        {
            var (kp, kq) = (a[k, p], a[k, q]);
            a[k, p] = (c * kp) - (s * kq);
            a[k, q] = (s * kp) + (c * kq);
        }
        for (var k = 0; k < n; k++)
        {
            var (pk, qk) = (a[p, k], a[q, k]);
            a[p, k] = (c * pk) - (s * qk);
            a[q, k] = (s * pk) + (c * qk);
            var (vp, vq) = (v[k, p], v[k, q]);
            v[k, p] = (c * vp) - (s * vq);
            v[k, q] = (s * vp) + (c * vq);
        }
    }
}
