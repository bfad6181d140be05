using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Numerics;

/// <summary>Covariances raised to a floor, against matrices whose eigenvalues and eigenvectors are known.</summary>
public sealed class VarianceFloorTests
{
    // Rounding errors of sums over at most 150 products of numbers up to 20.
    private const double Tolerance = 1e-12;

    public static TheoryData<string, double[]> Spectra => new()
    {
        { "few below", [4, 0.5, 1e-9, 0, -1e-12, 0.02, 7, 3] },
        { "most below", [4, 0.05, 1e-9, 0, -1e-12, 0.02, 0.03, 3] },
        { "all below", [0.05, 0.02, 0] },
        { "of low rank", [.. Enumerable.Repeat(0.0, 130), .. Enumerable.Range(1, 20).Select(i => (double)i)] },
        { "nearly of full rank", [.. Enumerable.Repeat(0.0, 20), .. Enumerable.Range(1, 130).Select(i => i / 10.0)] },
    };

    [Theory]
    [MemberData(nameof(Spectra))]
    public void The_small_eigenvalues_are_raised(string name, double[] spectrum)
    {
        _ = name;
        var (a, vectors) = SymmetricEigenTests.Matrix(spectrum);
        var floored = VarianceFloor.Floor(a, 0.1);
        AssertRaised(floored, spectrum, 0.1, vectors, _ => 1);
        var n = spectrum.Length;
        Assert.True(Cholesky.Factor(floored, new double[n, n]) < 0);
    }

    /// <summary>S^1/2 A S^1/2 has the generalised eigenvalues of A.</summary>
    [Theory]
    [MemberData(nameof(Spectra))]
    public void Each_feature_may_have_its_own(string name, double[] spectrum)
    {
        _ = name;
        var (a, vectors) = SymmetricEigenTests.Matrix([.. spectrum.Select(v => v * 10)]);
        var n = spectrum.Length;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) a[i, j] *= Root(i) * Root(j);
        AssertRaised(VarianceFloor.Floor(a, [.. Enumerable.Range(0, n).Select(i => Root(i) * Root(i))]), [.. spectrum.Select(v => v * 10)], 1, vectors, Root);

        static double Root(int i) => Math.Pow(10, (i % 7) - 3);
    }

    [Fact]
    public void Equal_floors_are_one_floor_to_the_bit()
    {
        var (a, _) = SymmetricEigenTests.Matrix([4, 0.5, 1e-9, 0, 0.02, 7, 3]);
        Assert.Equal(VarianceFloor.Floor(a, 0.1), VarianceFloor.Floor(a, [.. Enumerable.Repeat(0.1, 7)]));
    }

    /// <summary>The others are raised as if they were alone.</summary>
    [Fact]
    public void A_feature_without_a_floor_is_left_out()
    {
        double[,] a = { { 1, 0.5, 1 }, { 0.5, 7, 0.25 }, { 1, 0.25, 1 } };
        // Features 0 and 2 have the eigenvalues 2 and 0, with (1, 1) and (1, -1): 0 becomes 0.5.
        double[,] expected = { { 1.25, 0.5, 0.75 }, { 0.5, 7, 0.25 }, { 0.75, 0.25, 1.25 } };
        var floored = VarianceFloor.Floor(a, [0.5, 0, 0.5]);
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) Assert.Equal(expected[i, j], floored[i, j], Tolerance);
        Assert.Same(a, VarianceFloor.Floor(a, [0, 0, 0]));
    }

    [Fact]
    public void What_is_large_enough_stays_as_it_is()
    {
        var (a, _) = SymmetricEigenTests.Matrix([4, 0.5, 7, 3]);
        Assert.Same(a, VarianceFloor.Floor(a, 0.4999));
        Assert.NotSame(a, VarianceFloor.Floor(a, 0.5001));
        double[,] broken = { { 1, double.NaN }, { double.NaN, 1 } };
        Assert.Same(broken, VarianceFloor.Floor(broken, 0.1));
    }

    /// <summary>A variance much smaller than others is not mistaken for a rounding error of theirs.</summary>
    [Fact]
    public void Small_variances_above_the_floor_stay()
    {
        var a = new double[100, 100];
        for (var i = 0; i < 100; i++) a[i, i] = i < 50 ? 1e18 : 1;
        a[99, 99] = 0;
        var floored = VarianceFloor.Floor(a, 0.1);
        for (var i = 0; i < 100; i++)
            for (var j = 0; j < 100; j++) Assert.Equal(i == 99 && j == 99 ? 0.1 : a[i, j], floored[i, j]);
    }

    [Fact]
    public void A_cancelled_computation_ends()
    {
        var (a, _) = SymmetricEigenTests.Matrix([4, 0.5, 0, 3]);
        using var scope = Cancellation.Enter(new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => VarianceFloor.Floor(a, 0.1));
    }

    private static void AssertRaised(double[,] floored, double[] spectrum, double floor, double[,] vectors, Func<int, double> root)
    {
        var n = spectrum.Length;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(floored[i, j], floored[j, i]);
                var expected = Enumerable.Range(0, n).Sum(k => Math.Max(spectrum[k], floor) * vectors[k, i] * vectors[k, j]);
                Assert.Equal(expected, floored[i, j] / root(i) / root(j), Tolerance * 10 * Math.Max(1, floor));
            }
        }
    }
}
