using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Networks;

public sealed class InferenceTests
{
    public static TheoryData<KernelVariant> Variants => [.. KernelSelection.Supported];

    // Sums of up to 4^9 products of 10 factors: rounding errors stay far below.
    private const double Tolerance = 1e-10;

    [Theory]
    [MemberData(nameof(Variants))]
    public void Answers_are_those_of_enumeration(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        for (var seed = 0; seed < 40; seed++)
        {
            var network = RandomNetworks.Network(seed, 1 + (seed % 10));
            var rows = RandomNetworks.Rows(network, seed, 60, 0.1 + (0.8 * (seed % 4) / 4));
            Check(network, rows, seed);
        }
    }

    [Fact]
    public void Two_hundred_networks_of_up_to_twelve_variables_agree_with_enumeration()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var network = RandomNetworks.Network(1000 + seed, 1 + (seed % 12));
            Check(network, RandomNetworks.Rows(network, seed, 4, 0.5), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void What_is_impossible_elsewhere_leaves_no_posterior_and_no_counts(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        // b copies a; c depends on nothing.
        var network = new BayesianNetwork([new("a", 2), new("b", 2), new("c", 2)], [[], [0], []], [[0.5, 0.5], [1, 0, 0, 1], [0.25, 0.75]]);
        var rows = new double[,] { { 0, 1, double.NaN }, { 1, 1, double.NaN } };
        var scores = new ScoreBatch(network, ["log-probability", "probability", "fill", "explanation"], 2);
        network.Score(FeatureMatrix.FromRows(rows).Block(0, 2), scores);
        Assert.Equal([double.NegativeInfinity, Math.Log(0.5)], scores.Doubles("log-probability").ToArray());
        Assert.Equal([double.NaN, 0.25], scores.Doubles("probability", 4).ToArray());
        Assert.Equal([-1, 1], scores.Integers("fill", 2).ToArray());
        Assert.Equal([-1, 1], scores.Integers("explanation", 2).ToArray());
        // Of c, only the second row counts, with its posterior.
        var em = network.With(MissingValues.Em);
        var statistics = (NetworkStatistics)em.CreateStatistics();
        em.Accumulate(FeatureMatrix.FromRows(rows).Block(0, 2), [1, 1], statistics);
        Assert.Equal([0.25, 0.75], statistics.Cells(2).ToArray());
    }

    [Fact]
    public void Rows_in_memory_are_filled_at_any_parallelism()
    {
        // b mostly differs from a, and never has its third value; c depends on nothing.
        var network = new BayesianNetwork([new("a", 2), new("b", 3), new("c", 2)], [[], [0], []], [[0.6, 0.4], [0.1, 0.9, 0, 0.8, 0.2, 0], [0.25, 0.75]]);
        const int Many = 40_000;
        double[][] kinds = [[0, double.NaN, 0], [double.NaN, 0, double.NaN], [1, 0, 0], [0, 2, double.NaN], [7, double.NaN, 1]];
        double[][] expected = [[0, 1, 0], [1, 0, 1], [1, 0, 0], [0, 2, double.NaN], [7, double.NaN, 1]];
        var rows = new double[Many, 3];
        for (var i = 0; i < Many; i++)
            for (var j = 0; j < 3; j++) rows[i, j] = kinds[i % kinds.Length][j];
        foreach (var parallelism in (int[])[1, 4, -1])
        {
            var filled = network.Fill(rows, parallelism);
            for (var i = 0; i < Many; i++) Assert.Equal(expected[i % kinds.Length], new[] { filled[i, 0], filled[i, 1], filled[i, 2] });
        }
        var onlyC = network.With(new InferenceOptions { Variables = ["c"] }).Fill(new double[,] { { 0, double.NaN, double.NaN } });
        Assert.Equal(new[] { 0, double.NaN, 1 }, new[] { onlyC[0, 0], onlyC[0, 1], onlyC[0, 2] });
        var error = Assert.Throws<ModelException>(() => new NormalDistribution(0, 1).Fill(new double[] { 1 }));
        Assert.Equal("score columns of a normal model: found 'fill', expected a score that this model has; it has log-probability", error.Message);
    }

    private static void Check(BayesianNetwork network, double[,] rows, int seed)
    {
        var scores = new ScoreBatch(network, ["log-probability", "probability", "fill", "explanation"], rows.GetLength(0));
        network.Score(FeatureMatrix.FromRows(rows).Block(0, rows.GetLength(0)), scores);
        for (var i = 0; i < rows.GetLength(0); i++)
        {
            var row = Enumerable.Range(0, network.Dimensions).Select(j => rows[i, j]).ToArray();
            var what = $"seed {seed}, row {i}: {string.Join(' ', row)}";
            var posteriors = network.Variables.Select(v => new double[v.Values.Count]).ToArray();
            double total = 0, best = 0;
            foreach (var (whole, p) in RandomNetworks.Complete(network, row))
            {
                total += p;
                best = Math.Max(best, p);
                for (var j = 0; j < whole.Length; j++) posteriors[j][whole[j]] += p;
            }
            Near(Math.Log(total), scores.Doubles("log-probability")[i], what);
            Near(Math.Log(best), scores.Doubles("explanation", network.Dimensions)[i], what);
            var (column, explained) = (0, row.ToArray());
            for (var j = 0; j < network.Dimensions; j++)
            {
                var (filled, explanation) = (scores.Integers("fill", j)[i], scores.Integers("explanation", j)[i]);
                for (var k = 0; k < posteriors[j].Length; k++, column++)
                {
                    var found = scores.Doubles("probability", column)[i];
                    if (double.IsNaN(row[j])) Near(posteriors[j][k] / total, found, what);
                    else Assert.True(ScoreBatch.IsNull(found), what);
                }
                if (double.IsNaN(row[j]))
                {
                    Assert.True(posteriors[j][filled] >= posteriors[j].Max() - (Tolerance * total), what);
                    explained[j] = explanation;
                }
                else
                {
                    Assert.Equal((int)row[j], filled);
                    Assert.Equal(-1, explanation);
                }
            }
            // The explanation is a row of that probability.
            Near(Math.Log(best), Math.Log(RandomNetworks.Complete(network, explained).Single().Probability), what);
        }
    }

    private static void Near(double expected, double found, string what) =>
        Assert.True(Math.Abs(expected - found) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: expected {expected:r}, found {found:r}");
}
