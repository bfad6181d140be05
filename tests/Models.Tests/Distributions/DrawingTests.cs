namespace Pipelines.Models.Tests.Distributions;

/// <summary>Samples have the moments of their distribution, in closed form.</summary>
public class DrawingTests
{
    private static readonly (Distribution Distribution, double Mean, double Variance)[] all =
    [
        (new UniformDistribution(-1, 3), 1, 16 / 12.0),
        (new BernoulliDistribution(0.3), 0.3, 0.21),
        (new LogNormalDistribution(0.5, 0.4), Math.Exp(0.58), (Math.Exp(0.16) - 1) * Math.Exp(1.16)),
        (new ExponentialDistribution(2), 0.5, 0.25),
        (new PoissonDistribution(3), 3, 3),
        (new PoissonDistribution(40), 40, 40),
        (new GammaDistribution(0.4, 2), 0.2, 0.1),
        (new GammaDistribution(5, 2), 2.5, 1.25),
        (new BetaDistribution(2, 6), 0.25, 12 / (64 * 9.0)),
        (new HalfNormalDistribution(2), 2 * Math.Sqrt(2 / Math.PI), 4 * (1 - (2 / Math.PI))),
        (new StudentTDistribution(9, 3, 2), 3, 4 * 9 / 7.0),
        (new DiscreteDistribution([0.2, 0.5, 0.3]), 1.1, 0.49),
        (new ZeroInflatedDistribution(new PoissonDistribution(4), 0.25), 3, (0.75 * 20) - 9),
        (new GaussianKernelDensity([1, 3], 0.5), 2, 1.25),
        (new UniformKernelDensity([1, 3], 0.6), 2, 1 + 0.12),
        (new TriangleKernelDensity([1, 3], 0.6), 2, 1 + 0.06),
        (new DiracDeltaDistribution(7), 7, 0),
    ];

    [Fact]
    public void SamplesHaveTheirMoments() => Assert.All(all, c =>
    {
        const int rows = 100_000;
        var random = new SeededRandom(21);
        double sum = 0, squares = 0;
        Span<double> row = stackalloc double[1];
        for (var i = 0; i < rows; i++)
        {
            c.Distribution.Sample(random, row);
            sum += row[0];
            squares += (row[0] - c.Mean) * (row[0] - c.Mean);
        }
        // Five standard errors of the mean; of the variance for a kurtosis up to 12.
        Assert.Equal(c.Mean, sum / rows, (5 * Math.Sqrt(c.Variance / rows)) + 1e-15);
        Assert.Equal(c.Variance, squares / rows, (5 * c.Variance * Math.Sqrt(11.0 / rows)) + 1e-15);
    });

    [Fact]
    public void EqualSeedsGiveEqualSamples() => Assert.All(all, c =>
    {
        double[] first = new double[1], second = new double[1];
        c.Distribution.Sample(new SeededRandom(5), first);
        c.Distribution.Sample(new SeededRandom(5), second);
        Assert.Equal(first, second);
    });

    [Fact]
    public void SharesAreDrawnInProportionToTheAlphas()
    {
        var random = new SeededRandom(22);
        var dirichlet = new DirichletDistribution([1, 2, 5]);
        var sums = new double[3];
        var row = new double[3];
        for (var i = 0; i < 20_000; i++)
        {
            dirichlet.Sample(random, row);
            for (var j = 0; j < 3; j++) sums[j] += row[j];
        }
        // Five standard errors: variances are below 0.03.
        for (var j = 0; j < 3; j++) Assert.Equal(dirichlet.Alphas[j] / 8, sums[j] / 20_000, 5 * Math.Sqrt(0.03 / 20_000));
    }
}
