using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Single distributions against scipy, closed forms and pomegranate 0.14.8. Tolerances are the files' own.</summary>
public class DistributionGoldenTests
{
    public static TheoryData<string, KernelVariant> Families => KernelData.With(
        "dist_normal", "dist_multivariategaussian", "dist_uniform", "dist_bernoulli", "dist_lognormal", "dist_exponential", "dist_beta", "dist_gamma",
        "dist_poisson");

    [Theory]
    [MemberData(nameof(Families))]
    public void LogProbabilitiesAndFitsHold(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var distribution = GoldenFile.Distribution(inputs.GetProperty("distribution"));
        var points = GoldenFile.Data(inputs, "points");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), distribution.LogProbability(points), "log-probability");
        golden.Close(expected.GetProperty("fit"), Fit(distribution, GoldenFile.Data(inputs, "data", "weights")), "fit");
        golden.Close(expected.GetProperty("fit_with_nan"), Fit(distribution, GoldenFile.Data(inputs, "data_with_nan", "weights_with_nan")),
            "fit with missing values");

        var blended = TwoChunks(distribution, GoldenFile.Data(inputs, "data", "weights"), inputs.GetProperty("chunk_split").GetInt32(),
            GoldenFile.Number(inputs.GetProperty("inertia")));
        golden.Close(expected.GetProperty("two_chunk_inertia"), blended, "two chunks with inertia");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability_after_two_chunk_inertia")), blended.LogProbability(points),
            "log-probability after two chunks");
        if (expected.TryGetProperty("probability", out var probability))
            golden.Close(GoldenFile.Numbers(probability), distribution.Probability(points), "probability");
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
            golden.Close(GoldenFile.Numbers(missing), fitted.LogProbability(GoldenFile.Data(inputs, "data_with_nan")),
                "log-probability of rows with missing entries");
        }
    }

    [Fact]
    public void ASingularCovarianceIsHeldAndNamedWhenItIsEvaluated()
    {
        var golden = new GoldenFile("dist_multivariategaussian_singular");
        var data = GoldenFile.Data(golden.Inputs);
        var fitted = (MultivariateGaussianDistribution)Fit(MultivariateGaussianDistribution.Prototype(new double[data.Columns]), data);
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("mean")), fitted.Mean, "mean");
        var covariance = GoldenFile.Matrix(golden.Expected.GetProperty("mle_cov"));
        for (var i = 0; i < data.Columns; i++)
            for (var j = 0; j < data.Columns; j++) golden.Close(covariance[i, j], fitted.Covariance(i, j), $"cov[{i},{j}]");
        var error = Assert.Throws<ModelException>(fitted.EnsureEvaluable);
        Assert.Contains("a linear combination of the features before it", error.Message, StringComparison.Ordinal);
        Assert.Contains("FitOptions.MinVariance", error.Message, StringComparison.Ordinal);
        var floored = Fit(MultivariateGaussianDistribution.Prototype(new double[data.Columns]), data, new() { MinVariance = 1e-6 });
        Assert.All(floored.LogProbability(data), p => Assert.True(double.IsFinite(p)));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void IndependentComponentsHoldWithAFamilyForEachColumn(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("dist_independentcomponents");
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var distribution = (IndependentComponentsDistribution)GoldenFile.Distribution(inputs.GetProperty("distribution"));
        var points = GoldenFile.Data(inputs, "points");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), distribution.LogProbability(points), "log-probability");
        var weighted = new IndependentComponentsDistribution(distribution.Parts, GoldenFile.Numbers(inputs.GetProperty("column_weights")));
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability_with_column_weights")), weighted.LogProbability(points),
            "log-probability with column weights");
        golden.Close(expected.GetProperty("fit"), Fit(distribution, GoldenFile.Data(inputs, "data", "weights")), "fit");
        golden.Close(expected.GetProperty("fit_with_nan"), Fit(distribution, GoldenFile.Data(inputs, "data_with_nan", "weights")), "fit with missing values");
    }

    [Fact]
    public void DiscreteDistributionsHold()
    {
        var golden = new GoldenFile("dist_discrete");
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var keys = inputs.GetProperty("distribution").GetProperty("keys").EnumerateArray().Select(k => k.ToString()).ToArray();
        var distribution = GoldenFile.Distribution(inputs.GetProperty("distribution"));
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")),
            distribution.LogProbability(GoldenFile.Codes(inputs.GetProperty("points"), keys)), "log-probability");
        var data = Coded("data", "weights");
        var split = inputs.GetProperty("chunk_split").GetInt32();
        var inertia = GoldenFile.Number(inputs.GetProperty("inertia"));
        var pseudocount = new MaximizeOptions { Pseudocount = GoldenFile.Number(inputs.GetProperty("pseudocount")) };
        golden.Close(expected.GetProperty("fit"), Fit(distribution, data), "fit");
        golden.Close(expected.GetProperty("fit_pseudocount"), Fit(distribution, data, pseudocount), "fit with pseudocount");
        golden.Close(expected.GetProperty("two_chunk_inertia"), TwoChunks(distribution, data, split, inertia), "two chunks with inertia");
        golden.Close(expected.GetProperty("two_chunk_inertia_pseudocount"), TwoChunks(distribution, data, split, inertia, pseudocount),
            "two chunks with inertia and pseudocount");
        golden.Close(expected.GetProperty("fit_with_nan"), Fit(distribution, Coded("data_with_nan", "weights_with_nan")), "fit with missing values");

        FeatureMatrix Coded(string values, string weights) =>
            FeatureMatrix.FromColumn(GoldenFile.Codes(inputs.GetProperty(values), keys), GoldenFile.Numbers(inputs.GetProperty(weights)));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void DirichletDistributionsHold(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("dist_dirichlet");
        var distribution = new DirichletDistribution(GoldenFile.Numbers(golden.Inputs.GetProperty("alphas")));
        var points = GoldenFile.Data(golden.Inputs, "points", "weights");
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("log_probability")), distribution.LogProbability(points), "log-probability");
        var options = new MaximizeOptions { Pseudocount = GoldenFile.Number(golden.Inputs.GetProperty("pseudocount")) };
        var fitted = (DirichletDistribution)TwoChunks(distribution, points, 3, GoldenFile.Number(golden.Inputs.GetProperty("inertia")), options);
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("fit_alphas")), fitted.Alphas, "alphas");
    }

    public static TheoryData<string, KernelVariant> Kernels =>
        KernelData.With("dist_gaussiankerneldensity", "dist_uniformkerneldensity", "dist_trianglekerneldensity");

    [Theory]
    [MemberData(nameof(Kernels))]
    public void KernelDensitiesHold(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var (points, weights, bandwidth) = (GoldenFile.Numbers(inputs.GetProperty("points")), GoldenFile.Numbers(inputs.GetProperty("weights")),
            GoldenFile.Number(inputs.GetProperty("bandwidth")));
        KernelDensity density = name switch
        {
            "dist_gaussiankerneldensity" => new GaussianKernelDensity(points, bandwidth, weights),
            "dist_uniformkerneldensity" => new UniformKernelDensity(points, bandwidth, weights),
            _ => new TriangleKernelDensity(points, bandwidth, weights),
        };
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), density.LogProbability(GoldenFile.Numbers(inputs.GetProperty("eval_points"))),
            "log-probability");
        var fitted = (KernelDensity)Fit(density,
            FeatureMatrix.FromColumn(GoldenFile.Numbers(inputs.GetProperty("new_points")), GoldenFile.Numbers(inputs.GetProperty("new_weights"))));
        golden.Close(GoldenFile.Numbers(expected.GetProperty("fit_points")), fitted.Points, "points");
        golden.Close(GoldenFile.Numbers(expected.GetProperty("fit_weights")), fitted.Weights, "weights");
    }

    [Fact]
    public void ConditionalProbabilityTablesHold()
    {
        var golden = new GoldenFile("dist_conditionalprobabilitytable");
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var table = new CodedTable(inputs.GetProperty("table"));
        var distribution = new ConditionalProbabilityTable(table.Sizes, table.Probabilities);
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), distribution.LogProbability(table.Rows(inputs.GetProperty("points"))),
            "log-probability");
        var weights = GoldenFile.Numbers(inputs.GetProperty("weights"));
        var data = table.Rows(inputs.GetProperty("data"), weights);
        var pseudocount = new MaximizeOptions { Pseudocount = GoldenFile.Number(inputs.GetProperty("pseudocount")) };
        Check("fit", Fit(distribution, data));
        Check("fit_pseudocount", Fit(distribution, data, pseudocount));
        Check("two_chunk_inertia_pseudocount",
            TwoChunks(distribution, data, inputs.GetProperty("chunk_split").GetInt32(), GoldenFile.Number(inputs.GetProperty("inertia")), pseudocount));
        Check("fit_with_nan", Fit(distribution, table.Rows(inputs.GetProperty("data_with_nan"), weights)));

        void Check(string name, Distribution fitted) =>
            golden.Close(table.Order(expected.GetProperty(name)), ((TableDistribution)fitted).Probabilities, name);
    }

    [Fact]
    public void JointProbabilityTablesHold()
    {
        var golden = new GoldenFile("dist_jointprobabilitytable");
        var (inputs, expected) = (golden.Inputs, golden.Expected);
        var table = new CodedTable(expected.GetProperty("fit"));
        var data = table.Rows(inputs.GetProperty("data"), GoldenFile.Numbers(inputs.GetProperty("weights")));
        // Begun with nothing: the fit finds the categories by itself.
        var start = JointProbabilityTable.Prototype(new double[data.Columns]);
        var fitted = (JointProbabilityTable)Fit(start, data);
        golden.Close(table.Order(expected.GetProperty("fit")), fitted.Probabilities, "fit");
        var smoothed = (JointProbabilityTable)Fit(start, data, new() { Pseudocount = GoldenFile.Number(inputs.GetProperty("pseudocount")) });
        golden.Close(table.Order(expected.GetProperty("fit_pseudocount")), smoothed.Probabilities, "fit with pseudocount");
        var first = GoldenFile.Numbers(expected.GetProperty("log_probability_of_first_rows"));
        golden.Close(first, fitted.LogProbability(data).AsSpan(0, first.Length), "log-probability");
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
