using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Mixtures of hidden Markov models and of Markov chains.</summary>
public class SequenceMixtureTests
{
    public static TheoryData<string, KernelVariant> Cases => KernelData.With("hidden Markov models", "Markov chains", "both, weighted");

    [Theory]
    [MemberData(nameof(Cases))]
    public void OneUpdateIsThatOfTheDefinition(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = Get(name);
        var logs = model.Components.Select(c => c.LogProbability(data)).ToArray();
        var weights = Enumerable.Range(0, data.Count).Select(s => data.Block(s, 1) is { Rows: > 0, Weights.IsEmpty: false } b ? b.Weights[0] : 1).ToArray();
        var totals = Enumerable.Range(0, data.Count).Select(s => Enumerable.Range(0, 2).Sum(k => model.Weights[k] * Math.Exp(logs[k][s]))).ToArray();
        var statistics = (Mixtures.MixtureStatistics)model.CreateStatistics();
        model.Summarize(data.Block(0, data.Count), statistics);
        // Probabilities of a few dozen rows: 1e-10 relative leaves room for their logarithms.
        Assert.Equal(totals.Zip(weights, (p, w) => w * Math.Log(p)).Sum(), statistics.Objective, 1e-10 * Math.Abs(statistics.Objective));
        var posteriors = model.PredictProbability(data);
        for (var k = 0; k < 2; k++)
        {
            var share = Enumerable.Range(0, data.Count).Select(s => model.Weights[k] * Math.Exp(logs[k][s]) / totals[s]).ToArray();
            for (var s = 0; s < data.Count; s++) Assert.Equal(share[s], posteriors[s, k], 1e-10);
            Assert.Equal(share.Zip(weights, (p, w) => p * w).Sum(), statistics.Responsibilities[k], 1e-9);
            // The component by itself, with the shares as weights.
            var own = model.Components[k].CreateStatistics();
            model.Components[k].Summarize(Weighted(data, s => share[s] * weights[s]).Block(0, data.Count), own);
            Assert.Equal(own.Objective, statistics.Parts[k].Objective, 1e-8 * Math.Abs(own.Objective));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FittingRisesToTheSameBitsAtEveryDegreeOfParallelism(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = Get(name);
        var options = new FitOptions { MaxIterations = 6, StopThreshold = double.NegativeInfinity, BatchSize = 200, MaxDegreeOfParallelism = 1 };
        var one = model.Fit(data, options);
        Assert.All(one.History, h => Assert.True(h.Improvement >= -1e-9 * Math.Abs(h.LogLikelihood)));
        var bits = new SavedModel(one.Model).ToJson();
        foreach (var parallelism in new[] { 2, 3, 8, 64 })
            Assert.Equal(bits, new SavedModel(model.Fit(data, options with { MaxDegreeOfParallelism = parallelism }).Model).ToJson());
        Assert.Equal(one.Model, SavedModel.FromJson(bits).Model);
        var kinds = model.ScoreKinds.Select(k => k.Name).ToArray();
        var scores = new ScoreBatch(model, kinds, data.Rows);
        model.Score(data.Block(0, data.Count), scores);
        for (var s = 0; s < data.Count; s++)
            if (data.Length(s) > 0) Assert.Equal(model.LogProbability(data)[s], scores.Doubles(ScoreKind.LogProbability)[data.Offset(s)]);
    }

    private static (GeneralMixtureModel Model, SequenceSet Data) Get(string name)
    {
        static HiddenMarkovModel Hidden(double p) =>
            HiddenMarkovModel.FromMatrix(new[,] { { p, 1 - p }, { 1 - p, p } },
                [new DiscreteDistribution([0.6, 0.3, 0.1]), new DiscreteDistribution([0.1, 0.2, 0.7])], [0.5, 0.5]);
        static MarkovChain Chain(double p) =>
            new([new DiscreteDistribution([0.4, 0.3, 0.3]),
                new ConditionalProbabilityTable([3, 3], [p, (1 - p) / 2, (1 - p) / 2, (1 - p) / 2, p, (1 - p) / 2, (1 - p) / 2, (1 - p) / 2, p])]);
        SequenceModel[] components = name switch
        {
            "hidden Markov models" => [Hidden(0.9), Hidden(0.3)],
            "Markov chains" => [Chain(0.8), Chain(0.2)],
            _ => [Hidden(0.9), Chain(0.2)],
        };
        var random = new SeededRandom(2);
        var sequences = Enumerable.Range(0, 50).Select(s => Chain(s % 2 == 0 ? 0.75 : 0.2).Sample(1, 1 + (int)random.NextInt64(40), s)[0]).Append([]).ToArray();
        return (new(components, [0.7, 0.3]),
            SequenceSet.From(sequences, name.Contains("weighted", StringComparison.Ordinal) ? [.. sequences.Select(_ => 0.5 + random.NextDouble())] : null));
    }

    private static SequenceSet Weighted(SequenceSet data, Func<int, double> weight) => SequenceSet.From(
        [.. Enumerable.Range(0, data.Count).Where(s => data.Length(s) > 0).Select(s => data.Block(s, 1).Values[..data.Length(s)].ToArray()), []],
        [.. Enumerable.Range(0, data.Count).Where(s => data.Length(s) > 0).Select(weight), 0]);
}
