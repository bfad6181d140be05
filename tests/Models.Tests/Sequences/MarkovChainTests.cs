using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Markov chains against pomegranate 0.14.8, and what else they promise.</summary>
public class MarkovChainTests
{
    private static readonly string[] keys = ["A", "B"];

    public static TheoryData<string, KernelVariant> Cases => KernelData.With("markov_chain_order1", "markov_chain_order2");

    [Theory]
    [MemberData(nameof(Cases))]
    public void ChainsAgreeWithTheGoldenFiles(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var chain = new MarkovChain([.. golden.Inputs.GetProperty("tables").EnumerateArray().Select(Table)]);
        var evaluated = Sequences(golden, "eval_sequences");
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("log_probability")), chain.LogProbability(evaluated, 2), "log-probability");
        Close(golden, "fit", chain.Fit(Sequences(golden, "sequences"), new() { MaxIterations = 1 }).Model);
        Close(golden, "weighted_fit", chain.Fit(Sequences(golden, "weighted_sequences", "weights"), new() { MaxIterations = 1 }).Model);
        Close(golden, "fit_inertia",
            chain.Fit(Sequences(golden, "sequences"), new() { MaxIterations = 1, Inertia = GoldenFile.Number(golden.Inputs.GetProperty("inertia")) }).Model);
        var fitted = MarkovChain.FromSamples(golden.Inputs.GetProperty("order").GetInt32(), Sequences(golden, "sequences"));
        Close(golden, "fit", fitted);
        var logs = GoldenFile.Numbers(golden.Expected.GetProperty("from_samples_log_probability"));
        golden.Close(logs, fitted.LogProbability(Sequences(golden, "sequences"), 2).AsSpan(0, logs.Length), "log-probability after fit");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void FittingFindsWhatDrewTheData(int order)
    {
        var data = SequenceSet.From(Drawn(order).Sample(400, 200, seed: 3));
        var bits = new List<byte[]>();
        foreach (var parallelism in new[] { 1, 2, 3, 8, 64 })
            bits.Add(new SavedModel(MarkovChain.FromSamples(order, data, new() { BatchSize = 500, MaxDegreeOfParallelism = parallelism })).ToJson());
        Assert.All(bits, b => Assert.Equal(bits[0], b));
        var fitted = (MarkovChain)SavedModel.FromJson(bits[0]).Model;
        Assert.Equal(bits[0], new SavedModel(fitted).ToJson());
        // 80,000 draws over 27 contexts of 3: five standard errors of a share among some 1,000.
        for (var c = 0; c < fitted.Tables[order].Probabilities.Length; c++)
            Assert.Equal(Drawn(order).Tables[order].Probabilities[c], fitted.Tables[order].Probabilities[c], 0.08);
    }

    [Fact]
    public void ALogProbabilityIsTheSumOfItsTables()
    {
        var chain = Drawn(1);
        var (first, later) = (chain.Tables[0], chain.Tables[1]);
        var logs = chain.LogProbability(SequenceSet.From([[0, 1, 2], [2, double.NaN, 1], [], [1]]));
        Assert.Equal(Math.Log(first.ProbabilityOf(0) * later.ProbabilityOf(0, 1) * later.ProbabilityOf(1, 2)), logs[0], 1e-14);
        // Both windows that hold the missing row contribute nothing.
        Assert.Equal(Math.Log(first.ProbabilityOf(2)), logs[1], 1e-14);
        Assert.Equal(0, logs[2]);
        Assert.Equal(Math.Log(first.ProbabilityOf(1)), logs[3], 1e-14);
        Assert.Equal(double.NegativeInfinity, chain.LogProbability(SequenceSet.From([[0.0, 7]]))[0]);
    }

    [Fact]
    public void BadInputIsNamed()
    {
        Assert.Equal("Markov chain, table 1: found a discrete over 1 features, expected a conditional probability table over 2 features; pass one table for "
            + "each number of preceding rows",
            Assert.Throws<ModelException>(() => new MarkovChain([new DiscreteDistribution([0.5, 0.5]), new DiscreteDistribution([0.5, 0.5])])).Message);
        Assert.Equal("feature 0: found values from -1 to 2, expected categories coded 0, 1, 2 …, at most 4194304 combinations of 2 of them; give its "
            + "categories smaller codes, or choose a lower order",
            Assert.Throws<ModelException>(() => MarkovChain.FromSamples(1, SequenceSet.From([[-1.0, 2]]))).Message);
        Assert.Equal("markov-chain model: found rows without sequences, expected rows with the starts of their sequences; specify which rows form a sequence",
            Assert.Throws<ModelException>(() => ((Model)Drawn(1)).Fit(FeatureMatrix.FromColumn([0, 1]))).Message);
    }

    private static MarkovChain Drawn(int order)
    {
        var random = new SeededRandom(order);
        var tables = new List<TableDistribution>();
        for (var i = 0; i <= order; i++)
        {
            var cells = new double[(int)Math.Pow(3, i + 1)];
            for (var c = 0; c < cells.Length; c += 3)
            {
                for (var j = 0; j < 3; j++) cells[c + j] = 0.2 + random.NextDouble();
                var sum = cells[c] + cells[c + 1] + cells[c + 2];
                for (var j = 0; j < 3; j++) cells[c + j] /= sum;
            }
            tables.Add(i == 0 ? new DiscreteDistribution(cells) : new ConditionalProbabilityTable([.. Enumerable.Repeat(3, i + 1)], cells));
        }
        return new(tables);
    }

    private static SequenceSet Sequences(GoldenFile golden, string name, string? weights = null) => SequenceSet.From(
        [.. golden.Inputs.GetProperty(name).EnumerateArray().Select(s => GoldenFile.Codes(s, keys))],
        weights is null ? null : GoldenFile.Numbers(golden.Inputs.GetProperty(weights)));

    private static void Close(GoldenFile golden, string name, MarkovChain found)
    {
        foreach (var (table, i) in golden.Expected.GetProperty(name).EnumerateArray()
            .Select((t, i) => (t, i))) golden.Close(Table(table).Probabilities.ToArray(), found.Tables[i].Probabilities, $"{name} table {i}");
    }

    // Rows are in the order of the keys, the first column changing slowest.
    private static TableDistribution Table(JsonElement e) => e.GetProperty("type").GetString() == "Discrete"
        ? new DiscreteDistribution(GoldenFile.Numbers(e.GetProperty("probs")))
        : new ConditionalProbabilityTable([.. Enumerable.Repeat(2, e.GetProperty("table")[0].GetArrayLength() - 1)],
            [.. e.GetProperty("table").EnumerateArray().Select(r => GoldenFile.Number(r[r.GetArrayLength() - 1]))]);
}
