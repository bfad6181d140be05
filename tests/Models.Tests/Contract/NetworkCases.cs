using Pipelines.Models.Tests.Networks;

namespace Pipelines.Models.Tests.Contract;

/// <summary>Cases of the networks: a start, and rows drawn from a network of other tables.</summary>
internal static class NetworkCases
{
    public static (string Name, Func<Model> Start, Func<FeatureMatrix> Data)[] All { get; } =
    [
        ("bayesian-network", () => Start(5), () => Drawn(5)),
        ("bayesian-network, expectation-maximization", () => Start(6).With(MissingValues.Em), () => Drawn(6)),
        ("mixture of Bayesian networks", () => new GeneralMixtureModel([Start(7), Other(7)]), () => Drawn(7)),
        ("markov-network", () => Undirected(8), () => Drawn(8)),
        ("mixture of Markov networks", () => new GeneralMixtureModel([Undirected(9), Undirected(9, 10)]), () => Drawn(9)),
        ("factor-graph", () => new FactorGraph(Start(8).Variables, Undirected(8).Cliques), () => Drawn(8)),
    ];

    // No zeros, so that rows of any other network are possible.
    private static BayesianNetwork Start(int seed) => RandomNetworks.Network(seed, 4, zeros: 0);

    // Pairs without a common variable: the frequencies of their values are the tables of maximum likelihood.
    private static MarkovNetwork Undirected(int seed, int tables = 3)
    {
        var variables = Start(seed).Variables;
        var random = new SeededRandom(tables, 79);
        return new(variables, ((int[][])[[0, 2], [3, 1]]).Select(c => new NetworkFactor(c,
            [.. Enumerable.Range(0, c.Aggregate(1, (n, v) => n * variables[v].Values.Count)).Select(_ => 0.1 + random.NextDouble())])));
    }

    // Other tables of the same structure.
    private static BayesianNetwork Other(int seed)
    {
        var start = Start(seed);
        return new(start.Variables, start.Parents, [.. start.Tables.Select(t => (double[])[.. t.Probabilities.ToArray().Chunk(t.Sizes[^1]).SelectMany(
            row => row.Reverse())])]);
    }

    private static FeatureMatrix Drawn(int seed)
    {
        var rows = RandomNetworks.Rows(Other(seed), seed, 2_000, 0.1);
        return FeatureMatrix.FromRows(rows, [.. Enumerable.Range(0, 2_000).Select(i => 0.25 + (i % 5))]);
    }
}
