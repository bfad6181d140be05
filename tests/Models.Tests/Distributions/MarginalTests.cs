namespace Pipelines.Models.Tests;

/// <summary>Marginals against sums and integrals over the whole distribution.</summary>
public sealed class MarginalTests
{
    [Fact]
    public void Gaussians_keep_their_means_and_covariances()
    {
        var gaussian = new MultivariateGaussianDistribution([1, 2, 3], new[,] { { 4, 1, 0.5 }, { 1, 9, 2 }, { 0.5, 2, 16 } });
        Assert.Equal(new NormalDistribution(2, 3), gaussian.Marginal(1));
        Assert.Equal(new MultivariateGaussianDistribution([3, 1], new[,] { { 16, 0.5 }, { 0.5, 4 } }), gaussian.Marginal(2, 0));
        var diagonal = new DiagonalGaussianDistribution([1, 2, 3], [4, 5, 6]);
        Assert.Equal(new NormalDistribution(3, 6), diagonal.Marginal(2));
        Assert.Equal(new DiagonalGaussianDistribution([3, 2], [6, 5]), diagonal.Marginal(2, 1));
    }

    [Fact]
    public void Tables_are_summed()
    {
        double[] p = [.. Enumerable.Range(1, 24).Select(i => i / 300.0)];
        var table = new JointProbabilityTable([2, 3, 4], p);
        var marginal = (JointProbabilityTable)table.Marginal(2, 0);
        Assert.Equal([4, 2], marginal.Sizes.ToArray());
        for (var a = 0; a < 2; a++)
            for (var c = 0; c < 4; c++)
                Assert.Equal(Enumerable.Range(0, 3).Sum(b => p[(((a * 3) + b) * 4) + c]), marginal.ProbabilityOf(c, a), 1e-15);
        var one = (DiscreteDistribution)table.Marginal(1);
        for (var b = 0; b < 3; b++)
            Assert.Equal(Enumerable.Range(0, 8).Sum(i => p[(((i / 4 * 3) + b) * 4) + (i % 4)]), one.Probabilities[b], 1e-15);
    }

    [Fact]
    public void Conditional_tables_take_each_combination_of_parents_as_likely()
    {
        var table = new ConditionalProbabilityTable([2, 2], [0.1, 0.9, 0.6, 0.4]);
        Assert.Equal([0.5, 0.5], ((DiscreteDistribution)table.Marginal(0)).Probabilities.ToArray());
        var child = ((DiscreteDistribution)table.Marginal(1)).Probabilities.ToArray();
        Assert.Equal(0.35, child[0], 1e-15);
        Assert.Equal(0.65, child[1], 1e-15);
    }

    [Fact]
    public void A_share_of_a_dirichlet_is_a_beta()
    {
        var dirichlet = new DirichletDistribution([2, 3, 1.5]);
        var beta = dirichlet.Marginal(1)!;
        // The density of (x, y, 1 - x - y), integrated over x by the midpoint rule.
        const int steps = 20_000;
        foreach (var y in new[] { 0.1, 0.45, 0.8 })
        {
            var rows = new double[steps, 3];
            for (var i = 0; i < steps; i++) (rows[i, 0], rows[i, 1], rows[i, 2]) = ((i + 0.5) * (1 - y) / steps, y, 1 - y - ((i + 0.5) * (1 - y) / steps));
            var integral = dirichlet.LogProbability(rows, maxDegreeOfParallelism: 1).Sum(Math.Exp) * (1 - y) / steps;
            Assert.Equal(integral, Math.Exp(beta.LogProbability(new[] { y }, maxDegreeOfParallelism: 1)[0]), 1e-5);
        }
        Assert.Null(dirichlet.Marginal(0, 1));
    }

    [Fact]
    public void Products_and_mixtures_pass_it_on()
    {
        var gaussian = new MultivariateGaussianDistribution([1, 2], new[,] { { 4, 1.0 }, { 1, 9 } });
        var product = new IndependentComponentsDistribution([new PoissonDistribution(3), gaussian, new NormalDistribution(0, 1)], [1, 1, 0.5]);
        Assert.Equal(new PoissonDistribution(3), product.Marginal(0));
        Assert.Equal(new NormalDistribution(2, 3), product.Marginal(2));
        Assert.Equal(new IndependentComponentsDistribution([new NormalDistribution(0, 1), new NormalDistribution(1, 2)], [0.5, 1]), product.Marginal(3, 1));
        Assert.Equal(new IndependentComponentsDistribution([new PoissonDistribution(3), gaussian]), product.Marginal(0, 1, 2));
        // Features of one part with another's in between.
        Assert.Null(product.Marginal(1, 0, 2));
        var mixture = new GeneralMixtureModel([gaussian, new DiagonalGaussianDistribution([5, 6], [7, 8])], [0.25, 0.75]);
        Assert.Equal(new GeneralMixtureModel([new NormalDistribution(2, 3), new NormalDistribution(6, 8)], [0.25, 0.75]), mixture.Marginal(1));
        Assert.Null(new GeneralMixtureModel([new DirichletDistribution([1, 2, 3])]).Marginal(0, 1));
    }

    [Fact]
    public void All_features_in_order_are_the_distribution_and_wrong_ones_are_refused()
    {
        var dirichlet = new DirichletDistribution([1, 2, 3]);
        Assert.Same(dirichlet, dirichlet.Marginal(0, 1, 2));
        Assert.Contains("found feature 3, expected indexes from 0 to 2, each once", Assert.Throws<ArgumentException>(() => dirichlet.Marginal(3)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => dirichlet.Marginal(1, 1));
        Assert.Throws<ArgumentException>(() => dirichlet.Marginal());
    }
}
