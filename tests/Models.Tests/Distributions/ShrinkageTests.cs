using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>Shrunk covariances against plain loops over the rows.</summary>
public sealed class ShrinkageTests
{
    // Sums of 60 products of numbers up to 10 in another order.
    private const double Tolerance = 1e-11;

    private static DistributionEstimator Single => new(DistributionFamily.Of<MultivariateGaussianDistribution>());

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void A_fixed_share_of_the_diagonal(double share)
    {
        var rows = Rows();
        var model = (MultivariateGaussianDistribution)Single.Fit(rows, new FitOptions { Shrinkage = share }).Model;
        AssertShrunk(Scatter(rows, _ => 1), share, model);
    }

    [Fact]
    public void The_estimated_share_is_that_of_Chen_et_al()
    {
        var rows = Rows();
        var model = (MultivariateGaussianDistribution)Single.Fit(rows, new FitOptions { Shrinkage = CovarianceShrinkage.Automatic }).Model;
        var scatter = Scatter(rows, _ => 1);
        var share = Oracle(scatter, rows.GetLength(0));
        Assert.InRange(share, 0.01, 0.99);
        AssertShrunk(scatter, share, model);
    }

    [Fact]
    public void Each_component_has_its_own_share_of_its_responsibilities()
    {
        var rows = Rows();
        var identity = new double[4, 4];
        for (var j = 0; j < 4; j++) identity[j, j] = 4;
        var start = new GeneralMixtureModel([.. new[] { -2.0, 2.0 }.Select(m => new MultivariateGaussianDistribution([m, m, 0, 0], identity))], [0.4, 0.6]);
        var fitted = start.Fit(rows, new FitOptions { Shrinkage = CovarianceShrinkage.Automatic, MaxIterations = 1, StopThreshold = double.NegativeInfinity });
        for (var k = 0; k < 2; k++)
        {
            var scatter = Scatter(rows, i => Responsibility(i, k));
            var weight = Enumerable.Range(0, rows.GetLength(0)).Sum(i => Responsibility(i, k));
            AssertShrunk(scatter, Oracle(scatter, weight), (MultivariateGaussianDistribution)fitted.Model.Components[k]);
        }

        double Responsibility(int row, int component)
        {
            double[] joint = [.. new[] { (-2.0, 0.4), (2.0, 0.6) }.Select(c => c.Item2 * Math.Exp(-Enumerable.Range(0, 4)
                .Sum(j => Math.Pow(rows[row, j] - (j < 2 ? c.Item1 : 0), 2)) / 8))];
            return joint[component] / joint.Sum();
        }
    }

    [Fact]
    public void Tied_covariances_are_shrunk_together()
    {
        var rows = Rows();
        var options = new FitOptions { Shrinkage = 0.5, MaxIterations = 1, StopThreshold = double.NegativeInfinity };
        var plain = Mixture.Of<MultivariateGaussianDistribution>(2, tied: true).Fit(rows, options with { Shrinkage = 0, MaxIterations = 0 }).Model;
        var shrunk = (MultivariateGaussianDistribution)plain.Fit(rows, options).Model.Components[0];
        var full = (MultivariateGaussianDistribution)plain.Fit(rows, options with { Shrinkage = 0 }).Model.Components[0];
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++) Assert.Equal(full.Covariance(i, j) * (i == j ? 1 : 0.5), shrunk.Covariance(i, j), Tolerance);
    }

    /// <summary>The units of the features do not matter.</summary>
    [Fact]
    public void Rescaled_features_are_shrunk_as_much()
    {
        var rows = Rows();
        var options = new FitOptions { Shrinkage = CovarianceShrinkage.Automatic };
        var before = (MultivariateGaussianDistribution)Single.Fit(rows, options).Model;
        for (var i = 0; i < rows.GetLength(0); i++) rows[i, 2] *= 1024;
        var after = (MultivariateGaussianDistribution)Single.Fit(rows, options).Model;
        Assert.Equal(before.Covariance(0, 2) * 1024, after.Covariance(0, 2), 1024 * Tolerance);
        Assert.Equal(before.Covariance(0, 1), after.Covariance(0, 1), Tolerance);
    }

    [Fact]
    public void Constant_and_independent_features_are_left_alone()
    {
        double[,] covariance = { { 2, 0, 0 }, { 0, 3, 0 }, { 0, 0, 0 } };
        var copy = (double[,])covariance.Clone();
        CovarianceShrinkage.Automatic.Apply(copy, 10);
        Assert.Equal(covariance, copy);
    }

    [Fact]
    public void Nothing_else_can_be_shrunk()
    {
        var error = Assert.Throws<ModelException>(() => Mixture.Of<DiagonalGaussianDistribution>(2).Fit(Rows(), new FitOptions { Shrinkage = 0.5 }));
        Assert.Equal("FitOptions.Shrinkage: found 0.5, expected 0, as this model has no full covariance; leave it out", error.Message);
        error = Assert.Throws<ModelException>(() => new FitOptions { Shrinkage = 1.5 }.Validate());
        Assert.Contains("Shrinkage", error.Message, StringComparison.Ordinal);
        Assert.Contains("found 1.5, expected automatic, or 0 to 1", error.Message, StringComparison.Ordinal);
    }

    private static void AssertShrunk(double[,] scatter, double share, MultivariateGaussianDistribution model)
    {
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++) Assert.Equal(scatter[i, j] * (i == j ? 1 : 1 - share), model.Covariance(i, j), Tolerance);
    }

    // Equation 23 of the paper, of the correlations R: tr(R) = D, and tr(R^2) is the sum of their squares.
    private static double Oracle(double[,] scatter, double n)
    {
        const double p = 4;
        double trace = 0;
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++) trace += scatter[i, j] * scatter[i, j] / (scatter[i, i] * scatter[j, j]);
        return Math.Min(1, (((1 - (2 / p)) * trace) + (p * p)) / ((n + 1 - (2 / p)) * (trace - (p * p / p))));
    }

    private static double[,] Scatter(double[,] rows, Func<int, double> weight)
    {
        var n = rows.GetLength(0);
        var total = Enumerable.Range(0, n).Sum(weight);
        var mean = Enumerable.Range(0, 4).Select(j => Enumerable.Range(0, n).Sum(i => weight(i) * rows[i, j]) / total).ToArray();
        var scatter = new double[4, 4];
        for (var a = 0; a < 4; a++)
            for (var b = 0; b < 4; b++)
                scatter[a, b] = Enumerable.Range(0, n).Sum(i => weight(i) * (rows[i, a] - mean[a]) * (rows[i, b] - mean[b])) / total;
        return scatter;
    }

    private static double[,] Rows()
    {
        var random = new SeededRandom(5);
        var rows = new double[60, 4];
        for (var i = 0; i < 60; i++)
        {
            var common = random.NextNormal();
            for (var j = 0; j < 4; j++) rows[i, j] = (common * (j < 3 ? 1 : 0)) + random.NextNormal();
        }
        return rows;
    }
}
