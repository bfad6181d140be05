using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>What a fit does when it is told nothing: minimum variances, when it stops, and what it warns of.</summary>
public class DefaultFitTests
{
    // Half the values are 0; the others are even steps.
    private static double[] Spike(int rows = 400) => [.. Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? 0 : 1 + (9.0 * i / rows))];

    [Fact]
    public void A_component_on_a_spike_is_as_narrow_as_the_floor_and_named()
    {
        var rows = Spike();
        var mean = rows.Average();
        // A closed form: 1e-8 of the variance of all rows.
        var floor = 1e-8 * rows.Average(x => (x - mean) * (x - mean));
        var fitted = Mixture.Of<NormalDistribution>(2).Fit(rows, new FitOptions());
        var narrow = fitted.Model.Components.Cast<NormalDistribution>().MinBy(n => n.StandardDeviation)!;
        // Two orders of summation.
        Assert.Equal(Math.Sqrt(floor), narrow.StandardDeviation, 1e-12);
        Assert.Equal(0, narrow.Mean, 1e-9);
        var warning = Assert.Single(fitted.Warnings, w => w.Contains("raised", StringComparison.Ordinal));
        Assert.Matches("^component [01] \\(weight 0\\.[0-9]+\\): its variance of feature 0 was raised to the minimum [0-9.E+-]+, as nearly equal values would "
            + "bring it to 0 \\(use fewer components, or set a minimum variance \\(FitOptions\\.MinVariance\\)\\)$", warning);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, ", in scaled units")]
    public void A_minimum_that_was_given_is_named_as_such(bool isScaled, string units)
    {
        var fitted = Mixture.Of<NormalDistribution>(2).Fit(Spike(), new FitOptions { MinVariance = 0.5, Scaling = isScaled ? FeatureScaling.Standard : null });
        var raised = fitted.Warnings.Where(w => w.Contains("raised", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(raised);
        var expected = $"^component [01] \\(weight 0\\.[0-9]+\\): its variance of feature 0 was raised to the minimum 0\\.5{units} \\(use a smaller one "
            + "\\(FitOptions\\.MinVariance\\), or fewer components, if that is too much\\)$";
        Assert.All(raised, w => Assert.Matches(expected, w));
    }

    [Fact]
    public void Zero_turns_the_floor_off()
    {
        var error = Assert.Throws<ModelException>(() => new GeneralMixtureModel([new NormalDistribution(0, 0.01), new NormalDistribution(5, 3)])
            .Fit(Spike(), new FitOptions { MinVariance = 0 }));
        Assert.Contains("a variance of 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_floor_of_a_log_normal_component_is_that_of_the_logarithms()
    {
        double[] rows = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? 5 : Math.Exp(i / 30.0))];
        var logs = Array.ConvertAll(rows, Math.Log);
        var floor = 1e-8 * logs.Average(x => (x - logs.Average()) * (x - logs.Average()));
        var fitted = new GeneralMixtureModel([new LogNormalDistribution(Math.Log(5), 0.01), new LogNormalDistribution(5, 3)]).Fit(rows, new FitOptions());
        // Two orders of summation.
        Assert.Equal(Math.Sqrt(floor), ((LogNormalDistribution)fitted.Model.Components[0]).Sigma, 1e-12);
    }

    [Fact]
    public void Every_direction_of_a_full_covariance_has_the_floor()
    {
        // The second feature is twice the first, in units a million times smaller.
        var rows = new double[60, 2];
        for (var i = 0; i < 60; i++) (rows[i, 0], rows[i, 1]) = ((i % 2 * 100) + (i / 6), 2e-6 * ((i % 2 * 100) + (i / 6)));
        var fitted = Mixture.Of<MultivariateGaussianDistribution>(2).Fit(rows, new FitOptions());
        Assert.All(fitted.Model.Components.Cast<MultivariateGaussianDistribution>(), c =>
        {
            // The correlation is less than 1 by the floor.
            var correlation = c.Covariance(0, 1) / Math.Sqrt(c.Covariance(0, 0) * c.Covariance(1, 1));
            Assert.InRange(1 - correlation, 1e-9, 1e-3);
        });
        Assert.Contains(fitted.Warnings, w => w.Contains("was raised to the minimum", StringComparison.Ordinal));
    }

    [Fact]
    public void Single_distributions_have_no_floor() =>
        Assert.Throws<ModelException>(() =>
            new DistributionEstimator(DistributionFamily.Of<NormalDistribution>()).Fit(new double[] { 3, 3, 3 }, new FitOptions()));

    [Fact]
    public void Gains_are_relative_to_the_weight_of_the_rows()
    {
        var (start, rows) = Overlapping();
        var once = start.Fit(rows, new FitOptions());
        Assert.Equal(StopReason.Converged, once.StopReason);
        // A gain of at most 1e-6 per row ended it, and no earlier one.
        Assert.InRange(once.History[^1].Improvement, double.NegativeInfinity, 1e-6 * rows.Length);
        Assert.All(once.History.SkipLast(1), h => Assert.True(h.Improvement > 1e-6 * rows.Length));
        // The same rows four times over, as weights: the same updates, where an absolute rule would make more.
        var weighted = FeatureMatrix.FromRows(Column(rows), [.. Enumerable.Repeat(4.0, rows.Length)]);
        Assert.Equal(once.Iterations, start.Fit(weighted, new FitOptions()).Iterations);
    }

    [Fact]
    public void With_both_rules_either_stops_the_fit()
    {
        var (start, rows) = Overlapping();
        int Updates(double? absolute, double? relative) =>
            start.Fit(rows, new FitOptions { StopThreshold = absolute, RelativeTolerance = relative }).Iterations;
        var (loose, tight) = (Updates(1, null), Updates(null, 1e-8));
        Assert.True(loose < tight);
        Assert.Equal(loose, Updates(1, 1e-8));
        Assert.Equal(loose, Updates(1e-8, 1.0 / rows.Length));
    }

    [Fact]
    public void The_share_of_the_distance_that_k_means_gains_knows_no_units()
    {
        double[] rows = [.. Enumerable.Range(0, 500).Select(i => Math.Sqrt(i * 37 % 500))];
        var start = new KMeans(new double[,] { { 0 }, { 1 }, { 2 } });
        var small = new KMeans(new double[,] { { 0 }, { Math.ScaleB(1, -40) }, { Math.ScaleB(1, -39) } });
        Assert.Equal(start.Fit(rows, new FitOptions()).Iterations, small.Fit(Array.ConvertAll(rows, x => Math.ScaleB(x, -40)), new FitOptions()).Iterations);
    }

    [Fact]
    public void The_reason_for_stopping_is_told()
    {
        var (start, rows) = Overlapping();
        var limited = start.Fit(rows, new FitOptions { MaxIterations = 2 });
        Assert.Equal((StopReason.IterationLimit, false), (limited.StopReason, limited.Converged));
        Assert.Equal("the fit stopped before it converged: the last update still gained more than the tolerance (allow more iterations "
            + "(FitOptions.MaxIterations), or a larger tolerance (FitOptions.RelativeTolerance))", Assert.Single(limited.Warnings));
        var late = start.Fit(rows, new FitOptions { MaxSeconds = 2.5, TimeProvider = new Steps() });
        Assert.Equal((StopReason.TimeLimit, false), (late.StopReason, late.Converged));
        Assert.Equal("the fit stopped before it converged: the last update still gained more than the tolerance when the time ran out (allow more time "
            + "(FitOptions.MaxSeconds), or a larger tolerance (FitOptions.RelativeTolerance))", Assert.Single(late.Warnings));
        Assert.Equal(StopReason.OnePass, new NormalDistribution(0, 1).Fit(rows, new FitOptions()).StopReason);
    }

    [Fact]
    public void Coinciding_components_are_named()
    {
        // From equal components EM does not move: a saddle with three equal parts.
        var equal = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(0, 1), new NormalDistribution(0, 1)]);
        var (_, rows) = Overlapping();
        Assert.Contains("components 0 and 1, 1 and 2 coincide: they have nearly the same parameters (use fewer components, or another start)",
            equal.Fit(rows, new FitOptions()).Warnings);
    }

    [Fact]
    public void A_saddle_is_told()
    {
        // Two clusters along the first feature, rings along the second.
        var rows = new double[400, 2];
        for (var i = 0; i < 400; i++)
        {
            var turn = 2 * Math.PI * i / 400;
            rows[i, 0] = (i % 2 == 0 ? 6 : -6) + Math.Cos(turn);
            rows[i, 1] = Math.Sin(turn);
        }
        // Told apart by the second feature, where there is nothing to tell; each component covers half of both clusters.
        var start = new GeneralMixtureModel(
            [new DiagonalGaussianDistribution([0, 0.5], [6, 0.5]), new DiagonalGaussianDistribution([0, -0.5], [6, 0.5])]);
        var fitted = start.Fit(rows, new FitOptions());
        Assert.Contains(fitted.Warnings, w => w.StartsWith("another start gains ", StringComparison.Ordinal)
            && w.EndsWith(" per row on a sample of 400 rows: the fit may have stopped at a saddle or a poor local maximum (use restarts, or "
                + "another seed)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_component_that_died_is_named()
    {
        var (_, rows) = Overlapping();
        var fitted = new GeneralMixtureModel([new NormalDistribution(0, 3), new NormalDistribution(1e6, 1)]).Fit(rows, new FitOptions());
        Assert.Contains(fitted.Warnings, w => w.StartsWith("component 1 died: no row belongs to it any more", StringComparison.Ordinal));
    }

    [Fact]
    public void Many_missing_values_are_told()
    {
        var rows = new double[200, 2];
        for (var i = 0; i < 200; i++) (rows[i, 0], rows[i, 1]) = (i % 25 < 7 ? double.NaN : i, (i * i) % 101);
        Assert.Contains("feature 0: 28 % of its values are missing; they are skipped as if they were missing at random (leave the feature out if they are not)",
            Mixture.Of<NormalDistribution>(2).Fit(rows, new FitOptions()).Warnings);
    }

    private static (GeneralMixtureModel Start, double[] Rows) Overlapping()
    {
        var random = new SeededRandom(7);
        double[] rows = [.. Enumerable.Range(0, 600).Select(i => (i % 3 == 0 ? 3 : 0) + random.NextNormal())];
        return (new([new NormalDistribution(-1, 2), new NormalDistribution(4, 2)]), rows);
    }

    private static double[,] Column(double[] values)
    {
        var column = new double[values.Length, 1];
        for (var i = 0; i < values.Length; i++) column[i, 0] = values[i];
        return column;
    }

    [Fact]
    public void A_limit_on_time_ends_the_choice_of_a_start()
    {
        var (_, rows) = Overlapping();
        var estimator = Mixture.Of<NormalDistribution>(3);
        var values = new double[rows.Length, 1];
        for (var i = 0; i < rows.Length; i++) values[i, 0] = rows[i];
        var sample = new FeatureSample(values, [.. rows.Select(_ => 1.0)], rows.Length);
        var whole = estimator.Start(sample, new());
        Assert.Equal(whole, estimator.Start(sample, Limited(1e9)));
        // Without any update by EM: the weights are shares of whole rows.
        var first = estimator.Start(sample, Limited(0.5));
        Assert.All(first.Weights.ToArray(), weight => Assert.Equal(Math.Round(weight * rows.Length), weight * rows.Length, 1e-9));
        Assert.NotEqual(whole, first);
        Assert.All(first.LogProbability(rows), log => Assert.True(double.IsFinite(log)));
        var fitted = estimator.Fit(rows, new() { MaxSeconds = 0.5, TimeProvider = new Steps() });
        Assert.Equal((StopReason.TimeLimit, 0), (fitted.StopReason, fitted.Iterations));

        static FitOptions Limited(double seconds) => new FitOptions { MaxSeconds = seconds, TimeProvider = new Steps() }.Started();
    }

    [Theory]
    [InlineData(0.19, false)]
    [InlineData(0.2, true)]
    [InlineData(0.99, true)]
    public void KMeans_names_features_of_which_much_is_missing(double share, bool isTold)
    {
        // 100 rows, of which the first have no value of the second feature.
        double[] x = [.. Enumerable.Range(0, 100).Select(i => i % 10 + 0.5)];
        double[] y = [.. x.Select((v, i) => i < 100 * share - 1e-9 ? double.NaN : v)];
        var fitted = new KMeansEstimator(2).Fit(FeatureMatrix.FromColumns(x, y));
        string[] told = [.. fitted.Warnings.Where(w => w.Contains("missing", StringComparison.Ordinal))];
        Assert.Equal(isTold ? [$"feature 1: {100 * share:0} % of its values are missing; they are skipped as if they were missing at random (leave the feature "
            + "out if they are not)"] : [], told);
    }

    [Theory]
    [InlineData("kmeans++")]
    [InlineData("first-k")]
    public void Rows_of_weight_0_are_said_not_to_count(string initialization)
    {
        double[] weights = [1, 1, 0, 0];
        var error = Assert.Throws<ModelException>(() => new KMeansEstimator(3, CentroidInitialization.Named(initialization))
            .Fit(FeatureMatrix.FromRows(new double[,] { { 1 }, { 2 }, { 3 }, { 4 } }, weights)));
        Assert.Equal("input: found 2 distinct rows of weight above 0, expected at least 3, one for each component; use at most 2 components", error.Message);
    }

    // A second passes each time somebody looks.
    private sealed class Steps : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ticks++;
    }
}
