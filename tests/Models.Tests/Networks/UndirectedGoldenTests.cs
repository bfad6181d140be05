using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Networks;

/// <summary>Markov networks and factor graphs against enumeration, cross-checked with pomegranate 0.14.8, on every kernel variant.</summary>
public sealed class UndirectedGoldenTests
{
    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void MarkovNetworksAnswerExactly(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("markov_network");
        int[][] cliques = Lists(golden.Inputs.GetProperty("cliques"));
        // The values are 0 and 1 and every combination has a row.
        var tables = golden.Inputs.GetProperty("tables").EnumerateArray().Select((table, c) =>
        {
            var values = new double[1 << cliques[c].Length];
            foreach (var row in table.EnumerateArray())
                values[Enumerable.Range(0, cliques[c].Length).Aggregate(0, (at, k) => (at * 2) + row[k].GetInt32())]
                    = GoldenFile.Number(row[cliques[c].Length]);
            return new NetworkFactor(cliques[c], values);
        });
        var network = new MarkovNetwork(Binary(5), tables);
        golden.Close(GoldenFile.Number(golden.Expected.GetProperty("log_partition")), network.LogPartition, "log partition");
        var logs = network.LogProbability(GoldenFile.Data(golden.Inputs, "assignments"));
        var expected = GoldenFile.Numbers(golden.Expected.GetProperty("log_probability"));
        for (var i = 0; i < expected.Length; i++) golden.Close(expected[i], logs[i], $"row {i}");
        Compare(golden, network, Rows(golden.Inputs.GetProperty("evidence")), (i, j, value) => golden.Expected.GetProperty("predict_proba")[i][j]
            .GetProperty(value));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void MarkovNetworksLearnTheirTree(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("markov_network");
        var network = new MarkovNetworkEstimator().Fit(GoldenFile.Data(golden.Inputs, "learn_data")).Model;
        Assert.Equal(Lists(golden.Expected.GetProperty("learned_edges")), network.Cliques.Select(c => c.Variables.ToArray()));
        foreach (var row in golden.Expected.GetProperty("learned_log_probability").EnumerateArray())
        {
            var codes = GoldenFile.Numbers(row[0]);
            var data = new double[1, codes.Length];
            for (var j = 0; j < codes.Length; j++) data[0, j] = codes[j];
            golden.Close(GoldenFile.Number(row[1]), network.LogProbability(FeatureMatrix.FromRows(data))[0], $"{row[0]}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void FactorGraphsAnswerExactly(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("factor_graph");
        string[] names = [.. golden.Inputs.GetProperty("variables").EnumerateArray().Select(v => v.GetString()!)];
        var variables = names.Select(n => new NetworkVariable(n, [.. golden.Inputs.GetProperty("keys").GetProperty(n).EnumerateArray()
            .Select(k => k.GetString()!)])).ToArray();
        var factors = golden.Inputs.GetProperty("factors").EnumerateArray().Select(f => new NetworkFactor(
            [.. f.GetProperty("over").EnumerateArray().Select(v => Array.IndexOf(names, v.GetString()))],
            [.. f.GetProperty("table").EnumerateArray().SelectMany(GoldenFile.Numbers)]));
        var evidence = golden.Inputs.GetProperty("evidence").EnumerateArray().ToArray();
        var rows = new double[evidence.Length, 3];
        for (var i = 0; i < evidence.Length; i++)
            for (var j = 0; j < 3; j++)
                rows[i, j] = evidence[i].TryGetProperty(names[j], out var value) ? variables[j].Values.ToList().IndexOf(value.GetString()!) : double.NaN;
        Compare(golden, new FactorGraph(variables, factors), rows,
            (i, j, value) => golden.Expected.GetProperty("marginals")[i].GetProperty(names[j]).GetProperty(value));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void TablesAreTheJointFrequencies(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var variables = RandomFactors.Variables(12, 4);
        var rows = RandomFactors.Rows(12, variables, 700, 0.2);
        double[] weights = [.. Enumerable.Range(0, 700).Select(i => 0.5 + (i % 3))];
        int[][] cliques = [[2, 0], [0, 1, 3], [3]];
        var start = new MarkovNetwork(variables, cliques.Select((c, i) => new NetworkFactor(c,
            [.. Enumerable.Range(1, c.Aggregate(1, (n, v) => n * variables[v].Values.Count)).Select(k => (double)(k + i))])));
        var fitted = start.Fit(FeatureMatrix.FromRows(rows, weights), new() { Pseudocount = 1.5, Inertia = 0.25 }).Model;
        for (var c = 0; c < cliques.Length; c++)
        {
            var old = start.Cliques[c].Values.ToArray();
            var counts = new double[old.Length];
            for (var i = 0; i < 700; i++)
                if (Array.TrueForAll(cliques[c], v => !double.IsNaN(rows[i, v])))
                    counts[cliques[c].Aggregate(0, (at, v) => (at * variables[v].Values.Count) + (int)rows[i, v])] += weights[i];
            var total = counts.Sum() + (1.5 * counts.Length);
            for (var k = 0; k < old.Length; k++)
                // Sums of 700 halves and wholes are exact; what follows rounds a few times.
                Assert.Equal((0.25 * old[k] / old.Sum()) + (0.75 * (counts[k] + 1.5) / total), fitted.Cliques[c].Values[k], 1e-14);
        }
    }

    [Fact]
    public void FitsHaveTheSameBitsAtAnyParallelism()
    {
        var variables = RandomFactors.Variables(13, 6);
        var rows = FeatureMatrix.FromRows(RandomFactors.Rows(13, variables, 5_000, 0.2));
        var fits = ((int[])[1, 2, -1]).Select(threads => new MarkovNetworkEstimator().Fit(rows, new() { BatchSize = 512, MaxDegreeOfParallelism = threads }));
        Assert.Single(fits.Select(f => (f.Model, f.LogLikelihood)).Distinct());
        Assert.Equal([0], Assert.Single(new MarkovNetworkEstimator().Fit(FeatureMatrix.FromRows(new double[,] { { 0 }, { 1 } })).Model.Cliques).Variables);
    }

    private static void Compare(GoldenFile golden, CategoricalNetwork network, double[,] rows, Func<int, int, string, JsonElement> expected)
    {
        var found = network.PredictProbability(FeatureMatrix.FromRows(rows));
        for (var i = 0; i < rows.GetLength(0); i++)
        {
            var column = 0;
            for (var j = 0; j < network.Dimensions; j++)
                foreach (var value in network.Variables[j].Values)
                {
                    var p = found[i, column++];
                    if (double.IsNaN(rows[i, j])) golden.Close(GoldenFile.Number(expected(i, j, value)), p, $"evidence {i}, variable {j}, {value}");
                    else Assert.True(ScoreBatch.IsNull(p));
                }
        }
    }

    private static NetworkVariable[] Binary(int count) => [.. Enumerable.Range(0, count).Select(i => new NetworkVariable($"x{i}", 2))];

    private static int[][] Lists(JsonElement e) => [.. e.EnumerateArray().Select(l => l.EnumerateArray().Select(i => i.GetInt32()).ToArray())];

    private static double[,] Rows(JsonElement e)
    {
        var all = e.EnumerateArray().ToArray();
        var rows = new double[all.Length, all[0].GetArrayLength()];
        for (var i = 0; i < all.Length; i++)
            for (var j = 0; j < all[i].GetArrayLength(); j++) rows[i, j] = all[i][j].ValueKind == JsonValueKind.Null ? double.NaN : all[i][j].GetDouble();
        return rows;
    }
}
