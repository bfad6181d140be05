using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>What hidden Markov models of every shape must do, on every kernel variant.</summary>
public class HiddenMarkovContractTests
{
    private static FitOptions FourIterations(HiddenMarkovModel model) => new()
    {
        MaxIterations = 4,
        StopThreshold = double.NegativeInfinity,
        BatchSize = 100,
        MinVariance = model.Uses.HasFlag(FitUses.MinVariance) ? 1e-3 : 0,
    };

    public static TheoryData<string> Names => HiddenMarkovCases.Names;

    public static TheoryData<string, KernelVariant> NamesAndVariants => KernelData.With([.. HiddenMarkovCases.Keys]);

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void CountsAndPosteriorsAreThoseOfTheDefinition(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = HiddenMarkovCases.Get(name);
        var oracle = new HiddenMarkovOracle(model);
        var priors = HiddenMarkovCases.PriorsOf(data);
        var statistics = (HiddenMarkovStatistics)model.CreateStatistics();
        model.Summarize(data.Block(0, data.Count), statistics);
        var (logs, posteriors) = (model.LogProbability(data), model.PredictProbability(data));
        double objective = 0;
        var uses = new double[model.Transitions.Count];
        var totals = new double[model.EmittingStates];
        for (var s = 0; s < data.Count; s++)
        {
            var block = data.Block(s, 1);
            var rows = new double[block.Rows, block.Columns];
            for (var t = 0; t < block.Rows; t++)
                for (var j = 0; j < block.Columns; j++) rows[t, j] = block[t, j];
            var weight = block.Weights.IsEmpty ? 1 : block.Weights[0];
            var expected = oracle.Run(rows, priors?[s]);
            // 1e-9 relative: what is promised of scaled arithmetic against logarithms.
            Close(expected.LogProbability, logs[s], $"sequence {s}");
            if (double.IsNegativeInfinity(expected.LogProbability)) continue;
            if (weight > 0) objective += weight * expected.LogProbability;
            for (var e = 0; e < uses.Length; e++) uses[e] += weight * expected.Uses[e];
            for (var t = 0; t < block.Rows; t++)
            {
                for (var k = 0; k < totals.Length; k++)
                {
                    totals[k] += weight * expected.Posterior[t, k];
                    Assert.Equal(expected.Posterior[t, k], posteriors[s][t, k], 1e-9);
                }
            }
        }
        Close(objective, statistics.Objective, "objective");
        for (var e = 0; e < uses.Length; e++) Close(uses[e], statistics.Edges[e], $"{model.Transitions[e]}");
        for (var k = 0; k < totals.Length; k++) Close(totals[k], statistics.Emissions.Responsibilities[k], $"state {k}");
    }

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void FittingGivesTheSameBitsAtEveryDegreeOfParallelism(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = HiddenMarkovCases.Get(name);
        var expected = new SavedModel(model.Fit(data, FourIterations(model) with { MaxDegreeOfParallelism = 1 }).Model).ToJson();
        foreach (var parallelism in new[] { 2, 3, 8, 64 })
            Assert.Equal(expected, new SavedModel(model.Fit(data, FourIterations(model) with { MaxDegreeOfParallelism = parallelism }).Model).ToJson());
    }

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void ASequenceGetsTheSameBitsWhateverStandsBesideIt(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = HiddenMarkovCases.Get(name);
        var kinds = model.ScoreKinds.Select(k => k.Name).ToArray();
        var whole = new ScoreBatch(model, kinds, data.Rows);
        model.Score(data.Block(0, data.Count), whole);
        var one = new ScoreBatch(model, kinds, data.Rows);
        for (var first = 0; first < data.Count; first += 3)
        {
            var count = Math.Min(3, data.Count - first);
            model.Score(data.Block(first, count), one);
            for (var c = 0; c < whole.Columns.Count; c++)
                for (var i = data.Offset(first); i < data.Offset(first + count); i++)
                    Assert.Equal(whole.Values[c].GetValue(i), one.Values[c].GetValue(i - data.Offset(first)));
        }
    }

    /// <summary>
    /// All but two kinds whose update is not a maximum: tied edges get the sum of a group in each row, as in pomegranate, and missing entries of a Gaussian are
    /// taken pair by pair.
    /// </summary>
    public static TheoryData<string, KernelVariant> Monotone =>
        KernelData.With(
            [.. HiddenMarkovCases.Keys.Where(n => !n.Contains("ties", StringComparison.Ordinal) && !n.Contains("Gaussians", StringComparison.Ordinal))]);

    [Theory]
    [MemberData(nameof(Monotone))]
    public void TheLogLikelihoodNeverFalls(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (model, data) = HiddenMarkovCases.Get(name);
        var history = model.Fit(data, FourIterations(model) with { MaxIterations = 12 }).History;
        // 1e-9 relative: rounding near the optimum.
        Assert.All(history, h => Assert.True(h.Improvement >= -1e-9 * Math.Abs(h.LogLikelihood), $"iteration {h.Iteration} fell by {-h.Improvement}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AModelSurvivesItsFileToTheBit(string name)
    {
        var (start, data) = HiddenMarkovCases.Get(name);
        var changed = start.With(new() { EdgeInertia = 0.1, UseEdgePseudocounts = true, Training = HiddenTraining.Viterbi });
        var model = changed.Fit(data, FourIterations(start)).Model;
        var saved = new SavedModel(model);
        var loaded = SavedModel.FromJson(saved.ToJson());
        Assert.Equal(model, loaded.Model);
        Assert.Equal(saved.ToJson(), loaded.ToJson());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StatisticsCanBeSavedAndMergedInOrder(string name)
    {
        var (model, data) = HiddenMarkovCases.Get(name);
        var (first, second, loaded) = (model.CreateStatistics(), model.CreateStatistics(), model.CreateStatistics());
        var half = data.Count / 2;
        model.Summarize(data.Block(0, half), first);
        model.Summarize(data.Block(half, data.Count - half), second);
        loaded.FromBytes(first.ToBytes());
        first.Merge(second);
        loaded.Merge(second);
        Assert.Equal(data.Rows, loaded.Rows);
        Assert.Equal(model.Maximize(first, default), model.Maximize(loaded, default));
        first.Clear();
        Assert.Equal(0, first.Rows);
        Assert.Equal(model, model.Maximize(first, default));
    }

    // Counts sum thousands of terms: 1e-9 relative to the larger of 1 and the number.
    private static void Close(double expected, double found, string what)
    {
        if (!expected.Equals(found))
            Assert.True(Math.Abs(expected - found) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{what}: found {found:R}, expected {expected:R}");
    }
}
