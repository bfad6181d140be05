using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Scores are those of their definitions.</summary>
public class FamilyScoreTests
{
    public static TheoryData<string> Scores =>
        ["mdl", "mdl with a penalty", "mdl with a pseudocount", "bic", "aic", "aic with a pseudocount", "bdeu", "bdeu 10", "k2"];

    [Theory]
    [MemberData(nameof(Scores))]
    public void EachFamilyHasTheScoreOfItsDefinition(string score)
    {
        var options = Options(score);
        foreach (var (missing, weights) in ((double, int)[])[(0, 0), (0.1, 0), (0, 1), (0.1, 2)])
        {
            var data = StructureData.Make(900, [2, 3, 4, 2, 5], missing, weights);
            // Twice: computed, then kept. Then with no room to keep anything.
            var (scorer, forgetful) = (data.Scorer(options), data.Scorer(options, 0));
            foreach (var child in Enumerable.Range(0, 5))
            {
                for (var set = 0; set < 32; set++)
                {
                    if ((set >> child & 1) != 0) continue;
                    int[] parents = [.. Enumerable.Range(0, 5).Where(p => (set >> p & 1) != 0)];
                    var expected = data.Score(options, child, parents);
                    // Terms of up to 1e4, from sums of logarithms in another order.
                    Assert.Equal(expected, scorer.Score(child, parents), 1e-8);
                    Assert.Equal(scorer.Score(child, parents), scorer.Score(child, parents));
                    Assert.Equal(scorer.Score(child, parents), forgetful.Score(child, parents));
                    var combinations = parents.Aggregate(1.0, (q, p) => q * data.Sizes[p]);
                    Assert.True(scorer.Bound(child, combinations) >= expected);
                }
            }
            // Each is asked for four times.
            Assert.Equal(4 * 80, scorer.FamiliesScored);
        }
    }

    [Fact]
    public void FamiliesOfVeryManyCombinationsScoreAsWell()
    {
        // 16 variables of 5 values: no table holds their combinations. A thousand variables: no set of bits holds them.
        foreach (var variables in (int[])[16, 1_000])
        {
            var data = StructureData.Make(400, [.. Enumerable.Repeat(5, variables)], 0.02);
            var options = new StructureOptions { Score = StructureScore.Bic };
            var scorer = data.Scorer(options);
            int[] parents = [.. Enumerable.Range(1, 14)];
            int[] family = [.. parents, 0];
            var (joint, above) = (data.Counts(family, family).Values, data.Counts(family, parents).Values);
            var w = above.Sum();
            Assert.InRange(w, 2, 399);
            var expected = joint.Sum(n => n * Math.Log(n)) - above.Sum(n => n * Math.Log(n)) - (Math.Log(w) / 2 * Math.Pow(5, 14) * 4);
            Assert.Equal(expected, scorer.Score(0, parents), 1e-12 * Math.Abs(expected));
        }
    }

    [Fact]
    public void RowsOfWeightOneSayNothingToMdl()
    {
        var data = StructureData.Make(1, [2, 2]);
        Assert.Equal(double.NegativeInfinity, data.Scorer(new()).Score(0, [1]));
        // Its likelihood is 1, and a penalty is at least 0.
        Assert.Equal(0, data.Scorer(new()).Score(0, []));
    }

    internal static StructureOptions Options(string score) => score switch
    {
        "mdl" => new(),
        "mdl with a penalty" => new() { Penalty = 3 },
        "mdl with a pseudocount" => new() { Pseudocount = 0.5 },
        "bic" => new() { Score = StructureScore.Bic },
        "aic" => new() { Score = StructureScore.Aic },
        "aic with a pseudocount" => new() { Score = StructureScore.Aic, Pseudocount = 2 },
        "bdeu" => new() { Score = StructureScore.Bdeu },
        "bdeu 10" => new() { Score = StructureScore.Bdeu, EquivalentSampleSize = 10 },
        _ => new() { Score = StructureScore.K2 },
    };
}
