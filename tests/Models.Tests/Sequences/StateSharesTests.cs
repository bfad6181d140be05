namespace Pipelines.Models.Tests.Sequences;

/// <summary>Shares of the rows that states have, against closed forms and drawn sequences.</summary>
public class StateSharesTests
{
    // What the summary promises.
    private const double Limit = 1e-10;

    [Fact]
    public void TwoStatesShareAsTheyLeaveOneAnother()
    {
        // In the long run p = b / (a + b), whatever the start.
        foreach (var (a, b) in new[] { (0.1, 0.3), (0.001, 0.5), (1.0, 1.0), (1.0, 0.2) })
            Near([b / (a + b), a / (a + b)], Of(new[,] { { 1 - a, a }, { b, 1 - b } }, [1, 0]).StateShares());
    }

    [Fact]
    public void WhatIsNotLeftDependsOnTheStart() =>
        Near([0, 0.25, 0.75], Of(new[,] { { 0.5, 0.125, 0.375 }, { 0, 1, 0 }, { 0, 0, 1 } }, [1, 0, 0]).StateShares());

    [Fact]
    public void StatesThatAreNeverReachedHaveNoRow() =>
        Near([0.5, 0.5, 0], Of(new[,] { { 0, 1.0, 0 }, { 1, 0, 0 }, { 0.5, 0.5, 0 } }, [1, 0, 0]).StateShares());

    [Fact]
    public void FiniteSequencesAreCountedByVisits()
    {
        // Left to right: 1 / (1 - stay) visits of each state, of those that get there.
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5, 0 }, { 0, 0.75, 0.125 }, { 0, 0, 0 } },
            [new NormalDistribution(0, 1), new NormalDistribution(1, 1), new NormalDistribution(2, 1)], [1, 0, 0], ends: [0, 0.125, 1]);
        Near([2 / 6.5, 4 / 6.5, 0.5 / 6.5], model.StateShares());
        var drawn = model.Sample(20_000, seed: 1);
        double rows = drawn.Sum(s => s.States.Length);
        // Visits of a sequence vary by about their number: five standard errors.
        for (var k = 0; k < 3; k++) Assert.Equal(model.StateShares()[k], drawn.Sum(s => s.States.Count(x => x == k)) / rows, 5.0 / Math.Sqrt(20_000));
    }

    [Fact]
    public void SlowChainsAreToldToo()
    {
        foreach (var leave in new[] { 1e-4, 1e-6, 1e-9 })
        {
            Near([0.5, 0.5], Of(new[,] { { 1 - leave, leave }, { leave, 1 - leave } }, [1, 0]).StateShares(), leave);
            // Left to right, as long in each.
            Near([0.5, 0.5],
                HiddenMarkovModel.FromMatrix(new[,] { { 1 - leave, leave }, { 0, 1 - leave } }, [new NormalDistribution(0, 1), new NormalDistribution(1, 1)],
                    [1, 0], ends: [0, leave]).StateShares(), leave);
        }
    }

    [Fact]
    public void LargeModelsAreIterated()
    {
        // A ring of 151 states, in which one stays three times as long.
        const int n = 151;
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++) (matrix[i, i], matrix[i, (i + 1) % n]) = i == 0 ? (0.75, 0.25) : (0.25, 0.75);
        var starts = new double[n];
        starts[5] = 1;
        var shares = Of(matrix, starts).StateShares();
        Assert.Equal(3.0 / (n + 2), shares[0], 1e-9);
        Assert.All(shares[1..], s => Assert.Equal(1.0 / (n + 2), s, 1e-9));
    }

    [Fact]
    public void ModelsWithoutRowsSaySo()
    {
        var model = new HiddenMarkovModel([new("a", new NormalDistribution(0, 1))], [new("start", "end", 1), new("a", "end", 1)]);
        Assert.Equal("hmm model: found no path from the start to an emitting state, expected sequences of at least one row; give the start transitions",
            Assert.Throws<ModelException>(() => model.StateShares()).Message);
    }

    [Fact]
    public void SilentStatesHaveNone()
    {
        var model = HiddenMarkovCases.Profile(4);
        var shares = model.StateShares();
        Assert.Equal(model.EmittingStates, shares.Length);
        Assert.Equal(1, shares.Sum(), 1e-12);
        var drawn = model.Sample(20_000, seed: 2);
        double rows = drawn.Sum(s => s.States.Length);
        for (var k = 0; k < shares.Length; k++) Assert.Equal(shares[k], drawn.Sum(s => s.States.Count(x => x == k)) / rows, 0.02);
    }

    private static HiddenMarkovModel Of(double[,] matrix, double[] starts) =>
        HiddenMarkovModel.FromMatrix(matrix, [.. Enumerable.Range(0, starts.Length).Select(k => new NormalDistribution(k, 1))], starts);

    // Roundings of 1e-16 weigh as much as that is of the least probability of leaving.
    private static void Near(double[] expected, double[] found, double leave = 1)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var k = 0; k < expected.Length; k++) Assert.Equal(expected[k], found[k], Math.Max(Limit, 1e-15 / leave));
    }
}
