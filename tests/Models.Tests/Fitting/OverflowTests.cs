namespace Pipelines.Models.Tests.Fitting;

/// <summary>Numbers at the edge of what doubles hold: an error that names the feature or the weights, or the right limit, never NaN.</summary>
public class OverflowTests
{
    [Fact]
    public void AValueWhoseSquareOverflowsNamesItsFeature()
    {
        var error = Assert.Throws<ModelException>(
            () => GeneralMixtureModel.FromSamples<MultivariateGaussianDistribution>(1, new double[,] { { 1, 2 }, { 3, 1e308 }, { 4, 5 } }));
        Assert.Equal("feature 1: found values up to 1E+308 in size, expected values below 1e150, so that sums of squares are numbers; rescale the feature, or "
            + "turn outliers into missing values", error.Message);
        Assert.Equal(1, error.FeatureIndex);
    }

    [Theory]
    [InlineData(1e308, "feature 1: found values up to 1E+308 in size")]
    [InlineData(double.PositiveInfinity, "feature 1, row 1: found an infinite value")]
    [InlineData(1e153, "feature 1: found values up to 1E+153 in size")]
    public void AFitFromAGivenStartNamesItToo(double value, string expected)
    {
        var start = new GeneralMixtureModel([IndependentComponentsDistribution.Prototype([0, 0])]);
        var error = Assert.Throws<ModelException>(
            () => start.Fit(FeatureMatrix.FromRows(new double[,] { { 1, 2 }, { 3, value }, { 4, 5 }, { 2, value } }, [1, 1e100, 1, 1])));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsWhoseSumOverflowsAreNamed()
    {
        var rows = FeatureMatrix.FromRows(new double[,] { { 1, 2 }, { 3, 4 }, { 4, 9 } }, [1e308, 1e308, 1e308]);
        foreach (var fit in new Action[] { () => new KMeansEstimator(1).Fit(rows), () => IndependentComponentsDistribution.Prototype([0, 0]).Fit(rows) })
            Assert.Equal("input: found a total weight of Infinity, expected a finite number; divide the weights by a constant: the fit stays the same",
                Assert.Throws<ModelException>(fit).Message);
    }

    [Fact]
    public void CovariancesThatOverflowNameTheirFeature()
    {
        var rows = FeatureMatrix.FromRows(new double[,] { { 1, 1e5 }, { 3, -1e5 }, { 4, 3e5 } }, [1e300, 1e300, 1e300]);
        var error = Assert.Throws<ModelException>(() => new MultivariateGaussianDistribution([0, 0], new double[,] { { 1, 0 }, { 0, 1e10 } }).Fit(rows));
        Assert.Contains("feature 0: found values or weights so large that their products overflow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PosteriorsOfAnImpossibleRowAreZeroAndTheirLogarithmsNotNaN()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(1, 2)]);
        var far = FeatureMatrix.FromColumn([1e308, 0.5]);
        Assert.Equal(double.NegativeInfinity, model.LogProbability(far)[0]);
        var (posteriors, logs) = (model.PredictProbability(far), model.PredictLogProbability(far));
        Assert.Equal((0.0, 0.0, double.NegativeInfinity, double.NegativeInfinity), (posteriors[0, 0], posteriors[0, 1], logs[0, 0], logs[0, 1]));
        // 1e-12: rounding of one exponential and one logarithm.
        Assert.Equal(Math.Log(posteriors[1, 0]), logs[1, 0], 1e-12);
    }

    [Fact]
    public void ARowSoFarAwayThatInfinitiesMeetIsImpossible()
    {
        var narrow = new MultivariateGaussianDistribution([0, 0], new double[,] { { 1e-300, 0.9e-300 }, { 0.9e-300, 1e-300 } });
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], narrow.LogProbability(new double[,] { { 1e200, 1e200 }, { 1e200, double.NaN } }));
    }
}
