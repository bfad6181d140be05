using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Single distributions against scipy, closed forms and pomegranate 0.14.8. Tolerances are the files' own.</summary>
public class DistributionGoldenTests
{
    [Theory]
    [InlineData("dist_normal")]
    [InlineData("dist_multivariategaussian")]
    public void LogProbabilitiesAndFitsHold(string name)
    {
        var golden = new GoldenFile(name);
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var distribution = GoldenFile.Distribution(inputs.GetProperty("distribution"));
        var points = GoldenFile.Data(inputs, "points");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), distribution.LogProbability(points), "log-probability");
        golden.Close(expected.GetProperty("fit"), Fit(distribution, GoldenFile.Data(inputs, "data", "weights")), "fit");
        golden.Close(expected.GetProperty("fit_with_nan"), Fit(distribution, GoldenFile.Data(inputs, "data_with_nan", "weights_with_nan")), "fit with missing values");

        var blended = TwoChunks(distribution, GoldenFile.Data(inputs, "data", "weights"), inputs.GetProperty("chunk_split").GetInt32(), GoldenFile.Number(inputs.GetProperty("inertia")));
        golden.Close(expected.GetProperty("two_chunk_inertia"), blended, "two chunks with inertia");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability_after_two_chunk_inertia")), blended.LogProbability(points), "log-probability after two chunks");
        if (expected.TryGetProperty("probability", out var probability)) golden.Close(GoldenFile.Numbers(probability), distribution.Probability(points), "probability");
        if (expected.TryGetProperty("fit_with_min_std", out var floored))
        {
            var least = GoldenFile.Number(inputs.GetProperty("min_std"));
            var data = FeatureMatrix.FromColumn(GoldenFile.Numbers(inputs.GetProperty("tiny_spread_data")));
            golden.Close(floored, Fit(distribution, data, new() { MinVariance = least * least }), "fit with a least deviation");
        }
        if (expected.TryGetProperty("log_probability_of_data_with_nan", out var missing))
        {
            // The file's numbers belong to the fit on the data with missing entries.
            var fitted = Fit(distribution, GoldenFile.Data(inputs, "data_with_nan", "weights_with_nan"));
            golden.Close(GoldenFile.Numbers(missing), fitted.LogProbability(GoldenFile.Data(inputs, "data_with_nan")), "log-probability of rows with missing entries");
        }
    }

    [Fact]
    public void ASingularCovarianceIsHeldAndNamedWhenItIsEvaluated()
    {
        var golden = new GoldenFile("dist_multivariategaussian_singular");
        var data = GoldenFile.Data(golden.Inputs);
        var fitted = (MultivariateGaussianDistribution)Fit(MultivariateGaussianDistribution.Blank(new double[data.Columns]), data);
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("mean")), fitted.Mean, "mean");
        var covariance = GoldenFile.Matrix(golden.Expected.GetProperty("mle_cov"));
        for (var i = 0; i < data.Columns; i++)
            for (var j = 0; j < data.Columns; j++) golden.Close(covariance[i, j], fitted.Covariance(i, j), $"cov[{i},{j}]");
        var error = Assert.Throws<ModelException>(fitted.EnsureEvaluable);
        Assert.Contains("a linear combination of the features before it", error.Message, StringComparison.Ordinal);
        Assert.Contains("--min-variance", error.Message, StringComparison.Ordinal);
        var floored = Fit(MultivariateGaussianDistribution.Blank(new double[data.Columns]), data, new() { MinVariance = 1e-6 });
        Assert.All(floored.LogProbability(data), p => Assert.True(double.IsFinite(p)));
    }

    [Fact]
    public void IndependentComponentsHoldInTheirNormalColumns()
    {
        var golden = new GoldenFile("dist_independentcomponents");
        var families = golden.Inputs.GetProperty("distribution").GetProperty("distributions").EnumerateArray().ToArray();
        var normal = Enumerable.Range(0, families.Length).Where(j => families[j].GetProperty("type").GetString() == "Normal").ToArray();
        Assert.NotEmpty(normal);
        var distribution = new IndependentComponentsDistribution([.. normal.Select(j => GoldenFile.Distribution(families[j]))]);
        foreach (var (data, weights, fit) in new[] { ("data", "weights", "fit"), ("data_with_nan", "weights", "fit_with_nan") })
        {
            var all = GoldenFile.Matrix(golden.Inputs.GetProperty(data));
            var some = new double[all.GetLength(0), normal.Length];
            for (var i = 0; i < some.GetLength(0); i++)
                for (var j = 0; j < normal.Length; j++) some[i, j] = all[i, normal[j]];
            var fitted = (IndependentComponentsDistribution)Fit(distribution, FeatureMatrix.FromRows(some, GoldenFile.Numbers(golden.Inputs.GetProperty(weights))));
            for (var j = 0; j < normal.Length; j++) golden.Close(golden.Expected.GetProperty(fit).GetProperty("distributions")[normal[j]], fitted.Parts[j], $"{fit} column {normal[j]}");
        }
    }

    private static Distribution Fit(Distribution distribution, FeatureMatrix data, MaximizeOptions options = default) =>
        TwoChunks(distribution, data, data.Rows, 0, options);

    private static Distribution TwoChunks(Distribution distribution, FeatureMatrix data, int split, double inertia, MaximizeOptions options = default)
    {
        var statistics = distribution.CreateStatistics();
        distribution.Summarize(data.Block(0, split), statistics);
        if (split < data.Rows)
        {
            var rest = distribution.CreateStatistics();
            distribution.Summarize(data.Block(split, data.Rows - split), rest);
            statistics.Merge(rest);
        }
        return distribution.Maximize(statistics, options with { Inertia = inertia });
    }
}
