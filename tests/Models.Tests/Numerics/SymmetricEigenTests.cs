using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Numerics;

/// <summary>Eigenvalues against matrices that are made of known ones; the floor of a covariance.</summary>
public sealed class SymmetricEigenTests
{
    public static TheoryData<string, double[]> Spectra => new()
    {
        { "one", [3] },
        { "two", [5, -2] },
        { "all equal", [2, 2, 2, 2, 2, 2, 2] },
        { "none", [0, 0, 0] },
        { "singular", [.. Enumerable.Repeat(0.0, 40), .. Enumerable.Range(1, 23).Select(i => (double)i)] },
        { "graded", [.. Enumerable.Range(0, 30).Select(i => Math.Pow(10, -i / 3.0))] },
        { "large", [1e290, 3e290, 2e289, 7e290, 5e289] },
        { "small", [1e-290, 3e-290, 2e-291, 7e-290, 5e-291] },
        { "more than a block", [.. Enumerable.Range(0, 75).Select(i => Math.Sin(i) * i)] },
        { "of low rank", [.. Enumerable.Repeat(0.0, 130), .. Enumerable.Range(1, 20).Select(i => (double)i)] },
        { "many", [.. Enumerable.Range(0, 117).Select(i => Math.Sin(i) * i)] },
    };

    [Theory]
    [MemberData(nameof(Spectra))]
    public void Known_eigenvalues_are_found(string name, double[] spectrum)
    {
        _ = name;
        var (a, _) = Matrix(spectrum);
        var (values, vectors) = SymmetricEigen.Decompose(a);
        var n = spectrum.Length;
        var scale = spectrum.Max(Math.Abs);
        var sorted = values.Order().ToArray();
        var expected = spectrum.Order().ToArray();
        for (var k = 0; k < n; k++) Assert.Equal(expected[k], sorted[k], Math.Max(double.Epsilon, 1e-13 * scale));
        // Orthonormal vectors that the matrix only stretches.
        for (var k = 0; k < n; k++)
        {
            for (var l = 0; l < n; l++) Assert.Equal(k == l ? 1 : 0, Enumerable.Range(0, n).Sum(i => vectors[k, i] * vectors[l, i]), 1e-13);
            for (var i = 0; i < n; i++)
                Assert.Equal(values[k] * vectors[k, i], Enumerable.Range(0, n).Sum(j => a[i, j] * vectors[k, j]), Math.Max(double.Epsilon, 1e-13 * scale));
        }
    }

    [Fact]
    public void A_cancelled_computation_ends()
    {
        var (a, _) = Matrix([4, 0.5, 0, 3]);
        using var scope = Cancellation.Enter(new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => SymmetricEigen.Decompose(a));
        Assert.Throws<OperationCanceledException>(() => Cholesky.Factor(a, new double[4, 4]));
        Assert.Throws<OperationCanceledException>(() => Cholesky.InvertLower(a));
    }

    /// <summary>Q^T diag(spectrum) Q, where the rows of Q are random directions made orthogonal (Gram and Schmidt, twice).</summary>
    internal static (double[,] Matrix, double[,] Rows) Matrix(double[] spectrum)
    {
        var n = spectrum.Length;
        var random = new SeededRandom(7);
        var q = new double[n, n];
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < n; i++) q[k, i] = random.NextNormal();
            for (var round = 0; round < 2; round++)
            {
                for (var l = 0; l < k; l++)
                {
                    var along = Enumerable.Range(0, n).Sum(i => q[k, i] * q[l, i]);
                    for (var i = 0; i < n; i++) q[k, i] -= along * q[l, i];
                }
                var length = Math.Sqrt(Enumerable.Range(0, n).Sum(i => q[k, i] * q[k, i]));
                for (var i = 0; i < n; i++) q[k, i] /= length;
            }
        }
        var a = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++) a[i, j] = a[j, i] = Enumerable.Range(0, n).Sum(k => spectrum[k] * q[k, i] * q[k, j]);
        return (a, q);
    }
}
