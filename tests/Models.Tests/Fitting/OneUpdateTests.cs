using System.Text;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Kinds that are estimated in one pass make one update, so that inertia keeps its share of the old parameters.</summary>
public class OneUpdateTests
{
    // Sums of a few terms of order 1.
    private const double Rounding = 1e-14;

    private static readonly FitOptions inert = new() { Inertia = 0.4 };

    /// <summary>Cases whose start does not matter to what they are fitted to.</summary>
    public static TheoryData<string> OnePass => [.. Contract.ModelCases.Keys.Where(name => Contract.ModelCases.Get(name).Start is Distribution
    {
        IsEstimatedInOnePass: true,
    })];

    [Fact]
    public void TheFamiliesWithHiddenVariablesIterateAndAllOthersDoNot()
    {
        string[] hidden = [.. Contract.ModelCases.Keys.Where(name => !Contract.ModelCases.Get(name).Start.IsEstimatedInOnePass)];
        Assert.Equal(
            [
                "bayesian-network, expectation-maximization", "kmeans", "kmeans of many clusters", "kmeans that relocates empty clusters", "naive-bayes",
                "naive-bayes, priors", "student-t", "tied bayes-classifier", "tied naive-bayes", "zero-inflated Poisson",
            ],
            hidden.Where(n => !n.Contains("mixture", StringComparison.Ordinal)).Order());
        Assert.All(Contract.ModelCases.Keys.Where(n => n.Contains("mixture", StringComparison.Ordinal)), n => Assert.Contains(n, hidden));
        foreach (var family in Contract.ModelCases.Families)
            Assert.Equal(family.Name is not ("student-t" or "zero-inflated"), family.IsEstimatedInOnePass);
        Assert.False(new IndependentComponentsDistribution([new NormalDistribution(0, 1), new StudentTDistribution(4, 0, 1)]).IsEstimatedInOnePass);
    }

    [Theory]
    [MemberData(nameof(OnePass))]
    public void OneUpdateIsMadeWhateverTheInertia(string name)
    {
        var (start, data) = Contract.ModelCases.Get(name);
        foreach (var options in new[] { new(), inert, inert with { LearningRateDecay = 0.5 }, new() { StopThreshold = double.NegativeInfinity } })
        {
            var result = start.Fit(data, options);
            Assert.Equal((1, true), (result.Iterations, result.Converged));
        }
        var none = start.Fit(data, inert with { MaxIterations = 0 });
        Assert.Equal((0, false), (none.Iterations, none.Converged));
        Assert.Same(start, none.Model);
    }

    [Theory]
    [MemberData(nameof(OnePass))]
    public void TheStartDoesNotMatter(string name)
    {
        var (start, data) = Contract.ModelCases.Get(name);
        var other = start.Fit(data, new() { Inertia = 0.7 }).Model;
        double[] Scores(Model model) => ((Distribution)model).LogProbability(data);
        var (expected, found) = (Scores(start.Fit(data).Model), Scores(other.Fit(data).Model));
        // 1e-8: Newton steps end where they move by 1e-12, and sums of 5,000 rows around different centres differ by rounding.
        for (var i = 0; i < expected.Length; i++)
        {
            var isClose = expected[i].Equals(found[i]) || Math.Abs(expected[i] - found[i]) <= 1e-8 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(isClose, $"row {i}: {expected[i]:R} and {found[i]:R}");
        }
    }

    [Fact]
    public void InertiaKeepsItsShareOfTheOldParameters()
    {
        double[] x = [2, 4, 9];
        var normal = new NormalDistribution(10, 3).Fit(x, inert).Model;
        Assert.Equal((0.4 * 10) + (0.6 * 5), normal.Mean, Rounding);
        Assert.Equal((0.4 * 3) + (0.6 * Math.Sqrt(26.0 / 3)), normal.StandardDeviation, Rounding);
        Assert.Equal((0.4 * 1) + (0.6 * 5), new PoissonDistribution(1).Fit(x, inert).Model.Rate, Rounding);
        var discrete = new DiscreteDistribution([0.9, 0.1]).Fit(new double[] { 0, 1, 1, 1 }, inert).Model;
        Close([(0.4 * 0.9) + (0.6 * 0.25), (0.4 * 0.1) + (0.6 * 0.75)], discrete.Probabilities);
        // A decay of 1 keeps 1 - 0.6/3 in the first update.
        Assert.Equal((0.8 * 1) + (0.2 * 5), new PoissonDistribution(1).Fit(x, inert with { LearningRateDecay = 1 }).Model.Rate, Rounding);
        var chain = new MarkovChain([new DiscreteDistribution([0.5, 0.5]), new ConditionalProbabilityTable([2, 2], [0.5, 0.5, 0.5, 0.5])])
            .Fit(SequenceSet.From([[0, 0, 1, 0]]), inert);
        Assert.Equal((1, true), (chain.Iterations, chain.Converged));
        Close([0.8, 0.2], chain.Model.Tables[0].Probabilities);
        Close([0.5, 0.5, 0.8, 0.2], chain.Model.Tables[1].Probabilities);
    }

    [Fact]
    public void ParametersFarOffTheRowsCostNoDigits()
    {
        // Around 0, squares of 1e6 leave four digits of a variance of 1e-2 in 8,192 values.
        double[] x = [.. Enumerable.Range(0, 8_192).Select(i => 1e6 + (i % 2 == 0 ? 0.1250 : -0.1250))];
        var result = new NormalDistribution(0, 1).Fit(x);
        Assert.Equal((1e6, 0.125, 1), (result.Model.Mean, result.Model.StandardDeviation, result.Iterations));
        Assert.Equal(result.LogLikelihood, result.Model.LogProbability(x).Sum(), 1e-6);
    }

    [Fact]
    public void HiddenVariablesTakeManyUpdates()
    {
        var zeros = new ZeroInflatedDistribution(new PoissonDistribution(1), 0.5).Fit(new double[] { 0, 0, 0, 3, 4, 5, 0, 1 }, new() { StopThreshold = 1e-12 });
        Assert.True(zeros.Iterations > 3);
        // With a density every zero is of the first kind.
        var density = new ZeroInflatedDistribution(new ExponentialDistribution(1), 0.9).Fit(new double[] { 0, 0, 4, 6 }, inert);
        Assert.Equal(1, density.Iterations);
        Assert.Equal((0.4 * 0.9) + (0.6 * 0.5), density.Model.ZeroProbability, Rounding);
        Assert.True(new StudentTDistribution(3, 0, 1).Fit(new double[] { 1, 2, 3, 50 }, new() { StopThreshold = 1e-12 }).Iterations > 3);
    }

    [Fact]
    public void LabelsOfAllRowsAreCountedInOneUpdate()
    {
        NormalDistribution[] emissions = [new(0, 1), new(9, 1)];
        var start = HiddenMarkovModel.FromMatrix(new double[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, emissions, [0.5, 0.5])
            .With(new HiddenFitting { Training = HiddenTraining.Labeled });
        var result = start.Fit(SequenceSet.From([[1.0, 3, 8, 12, 2]], labels: [[0, 0, 1, 1, 0]]), inert);
        Assert.Equal((1, true), (result.Iterations, result.Converged));
        Assert.Equal((0.4 * 0) + (0.6 * 2), ((NormalDistribution)result.Model.Emission(0)).Mean, Rounding);
        Assert.Equal((0.4 * 9) + (0.6 * 10), ((NormalDistribution)result.Model.Emission(1)).Mean, Rounding);
        var edges = result.Model.DenseTransitions();
        Close([0.5, 0.5, 0.5, 0.5], [edges[0, 0], edges[0, 1], edges[1, 0], edges[1, 1]]);
        Close([0.8, 0.2], [edges[start.StartIndex, 0], edges[start.StartIndex, 1]]);
        Assert.False(start.With(new HiddenFitting()).IsEstimatedInOnePass);
    }

    [Fact]
    public void BatchesOfAnIterationTakeAsManyUpdatesAsThereAreBatches()
    {
        double[] x = [.. Enumerable.Range(0, 400).Select(i => 1.0 + (i / 100))];
        var options = new FitOptions { BatchSize = 100, BatchesPerIteration = 1, MaxIterations = 4, StopThreshold = double.NegativeInfinity };
        var result = new PoissonDistribution(9).Fit(x, options);
        Assert.Equal(4, result.Iterations);
        // The fourth update takes the last batch alone.
        Assert.Equal(4, result.Model.Rate, Rounding);
        Assert.Equal(1, new PoissonDistribution(9).Fit(x, new() { BatchSize = 100, BatchesPerIteration = 4, Inertia = 0.4 }).Iterations);
    }

    [Fact]
    public void TablesThatDoNotSumToOneAreFittedFurtherWithInertia()
    {
        static DiscreteDistribution Discrete(string keys) => (DiscreteDistribution)Read(
            $$"""{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{{keys}}],"frozen":false}""");
        var discrete = Discrete("""{"a":0.1,"b":0.3}""");
        // The old shares are 1/4 and 3/4 once they sum to 1.
        Close([(0.4 * 0.25) + (0.6 * 0.5), (0.4 * 0.75) + (0.6 * 0.5)], discrete.Fit(new double[] { 0, 1 }, inert).Model.Probabilities);
        var joint = (JointProbabilityTable)Read(
            """{"class":"Distribution","name":"JointProbabilityTable","table":[["a","b",0.1],["a","c",0.3]],"dtypes":["str","str","float"],"parents":[0,1]}""");
        Close([(0.4 * 0.25) + (0.6 * 1), 0.4 * 0.75], joint.Fit(new double[,] { { 0, 0 } }, inert).Model.Probabilities);
        var table = (ConditionalProbabilityTable)Read(
            """
            {"class":"Distribution","name":"ConditionalProbabilityTable","dtypes":["str","str","float"],"parents":[],
             "table":[["a","x","0.1"],["a","y","0.3"],["b","x","0.2"],["b","y","0.2"]]}
            """);
        Close([(0.4 * 0.25) + (0.6 * 1), 0.4 * 0.75, 0.5, 0.5], table.Fit(new double[,] { { 0, 0 } }, inert).Model.Probabilities);
        // Without any share there is nothing to keep.
        var nothing = Discrete("""{"a":0,"b":0}""");
        Close([0.25, 0.75], ((DiscreteDistribution)nothing.Maximize(Counted(nothing, [0, 1, 1, 1]), new() { Inertia = 0.4 })).Probabilities);
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.4, 0.0)]
    [InlineData(0.4, 2.0)]
    public void AConditionalTableKeepsTheSharesOfParentsThatNewRowsLack(double inertia, double pseudocount)
    {
        var options = new FitOptions { Inertia = inertia, Pseudocount = pseudocount };
        var table = new ConditionalProbabilityTable([2, 2], [0.9, 0.1, 0.3, 0.7], 1e-9).Fit(new double[,] { { 0, 0 }, { 0, 1 } }, options).Model;
        Close([(inertia * 0.9) + ((1 - inertia) * 0.5), (inertia * 0.1) + ((1 - inertia) * 0.5), 0.3, 0.7], table.Probabilities);
        // New parents that no row has with them are known to no one.
        table = new ConditionalProbabilityTable([1, 1, 2], [0.9, 0.1], 1e-9).Fit(new double[,] { { 1, 0, 0 }, { 0, 1, 0 } }, options).Model;
        Close([0.9, 0.1], table.Probabilities[..2]);
        Close([0.5, 0.5], table.Probabilities[6..]);
        var chain = new MarkovChain([new DiscreteDistribution([0.5, 0.5]), new ConditionalProbabilityTable([2, 2], [0.9, 0.1, 0.3, 0.7])])
            .Fit(SequenceSet.From([[0, 0], [0, 1]]), options).Model;
        Close([0.3, 0.7], chain.Tables[1].Probabilities[2..]);
    }

    private static Statistics Counted(Distribution model, double[] values)
    {
        var statistics = model.CreateStatistics();
        model.Summarize(FeatureMatrix.FromColumn(values).Block(0, values.Length), statistics);
        return statistics;
    }

    private static Model Read(string json) => SavedModel.FromJson(Encoding.UTF8.GetBytes(json), "m.json").Model;

    private static void Close(double[] expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], Rounding);
    }
}
