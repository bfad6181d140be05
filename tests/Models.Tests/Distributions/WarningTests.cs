using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>Estimators that iterate settle, or say that they did not, where the user reads it.</summary>
public class WarningTests
{
    private static readonly double[] heavy = [.. Enumerable.Range(0, 200).Select(i => Math.Tan(Math.PI * (((i + 0.5) / 200) - 0.5)))];

    [Fact]
    public void ATDistributionThatStillMovesSaysSo()
    {
        var start = new StudentTDistribution(2, 5, 9);
        var early = start.Fit(heavy, new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity });
        Assert.StartsWith("the student-t distribution's location and scale still move by ", Assert.Single(early.Warnings), StringComparison.Ordinal);
        Assert.EndsWith(" of the scale in an iteration: the fit ended because its log-likelihood gained little, or with the last iteration "
            + "(FitOptions.StopThreshold, FitOptions.MaxIterations)", early.Warnings[0], StringComparison.Ordinal);
        // A fit that gains next to nothing has settled as far as its data say.
        Assert.Empty(start.Fit(heavy, new() { StopThreshold = 1e-9 }).Warnings);
        var late = start.Fit(heavy, new() { MaxIterations = 2_000, StopThreshold = double.NegativeInfinity });
        Assert.Empty(late.Warnings);
        // In a product the feature is named; in a mixture the mixture's own iterations end the fit.
        var product = new IndependentComponentsDistribution([new NormalDistribution(0, 1), start]);
        Assert.StartsWith("feature 1: the student-t",
            Assert.Single(product.Fit(FeatureMatrix.FromColumns(heavy, heavy), new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity }).Warnings),
            StringComparison.Ordinal);
        Assert.Empty(new GeneralMixtureModel([start, new NormalDistribution(0, 1)]).Fit(heavy,
            new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity }).Warnings);
    }

    [Fact]
    public void NewtonStepsSettleAndKnowWhenTheyDoNot()
    {
        foreach (var s in new[] { 1e-14, 1e-8, 1e-3, 0.1, 1, 10, 500 })
        {
            var shape = GammaDistribution.SolveShape(s, out var settled);
            Assert.True(settled);
            // The equation itself: log a - digamma(a) = s.
            Assert.Equal(s, -GammaFunctions.DigammaMinusLog(shape), 1e-10 * s);
        }
        GammaDistribution.SolveShape(0.5, out var early, most: 1);
        Assert.False(early);
        Span<double> alphas = stackalloc double[3];
        double[] center = [0.2, 0.3, 0.5], logs = [-0.3, -0.25, -0.1];
        Assert.True(DirichletEstimate.Solve(center, logs, double.PositiveInfinity, alphas, out var done));
        Assert.True(done);
        var sum = alphas[0] + alphas[1] + alphas[2];
        for (var j = 0; j < 3; j++) Assert.Equal(Math.Log(center[j]) + logs[j], GammaFunctions.Digamma(alphas[j]) - GammaFunctions.Digamma(sum), 1e-10);
        DirichletEstimate.Solve(center, logs, double.PositiveInfinity, alphas, out done, mostSteps: 1);
        Assert.False(done);
    }

    [Fact]
    public void WhatPartsHaveToSayReachesTheResult()
    {
        // Rows of a category that no component has: a floor, learned by the first step; without a step the user hears of it.
        var start = new GeneralMixtureModel([new DiscreteDistribution([0.5, 0.5], 0.01), new DiscreteDistribution([0.9, 0.1], 0.01)]);
        var result = start.Fit(new double[] { 0, 1, 1, 0, 0.5 }, new() { MaxIterations = 0 });
        Assert.Equal(2, result.Warnings.Count);
        Assert.StartsWith("component 0: rows of total weight ", result.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("hold values that are not known categories of the discrete distribution: they have probability 0.01", result.Warnings[0],
            StringComparison.Ordinal);
    }
}
