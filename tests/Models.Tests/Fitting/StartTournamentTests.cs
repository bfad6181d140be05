using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>The start of a mixture that is found without help.</summary>
public class StartTournamentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1e4)]
    public void Clusters_are_found_whatever_the_units_of_the_features(double unit)
    {
        var (rows, truth) = Generated(unit);
        // The parameters that generated the rows are a start that EM can only improve: what no start from the data should miss.
        var best = truth.Fit(rows, new FitOptions()).LogLikelihood / 1200;
        for (var seed = 0; seed < 20; seed++)
        {
            var found = Mixture.Of<MultivariateGaussianDistribution>(4).Fit(rows, new FitOptions { Seed = seed }).LogLikelihood / 1200;
            // The same optimum, up to the stop rule: updates that gain 1e-6 a row.
            Assert.InRange(found, best - 1e-3, double.PositiveInfinity);
        }
    }

    [Fact]
    public void A_few_rows_far_out_do_not_take_the_components_of_clusters()
    {
        // 8 clusters of 5 features, about 8 deviations apart, and a hundredth of the rows spread ten times as widely.
        var random = new SeededRandom(4);
        var identity = new double[5, 5];
        for (var j = 0; j < 5; j++) identity[j, j] = 1;
        var wide = new double[5, 5];
        for (var j = 0; j < 5; j++) wide[j, j] = 1600;
        MultivariateGaussianDistribution[] parts = [.. Enumerable.Range(0, 8)
            .Select(_ => new MultivariateGaussianDistribution([.. Enumerable.Range(0, 5).Select(_ => 4 * random.NextNormal())], identity)),
            new(new double[5], wide)];
        var truth = new GeneralMixtureModel(parts, [.. Enumerable.Repeat(1.0, 8), 0.08]);
        var rows = new double[4000, 5];
        var row = new double[5];
        for (var i = 0; i < 4000; i++)
        {
            truth.Sample(random, row);
            for (var j = 0; j < 5; j++) rows[i, j] = row[j];
        }
        // The parameters that generated the rows are a start that EM can only improve.
        var best = truth.Fit(rows, new FitOptions()).LogLikelihood / 4000;
        for (var seed = 0; seed < 5; seed++)
        {
            var found = Mixture.Of<MultivariateGaussianDistribution>(9).Fit(rows, new FitOptions { Seed = seed }).LogLikelihood / 4000;
            // The same optimum, up to the stop rule: updates that gain 1e-6 a row.
            Assert.InRange(found, best - 1e-3, double.PositiveInfinity);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_at_any_parallelism()
    {
        var (rows, _) = Generated(1);
        var (one, all) = (Fit(1), Fit(-1));
        Assert.Equal(one, all);

        GeneralMixtureModel Fit(int threads) =>
            Mixture.Of<MultivariateGaussianDistribution>(4).Fit(rows, new FitOptions { Seed = 5, MaxDegreeOfParallelism = threads }).Model;
    }

    [Fact]
    public void Categories_and_numbers_start_together()
    {
        var rows = new double[600, 2];
        var random = new SeededRandom(11);
        for (var i = 0; i < 600; i++) (rows[i, 0], rows[i, 1]) = ((i % 3) + (10 * (i % 2)) + random.NextNormal(), i % 2 == 0 ? i % 4 / 2 : 2);
        var family = DistributionFamily.PerFeature([DistributionFamily.Of<NormalDistribution>(), DistributionFamily.Of<DiscreteDistribution>()]);
        var fitted = new MixtureEstimator(family, 2).Fit(rows, new FitOptions { Seed = 2 });
        // Category 2 belongs to one of the components, which has half the rows.
        Assert.Equal(0.5, fitted.Model.Weights[0], 1e-3);
        double[] shares = [.. fitted.Model.Components
            .Select(c => ((DiscreteDistribution)((IndependentComponentsDistribution)c).Parts[1]).Probabilities[2]).Order()];
        Assert.InRange(shares[0], 0, 1e-3);
        Assert.InRange(shares[1], 0.999, 1);
    }

    // Two clusters differ along each feature; the second is measured in another unit.
    private static (double[,] Rows, GeneralMixtureModel Truth) Generated(double unit)
    {
        var random = new SeededRandom(3);
        var rows = new double[1200, 2];
        double[] deviations = [1, 0.6, 1.4, 0.8];
        for (var i = 0; i < 1200; i++)
        {
            var k = i % 4;
            rows[i, 0] = (6 * (k % 2)) + (deviations[k] * random.NextNormal());
            rows[i, 1] = unit * ((6 * (k / 2)) + (deviations[k] * random.NextNormal()));
        }
        return (rows, new([.. Enumerable.Range(0, 4).Select(k => new MultivariateGaussianDistribution([6.0 * (k % 2), unit * 6 * (k / 2)],
            new double[,] { { deviations[k] * deviations[k], 0 }, { 0, unit * unit * deviations[k] * deviations[k] } }))]));
    }
}
