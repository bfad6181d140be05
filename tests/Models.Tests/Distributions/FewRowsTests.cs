using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>A full covariance needs more rows than features, or a minimum variance.</summary>
public sealed class FewRowsTests
{
    private const string Refused =
        "covariance of a Gaussian of 40 features: found 40 rows, expected at least 41 rows, as fewer do not vary in every direction; " +
        "set FitOptions.Shrinkage or FitOptions.MinVariance, fit diagonal covariances (CovarianceShape.Diagonal), or use more rows";

    private static DistributionEstimator Single => new(DistributionFamily.Of<MultivariateGaussianDistribution>());

    [Fact]
    public void One_Gaussian_is_refused()
    {
        // Rounding errors alone would make the matrix look positive definite.
        var error = Assert.Throws<ModelException>(() => Single.Fit(Rows(40)));
        Assert.Equal(Refused, error.Message);
        Assert.Equal(ErrorKind.Data, error.Kind);
    }

    /// <summary>The sums take n d^2 operations, and their arrays d^2 numbers; the refusal needs neither.</summary>
    [Fact]
    public void They_are_refused_before_they_are_summarised()
    {
        const int features = 600;
        var center = new double[features];
        var blank = MultivariateGaussianDistribution.Prototype(center);
        var sample = new FeatureSample(new double[features, features], [.. Enumerable.Repeat(1.0, features)], features);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelException>(() => blank.FitTo(sample, static _ => 1, new FitOptions()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, features * features);
    }

    [Fact]
    public void A_mixture_is_refused()
    {
        var error = Assert.Throws<ModelException>(() => Mixture.Of<MultivariateGaussianDistribution>(2).Fit(Rows(40)));
        Assert.EndsWith(Refused, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mixture_to_begin_with_is_refused()
    {
        var identity = new double[40, 40];
        for (var j = 0; j < 40; j++) identity[j, j] = 1;
        var start = new GeneralMixtureModel([.. new[] { 0.0, 1.0 }.Select(m => new MultivariateGaussianDistribution([.. Enumerable.Repeat(m, 40)], identity))]);
        var error = Assert.Throws<ModelException>(() => start.Fit(Rows(40)));
        // The whole parts: the message cuts the place.
        Assert.EndsWith(Refused, $"{error.Place}: found {error.Found}, expected {error.Expected}; {error.Remedy}", StringComparison.Ordinal);
    }

    [Fact]
    public void One_more_row_is_enough() => Assert.Equal(41, Single.Fit(Rows(41)).Rows);

    [Fact]
    public void Rows_of_small_weights_are_rows() =>
        Assert.Equal(41, Single.Fit(FeatureMatrix.FromRows(Rows(41), [.. Enumerable.Repeat(0.01, 41)])).Rows);

    [Fact]
    public void A_least_variance_is_enough() =>
        Assert.Equal(40, Single.Fit(Rows(40), new FitOptions { MinVariance = 0.1 }).Rows);

    [Fact]
    public void A_shrinkage_is_enough() =>
        Assert.Equal(20, Single.Fit(Rows(20), new FitOptions { Shrinkage = CovarianceShrinkage.Automatic }).Rows);

    private static double[,] Rows(int count)
    {
        var random = new SeededRandom(11);
        var rows = new double[count, 40];
        for (var i = 0; i < count; i++)
            for (var j = 0; j < 40; j++) rows[i, j] = random.NextNormal();
        return rows;
    }
}
