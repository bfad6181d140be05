namespace Pipelines.Models.Tests.Networks;

public sealed class NetworkFitTests
{
    // Both sides sum the same few hundred products, in other orders.
    private const double Tolerance = 1e-11;

    [Fact]
    public void Expectation_maximization_counts_by_enumerated_posteriors()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var network = RandomNetworks.Network(seed + 300, 5).With(MissingValues.Em);
            var rows = RandomNetworks.Rows(network, seed, 40, 0.3);
            double[] weights = [.. Enumerable.Range(0, 40).Select(i => 0.5 + (i % 3))];
            var fitted = network.Fit(FeatureMatrix.FromRows(rows, weights), new() { MaxIterations = 1 });
            for (var v = 0; v < network.Dimensions; v++)
            {
                var size = network.Variables[v].Values.Count;
                var counts = new double[network.Tables[v].Probabilities.Length];
                double likelihood = 0;
                for (var i = 0; i < 40; i++)
                {
                    var whole = RandomNetworks.Complete(network, Row(rows, i)).Select(c => (Row: c.Row.ToArray(), c.Probability)).ToArray();
                    var total = whole.Sum(w => w.Probability);
                    likelihood += weights[i] * Math.Log(total);
                    foreach (var (row, p) in whole)
                        counts[(network.Parents[v].Aggregate(0, (at, parent) => (at * network.Variables[parent].Values.Count) + row[parent]) * size) + row[v]]
                            += weights[i] * p / total;
                }
                Assert.Equal(likelihood, fitted.InitialLogLikelihood, Tolerance * Math.Abs(likelihood));
                for (var c = 0; c < counts.Length; c++)
                {
                    var sum = counts.AsSpan(c / size * size, size).ToArray().Sum();
                    Assert.Equal(sum > 0 ? counts[c] / sum : 1.0 / size, fitted.Model.Tables[v].Probabilities[c], Tolerance);
                }
            }
        }
    }

    [Fact]
    public void The_likelihood_rises_with_each_update()
    {
        var network = RandomNetworks.Network(11, 7, zeros: 0);
        var rows = RandomNetworks.Rows(network, 5, 300, 0.3);
        var fitted = new BayesianNetworkEstimator([.. network.Parents], MissingValues.Em).Fit(FeatureMatrix.FromRows(rows), new() { MaxIterations = 30 });
        Assert.True(fitted.Iterations > 3);
        Assert.All(fitted.History, h => Assert.True(h.Improvement >= -1e-9, $"{h}"));
    }

    [Theory]
    [InlineData(MissingValues.Available)]
    [InlineData(MissingValues.Em)]
    public void Fits_have_the_same_bits_at_any_parallelism(MissingValues missing)
    {
        var network = RandomNetworks.Network(21, 6);
        var rows = RandomNetworks.Rows(network, 6, 5_000, 0.2);
        var estimator = new BayesianNetworkEstimator([.. network.Parents], missing);
        var fits = ((int[])[1, 2, -1]).Select(threads => estimator.Fit(FeatureMatrix.FromRows(rows),
            new() { MaxIterations = 3, BatchSize = 512, MaxDegreeOfParallelism = threads })).ToArray();
        Assert.All(fits, fit => Assert.Equal(fits[0].Model, fit.Model));
        Assert.All(fits, fit => Assert.Equal(fits[0].LogLikelihood, fit.LogLikelihood));
    }

    [Fact]
    public void A_row_has_the_same_answers_in_any_company()
    {
        var network = RandomNetworks.Network(31, 9);
        Company.DoesNotMatter(network, RandomNetworks.Rows(network, 7, 700, 0.4), step: 13);
    }

    [Fact]
    public void Incomplete_rows_may_be_impossible_under_tables_that_they_do_not_count_for()
    {
        // b and c occur together with a in no complete family: P(b | a) and P(c | a) leave b = 1 and c = 1 no common a.
        var rows = new[,] { { 0, 1, double.NaN }, { 1, 0, double.NaN }, { 0, double.NaN, 0 }, { 1, double.NaN, 1 }, { double.NaN, 1, 1 } };
        int[][] parents = [[], [0], [0]];
        var fitted = new BayesianNetworkEstimator(parents).Fit(FeatureMatrix.FromRows(rows));
        Assert.Equal(double.NegativeInfinity, fitted.LogLikelihood);
        Assert.Equal("some rows have probability 0 under the model, so that the log-likelihood is -Infinity: their values occur together in no row that the "
            + "tables were counted from; set a pseudocount (FitOptions.Pseudocount), or fit missing values by expectation-maximization",
            Assert.Single(fitted.Warnings));
        Assert.True(double.IsFinite(new BayesianNetworkEstimator(parents).Fit(FeatureMatrix.FromRows(rows), new() { Pseudocount = 0.1 }).LogLikelihood));
        Assert.True(double.IsFinite(new BayesianNetworkEstimator(parents, MissingValues.Em).Fit(FeatureMatrix.FromRows(rows)).LogLikelihood));
    }

    [Fact]
    public void Impossible_evidence_has_no_posteriors()
    {
        // b is always a.
        var network = new BayesianNetwork([new("a", 2), new("b", 2), new("c", 2)], [[], [0], [0]], [[0.5, 0.5], [1, 0, 0, 1], [0.3, 0.7, 0.6, 0.4]]);
        var scores = new ScoreBatch(network, ["log-probability", "probability", "fill", "explanation"], 1);
        network.Score(FeatureMatrix.FromRows(new[,] { { 0, 1, double.NaN } }).Block(0, 1), scores);
        Assert.Equal(double.NegativeInfinity, scores.Doubles("log-probability")[0]);
        Assert.True(double.IsNaN(scores.Doubles("probability", 4)[0]) && !ScoreBatch.IsNull(scores.Doubles("probability", 4)[0]));
        Assert.Equal(-1, scores.Integers("fill", 2)[0]);
        Assert.Equal(-1, scores.Integers("explanation", 2)[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Wrong_networks_are_refused(int which)
    {
        NetworkVariable[] variables = [new("a", 2), new("b", 2)];
        var error = Assert.Throws<ModelException>(() => which switch
        {
            0 => new BayesianNetwork(variables, [[1], [0]], [[1, 0, 1, 0], [1, 0, 1, 0]]),
            1 => new BayesianNetwork(variables, [[], [0]], [[0.5, 0.5], [0.5, 0.5, 0.5, 0.6]]),
            2 => new BayesianNetwork(variables, [[], [2]], [[0.5, 0.5], [0.5, 0.5, 0.5, 0.5]]),
            _ => new BayesianNetwork([new("a", 2), new("a", 2)], [[], []], [[0.5, 0.5], [0.5, 0.5]]),
        });
        Assert.Equal(which switch
        {
            0 => "Bayesian network: found the cycle a -> b -> a, expected arcs without a cycle; remove or reverse one of them",
            1 => "Bayesian network, variable 'b': found conditional probability table, sum of probabilities given combination 1 of the parents: 1.1, expected 1"
                + "; correct the options and run again",
            2 => "Bayesian network, variable 'b': found parent 2, expected indexes of variables, 0 to 1; correct the structure",
            _ => "Bayesian network: found variable 'a' twice, expected each name once; rename one",
        }, error.Message);
    }

    private static double[] Row(double[,] rows, int i) => [.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[i, j])];
}
