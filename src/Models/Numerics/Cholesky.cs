using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Cholesky factors of symmetric matrices, in blocks. Each entry subtracts its products in order and rounds each step, so that the bits depend on neither
/// the blocks nor the vector width.
/// </summary>
internal static unsafe class Cholesky
{
    /// <summary>
    /// A pivot below this share of its diagonal entry counts as 0: the feature is a linear combination of the preceding ones.
    /// About 50 rounding errors of a double.
    /// </summary>
    public const double RelativeTolerance = 1e-14;

    /// <summary>Factors a = L L^T: a block of columns at a time, then the update of the rest (Golub and Van Loan, section 4.2.9).</summary>
    /// <param name="a">Shape [n, n], symmetric; only the lower triangle is read.</param>
    /// <param name="lower">Shape [n, n]: the factor, 0 above the diagonal.</param>
    /// <returns>-1, or the first row whose pivot is not positive: there the matrix is not positive definite.</returns>
    public static int Factor(double[,] a, double[,] lower)
    {
        var n = a.GetLength(0);
        var width = Math.Min(n, PanelProduct.Depth);
        // The block's columns as rows.
        var panel = new double[width, n];
        var product = n > width ? new PanelProduct(n - width) : null;
        for (var i = 0; i < n; i++)
        {
            var row = Rows.Of(lower, i);
            Rows.Of(a, i)[..(i + 1)].CopyTo(row);
            row[(i + 1)..].Clear();
        }
        for (var first = 0; first < n; first += width)
        {
            var end = Math.Min(first + width, n);
            for (var i = first; i < n; i++)
                for (var k = first; k < Math.Min(end, i + 1); k++) panel[k - first, i] = lower[i, k];
            if (FactorBlock(a, panel, first, end) is >= 0 and var bad) return bad;
            for (var i = first; i < n; i++)
                for (var k = first; k < Math.Min(end, i + 1); k++) lower[i, k] = panel[k - first, i];
            if (end == n) break;
            fixed (double* c = &lower[end, end], p = &panel[0, end])
                product!.Subtract(c, n, n - end, n - end, width, p, 1, n, p, n, 1, lowerOnly: true);
        }
        // The updates of blocks on the diagonal reached beyond it.
        for (var i = 0; i < n; i++) Rows.Of(lower, i)[(i + 1)..].Clear();
        return -1;
    }

    /// <summary>Inverse of a lower triangular matrix: a block of rows at a time.</summary>
    /// <param name="lower">Shape [n, n].</param>
    public static double[,] InvertLower(double[,] lower)
    {
        var n = lower.GetLength(0);
        var inverse = new double[n, n];
        var product = n > PanelProduct.Depth ? new PanelProduct(PanelProduct.Depth) : null;
        for (var first = 0; first < n; first += PanelProduct.Depth)
        {
            var end = Math.Min(first + PanelProduct.Depth, n);
            for (var k = 0; k < first; k += PanelProduct.Depth)
            {
                fixed (double* c = &inverse[first, 0], l = &lower[first, k], b = &inverse[k, 0])
                    product!.Subtract(c, n, end - first, k + PanelProduct.Depth, PanelProduct.Depth, l, n, 1, b, n, 1);
            }
            for (var i = first; i < end; i++)
            {
                Cancellation.Poll();
                var row = Rows.Of(inverse, i);
                for (var k = first; k < i; k++) Rows.Add(-lower[i, k], Rows.Of(inverse, k)[..(k + 1)], row);
                for (var j = 0; j < i; j++) row[j] /= lower[i, i];
                row[i] = 1 / lower[i, i];
            }
        }
        return inverse;
    }

    /// <summary>L^T L of a lower triangular matrix: with an inverted factor, the inverse of what was factored.</summary>
    /// <param name="lower">Shape [n, n].</param>
    public static double[,] TransposedProduct(double[,] lower)
    {
        var n = lower.GetLength(0);
        var result = new double[n, n];
        var product = new PanelProduct(n);
        for (var k = 0; k < n; k += PanelProduct.Depth)
        {
            var depth = Math.Min(PanelProduct.Depth, n - k);
            fixed (double* c = result, l = &lower[k, 0]) product.Subtract(c, n, k + depth, k + depth, depth, l, 1, n, l, n, 1, lowerOnly: true);
        }
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++) result[i, j] = result[j, i] = -result[i, j];
        return result;
    }

    // Columns first to end - 1 of the factor, as rows of the panel from their diagonal entry on.
    private static int FactorBlock(double[,] a, double[,] panel, int first, int end)
    {
        for (var j = first; j < end; j++)
        {
            Cancellation.Poll();
            var column = Rows.Of(panel, j - first)[j..];
            for (var k = first; k < j; k++) Rows.Add(-panel[k - first, j], Rows.Of(panel, k - first)[j..], column);
            if (!(column[0] > a[j, j] * RelativeTolerance)) return j;
            column[0] = Math.Sqrt(column[0]);
            for (var i = 1; i < column.Length; i++) column[i] /= column[0];
        }
        return -1;
    }
}
