using System.Text.Json;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Mixtures against pomegranate 0.14.8 and scikit-learn, on every kernel variant. Tolerances are the files' own.</summary>
public class MixtureGoldenTests
{
    public static TheoryData<string, KernelVariant> Cases => KernelData.With(
        "gmm_normal_1d", "gmm_diagonal", "gmm_full", "gmm_full_sklearn", "gmm_inertia_full", "gmm_nan_1d", "gmm_nan_diagonal", "gmm_nan_full", "gmm_weights_1d",
        "gmm_weights_full", "gmm_lr_decay", "gmm_tied_sklearn",
        "gmm_bernoulli_digits", "gmm_categorical_multi", "gmm_discrete_1d", "gmm_exponential", "gmm_mixed_columns", "gmm_mixed_family_1d", "gmm_poisson",
        "gmm_uniform_normal");

    [Theory]
    [MemberData(nameof(Cases))]
    public void EmReachesTheParametersAfterEachNumberOfIterations(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var data = name == "gmm_discrete_1d"
            ? FeatureMatrix.FromColumn(GoldenFile.Codes(golden.Inputs.GetProperty("data"), ["A", "B", "C", "D"]))
            : GoldenFile.Data(golden.Inputs);
        foreach (var iteration in golden.Expected.GetProperty("iterations").EnumerateObject())
        {
            var options = new FitOptions
            {
                MaxIterations = int.Parse(iteration.Name),
                StopThreshold = double.NegativeInfinity,
                Inertia = Optional("inertia"),
                LearningRateDecay = Optional("lr_decay"),
                MaxDegreeOfParallelism = 2
            };
            var result = GoldenFile.Mixture(golden.Inputs).Fit(data, options);
            Assert.Equal(int.Parse(iteration.Name), result.Iterations);
            golden.Close(iteration.Value, result.Model, $"{name} after {iteration.Name}");
            CheckScores(golden, iteration.Value, result, data);
        }

        double Optional(string property) => golden.Inputs.TryGetProperty(property, out var value) ? GoldenFile.Number(value) : 0;
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void FittingStopsByTheRule(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("gmm_stopping");
        foreach (var (run, i) in golden.Expected.GetProperty("runs").EnumerateArray().Select((r, i) => (r, i)))
        {
            var given = golden.Inputs.GetProperty("runs")[i];
            var options = new FitOptions();
            if (given.TryGetProperty("stop_threshold", out var threshold)) options = options with { StopThreshold = GoldenFile.Number(threshold) };
            if (given.TryGetProperty("max_iterations", out var most)) options = options with { MaxIterations = most.GetInt32() };
            var result = GoldenFile.Mixture(golden.Inputs).Fit(GoldenFile.Data(golden.Inputs), options);
            Assert.Equal(run.GetProperty("m_steps").GetInt32(), result.Iterations);
            golden.Close(GoldenFile.Numbers(run.GetProperty("improvements")), result.History.Select(h => h.Improvement).ToArray(), $"run {i} improvements");
            golden.Close(GoldenFile.Numbers(run.GetProperty("log_likelihoods")),
                result.History.Select(h => h.LogLikelihood).Prepend(result.InitialLogLikelihood).ToArray(), $"run {i} log-likelihoods");
            golden.Close(run.GetProperty("final"), result.Model, $"run {i}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void AFrozenComponentKeepsItsParametersButNotItsWeight(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("gmm_frozen");
        var frozen = golden.Inputs.GetProperty("frozen").EnumerateArray().Select(f => f.GetBoolean()).ToArray();
        foreach (var iteration in golden.Expected.GetProperty("iterations").EnumerateObject())
        {
            var result = GoldenFile.Mixture(golden.Inputs, frozen)
                .Fit(GoldenFile.Data(golden.Inputs), new() { MaxIterations = int.Parse(iteration.Name), StopThreshold = double.NegativeInfinity });
            golden.Close(iteration.Value, result.Model, $"after {iteration.Name}");
            Assert.Equal(frozen, result.Model.Components.Select(c => c.IsFrozen));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void FromSamplesStartsFromTheFirstRows(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("gmm_from_samples_first_k");
        var data = GoldenFile.Data(golden.Inputs);
        var first = CentroidInitialization.Named("first-k");
        var estimator = new MixtureEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>(), 3, first, kMeansIterations: 1);
        var start = estimator.Fit(data, new() { MaxIterations = 0 }).Model;
        golden.Close(golden.Expected.GetProperty("start"), start, "start");
        var result = estimator.Fit(data, new() { MaxIterations = 6, StopThreshold = double.NegativeInfinity });
        golden.Close(golden.Expected.GetProperty("iterations").GetProperty("6"), result.Model, "after 6");
    }

    private static void CheckScores(GoldenFile golden, JsonElement expected, FitResult<GeneralMixtureModel> result, FeatureMatrix data)
    {
        if (expected.TryGetProperty("log_likelihood", out var logLikelihood))
            golden.Close(GoldenFile.Number(logLikelihood), result.LogLikelihood, "log-likelihood");
        if (expected.TryGetProperty("parameters", out var parameters)) Assert.Equal(parameters.GetInt64(), result.Model.ParameterCount);
        if (!expected.TryGetProperty("predict_proba", out var posteriors)) return;
        var bernoulli = result.Model.Components[0] is IndependentComponentsDistribution { Parts: [BernoulliDistribution, ..] };
        var probability = result.Model.PredictProbability(data, 2);
        var logs = result.Model.PredictLogProbability(data, 2);
        var wanted = GoldenFile.Matrix(posteriors);
        for (var i = 0; i < wanted.GetLength(0); i++)
        {
            for (var k = 0; k < wanted.GetLength(1); k++)
            {
                golden.Close(wanted[i, k], probability[i, k], $"posterior [{i},{k}]");
                // The logarithm keeps what the absolute tolerance of the probability would hide.
                // A Bernoulli of p = 1 - 1e-13 knows 1 - p to three digits only, whoever computes it.
                if (wanted[i, k] > 1e-250) Assert.Equal(Math.Log(wanted[i, k]), logs[i, k], (bernoulli ? 1e-4 : 1e-5) * Math.Max(1, Math.Abs(logs[i, k])));
            }
        }
        var (labels, found) = (expected.GetProperty("predict").EnumerateArray().Select(e => e.GetInt32()).ToArray(), result.Model.Predict(data, 2));
        for (var i = 0; i < labels.Length; i++)
        {
            // Components that tie exactly in real numbers may come out in either order.
            if (Math.Abs(wanted[i, labels[i]] - wanted[i, found[i]]) > 1e-14) Assert.Equal(labels[i], found[i]);
        }
        golden.Close(GoldenFile.Numbers(expected.GetProperty("log_probability")), result.Model.LogProbability(data, 2).AsSpan(0, wanted.GetLength(0)),
            "log-probability");
    }
}
