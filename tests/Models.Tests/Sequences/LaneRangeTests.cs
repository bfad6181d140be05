using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Sequences at the edge of the range of doubles, against logarithms; alone and beside others.</summary>
public class LaneRangeTests
{
    private static readonly double[,] dense = { { 0.5, 0.5 }, { 0.5, 0.5 } };

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void WhatRanBeforeDoesNotMatter(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = Two(new(0, 1), new(10, 1));
        var sequence = SequenceSet.From([[50.0, 50, 1, 2]]);
        for (var turn = 0; turn < 2; turn++)
        {
            Assert.Equal(1, model.PredictProbability(sequence, 1)[0][0, 1], 1e-12);
            model.LogProbability(SequenceSet.From([[.. Enumerable.Range(0, 300).Select(i => 1e20 + (i % 7))]]), 1);
        }
        Same(Two(new(0, 1e-80), new(1e-79, 1e-80)), [[7e-79, 7e-79, 0, 1e-79]]);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void FarRowsOfOneSequenceDoNotReachAnother(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var far in new[] { 1e5, 1e16, 1e20, 1e36, 1e160, double.MaxValue, double.PositiveInfinity, double.NaN })
            foreach (var x in new[] { 3, 24, 50, 70, 74, 75, 77, 80, 100, 1e4 }) Same(Two(new(0, 1), new(10, 1)), [[x, x, 1.0, 2], [far]]);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void NarrowNormalsAreFarToo(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var narrow in new[] { 1e-70, 1e-100, 1e-154, 1e-156, 1e-200, 1e-300 })
        {
            Same(Two(new(5, 1), new(5, narrow)), [[5, 5, 5, 5]]);
            Same(Two(new(1e200, 1), new(5, narrow)), [[5, 5, 5, 5], [6]]);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void TheOnlyPossibleFirstOrLastStateMayBeTheLeastLikely(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var mean in new[] { 10.0, 20, 24, 26, 30, 100, 1000 })
        {
            NormalDistribution[] states = [new(0, 1), new(mean, 1)];
            Same(HiddenMarkovModel.FromMatrix(dense, states, [1, 0]), [[mean, 0, 0], [0, 1]]);
            Same(HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5 }, { 0.3, 0.2 } }, states, [0.5, 0.5], ends: [0, 0.5]), [[mean, 0, 0], [mean, 0, mean], [1]]);
            foreach (var start in new[] { 1e-119, 1e-60, 1e-30 })
            {
                Same(HiddenMarkovModel.FromMatrix(dense, states, [1 - start, start]), [[mean], [mean, 0, 0]]);
                Same(HiddenMarkovModel.FromMatrix(new[,] { { 1 - 1e-60, 1e-60 }, { 0.5, 0.5 - start } }, states, [1 - start, start], ends: [0, start]),
                    [[mean], [0, mean], [mean, mean]]);
            }
        }
        Same(HiddenMarkovModel.FromMatrix(dense, [new DiscreteDistribution([1 - 1e-200, 1e-200]), new DiscreteDistribution([0.5, 0.5])], [1, 0]),
            [[1, 0, 0], [0, 1]]);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void SequencesOutOfRangeLeaveTheSumsAlone(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        Same(new HiddenMarkovModel([new("a", new NormalDistribution(36, 1)), new("b", new NormalDistribution(24, 1))],
            [new("start", "a", 2.15e-36), new("start", "b", 1), new("a", "a", 1.17e-277), new("a", "b", 1), new("a", "end", 5.71e-76), new("b", "a", 2.29e-285),
                new("b", "end", 1)]), [[36.7, 36.8, 24.4, 22.9, 24.1], [24, 24]]);
    }

    private static HiddenMarkovModel Two(NormalDistribution a, NormalDistribution b) => HiddenMarkovModel.FromMatrix(dense, [a, b], [0.5, 0.5]);

    // The scalar twin works in logarithms. Posteriors are differences of those: relative to their size 1e-13.
    private static void Same(HiddenMarkovModel model, double[][] sequences)
    {
        var data = SequenceSet.From(sequences);
        double[] logs, uses;
        double[][,] posteriors;
        using (KernelSelection.Force(KernelVariant.Scalar)) (logs, posteriors, uses) =
            (model.LogProbability(data, 1), model.PredictProbability(data, 1), Uses(model, data));
        var (foundLogs, foundPosteriors, foundUses) = (model.LogProbability(data, 1), model.PredictProbability(data, 1), Uses(model, data));
        for (var s = 0; s < logs.Length; s++)
        {
            var tolerance = 1e-9 + (1e-13 * Math.Abs(logs[s]));
            if (double.IsFinite(logs[s])) Assert.Equal(logs[s], foundLogs[s], Math.Max(1e-9, 1e-12 * Math.Abs(logs[s])));
            else Assert.Equal(logs[s], foundLogs[s]);
            for (var t = 0; t < sequences[s].Length && double.IsFinite(logs[s]); t++)
                for (var k = 0; k < model.EmittingStates; k++) Assert.Equal(posteriors[s][t, k], foundPosteriors[s][t, k], tolerance);
        }
        var largest = logs.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (var e = 0; e < uses.Length; e++) Assert.Equal(uses[e], foundUses[e], 1e-9 + (1e-12 * largest));
    }

    private static double[] Uses(HiddenMarkovModel model, SequenceSet data)
    {
        var statistics = (HiddenMarkovStatistics)model.CreateStatistics();
        model.Summarize(data.Block(0, data.Count), statistics);
        Assert.All(statistics.Emissions.Responsibilities, r => Assert.True(double.IsFinite(r)));
        return statistics.Edges;
    }
}
