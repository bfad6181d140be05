using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Networks;

public sealed class UndirectedTests
{
    public static TheoryData<KernelVariant> Variants => [.. KernelSelection.Supported];

    // Sums of up to 4^8 products of 8 factors: rounding errors stay far below.
    private const double Tolerance = 1e-10;

    [Theory]
    [MemberData(nameof(Variants))]
    public void Answers_are_those_of_enumeration(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        for (var seed = 0; seed < 30; seed++)
        {
            var variables = RandomFactors.Variables(seed, 1 + (seed % 8));
            var factors = RandomFactors.Factors(seed, variables, zeros: seed % 3 == 0 ? 0 : 0.1);
            var rows = RandomFactors.Rows(seed, variables, 40, 0.1 + (0.8 * (seed % 4) / 4));
            Check(new MarkovNetwork(variables, factors), factors, rows, $"Markov network {seed}");
            Check(new FactorGraph(variables, factors), factors, rows, $"factor graph {seed}");
        }
    }

    [Theory]
    [InlineData(1e-90)]
    [InlineData(1e90)]
    public void Numbers_of_any_size_are_possible(double scale)
    {
        // Products of 4 would leave the range of a double.
        var variables = RandomFactors.Variables(3, 4);
        var (plain, scaled) = (RandomFactors.Factors(3, variables), RandomFactors.Factors(3, variables, scale: scale));
        var rows = RandomFactors.Rows(3, variables, 20, 0.3);
        var network = new MarkovNetwork(variables, scaled);
        Check(network, plain, rows, "scaled");
        Assert.Equal(new MarkovNetwork(variables, plain).LogPartition + (4 * Math.Log(scale)), network.LogPartition, 1e-9);
        Assert.Equal(Math.Log(1e308) + Math.Log(2), new MarkovNetwork([new("a", 2)], [new([0], [1e308, 1e308])]).LogPartition, 1e-10);
        Assert.Equal(Math.Log(5e-324), new MarkovNetwork([new("a", 2)], [new([0], [0, 5e-324])]).LogPartition, 1e-10);
    }

    [Fact]
    public void The_sum_over_many_variables_stays_in_range()
    {
        // Each of the 2^1500 rows has the product 1.
        NetworkVariable[] variables = [.. Enumerable.Range(0, 1_500).Select(i => new NetworkVariable($"v{i}", 2))];
        var network = new MarkovNetwork(variables, Enumerable.Range(0, 1_499).Select(i => new NetworkFactor([i, i + 1], [1, 1, 1, 1])));
        Assert.Equal(1_500 * Math.Log(2), network.LogPartition, 1e-9);
        var row = new double[1, 1_500];
        row[0, 700] = double.NaN;
        Assert.Equal(-1_499 * Math.Log(2), network.LogProbability(FeatureMatrix.FromRows(row))[0], 1e-9);
    }

    [Fact]
    public void A_row_of_which_nothing_is_observed_is_certain()
    {
        var variables = RandomFactors.Variables(5, 6);
        var network = new MarkovNetwork(variables, RandomFactors.Factors(5, variables));
        // The same sum, divided by itself.
        Assert.Equal(0, network.LogProbability(FeatureMatrix.FromRows(RandomFactors.Rows(5, variables, 1, 1)))[0]);
    }

    [Fact]
    public void A_bayesian_network_is_a_markov_network_of_its_families()
    {
        var network = RandomNetworks.Network(17, 8);
        var families = network.Tables.Select((t, i) => new NetworkFactor([.. network.Parents[i], i], t.Probabilities.ToArray()));
        var markov = new MarkovNetwork(network.Variables, families);
        var rows = FeatureMatrix.FromRows(RandomNetworks.Rows(network, 17, 200, 0.3));
        // Both sum the same products, in other orders.
        Assert.Equal(0, markov.LogPartition, 1e-12);
        foreach (var (expected, found) in network.LogProbability(rows).Zip(markov.LogProbability(rows))) Assert.Equal(expected, found, 1e-11);
        var (directed, undirected) = (network.PredictProbability(rows), markov.PredictProbability(rows));
        for (var i = 0; i < 200; i++)
            for (var c = 0; c < directed.GetLength(1); c++)
                if (!ScoreBatch.IsNull(directed[i, c])) Assert.Equal(directed[i, c], undirected[i, c], 1e-12);
    }

    [Fact]
    public void Samples_have_the_enumerated_frequencies()
    {
        var variables = RandomFactors.Variables(8, 3);
        var factors = RandomFactors.Factors(8, variables);
        const int count = 20_000;
        var rows = new MarkovNetwork(variables, factors).Sample(count, 1);
        var all = RandomFactors.Complete(variables, factors, [double.NaN, double.NaN, double.NaN]).Select(c => (Row: c.Row.ToArray(), c.Product)).ToArray();
        var total = all.Sum(c => c.Product);
        foreach (var (row, product) in all)
        {
            var found = Enumerable.Range(0, count).Count(i => Enumerable.Range(0, 3).All(j => rows[i, j] == row[j]));
            var p = product / total;
            // Five standard deviations of a binomial share.
            Assert.Equal(p, found / (double)count, 5 * Math.Sqrt(p * (1 - p) / count));
        }
    }

    [Fact]
    public void A_wide_network_is_refused_with_its_clique_but_posteriors_within_reach_are_not()
    {
        NetworkVariable[] variables = [.. Enumerable.Range(0, 30).Select(i => new NetworkVariable($"v{i}", 3))];
        var pairs = Enumerable.Range(0, 30).SelectMany(i => Enumerable.Range(i + 1, 29 - i)
            .Select(j => new NetworkFactor([i, j], [1, 2, 3, 2, 1, 2, 3, 2, 1])));
        var network = new MarkovNetwork(variables, pairs);
        var rows = new double[1, 30];
        var error = Assert.Throws<ModelException>(() => network.LogProbability(FeatureMatrix.FromRows(rows)));
        Assert.StartsWith("exact inference: found a clique of 30 variables (v0, v1, v2, …) with 2.06e14 entries, ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" MB in all, expected at most 1024 MB; allow more memory (InferenceOptions.MaxBytes), or use loopy inference (InferenceOptions.Method)",
            error.Message, StringComparison.Ordinal);
        rows[0, 4] = double.NaN;
        var found = network.PredictProbability(FeatureMatrix.FromRows(rows));
        // v4 has 29 neighbours with value 0: the products are 1, 2^29 and 3^29.
        var total = 1 + Math.Pow(2, 29) + Math.Pow(3, 29);
        Assert.Equal([1 / total, Math.Pow(2, 29) / total, Math.Pow(3, 29) / total], Enumerable.Range(12, 3).Select(c => found[0, c]), (e, f) =>
            Math.Abs(e - f) <= 1e-12);
    }

    [Fact]
    public void Loopy_belief_propagation_is_exact_in_a_tree()
    {
        NetworkVariable[] variables = [new("a", 2), new("b", 3), new("c", 2), new("d", 4)];
        var random = new SeededRandom(6);
        var tree = ((int[][])[[0, 1], [2, 1], [1, 3], [0]]).Select(scope => new NetworkFactor(scope,
            [.. Enumerable.Range(0, scope.Aggregate(1, (n, v) => n * variables[v].Values.Count)).Select(_ => 0.1 + (5 * random.NextDouble()))])).ToArray();
        var rows = RandomFactors.Rows(6, variables, 60, 0.5);
        Check(new FactorGraph(variables, tree).With(new InferenceOptions { Method = InferenceMethod.Loopy, LoopyTolerance = 0 }), tree, rows, "loopy");
    }

    [Fact]
    public void Free_parameters_are_those_of_the_log_linear_model()
    {
        NetworkVariable[] variables = [new("a", 2), new("b", 3), new("c", 2), new("d", 4)];
        // 12 - 1 of abc, 8 - 1 of cd, of which 2 - 1 of c is the same.
        Assert.Equal(11 + 7 - 1, MarkovNetwork.OfStructure(variables, [[0, 1, 2], [2, 3], [0, 1]]).ParameterCount);
        Assert.All(Enumerable.Range(0, 20), seed =>
        {
            var own = RandomFactors.Variables(seed, 6);
            var factors = RandomFactors.Factors(seed, own);
            // Each set of variables within a clique once.
            long expected = 0;
            for (var set = 1; set < 1 << 6; set++)
            {
                int[] members = [.. Enumerable.Range(0, 6).Where(v => (set >> v & 1) == 1)];
                if (factors.Any(f => members.All(f.Variables.Contains))) expected += members.Aggregate(1L, (n, v) => n * (own[v].Values.Count - 1));
            }
            Assert.Equal(expected, new MarkovNetwork(own, factors).ParameterCount);
            Assert.Equal(0, new FactorGraph(own, factors).ParameterCount);
        });
    }

    [Fact]
    public void A_factor_graph_is_not_fitted_and_says_so()
    {
        var variables = RandomFactors.Variables(9, 4);
        var graph = new FactorGraph(variables, RandomFactors.Factors(9, variables, zeros: 0));
        var rows = FeatureMatrix.FromRows(RandomFactors.Rows(9, variables, 50, 0.1));
        var fitted = graph.Fit(rows);
        Assert.Equal(graph, fitted.Model);
        Assert.Equal("the factors of a factor graph are not fitted; they are unchanged", Assert.Single(fitted.Warnings));
        Assert.Throws<ModelException>(() => graph.Fit(rows, new() { Pseudocount = 1 }));
    }

    private static void Check(FactorNetwork network, NetworkFactor[] factors, double[,] rows, string name)
    {
        var (n, count) = (network.Dimensions, rows.GetLength(0));
        var scores = new ScoreBatch(network, ["log-probability", "probability", "fill", "explanation"], count);
        network.Score(FeatureMatrix.FromRows(rows).Block(0, count), scores);
        double partition = 0;
        foreach (var (_, product) in RandomFactors.Complete(network.Variables, factors, [.. Enumerable.Repeat(double.NaN, n)])) partition += product;
        for (var i = 0; i < count; i++)
        {
            var row = Enumerable.Range(0, n).Select(j => rows[i, j]).ToArray();
            var what = $"{name}, row {i}: {string.Join(' ', row)}";
            var posteriors = network.Variables.Select(v => new double[v.Values.Count]).ToArray();
            double total = 0, best = 0;
            foreach (var (whole, product) in RandomFactors.Complete(network.Variables, factors, row))
            {
                total += product;
                best = Math.Max(best, product);
                for (var j = 0; j < n; j++) posteriors[j][whole[j]] += product;
            }
            Near(Math.Log(total / partition), scores.Doubles("log-probability")[i], what);
            Near(Math.Log(best / partition), scores.Doubles("explanation", n)[i], what);
            if (total == 0) continue;
            var (column, explained) = (0, row.ToArray());
            for (var j = 0; j < n; j++)
            {
                for (var k = 0; k < posteriors[j].Length; k++, column++)
                    if (double.IsNaN(row[j])) Near(posteriors[j][k] / total, scores.Doubles("probability", column)[i], what);
                if (!double.IsNaN(row[j])) continue;
                Assert.True(posteriors[j][scores.Integers("fill", j)[i]] >= posteriors[j].Max() - (Tolerance * total), what);
                explained[j] = scores.Integers("explanation", j)[i];
            }
            // The explanation is a row of that probability.
            Near(Math.Log(best), Math.Log(RandomFactors.Complete(network.Variables, factors, explained).Single().Product), what);
        }
    }

    private static void Near(double expected, double found, string what) => Assert.True(
        expected == found || Math.Abs(expected - found) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: expected {expected:r}, found {found:r}");
}
