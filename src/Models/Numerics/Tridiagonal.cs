using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Householder's reduction of a symmetric matrix to tridiagonal form in blocks of columns (Golub and Van Loan, section 8.3.1; Dongarra, Sorensen and
/// Hammarling 1989, Block reduction of matrices to condensed forms): each reflection 1 - factor v v^T is applied to the next columns only, and to the rest of
/// the matrix once per block.
/// </summary>
internal sealed unsafe class Tridiagonal
{
    private const int Width = PanelProduct.Depth / 2;

    private readonly int n;

    // Shape [n, n]: the upper triangle of what is not yet reduced; above the diagonal of a reduced row its reflection's v.
    private readonly double[,] a;

    // Shape [2 Width, n]: the v of a block, then its w; and the same with both exchanged.
    private readonly double[,] updates;
    private readonly double[,] exchanged;

    /// <summary>Reduces a matrix.</summary>
    /// <param name="matrix">Shape [n, n], symmetric, finite; overwritten.</param>
    /// <param name="negligible">
    /// What is left of the matrix counts as 0 once its Frobenius norm is at most this. Such is the rest of a matrix of low rank.
    /// </param>
    public Tridiagonal(double[,] matrix, double negligible)
    {
        (a, n) = (matrix, matrix.GetLength(0));
        (Diagonal, Beside, Factors) = (new double[n], new double[n], new double[n]);
        updates = new double[2 * Width, n];
        exchanged = new double[2 * Width, n];
        var product = n > Width ? new PanelProduct(n - Width) : null;
        for (Reduced = 0; Reduced < n && Norm() > negligible;)
        {
            var end = Math.Min(Reduced + Width, n);
            var width = end - Reduced;
            for (var k = Reduced; k < end; k++) Reduce(k, k - Reduced);
            Reduced = end;
            if (end == n) break;
            for (var c = 0; c < width; c++)
            {
                Rows.Of(updates, c).CopyTo(Rows.Of(exchanged, c + width));
                Rows.Of(updates, c + Width).CopyTo(Rows.Of(exchanged, c));
            }
            fixed (double* rest = &a[end, end], u = &updates[0, end], e = &exchanged[0, end])
                product!.Subtract(rest, n, n - end, n - end, 2 * width, u, 1, n, e, n, 1, upperOnly: true);
        }
    }

    /// <summary>Shape [n].</summary>
    public double[] Diagonal { get; }

    /// <summary>Shape [n]: entries (k, k + 1); the last is 0.</summary>
    public double[] Beside { get; }

    /// <summary>Factor of each reflection; 0 = none.</summary>
    public double[] Factors { get; }

    /// <summary>Number of reduced rows; the others are 0.</summary>
    public int Reduced { get; private set; }

    /// <summary>Vector v of reflection k, which begins at row k + 1.</summary>
    public ReadOnlySpan<double> Reflection(int k) => Rows.Of(a, k)[(k + 1)..];

    // Frobenius norm of what is left.
    private double Norm()
    {
        double sum = 0;
        for (var i = Reduced; i < n; i++)
        {
            var row = Rows.Of(a, i)[i..];
            sum += (2 * Rows.Dot(row, row)) - (row[0] * row[0]);
        }
        return Math.Sqrt(sum);
    }

    private void Reduce(int k, int done)
    {
        Cancellation.Poll();
        var row = Rows.Of(a, k)[k..];
        for (var c = 0; c < done; c++)
        {
            Rows.Add(-updates[c, k], Rows.Of(updates, c + Width)[k..], row);
            Rows.Add(-updates[c + Width, k], Rows.Of(updates, c)[k..], row);
        }
        Diagonal[k] = row[0];
        Rows.Of(updates, done).Clear();
        Rows.Of(updates, done + Width).Clear();
        if (k == n - 1) return;
        var first = k + 1;
        var v = row[1..];
        var off = Rows.Dot(v[1..], v[1..]);
        Beside[k] = v[0];
        if (!(off > 0)) return;
        Beside[k] = Math.Sqrt((v[0] * v[0]) + off) * (v[0] > 0 ? -1 : 1);
        v[0] -= Beside[k];
        var factor = Factors[k] = 2 / (off + (v[0] * v[0]));
        v.CopyTo(Rows.Of(updates, done)[first..]);

        // w = factor (A v - factor (v^T A v) v / 2), with A as the block's earlier reflections leave it.
        var w = Rows.Of(updates, done + Width)[first..];
        for (var i = 0; i < v.Length; i++)
        {
            var own = Rows.Of(a, first + i)[(first + i)..];
            w[i] += v[i] * own[0];
            w[i] += Rows.AddDot(v[i], own[1..], v[(i + 1)..], w[(i + 1)..]);
        }
        for (var c = 0; c < done; c++)
        {
            ReadOnlySpan<double> itsV = Rows.Of(updates, c)[first..], itsW = Rows.Of(updates, c + Width)[first..];
            double alongV = Rows.Dot(itsV, v), alongW = Rows.Dot(itsW, v);
            Rows.Add(-alongW, itsV, w);
            Rows.Add(-alongV, itsW, w);
        }
        foreach (ref var x in w) x *= factor;
        Rows.Add(-0.5 * factor * Rows.Dot(w, v), v, w);
    }
}
