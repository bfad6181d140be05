using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Hidden Markov models against pomegranate 0.14.8, on every kernel variant. Tolerances are the files' own.</summary>
public class HiddenMarkovGoldenTests
{
    private static readonly string[] cases =
    [
        "hmm_diagonal_missing", "hmm_discrete_inertia", "hmm_discrete_infinite", "hmm_discrete_missing", "hmm_discrete_pseudocount",
        "hmm_discrete_weights", "hmm_doc_example", "hmm_edge_pseudocounts", "hmm_gaussian_finite", "hmm_gaussian_infinite", "hmm_gaussian_missing",
        "hmm_gaussian_viterbi_training", "hmm_gmm_emission", "hmm_heterogeneous", "hmm_labeled", "hmm_multivariate", "hmm_poisson",
        "hmm_profile_silent", "hmm_semisupervised", "hmm_state_weights", "hmm_tied",
    ];

    public static TheoryData<string, KernelVariant> Cases => KernelData.With(cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void FittingReachesTheParametersAfterEachNumberOfUpdates(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase(name);
        var start = file.Model.With(Fitting(file.Golden.Inputs));
        foreach (var iteration in file.Golden.Expected.GetProperty("iterations").EnumerateObject())
        {
            var result = start.Fit(file.Sequences, new FitOptions
            {
                MaxIterations = int.Parse(iteration.Name),
                StopThreshold = double.NegativeInfinity,
                MaxDegreeOfParallelism = 2
            });
            Assert.Equal(int.Parse(iteration.Name), result.Iterations);
            file.Close(iteration.Value, result.Model, $"{name} after {iteration.Name}");
            file.Golden.Close(GoldenFile.Number(iteration.Value.GetProperty("log_likelihood")), result.LogLikelihood,
                $"{name} after {iteration.Name}: log-likelihood");
        }
    }

    /// <summary>The cases whose file has the results of inference.</summary>
    public static TheoryData<string, KernelVariant> Inferred =>
        KernelData.With([.. cases.Where(n => new GoldenFile(n).Expected.TryGetProperty("inference", out var i) && i.GetArrayLength() > 0)]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogProbabilitiesAreTheirs(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase(name);
        file.Golden.Close(GoldenFile.Numbers(file.Golden.Expected.GetProperty("log_probability_all")), file.Model.LogProbability(file.Sequences, 2),
            "log-probability");
    }

    [Theory]
    [MemberData(nameof(Inferred))]
    public void InferenceGivesTheirNumbers(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase(name);
        var (golden, model, sequences) = (file.Golden, file.Model, file.Sequences);
        var expected = golden.Expected.GetProperty("inference");
        var inferences = model.Infer(sequences, 2);
        var (paths, labels, posteriors) = (model.Viterbi(sequences, 2), model.Predict(sequences, 2), model.PredictProbability(sequences, 2));
        foreach (var (one, i) in expected.EnumerateArray().Select((e, i) => (e, golden.Inputs.GetProperty("infer")[i].GetInt32())))
        {
            var (stateOrder, emitting) = (golden.Expected.GetProperty("state_order"), golden.Expected.GetProperty("emitting_order"));
            golden.Close(GoldenFile.Number(one.GetProperty("log_probability")), inferences[i].LogProbability, "log-probability");
            file.CloseTable(one.GetProperty("forward"), stateOrder, model, inferences[i].Forward!, "forward");
            file.CloseTable(one.GetProperty("backward"), stateOrder, model, inferences[i].Backward!, "backward");
            file.CloseTable(one.GetProperty("posterior"), emitting, model, posteriors[i], "posterior");
            file.CloseTransitions(one.GetProperty("expected_transitions"), model, e => inferences[i].ExpectedTransitions[e], "expected transitions");
            golden.Close(GoldenFile.Number(one.GetProperty("map_log")), inferences[i].MaximumPosteriorLog, "map log");
            Assert.Equal(Names(one.GetProperty("map_path")), labels[i].Select(k => model.States[k].Name));
            golden.Close(GoldenFile.Number(one.GetProperty("viterbi_log")), paths[i].LogProbability, "viterbi log");
            // A path is given where no two tie.
            if (one.TryGetProperty("viterbi_path", out var path) && path.ValueKind == JsonValueKind.Array)
                Assert.Equal(Names(path), paths[i].Route.Select(s => model.States[s].Name));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void FittingStopsByTheRule(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase("hmm_stopping");
        foreach (var (run, i) in file.Golden.Expected.GetProperty("runs").EnumerateArray().Select((r, i) => (r, i)))
        {
            var given = file.Golden.Inputs.GetProperty("runs")[i];
            var options = SequenceFitting.DefaultFit with { StopThreshold = GoldenFile.Number(given.GetProperty("stop_threshold")) };
            if (given.TryGetProperty("max_iterations", out var most)) options = options with { MaxIterations = most.GetInt32() };
            var result = file.Model.Fit(file.Sequences, options);
            file.Close(run.GetProperty("final"), result.Model, $"run {i}");
            if (run.TryGetProperty("m_steps", out var steps)) Assert.Equal(steps.GetInt32(), result.Iterations);
            if (run.TryGetProperty("log_likelihoods", out var logs))
                file.Golden.Close(GoldenFile.Numbers(logs), result.History.Select(h => h.LogLikelihood).Prepend(result.InitialLogLikelihood).ToArray(),
                    $"run {i} log-likelihoods");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void AStartIsFoundOnTheFirstRows(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase("hmm_from_samples_first_k");
        var estimator = new HiddenMarkovEstimator(DistributionFamily.Of<NormalDistribution>(), 3, CentroidInitialization.Named("first-k"), kMeansIterations: 1);
        var start = estimator.Fit(file.Sequences, new() { MaxIterations = 0 }).Model;
        foreach (var state in file.Golden.Expected.GetProperty("start").GetProperty("states").EnumerateArray())
            file.Golden.Close(state.GetProperty("distribution"), start.Emission(start.IndexOf(state.GetProperty("name").GetString()!)), "start");
        file.Close(file.Golden.Expected.GetProperty("iterations").GetProperty("3"),
            estimator.Fit(file.Sequences, new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity }).Model, "after 3");
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void ImpossibleSequencesAreTold(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var file = new HiddenMarkovCase("hmm_impossible");
        file.Golden.Close(GoldenFile.Numbers(file.Golden.Expected.GetProperty("log_probability")), file.Model.LogProbability(file.Sequences),
            "log-probability");
        var paths = file.Model.Viterbi(file.Sequences);
        file.Golden.Close(GoldenFile.Numbers(file.Golden.Expected.GetProperty("viterbi_log")), paths.Select(p => p.LogProbability).ToArray(), "viterbi log");
        foreach (var (path, i) in file.Golden.Expected.GetProperty("viterbi_path").EnumerateArray().Select((p, i) => (p, i)))
            Assert.Equal(path.ValueKind == JsonValueKind.Null ? [] : Names(path), paths[i].Route.Select(s => file.Model.States[s].Name));
        var result = file.Model.Fit(file.Sequences, new() { MaxIterations = 1 });
        Assert.Contains($"2 of 4 sequences are impossible under the model (numbers 1, 2; {file.Sequences.Length(1) + file.Sequences.Length(2)} of "
            + $"{file.Sequences.Rows} rows) and were left out", result.Warnings);
        var fatal = Assert.Throws<ModelException>(() => file.Model.With(new() { Impossible = ImpossibleSequence.Fail }).Fit(file.Sequences));
        Assert.Equal("sequence 1: found a probability of 0 for its 3 rows, expected a sequence that the model can produce; look for unknown symbols and "
            + "missing transitions, or skip such sequences (ImpossibleSequence.Skip)", fatal.Message);
    }

    private static string[] Names(JsonElement list) => [.. list.EnumerateArray().Select(n => n.GetString()!)];

    private static HiddenFitting Fitting(JsonElement inputs)
    {
        var update = inputs.TryGetProperty("update", out var found) ? found : default;
        double Number(string name) => update.ValueKind == JsonValueKind.Object && update.TryGetProperty(name, out var value) ? GoldenFile.Number(value) : 0;
        return new()
        {
            Training = inputs.GetProperty("algorithm").GetString() switch
            {
                "viterbi" => HiddenTraining.Viterbi,
                "labeled" => HiddenTraining.Labeled,
                _ => HiddenTraining.BaumWelch
            },
            EdgeInertia = Number("edge_inertia"),
            DistributionInertia = Number("distribution_inertia"),
            TransitionPseudocount = Number("transition_pseudocount"),
            EmissionPseudocount = Number("emission_pseudocount"),
            UseEdgePseudocounts = update.ValueKind == JsonValueKind.Object && update.TryGetProperty("use_pseudocount", out var use) && use.GetBoolean(),
        };
    }
}
