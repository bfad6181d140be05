using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Numerics;

/// <summary>Blocked factors against plain loops, bit for bit: blocks change neither the order of an entry's sum nor its rounding.</summary>
public sealed class CholeskyTests
{
    public static TheoryData<int> Sizes => [1, 2, 5, 63, 64, 65, 129, 200];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Factors_are_those_of_plain_loops(int n)
    {
        var a = Positive(n);
        var lower = new double[n, n];
        Assert.Equal(-1, Cholesky.Factor(a, lower));
        Assert.Equal(Plain(a), lower);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Inverses_are_those_of_plain_loops(int n)
    {
        var lower = Plain(Positive(n));
        var expected = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                for (var j = 0; j <= k; j++) expected[i, j] -= lower[i, k] * expected[k, j];
            for (var j = 0; j < i; j++) expected[i, j] /= lower[i, i];
            expected[i, i] = 1 / lower[i, i];
        }
        Assert.Equal(expected, Cholesky.InvertLower(lower));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_are_those_of_plain_loops(int n)
    {
        var lower = Plain(Positive(n));
        var expected = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                for (var k = Math.Max(i, j); k < n; k++) expected[i, j] += lower[k, i] * lower[k, j];
        Assert.Equal(expected, Cholesky.TransposedProduct(lower));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(200, 64)]
    [InlineData(200, 150)]
    public void The_first_dependent_row_is_found(int n, int row)
    {
        var a = Positive(n);
        for (var j = 0; j < n; j++) a[row, j] = a[0, j];
        for (var i = 0; i < n; i++) a[i, row] = a[i, 0];
        a[row, row] = a[0, 0];
        Assert.Equal(row, Cholesky.Factor(a, new double[n, n]));
    }

    private static double[,] Plain(double[,] a)
    {
        var n = a.GetLength(0);
        var lower = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= lower[i, k] * lower[j, k];
                lower[i, j] = j < i ? sum / lower[j, j] : Math.Sqrt(sum);
            }
        }
        return lower;
    }

    private static double[,] Positive(int n)
    {
        var random = new SeededRandom(3);
        var a = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) a[i, j] = a[j, i] = random.NextNormal();
            a[i, i] = 2 * n;
        }
        return a;
    }
}
