using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Evaluating;

/// <summary>
/// Areas under ROC curves against the definition: all pairs are compared. All weights are small whole numbers, so sums are exact and equal to the last bit.
/// </summary>
public sealed class RocAreaTests
{
    private static readonly Dictionary<string, Func<SeededRandom, double>> Kinds = new()
    {
        ["uniform"] = r => r.NextDouble(),
        ["near 0"] = r => Math.Exp(-700 * r.NextDouble()),
        ["near 1"] = r => 1 - (r.NextInt64(5000) / Math.Pow(2, 53)),
        ["few"] = r => r.NextInt64(7) / 6.0,
        // They share all bits by which buckets are told apart.
        ["close"] = r => 0.3 + (r.NextInt64(2000) / Math.Pow(2, 54)),
        ["in small groups"] = r => (r.NextInt64(300) / 300.0) + (r.NextInt64(4) / Math.Pow(2, 51)),
        ["ends"] = r => r.NextInt64(4) switch { 0 => 0, 1 => double.Epsilon * r.NextInt64(9), 2 => 1, _ => Math.BitDecrement(1) },
        ["middle"] = r => 0.5 + ((r.NextInt64(9) - 4) / Math.Pow(2, 53)),
    };

    public static TheoryData<string, int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, bool>();
            foreach (var kind in Kinds.Keys)
                foreach (var items in new[] { 2, 25, 128, 129, 3000 })
                    foreach (var weighted in new[] { false, true }) cases.Add(kind, items, weighted);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnAreaIsTheShareOfPairsInTheRightOrder(string kind, int items, bool weighted)
    {
        var random = new SeededRandom(items);
        var parts = new[] { items / 3, items - (items / 3), 0 }.Select((n, part) => Part(n, part, Kinds[kind], weighted, random)).ToArray();
        var ranks = new ScoreRanks(parts);
        // The second class after the first: in memory that has been used.
        foreach (var label in new[] { 0, 1 })
        {
            var (found, expected) = (RocArea.Of(ranks, label).Area, Pairs(parts, label));
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void PlacesAreInTheOrderOfTheScores()
    {
        var random = new SeededRandom(1);
        var scores = Kinds.Values.SelectMany(kind => Enumerable.Range(0, 2000).Select(_ => Math.Min(1, kind(random)))).Distinct().Order().ToArray();
        for (var i = 1; i < scores.Length; i++)
            Assert.True(ScoreRanks.PlaceOf(scores[i - 1]) < ScoreRanks.PlaceOf(scores[i]), $"{scores[i - 1]:R} and {scores[i]:R}");
        Assert.Equal(ScoreRanks.PlaceOf(1), ScoreRanks.PlaceOf(Math.BitIncrement(1)));
    }

    private static KeptPosteriors Part(int items, int part, Func<SeededRandom, double> draw, bool weighted, SeededRandom random)
    {
        // Weights may be missing from some parts only.
        var result = new KeptPosteriors(2, items, weighted && part > 0);
        (result.Ends[0], result.Ends[1]) = ((int)random.NextInt64(items + 1), items);
        for (var i = 0; i < items; i++)
        {
            result.Of(0)[i] = Math.Min(1, draw(random));
            result.Of(1)[i] = 1 - result.Of(0)[i];
            if (result.Weights is { } weights) weights[i] = random.NextInt64(4);
        }
        return result;
    }

    private static double? Pairs(KeptPosteriors[] parts, int label)
    {
        var all = parts.SelectMany(p => Enumerable.Range(0, p.Items)
            .Select(i => (Score: p.Of(label)[i], IsOwn: i < p.Ends[0] == (label == 0), Weight: p.Weights?[i] ?? 1))).ToArray();
        double right = 0, total = 0;
        foreach (var own in all.Where(x => x.IsOwn))
        {
            foreach (var other in all)
            {
                if (other.IsOwn) continue;
                total += own.Weight * other.Weight;
                right += own.Weight * other.Weight * (own.Score > other.Score ? 1 : own.Score == other.Score ? 0.5 : 0);
            }
        }
        return total > 0 ? right / total : null;
    }
}
