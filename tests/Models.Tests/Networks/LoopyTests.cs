namespace Pipelines.Models.Tests.Networks;

public sealed class LoopyTests
{
    private static readonly InferenceOptions loopy = new() { Method = InferenceMethod.Loopy, LoopyTolerance = 1e-14, LoopyRounds = 200 };

    [Fact]
    public void Loopy_answers_are_exact_on_trees()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var network = Tree(seed, 7);
            var rows = FeatureMatrix.FromRows(RandomNetworks.Rows(network, seed, 30, 0.5));
            var (exact, other) = (network.PredictProbability(rows), network.With(loopy).PredictProbability(rows));
            for (var i = 0; i < exact.GetLength(0); i++)
                for (var c = 0; c < exact.GetLength(1); c++) Assert.Equal(exact[i, c], other[i, c], 1e-10);
            var (logs, bethe) = (network.LogProbability(rows), network.With(loopy).LogProbability(rows));
            for (var i = 0; i < logs.Length; i++) Assert.Equal(logs[i], bethe[i], 1e-9);
            var (best, found) = (Explanation(network, rows), Explanation(network.With(loopy), rows));
            for (var i = 0; i < best.Length; i++) Assert.Equal(best[i], found[i], 1e-9);
        }
    }

    [Fact]
    public void A_row_has_the_same_loopy_answers_in_any_company()
    {
        var network = RandomNetworks.Network(31, 9).With(loopy with { LoopyTolerance = 1e-6 });
        Company.DoesNotMatter(network, RandomNetworks.Rows(network, 7, 300, 0.4), step: 7);
    }

    [Fact]
    public void Loopy_answers_are_near_on_networks_with_cycles()
    {
        double worst = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var network = RandomNetworks.Network(seed + 60, 8, zeros: 0);
            var rows = FeatureMatrix.FromRows(RandomNetworks.Rows(network, seed, 10, 0.5));
            var (exact, other) = (network.PredictProbability(rows), network.With(loopy).PredictProbability(rows));
            for (var i = 0; i < exact.GetLength(0); i++)
                for (var c = 0; c < exact.GetLength(1); c++)
                    if (!ScoreBatch.IsNull(exact[i, c])) worst = Math.Max(worst, Math.Abs(exact[i, c] - other[i, c]));
        }
        // An approximation: not exact, and not arbitrary.
        Assert.InRange(worst, 1e-6, 0.3);
    }

    [Fact]
    public void Exact_inference_that_does_not_fit_is_refused_and_loopy_inference_is_not()
    {
        // A grid of 12 x 12 variables of 4 values: its cliques have at least 12 variables.
        var variables = Enumerable.Range(0, 144).Select(i => new NetworkVariable($"v{i}", 4)).ToArray();
        var parents = Enumerable.Range(0, 144).Select(i => (int[])[.. i % 12 > 0 ? [i - 1] : Array.Empty<int>(), .. i >= 12 ? [i - 12] : Array.Empty<int>()])
            .ToArray();
        var network = BayesianNetwork.OfStructure(variables, parents).With(new InferenceOptions { MaxBytes = 1 << 20 });
        var row = new double[1, 144];
        for (var j = 0; j < 144; j++) row[0, j] = double.NaN;
        var error = Assert.Throws<ModelException>(() => network.PredictProbability(FeatureMatrix.FromRows(row)));
        Assert.Equal(ErrorKind.Memory, error.Kind);
        Assert.StartsWith("exact inference: found a clique of 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected at most 1 MB; allow more memory (InferenceOptions.MaxBytes), or use loopy inference (InferenceOptions.Method)", error.Message,
            StringComparison.Ordinal);
        Assert.True(error.Message.Length <= 300);
        var posteriors = network.With(loopy with { MaxBytes = 1 << 20 }).PredictProbability(FeatureMatrix.FromRows(row));
        Assert.Equal(0.25, posteriors[0, 0], 1e-12);
    }

    private static double[] Explanation(BayesianNetwork network, FeatureMatrix rows)
    {
        var scores = new ScoreBatch(network, ["explanation"], rows.Rows);
        network.Score(rows.Block(0, rows.Rows), scores);
        return scores.Doubles("explanation", network.Dimensions)[..rows.Rows].ToArray();
    }

    private static BayesianNetwork Tree(int seed, int variables)
    {
        var random = new SeededRandom(seed, 79);
        var own = Enumerable.Range(0, variables).Select(i => new NetworkVariable($"v{i}", 2 + (i % 3))).ToArray();
        int[][] parents = [.. Enumerable.Range(0, variables).Select(i => i == 0 ? [] : new[] { (int)random.NextInt64(i) })];
        double[][] tables = [.. Enumerable.Range(0, variables).Select(i => Enumerable.Range(0, i == 0 ? 1 : own[parents[i][0]].Values.Count).SelectMany(_ =>
        {
            var row = own[i].Values.Select(_ => 0.05 + random.NextDouble()).ToArray();
            return row.Select(p => p / row.Sum());
        }).ToArray())];
        return new(own, parents, tables);
    }
}
