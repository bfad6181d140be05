using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Networks;

/// <summary>What is no Markov network or factor graph.</summary>
public sealed class UndirectedErrorTests
{
    private static readonly NetworkVariable[] variables = [new("a", 2), new("b", 3), new("c", 2)];

    private static readonly NetworkFactor whole = new([0, 1, 2], [.. Enumerable.Repeat(1.0, 12)]);

    public static TheoryData<int[], double[], string> Wrong => new()
    {
        { [], [1], "found no variable, expected at least one; name its variables" },
        { [0, 3], [1, 1], "found variable 3, expected indexes of variables, 0 to 2; correct the index" },
        { [-1], [1, 1], "found variable -1, expected indexes of variables, 0 to 2; correct the index" },
        { [1, 0, 1], [1, 1], "found variable 'b' twice, expected each variable once; leave one out" },
        { [0, 1], [1, 1, 1, 1, 1], "found 5 numbers, expected 6, one for each combination of values (2 x 3); give the whole table" },
        { [0], [1, -0.5], "found -0.5 at place 1, expected finite numbers of at least 0; correct the table" },
        { [0], [double.NaN, 1], "found NaN at place 0, expected finite numbers of at least 0; correct the table" },
        { [0], [1, double.PositiveInfinity], "found Infinity at place 1, expected finite numbers of at least 0; correct the table" },
        { [0], [0, 0], "found only zeros, expected a number above 0 for at least one combination of values; correct the table" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_table_is_refused(int[] scope, double[] values, string message)
    {
        var wrong = new NetworkFactor(scope, values);
        Assert.Equal($"Markov network, clique 1: {message}", Assert.Throws<ModelException>(() => new MarkovNetwork(variables, [whole, wrong])).Message);
        Assert.Equal($"factor graph, factor 0: {message}", Assert.Throws<ModelException>(() => new FactorGraph(variables, [wrong, whole])).Message);
    }

    [Fact]
    public void Every_variable_is_in_a_table()
    {
        Assert.Equal("Markov network: found variable 'b' in no clique, expected each variable in at least one clique; add a clique of it",
            Assert.Throws<ModelException>(() => MarkovNetwork.OfStructure(variables, [[0, 2]])).Message);
        Assert.Equal("factor graph: found variable 'a' in no factor, expected each variable in at least one factor; add a factor of it",
            Assert.Throws<ModelException>(() => new FactorGraph(variables, [])).Message);
        Assert.Equal("Markov network: found variable 'b' in no clique, expected each variable in at least one clique; add a clique of it",
            Assert.Throws<ModelException>(() => new MarkovNetworkEstimator([[0]]).Fit(FeatureMatrix.FromRows(new double[,] { { 0, 1 }, { 1, 0 } }),
                null)).Message.Replace("x1", "b", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_not_duplicate()
    {
        Assert.Equal("Markov network: found variable 'a' twice, expected each name once; rename one",
            Assert.Throws<ModelException>(() => new MarkovNetwork([new("a", 2), new("a", 2)], [new([0, 1], [1, 1, 1, 1])])).Message);
        Assert.Equal("factor graph, variable 'a': found value 'x' twice, expected each value once; rename one",
            Assert.Throws<ModelException>(() => new FactorGraph([new("a", ["x", "x"])], [new([0], [1, 1])])).Message);
    }

    [Fact]
    public void Too_large_a_clique_is_refused_before_it_is_made()
    {
        NetworkVariable[] many = [.. Enumerable.Range(0, 40).Select(i => new NetworkVariable($"v{i}", 3))];
        Assert.Equal("Markov network, clique 0: found 1.22e19 combinations of the values of 40 variables, expected at most "
            + $"{TableDistribution.MostCells}; use fewer variables, or fewer values",
            Assert.Throws<ModelException>(() => MarkovNetwork.OfStructure(many, [[.. Enumerable.Range(0, 40)]])).Message);
    }

    [Fact]
    public void Tables_that_contradict_each_other_have_no_probabilities()
    {
        // a is 0 by one table and 1 by the other.
        NetworkFactor[] factors = [new([0], [1, 0]), new([0], [0, 1])];
        Assert.Equal("markov-network: found cliques whose product is 0 for every row, expected a product above 0 for at least one; correct the cliques",
            Assert.Throws<ModelException>(() => new MarkovNetwork([new("a", 2)], factors).LogPartition).Message);
        Assert.Equal("factor-graph: found factors whose product is 0 for every row, expected a product above 0 for at least one; correct the factors",
            Assert.Throws<ModelException>(() => new FactorGraph([new("a", 2)], factors).Sample(1, 0)).Message);
    }

    [Fact]
    public void Unknown_values_stop_a_fit()
    {
        var network = MarkovNetwork.OfStructure(variables, [[0, 1], [1, 2]]);
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, 3, 1 }, { 1, 2, 0 } });
        var statistics = network.CreateStatistics();
        network.Summarize(rows.Block(0, 2), statistics);
        Assert.Equal("clique 0 ('a', 'b'): found values that the network does not know (total weight 1), expected the values in its dictionaries; mark them as "
            + "missing, or fit a new network to all the data", Assert.Throws<ModelException>(() => network.Maximize(statistics, default)).Message);
        Assert.Equal(double.NegativeInfinity, network.LogProbability(rows)[0]);
    }

    [Theory]
    [InlineData("\"variables\":[0,1]", "\"variables\":[0,7]", "clique 0, property 'variables': found 7, expected indexes of variables, 0 to 2")]
    [InlineData("\"variables\":[0,1]", "\"variables\":[0.5]", "clique 0, property 'variables': found 0.5, expected indexes of variables, 0 to 2")]
    [InlineData("\"values\":[1,2,3,4,5,6]", "\"values\":[1,2]",
        "Markov network, clique 0: found 2 numbers, expected 6, one for each combination of values (2 x 3)")]
    [InlineData("\"cliques\"", "\"clicks\"", "property 'cliques': found nothing, expected ")]
    public void A_damaged_file_is_refused(string text, string damaged, string message)
    {
        var json = System.Text.Encoding.UTF8.GetString(new SavedModel(new MarkovNetwork(variables, [new([0, 1], [1, 2, 3, 4, 5, 6]), whole])).ToJson());
        var compact = System.Text.RegularExpressions.Regex.Replace(json, @"\s+", "");
        Assert.Contains(text, compact, StringComparison.Ordinal);
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(compact.Replace(text, damaged,
            StringComparison.Ordinal))));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
