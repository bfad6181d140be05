namespace Pipelines.Models.Tests.Fitting;

/// <summary>Starts chosen on a sample that lacks categories of the data: rare ones become unlikely, not impossible, and the fit learns them.</summary>
public class SampledStartTests
{
    private const int Rows = 3_000;

    // Sums of some thousand shares of order 1: 1e-12 is some thousand roundings.
    private const double Rounding = 1e-12;

    // 60 of 3,000 rows: most of the 200 codes between the first and the last are in none of them.
    private static readonly FitOptions options = new() { InitializationRows = 60, MaxIterations = 3, StopThreshold = double.NegativeInfinity, Seed = 4 };

    [Fact]
    public void A_mixture_of_discrete_distributions_has_the_shares_of_the_data()
    {
        var codes = Codes(200, 1);
        var model = Mixture.Of<DiscreteDistribution>(3).Fit(codes, options).Model;
        // Whatever EM splits, the mixture as a whole has the rows' shares after an update.
        for (var c = 0; c < 200; c++)
            Assert.Equal(codes.Count(v => v == c) / (double)Rows,
                Enumerable.Range(0, 3).Sum(k => model.Weights[k] * Share((DiscreteDistribution)model.Components[k], c)), Rounding);
    }

    [Fact]
    public void So_has_each_feature_of_independent_ones()
    {
        // Categories that some cluster has each, but no cluster has together.
        double[][] columns = [Codes(200, 2), Codes(200, 3)];
        var model = Mixture.Of<DiscreteDistribution>(3).Fit(FeatureMatrix.FromColumns(columns), options).Model;
        for (var j = 0; j < 2; j++)
            for (var c = 0; c < 200; c++)
                Assert.Equal(columns[j].Count(v => v == c) / (double)Rows, Enumerable.Range(0, 3)
                    .Sum(k => model.Weights[k] * Share((DiscreteDistribution)((IndependentComponentsDistribution)model.Components[k]).Parts[j], c)), Rounding);
    }

    [Fact]
    public void So_has_a_mixture_of_joint_tables()
    {
        double[][] columns = [Codes(20, 4), Codes(30, 5)];
        var model = Mixture.Of<JointProbabilityTable>(2).Fit(FeatureMatrix.FromColumns(columns), options).Model;
        for (var a = 0; a < 20; a++)
            for (var b = 0; b < 30; b++)
                Assert.Equal(Enumerable.Range(0, Rows).Count(i => columns[0][i] == a && columns[1][i] == b) / (double)Rows,
                    Enumerable.Range(0, 2).Sum(k => model.Weights[k] * ((JointProbabilityTable)model.Components[k]).ProbabilityOf(a, b)), Rounding);
    }

    [Fact]
    public void Conditional_tables_stay_possible()
    {
        var data = FeatureMatrix.FromColumns(Codes(20, 6), Codes(30, 7));
        var result = Mixture.Of<ConditionalProbabilityTable>(2).Fit(data, options);
        Assert.True(double.IsFinite(result.LogLikelihood));
        Assert.All(result.History.Skip(1), h => Assert.True(h.Improvement >= -1e-9 * Math.Abs(h.LogLikelihood)));
    }

    [Fact]
    public void An_outcome_that_the_sample_lacks_is_learned()
    {
        var flags = new double[Rows];
        flags[1] = 1;
        Assert.Equal(1.0 / Rows, Mean(Mixture.Of<BernoulliDistribution>(1).Fit(flags, options).Model), Rounding);
        Array.Fill(flags, 1);
        flags[1] = 0;
        Assert.Equal(1 - (1.0 / Rows), Mean(Mixture.Of<BernoulliDistribution>(1).Fit(flags, options).Model), Rounding);

        static double Mean(GeneralMixtureModel model) => ((BernoulliDistribution)model.Components[0]).Probability1;
    }

    [Fact]
    public void A_complete_sample_keeps_its_zeros()
    {
        double[,] rows = { { 0 }, { 0 }, { 2 }, { 2 } };
        double[] ones = [1, 1, 1, 1];
        var start = new MixtureEstimator(DistributionFamily.Of<DiscreteDistribution>(), 1);
        Assert.Equal([0.5, 0, 0.5], ((DiscreteDistribution)start.Start(new(rows, ones, 4), options).Components[0]).Probabilities.ToArray());
        var part = ((DiscreteDistribution)start.Start(new(rows, ones, 5), options).Components[0]).Probabilities.ToArray();
        Assert.Equal([0.5 / (1 + 1e-9), 1e-9 / (1 + 1e-9), 0.5 / (1 + 1e-9)], part);
    }

    [Fact]
    public void States_of_a_hidden_Markov_model_start_without_zeros_too()
    {
        double[,] rows = { { 0 }, { 0 }, { 2 }, { 2 } };
        var start = HiddenMarkov.Of<DiscreteDistribution>(2).Start(new(rows, [1, 1, 1, 1], 5), options);
        var tables = Enumerable.Range(0, start.EmittingStates).Select(s => start.Emission(s)).Cast<DiscreteDistribution>().ToArray();
        Assert.Equal(2, tables.Length);
        Assert.All(tables, t => Assert.DoesNotContain(0.0, t.Probabilities.ToArray()));
    }

    // A few frequent codes, and all others in two rows or so.
    private static double[] Codes(int count, int seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, Rows)
            .Select(i => i < count ? i : random.NextDouble() < 0.8 ? (double)(int)(random.NextDouble() * 4) : (int)(random.NextDouble() * count))];
    }

    private static double Share(DiscreteDistribution part, int code) => code < part.Sizes[0] ? part.Probabilities[code] : 0;
}
