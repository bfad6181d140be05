using System.Text;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Rows and sequences as the items of one kind of mixture.</summary>
public sealed class ItemTests
{
    private static readonly SequenceSet data = SequenceSet.From(
        [.. Enumerable.Range(0, 600).Select(s => Chain(s % 2 == 0 ? 0.9 : 0.2).Sample(1, 1 + (s % 9), s)[0])]);

    [Fact]
    public void AFileOfAnEarlierVersionIsRead()
    {
        var mixture = new GeneralMixtureModel([Chain(0.8), Chain(0.3)], [0.25, 0.75]);
        var json = Encoding.UTF8.GetString(new SavedModel(mixture).ToJson());
        Assert.Contains("\"mixture\"", json, StringComparison.Ordinal);
        var earlier = json.Replace("\"mixture\"", "\"sequence-mixture\"", StringComparison.Ordinal);
        Assert.Equal(mixture, SavedModel.FromJson(Encoding.UTF8.GetBytes(earlier)).Model);
    }

    [Fact]
    public void MixturesOfSequencesNest()
    {
        ProbabilityModel[] parts = [Chain(0.9), Chain(0.5), Chain(0.2)];
        var flat = new GeneralMixtureModel(parts, [0.2, 0.3, 0.5]);
        var nested = new GeneralMixtureModel([new GeneralMixtureModel([parts[0], parts[1]], [0.4, 0.6]), parts[2]], [0.5, 0.5]);
        var (expected, found) = (flat.LogProbability(data), nested.LogProbability(data));
        // Sums of the same three probabilities in another order.
        for (var s = 0; s < data.Count; s++) Assert.Equal(expected[s], found[s], 1e-12 * Math.Abs(expected[s]));
        Assert.True(nested.IsOfSequences);
    }

    [Fact]
    public void AFrozenComponentKeepsItsParameters()
    {
        var mixture = new GeneralMixtureModel([Chain(0.8).Freeze(), Chain(0.3)]);
        var fitted = mixture.Fit(data).Model;
        Assert.Equal(mixture.Components[0], fitted.Components[0]);
        Assert.NotEqual(mixture.Components[1], fitted.Components[1]);
        Assert.Equal(fitted, SavedModel.FromJson(new SavedModel(fitted).ToJson()).Model);
        Assert.Equal(1 + mixture.Components[1].ParameterCount, mixture.ParameterCount);
    }

    [Fact]
    public void AnImpossibleSequenceHasNoComponent()
    {
        var mixture = new GeneralMixtureModel([Chain(1), Chain(0)]);
        var sequences = SequenceSet.From([[0.0, 0, 0], [0.0, 0, 1]]);
        var scores = new ScoreBatch(mixture, [.. mixture.ScoreKinds.Select(k => k.Name)], sequences.Rows);
        mixture.Score(sequences.Block(0, 2), scores);
        Assert.Equal([0, 0, 0, -1, -1, -1], scores.Integers(ScoreKind.Label).ToArray());
        Assert.Equal([1, 1, 1, 0, 0, 0], scores.Doubles(ScoreKind.Probability, 0).ToArray());
        Assert.Equal(double.NegativeInfinity, scores.Doubles(ScoreKind.LogProbability)[5]);
        Assert.Equal(double.NegativeInfinity, scores.Doubles(ScoreKind.PosteriorLogProbability, 0)[5]);
    }

    [Fact]
    public void RowsAndSequencesDoNotMix() => Says(
        "mixture, components: found models of rows and models of sequences, expected models of one kind of item; correct the options and run "
            + "again", () => new GeneralMixtureModel([Chain(0.5), new DiscreteDistribution([0.5, 0.5])]));

    [Fact]
    public void AMixtureOfSequencesIsNoDistributionOfRows()
    {
        var mixture = new GeneralMixtureModel([Chain(0.5)]);
        Says("independent components, parts: found a mixture of sequence models, expected distributions of rows; correct the options and run "
            + "again", () => new IndependentComponentsDistribution([mixture]));
        Says("zero-inflated distribution, inner: found a mixture of sequences, expected a distribution of rows; correct the options and run "
            + "again", () => new ZeroInflatedDistribution(mixture, 0.5));
        Says("hidden Markov model, emissions: found a mixture of sequences, expected distributions of rows; give each state a distribution of rows",
            () => HiddenMarkovModel.FromMatrix(new double[,] { { 1 } }, [mixture], [1]));
        Says("mixture model: found rows without sequences, expected rows with the starts of their sequences; specify which rows form a sequence",
            () => mixture.LogProbability(FeatureMatrix.FromColumn([0, 1])));
    }

    [Fact]
    public void ItemsOfADistributionAreRows()
    {
        var normal = new NormalDistribution(1, 2);
        var rows = Contract.ModelCases.Rows(1);
        var block = rows.Block(0, rows.Rows);
        var logs = new double[rows.Rows];
        normal.LogProbabilities(block, logs);
        Assert.Equal(normal.LogProbability(rows), logs);
        double[] weights = [.. Enumerable.Range(0, rows.Rows).Select(i => i % 3 / 2.0)];
        var (items, tiles) = (normal.CreateStatistics(), normal.CreateStatistics());
        normal.Accumulate(block, weights, items);
        var weighted = rows.WithWeights(weights);
        normal.Summarize(weighted.Block(0, rows.Rows), tiles);
        Assert.Equal(normal.Maximize(tiles, default), normal.Maximize(items, default));
    }

    [Fact]
    public void ATileGathersAnyColumns()
    {
        double[] values = [.. Enumerable.Range(0, 8 * FeatureTile.Capacity).Select(i => (double)i)];
        var tile = new FeatureTile(values, 200, 8, hasMissing: false);
        var buffer = new double[3 * FeatureTile.Capacity];
        var gathered = tile.Gather([2, 7, 0], buffer);
        Assert.Equal((200, 3), (gathered.Rows, gathered.Columns));
        foreach (var (from, to) in new[] { (2, 0), (7, 1), (0, 2) }) Assert.True(tile.Column(from).SequenceEqual(gathered.Column(to)));
        Assert.True(tile.Gather([4, 5], buffer).Values.Overlaps(values));
    }

    private static MarkovChain Chain(double stay) =>
        new([new DiscreteDistribution([0.5, 0.5]), new ConditionalProbabilityTable([2, 2], [stay, 1 - stay, 1 - stay, stay])]);

    private static void Says(string text, Func<object> create) => Assert.Equal(text, Assert.Throws<ModelException>(create).Message);
}
