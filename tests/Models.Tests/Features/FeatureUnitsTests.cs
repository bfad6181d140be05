using Pipelines.Models.Features;

namespace Pipelines.Models.Tests.Features;

/// <summary>What people read of a model is in the units of the columns, with the digits that its spread needs.</summary>
public sealed class FeatureUnitsTests
{
    private static readonly Feature scaled = new("a") { Transforms = [FeatureTransform.Linear(100, 4)] };
    private static readonly Feature logged = new("b") { Transforms = [FeatureTransform.Log, FeatureTransform.Linear(2, 0.5)] };

    [Theory]
    [InlineData(0.30228341, 0.34, "0.302283")]
    [InlineData(1_000_000_000_003.128, 1, "1000000000003.13")]
    [InlineData(1_707_393_870, 2_000, "1707393870")]
    [InlineData(1_707_393_870, 2e8, "1.70739E+09")]
    // A mean of values around 0 is 0 but for rounding.
    [InlineData(1.70856e-16, 1, "0")]
    [InlineData(-0.00001234, 1, "-1.234E-05")]
    [InlineData(12.5, 0, "12.5")]
    [InlineData(12.5, double.NaN, "12.5")]
    [InlineData(double.NegativeInfinity, 1, "-Infinity")]
    [InlineData(0, 1, "0")]
    public void Digits_follow_the_spread(double value, double spread, string text)
    {
        // Six digits, or up to the fourth of the spread if that is further, and none beyond its tenth.
        Assert.Equal(text, value.Text(spread));
    }

    [Fact]
    public void Normals_are_shown_on_the_columns_scale()
    {
        // 100 + 4 * 0.5 and 4 * 2.
        Assert.Equal("a: mean 102, standard deviation 8", new NormalDistribution(0.5, 2).Describe([scaled]));
        // e^(2 + 0.5 * 1) and the factor e^(0.5 * 2).
        Assert.Equal("b: geometric mean 12.1825, geometric standard deviation 2.71828", new NormalDistribution(1, 2).Describe([logged]));
        var both = new MultivariateGaussianDistribution([0.5, 1], new double[,] { { 4, 1 }, { 1, 4 } }).Outline([scaled, logged]).Select(e => e.Text);
        Assert.Equal(["a: mean 102, standard deviation 8", "b: geometric mean 12.1825, geometric standard deviation 2.71828",
            "correlation: a and ln(b) 0.25"], both);
        Assert.Equal("x: mean 0.5, standard deviation 2", new NormalDistribution(0.5, 2).Describe());
    }

    [Fact]
    public void Families_that_keep_their_form_are_shown_on_the_columns_scale_and_others_say_what_they_are_of()
    {
        Assert.Equal("a: uniform, start 96, end 108", new UniformDistribution(-1, 2).Describe([scaled]));
        Assert.Equal("a: student-t, degrees of freedom 3, location 102, scale 8", new StudentTDistribution(3, 0.5, 2).Describe([scaled]));
        Assert.Equal("ln(b): student-t, degrees of freedom 3, location 2.5, scale 1", new StudentTDistribution(3, 1, 2).Describe([logged]));
        Assert.Equal("a: gaussian-kernel-density of 2 points from 96 to 104, bandwidth 2",
            new GaussianKernelDensity([-1, 1], 0.5).Describe([scaled]));
        Assert.Equal("(a - 100) / 4: gamma, shape 2, rate 3", new GammaDistribution(2, 3).Describe([scaled]));
    }

    [Fact]
    public void Clusters_are_shown_on_the_columns_scale_and_categories_by_share()
    {
        Feature[] features = [scaled, logged, .. Enumerable.Range(0, 10).Select(i => Feature.Indicator("origin", $"c{i}"))];
        var centroids = new double[2, 12];
        (centroids[0, 0], centroids[1, 0], centroids[0, 1], centroids[1, 1]) = (0.5, 1, 1, 2);
        for (var i = 0; i < 10; i++) centroids[0, 2 + i] = i / 45.0;
        var cluster = new KMeans(centroids).Outline(features).First();
        Assert.Equal(["a: 102", "b: geometric mean 12.1825",
            "origin: c9 20.0 %, c8 17.8 %, c7 15.6 %, c6 13.3 %, c5 11.1 %, c4 8.9 %, c3 6.7 %, c2 4.4 % and 2 more categories"],
            cluster.Children!.Select(e => e.Text));
    }

    [Fact]
    public void Means_and_deviations_are_those_of_the_density()
    {
        // By the midpoint rule over a range that holds all but 1e-9 of each; four digits.
        (Distribution Of, double Low, double High)[] all =
        [
            (new UniformDistribution(1, 4), 1, 4), (new StudentTDistribution(9, 2, 0.5), -60, 60), (new LogNormalDistribution(0.5, 0.4), 1e-9, 60),
            (new ExponentialDistribution(2), 0, 20), (new GammaDistribution(3, 2), 1e-9, 30), (new BetaDistribution(2, 3), 1e-9, 1 - 1e-9),
            (new HalfNormalDistribution(1.5), 0, 15), (new GaussianKernelDensity([0, 1, 5], 0.7, [1, 2, 1]), -10, 15),
            (new TriangleKernelDensity([0, 1, 5], 0.7, [1, 2, 1]), -10, 15), (new UniformKernelDensity([0, 1, 5], 0.7, [1, 2, 1]), -10, 15),
            (new GeneralMixtureModel([new NormalDistribution(0, 1), new UniformDistribution(3, 5)], [0.25, 0.75]), -10, 10),
        ];
        foreach (var (distribution, low, high) in all)
        {
            const int steps = 400_000;
            var x = Enumerable.Range(0, steps).Select(i => low + ((i + 0.5) * (high - low) / steps)).ToArray();
            var p = distribution.LogProbability(FeatureMatrix.FromColumns([x]), 1).Select(l => Math.Exp(l) * (high - low) / steps).ToArray();
            var mean = x.Zip(p, (a, b) => a * b).Sum();
            var deviation = Math.Sqrt(x.Zip(p, (a, b) => b * (a - mean) * (a - mean)).Sum());
            var found = distribution.Moments()!.Value;
            Assert.True(Math.Abs(found.Mean - mean) < 1e-4 && Math.Abs(found.Deviation - deviation) < 1e-4, $"{distribution}: {found}, {mean}, {deviation}");
        }
        Assert.Equal((2.5, Math.Sqrt(2.5)), new PoissonDistribution(2.5).Moments());
        Assert.Equal((0.25, Math.Sqrt(3.0 / 16)), new BernoulliDistribution(0.25).Moments());
        Assert.Equal((3, 0), new DiracDeltaDistribution(3).Moments());
    }
}
