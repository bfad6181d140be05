using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Starts that are given: responsibilities, and Gaussians with their precision.</summary>
public sealed class GivenStartTests
{
    // Sums of a few terms of order 1.
    private const double Rounding = 1e-14;

    [Fact]
    public void OneMStepWithTheGivenResponsibilities()
    {
        double[] x = [0, 2, 4, 10], weights = [1, 2, 1, 1];
        var responsibilities = new[,] { { 1, 0 }, { 0.75, 0.25 }, { 0.5, 0.5 }, { 0, 1 } };
        var found = Mixture.Of<NormalDistribution>(2).StartFrom(FeatureMatrix.FromColumn(x, weights), responsibilities);
        for (var k = 0; k < 2; k++)
        {
            // Weighted by w_i r_ik.
            double[] own = [.. weights.Select((w, i) => w * responsibilities[i, k])];
            var mean = x.Select((v, i) => v * own[i]).Sum() / own.Sum();
            var variance = x.Select((v, i) => (v - mean) * (v - mean) * own[i]).Sum() / own.Sum();
            var normal = (NormalDistribution)found.Components[k];
            Assert.Equal(own.Sum() / weights.Sum(), found.Weights[k], Rounding);
            Assert.Equal(mean, normal.Mean, Rounding);
            Assert.Equal(Math.Sqrt(variance), normal.StandardDeviation, Rounding);
        }
        // It is a start like any other.
        Assert.True(found.Fit(FeatureMatrix.FromColumn(x, weights), new() { MinVariance = 0.1, MaxIterations = 3 }).LogLikelihood < 0);
    }

    [Fact]
    public void TheEmissionsOfAHiddenMarkovModelStartInTheSameWay()
    {
        var sequences = SequenceSet.From([new double[] { 0, 2 }, new double[] { 4, 10 }]);
        var responsibilities = new[,] { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1.0 } };
        var found = HiddenMarkov.Of<NormalDistribution>(2).StartFrom(sequences, responsibilities);
        Assert.Equal([new NormalDistribution(1, 1), new NormalDistribution(7, 3)], Enumerable.Range(0, 2).Select(found.Emission));
        Assert.All(found.Transitions, t => Assert.Equal(0.5, t.Probability));
    }

    [Fact]
    public void GivenMeansReplaceTheChosenOnes()
    {
        // Without an update of the centroids: each component is fitted to the rows nearest to its mean.
        double[] x = [0, 2, 4, 10, 12];
        var estimator = new MixtureEstimator(DistributionFamily.Of<NormalDistribution>(), 2, CentroidInitialization.At(new double[,] { { 100 }, { -100 } }),
            kMeansIterations: 0);
        var start = estimator.Start(new FeatureSample(new double[,] { { -99 }, { -101 }, { 98 }, { 100 }, { 102 } }, [1, 1, 1, 1, 1], 5), new());
        Assert.Equal([100, -100], start.Components.Select(c => ((NormalDistribution)c).Mean));
        Assert.False(estimator.Uses.HasFlag(FitUses.Seed));
        Assert.Equal("initialization, number of centroids: found 1, expected 2, one for each component; correct the options and run again",
            Assert.Throws<ModelException>(() => Mixture.Of<NormalDistribution>(2, CentroidInitialization.At(new double[,] { { 1 } })).Fit(x)).Message);
    }

    [Theory]
    [InlineData(3, 0.5, 0.5, "start, responsibilities: found columns for 2 components, expected 3; correct the options and run again")]
    [InlineData(2, 0.5, 0.6, "responsibilities of row 0: found a sum of 1.1, expected probabilities that sum to 1 (within 1e-6); correct the row; where "
        + "nothing is known, make them equal")]
    [InlineData(2, 1, 0, "responsibilities of component 1: found a total weight of 0, expected more than 0; use fewer components")]
    public void ResponsibilitiesThatDoNotFitAreRefused(int components, double first, double second, string message)
    {
        var responsibilities = new[,] { { first, second }, { first, second } };
        Assert.Equal(message, Assert.Throws<ModelException>(() => Mixture.Of<NormalDistribution>(components).StartFrom(new double[] { 1, 2 }, responsibilities))
            .Message);
    }

    [Fact]
    public void APrecisionIsTheInverseOfTheCovariance()
    {
        // The inverse of [[a, b], [b, c]] is [[c, -b], [-b, a]] / (a c - b b).
        var found = MultivariateGaussianDistribution.FromPrecision([1, -2], new[,] { { 4, 1 }, { 1, 0.5 } });
        Assert.Equal([1, -2], found.Mean.ToArray());
        Assert.Equal(0.5, found.Covariance(0, 0), Rounding);
        Assert.Equal(-1, found.Covariance(0, 1), Rounding);
        Assert.Equal(4, found.Covariance(1, 1), Rounding);
        // Four features: precision times covariance is the unit matrix.
        var random = new SeededRandom(4);
        var precision = new double[4, 4];
        for (var i = 0; i < 4; i++)
            for (var j = 0; j <= i; j++) precision[i, j] = precision[j, i] = (i == j ? 5 : 0) + random.NextDouble();
        found = MultivariateGaussianDistribution.FromPrecision([0, 0, 0, 0], precision);
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++) Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, 4).Sum(k => precision[i, k] * found.Covariance(k, j)), Rounding);
    }

    [Theory]
    [InlineData(1, 2, 2, 1, "multivariate Gaussian, precision of feature 1: found a matrix that is not positive definite there, expected a positive definite "
        + "matrix; correct the matrix, or give the covariance")]
    [InlineData(1, 0.5, 0.25, 1, "multivariate Gaussian, precision of features 0 and 1: found 0.25 and 0.5, expected a symmetric matrix; give both triangles "
        + "the same values")]
    [InlineData(1, double.NaN, double.NaN, 1, "multivariate Gaussian, parameters: found NaN or infinite, expected finite numbers; correct the options and run "
        + "again")]
    public void APrecisionThatIsNoneIsRefused(double a, double b, double c, double d, string message) => Assert.Equal(message,
        Assert.Throws<ModelException>(() => MultivariateGaussianDistribution.FromPrecision([0, 0], new[,] { { a, b }, { c, d } })).Message);

    [Fact]
    public void GivenMeansPrecisionsAndWeightsAreAModelToStartFrom()
    {
        var data = ModelCases.Rows(2, rows: 900);
        var start = new GeneralMixtureModel(
            [.. Enumerable.Range(0, 3).Select(k => MultivariateGaussianDistribution.FromPrecision([4 * k, 0], new double[,] { { 1, 0 }, { 0, 1 } }))],
            [0.2, 0.3, 0.5]);
        var none = start.Fit(data, new() { MaxIterations = 0 });
        Assert.Same(start, none.Model);
        Assert.True(start.Fit(data).LogLikelihood > none.LogLikelihood);
    }
}
