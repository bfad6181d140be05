using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Classifiers against pomegranate 0.14.8 and scikit-learn, on every kernel variant. Tolerances are the files' own.</summary>
public sealed class ClassifierGoldenTests
{
    public static TheoryData<string, KernelVariant> Fits =>
        KernelData.With("nb_gaussian", "nb_gaussian_weights_nan", "nb_heterogeneous", "nb_bernoulli_digits", "bc_multivariate", "lda_sklearn");

    public static TheoryData<string, KernelVariant> SemiSupervised => KernelData.With("nb_semisupervised", "bc_semisupervised");

    public static TheoryData<string, KernelVariant> Given => KernelData.With("nb_univariate_fixed", "bc_mixtures");

    [Theory]
    [MemberData(nameof(Fits))]
    public void AFitHoldsAtEveryDegreeOfParallelism(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        foreach (var threads in new[] { 1, 2, -1 })
        {
            var model = Fit(golden, new() { MaxDegreeOfParallelism = threads });
            CheckParameters(golden, golden.Expected, model, name);
            CheckScores(golden, golden.Expected, model, Data(golden), threads);
        }
    }

    [Theory]
    [MemberData(nameof(SemiSupervised))]
    public void SemiSupervisedTrainingReachesTheParametersAfterEachNumberOfIterations(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        foreach (var iteration in golden.Expected.GetProperty("iterations").EnumerateObject())
        {
            var options = new FitOptions { MaxIterations = int.Parse(iteration.Name), StopThreshold = double.NegativeInfinity, MaxDegreeOfParallelism = 2 };
            var result = Result(golden, options);
            Assert.Equal(options.MaxIterations, result.Iterations);
            CheckParameters(golden, iteration.Value, result.Model, $"{name} after {iteration.Name}");
            golden.Close(GoldenFile.Number(iteration.Value.GetProperty("unlabeled_log_likelihood")), result.LogLikelihood, "log-likelihood of unlabelled rows");
            if (iteration.Value.TryGetProperty("predict", out var predicted)) Assert.Equal(Integers(predicted), result.Model.Predict(Data(golden), 2));
        }
    }

    [Theory]
    [MemberData(nameof(SemiSupervised))]
    public void SemiSupervisedTrainingStopsByTheRule(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        // pomegranate's rule.
        var result = Result(golden, new() { StopThreshold = 0.1 });
        var expected = golden.Expected.GetProperty("default_stop");
        Assert.Equal(expected.GetProperty("m_steps").GetInt32(), result.Iterations);
        golden.Close(GoldenFile.Numbers(expected.GetProperty("improvements")), result.History.Select(h => h.Improvement).ToArray(), "improvements");
    }

    [Theory]
    [MemberData(nameof(Given))]
    public void GivenParametersScoreAsExpected(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var model = new BayesClassifier([.. golden.Inputs.GetProperty("distributions").EnumerateArray().Select(GoldenFile.Distribution)],
            GoldenFile.Numbers(golden.Inputs.GetProperty("priors")));
        CheckScores(golden, golden.Expected, model, Data(golden), 2);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void InertiaBlendsTheClassesAndNotTheirPriors(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("bc_batches_inertia");
        var initial = golden.Inputs.GetProperty("initial");
        var start = new BayesClassifier([.. initial.GetProperty("distributions").EnumerateArray().Select(GoldenFile.Distribution)],
            GoldenFile.Numbers(initial.GetProperty("priors")));
        var options = new FitOptions
        {
            Inertia = GoldenFile.Number(golden.Inputs.GetProperty("inertia")),
            BatchSize = golden.Inputs.GetProperty("batch_size").GetInt32(),
            StopThreshold = double.NegativeInfinity,
        };
        // Nothing is hidden: however low the threshold, a fit makes one update.
        var result = start.Fit(Data(golden).WithLabels(Integers(golden.Inputs.GetProperty("labels"))), options);
        Assert.Equal(1, result.Iterations);
        CheckParameters(golden, golden.Expected, result.Model, "after one update");
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void SequencesHaveTheClassOfTheMostProbableModel(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("bc_hmm_sequences");
        var classes = golden.Inputs.GetProperty("hmms").EnumerateArray().Select(Hidden).ToArray();
        var model = new BayesClassifier(classes, GoldenFile.Numbers(golden.Inputs.GetProperty("priors")));
        var sequences = SequenceSet.From([.. golden.Inputs.GetProperty("sequences").EnumerateArray().Select(s => GoldenFile.Codes(s, ["H", "T"]))]);
        var wanted = GoldenFile.Matrix(golden.Expected.GetProperty("predict_log_proba"));
        foreach (var threads in new[] { 1, 2, -1 })
        {
            var found = model.PredictProbability(sequences, threads);
            for (var i = 0; i < wanted.GetLength(0); i++)
                for (var k = 0; k < wanted.GetLength(1); k++) golden.Close(wanted[i, k], Math.Log(found[i, k]), $"sequence {i}, class {k}");
            Assert.Equal(Integers(golden.Expected.GetProperty("predict")), model.Predict(sequences, threads));
        }
    }

    private static HiddenMarkovModel Hidden(JsonElement json)
    {
        string[] names = [.. json.GetProperty("states").EnumerateArray().Select(s => s.GetProperty("name").GetString()!)];
        var (matrix, starts) = (new double[names.Length, names.Length], new double[names.Length]);
        foreach (var edge in json.GetProperty("edges").EnumerateArray())
        {
            var (from, to) = (Array.IndexOf(names, edge[0].GetString()), Array.IndexOf(names, edge[1].GetString()));
            if (from < 0) starts[to] = GoldenFile.Number(edge[2]);
            else matrix[from, to] = GoldenFile.Number(edge[2]);
        }
        return HiddenMarkovModel.FromMatrix(matrix,
            [.. json.GetProperty("states").EnumerateArray().Select(s => GoldenFile.Distribution(s.GetProperty("distribution")))], starts);
    }

    private static Classifier Fit(GoldenFile golden, FitOptions options) => Result(golden, options).Model;

    private static (Classifier Model, int Iterations, double LogLikelihood, IReadOnlyList<FitIteration> History) Result(GoldenFile golden, FitOptions options)
    {
        var data = Data(golden).WithLabels(Integers(golden.Inputs.GetProperty("labels")));
        DistributionFamily[] families = golden.Inputs.TryGetProperty("families", out var several)
            ? [.. several.EnumerateArray().Select(f => Family(f.GetString()!))]
            : [Family(golden.Inputs.GetProperty("family").GetString()!)];
        if (!families[0].IsUnivariate)
        {
            var fitted = new BayesClassifierEstimator(families[0], GoldenFile.IsTied(golden.Inputs)).Fit(data, options);
            return (fitted.Model, fitted.Iterations, fitted.LogLikelihood, fitted.History);
        }
        var naive = new NaiveBayesEstimator(families.Length == 1 ? families[0] : DistributionFamily.PerFeature(families)).Fit(data, options);
        return (naive.Model, naive.Iterations, naive.LogLikelihood, naive.History);
    }

    private static DistributionFamily Family(string name) => ModelFormat.Family(name switch
    {
        "LogNormal" => "log-normal",
        "MultivariateGaussian" => "multivariate-gaussian",
        _ => name.ToLowerInvariant(),
    });

    private static FeatureMatrix Data(GoldenFile golden) => GoldenFile.Data(golden.Inputs, weights: "weights");

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static void CheckParameters(GoldenFile golden, JsonElement expected, Classifier model, string what)
    {
        golden.Close(GoldenFile.Numbers(expected.GetProperty("priors")), model.Priors, $"{what}, priors");
        if (expected.TryGetProperty("p", out var shares))
        {
            var wanted = GoldenFile.Matrix(shares);
            for (var k = 0; k < model.Classes.Count; k++)
                for (var j = 0; j < model.Dimensions; j++)
                    golden.Close(wanted[k, j], ((BernoulliDistribution)((IndependentComponentsDistribution)model.Classes[k]).Parts[j]).Probability1,
                        $"{what}, p[{k},{j}]");
            return;
        }
        foreach (var (distribution, k) in expected.GetProperty("distributions").EnumerateArray().Select((d, k) => (d, k)))
            golden.Close(distribution, (Distribution)model.Classes[k], $"{what}, class {k}");
    }

    private static void CheckScores(GoldenFile golden, JsonElement expected, Classifier model, FeatureMatrix data, int threads)
    {
        var wanted = GoldenFile.Matrix(expected.GetProperty("predict_log_proba"));
        var found = model.PredictLogProbability(data, threads);
        for (var i = 0; i < wanted.GetLength(0); i++)
            for (var k = 0; k < wanted.GetLength(1); k++) golden.Close(wanted[i, k], found[i, k], $"log-posterior [{i},{k}]");
        Assert.Equal(Integers(expected.GetProperty("predict")), model.Predict(data, threads));
        if (expected.TryGetProperty("log_probability", out var logs))
            golden.Close(GoldenFile.Numbers(logs), model.LogProbability(data, threads), "log-probability");
        if (expected.TryGetProperty("accuracy", out var accuracy))
            Assert.Equal(GoldenFile.Number(accuracy), model.Score(data, Integers(golden.Inputs.GetProperty("labels")), threads), 1e-12);
    }
}
