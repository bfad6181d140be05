using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Networks;

/// <summary>Exact answers about well-known networks, computed by another program (bucket elimination), within the tolerance that each file states.</summary>
public sealed class SharedQueryTests
{
    public static TheoryData<string, KernelVariant> Cases
    {
        get
        {
            var cases = new TheoryData<string, KernelVariant>();
            foreach (var name in SharedNetworks.Names)
                foreach (var variant in KernelSelection.Supported) cases.Add(name, variant);
            return cases;
        }
    }

    [SharedNetworksTheory]
    [MemberData(nameof(Cases))]
    public void Answers_are_exact(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var network = SharedNetworks.Read(name);
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedNetworks.File(name + ".queries.json")));
        var root = json.RootElement;
        Assert.Equal(root.GetProperty("values").EnumerateObject().SelectMany(v => v.Value.EnumerateArray(), (v, value) => (v.Name, value.GetString()!)),
            network.Variables.SelectMany(v => v.Values, (v, value) => (v.Name, value)));
        var tolerance = root.GetProperty("tolerance");
        var (relative, absolute) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
        var queries = root.GetProperty("queries").EnumerateArray().ToArray();
        // All at once, so that rows with different observed variables share a block.
        var rows = new double[queries.Length, network.Dimensions];
        for (var i = 0; i < queries.Length; i++) Fill(rows, i, network, queries[i].GetProperty("evidence"));
        var scores = Score(network, rows);
        var failures = new List<string>();
        for (var i = 0; i < queries.Length; i++)
        {
            var query = queries[i];
            var what = $"query {i} ({query.GetProperty("evidence").EnumerateObject().Count()} observed)";
            Near(GoldenFile.Number(query.GetProperty("log_evidence")), scores.Doubles("log-probability")[i], $"{what}, log evidence");
            Near(GoldenFile.Number(query.GetProperty("mpe_log_probability")), scores.Doubles("explanation", network.Dimensions)[i], $"{what}, explanation");
            foreach (var posterior in query.GetProperty("posterior").EnumerateObject())
            {
                var variable = network.IndexOf(posterior.Name);
                var first = network.Variables.Take(variable).Sum(v => v.Values.Count);
                var k = 0;
                foreach (var p in posterior.Value.EnumerateArray())
                    Near(GoldenFile.Number(p), scores.Doubles("probability", first + k)[i], $"{what}, {posterior.Name}[{k++}]");
            }
            // The explanation is a complete row of the probability that it claims.
            var explained = new double[1, network.Dimensions];
            for (var v = 0; v < network.Dimensions; v++)
                explained[0, v] = double.IsNaN(rows[i, v]) ? scores.Integers("explanation", v)[i] : rows[i, v];
            Near(GoldenFile.Number(query.GetProperty("mpe_log_probability")), network.LogProbability(explained)[0], $"{what}, explained row");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} wrong: {string.Join("; ", failures.Take(5))}");

        void Near(double expected, double found, string place)
        {
            if (!expected.Equals(found) && !(Math.Abs(expected - found) <= absolute + (relative * Math.Abs(expected))))
                failures.Add($"{place}: expected {expected:R}, found {found:R}");
        }
    }

    [SharedNetworksTheory]
    [MemberData(nameof(Cases))]
    public void What_is_impossible_has_probability_0_and_no_posterior(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var network = SharedNetworks.Read(name);
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedNetworks.File(name + ".queries.json")));
        var impossible = json.RootElement.GetProperty("impossible").EnumerateArray().Select(i => i.GetProperty("evidence")).ToArray();
        // Every file says so, even if it has none.
        Assert.True(impossible.Length > 0 || name is "munin1" or "sachs" or "survey", name);
        var rows = new double[impossible.Length, network.Dimensions];
        for (var i = 0; i < impossible.Length; i++) Fill(rows, i, network, impossible[i]);
        var scores = Score(network, rows);
        for (var i = 0; i < impossible.Length; i++)
        {
            Assert.Equal(double.NegativeInfinity, scores.Doubles("log-probability")[i]);
            Assert.Equal(double.NegativeInfinity, scores.Doubles("explanation", network.Dimensions)[i]);
            var column = 0;
            for (var v = 0; v < network.Dimensions; v++)
            {
                Assert.Equal(double.IsNaN(rows[i, v]) ? -1 : (int)rows[i, v], scores.Integers("fill", v)[i]);
                Assert.Equal(-1, scores.Integers("explanation", v)[i]);
                for (var k = 0; k < network.Variables[v].Values.Count; k++, column++)
                    Assert.True(double.IsNaN(scores.Doubles("probability", column)[i]));
            }
        }
    }

    private static void Fill(double[,] rows, int row, BayesianNetwork network, JsonElement evidence)
    {
        for (var v = 0; v < network.Dimensions; v++)
            rows[row, v] = evidence.TryGetProperty(network.Variables[v].Name, out var value)
                ? network.Variables[v].Values.ToList().IndexOf(value.GetString()!)
                : double.NaN;
    }

    private static ScoreBatch Score(BayesianNetwork network, double[,] rows)
    {
        var scores = new ScoreBatch(network, ["log-probability", "probability", "fill", "explanation"], rows.GetLength(0));
        network.Score(FeatureMatrix.FromRows(rows).Block(0, rows.GetLength(0)), scores);
        return scores;
    }
}
