using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Raises a covariance C to a floor S = diag(floors): the smallest C' with C' - S and C' - C positive semidefinite, in the metric of S. That is
/// C' = S^1/2 max(S^-1/2 C S^-1/2, 1) S^1/2, where max acts on the eigenvalues. With equal floors it raises the eigenvalues of C themselves.
/// </summary>
internal static unsafe class VarianceFloor
{
    // Eigenvalues so far below the floor change what they are raised to by less than its rounding errors.
    private const double Negligible = 1e-6;

    /// <summary>Raises a covariance in every direction to the variances that the floors have there.</summary>
    /// <param name="a">Shape [n, n], symmetric. With an entry that is not finite it is returned as it is, as it is where it holds the floor.</param>
    /// <param name="floors">
    /// Shape [n], at least 0, in squared units of the features. A feature whose floor is 0 is left out: the others' covariances among themselves are raised.
    /// </param>
    public static double[,] Floor(double[,] a, ReadOnlySpan<double> floors)
    {
        foreach (var value in a)
            if (!double.IsFinite(value)) return a;
        int[] floored = [.. Positive(floors)];
        if (floored.Length < floors.Length)
        {
            if (floored.Length == 0) return a;
            var part = new double[floored.Length, floored.Length];
            for (var i = 0; i < floored.Length; i++)
                for (var j = 0; j < floored.Length; j++) part[i, j] = a[floored[i], floored[j]];
            var raised = Floor(part, [.. Chosen(floors, floored)]);
            if (ReferenceEquals(raised, part)) return a;
            var whole = (double[,])a.Clone();
            for (var i = 0; i < floored.Length; i++)
                for (var j = 0; j < floored.Length; j++) whole[floored[i], floored[j]] = raised[i, j];
            return whole;
        }
        if (IsHeld(a, floors)) return a;
        if (!floors.ContainsAnyExcept(floors[0])) return Raised(a, floors[0]);

        var n = floors.Length;
        var roots = new double[n];
        for (var i = 0; i < n; i++) roots[i] = Math.Sqrt(floors[i]);
        var scaled = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) scaled[i, j] = a[i, j] / (roots[i] * roots[j]);
        var result = Raised(scaled, 1);
        if (ReferenceEquals(result, scaled)) return a;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) result[i, j] *= roots[i] * roots[j];
        return result;
    }

    /// <summary>Raises every eigenvalue below <paramref name="floor"/> to it; a matrix that has none is returned as it is.</summary>
    /// <param name="a">Shape [n, n], symmetric. With an entry that is not finite it is returned as it is.</param>
    /// <param name="floor">At least 0; 0 = none.</param>
    public static double[,] Floor(double[,] a, double floor)
    {
        var floors = new double[a.GetLength(0)];
        Array.Fill(floors, floor);
        return Floor(a, floors);
    }

    private static List<int> Positive(ReadOnlySpan<double> floors)
    {
        var positive = new List<int>();
        for (var i = 0; i < floors.Length; i++)
            if (floors[i] > 0) positive.Add(i);
        return positive;
    }

    private static double[] Chosen(ReadOnlySpan<double> floors, int[] features)
    {
        var chosen = new double[features.Length];
        for (var i = 0; i < chosen.Length; i++) chosen[i] = floors[features[i]];
        return chosen;
    }

    // Positive definite even without the floor. This costs a tenth of the eigenvalues.
    private static bool IsHeld(double[,] a, ReadOnlySpan<double> floors)
    {
        var n = floors.Length;
        var rest = (double[,])a.Clone();
        for (var i = 0; i < n; i++) rest[i, i] -= floors[i];
        return Cholesky.Factor(rest, new double[n, n]) < 0;
    }

    // The sum of (floor - value) v v^T over the values below the floor is added to the matrix; or, where those are the minority, the sum of
    // (value - floor) v v^T over the values above it to the floor.
    private static double[,] Raised(double[,] a, double floor)
    {
        var n = a.GetLength(0);
        var spectrum = new SymmetricEigen.Spectrum(a, Negligible * floor);
        var below = spectrum.Values.Count(v => v < floor);
        if (below == 0) return a;
        var fromBelow = below <= n / 2;
        var vectors = spectrum.Vectors(fromBelow ? n : spectrum.MostRank);
        var result = fromBelow ? (double[,])a.Clone() : new double[n, n];
        if (!fromBelow)
            for (var i = 0; i < n; i++) result[i, i] = floor;
        double[,] chosen = new double[PanelProduct.Depth, n], scaled = new double[PanelProduct.Depth, n];
        var product = new PanelProduct(n);
        var count = 0;
        for (var k = 0; k < vectors.GetLength(0); k++)
        {
            var excess = spectrum.Values[k] - floor;
            if (excess < 0 != fromBelow) continue;
            Rows.Of(vectors, k).CopyTo(Rows.Of(chosen, count));
            var row = Rows.Of(scaled, count);
            row.Clear();
            Rows.Add(-Math.Abs(excess), Rows.Of(vectors, k), row);
            if (++count == PanelProduct.Depth) Add();
        }
        Add();
        for (var i = 0; i < n; i++)
            for (var j = 0; j < i; j++) result[j, i] = result[i, j];
        return result;

        void Add()
        {
            fixed (double* c = result, p = scaled, q = chosen) product.Subtract(c, n, n, n, count, p, 1, n, q, n, 1, lowerOnly: true);
            count = 0;
        }
    }
}
