using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Hill climbing ends where no change of an arc is a gain, tabu search no lower, and neither above the best graph of all.</summary>
public class ArcSearchTests
{
    // Scores of whole structures of up to 1e4, computed in another order.
    private const double Tolerance = 1e-7;

    public static TheoryData<string, double, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, double, int>();
            foreach (var score in (string[])["mdl", "bic", "aic", "bdeu", "k2"])
                foreach (var (missing, weights) in ((double, int)[])[(0, 0), (0.1, 2)]) cases.Add(score, missing, weights);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheResultIsALocalOptimum(string score, double missing, int weights)
    {
        var options = FamilyScoreTests.Options(score);
        var data = StructureData.Make(500, [2, 3, 2, 3], missing, weights);
        var scorer = data.Scorer(options);
        double Of(int[][] graph) => Enumerable.Range(0, 4).Sum(v => scorer.Score(v, graph[v]));
        var best = data.Graphs().Max(Of);
        var found = data.Search(options);
        int[][] parents = [.. found.Parents.Select(p => p.ToArray())];
        Assert.Equal(data.Score(options, parents), found.Score, Tolerance);
        Assert.InRange(found.Score, double.MinValue, best + Tolerance);
        Assert.True(StructureData.IsAcyclic(parents));
        Assert.All(Neighbours(parents), n => Assert.InRange(Of(n), double.MinValue, found.Score + Tolerance));
        var tabu = data.Search(options with { Method = StructureMethod.Tabu, TabuLength = 50, TabuSteps = 50 });
        Assert.InRange(tabu.Score, found.Score, best + Tolerance);
        var greedy = data.Search(options with { Method = StructureMethod.Greedy });
        Assert.InRange(greedy.Score, double.MinValue, best + Tolerance);
        Assert.Equal(data.Score(options, greedy.Parents), greedy.Score, Tolerance);
    }

    [Fact]
    public void TabuSearchLeavesALocalOptimum()
    {
        // Of these seeds, some lead hill climbing into a local optimum that a few steps downhill leave.
        var gains = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var data = StructureData.Make(300, [2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3], seed: seed);
            var options = new StructureOptions { Score = StructureScore.Bdeu };
            if (data.Search(options with { Method = StructureMethod.Tabu }).Score > data.Search(options).Score + Tolerance) gains++;
        }
        Assert.InRange(gains, 1, 20);
    }

    [Theory]
    [InlineData(StructureMethod.HillClimbing)]
    [InlineData(StructureMethod.Tabu)]
    [InlineData(StructureMethod.Greedy)]
    public void ConstraintsHold(string method)
    {
        var data = StructureData.Make(1_000, [2, 3, 2, 3, 2]);
        var constraints = new StructureConstraints { Require = [(4, 0), (3, 1)], Forbid = [(0, 1), (1, 2), (2, 3)], Tiers = [[4], [0, 2]] };
        var options = new StructureOptions { Method = method, Score = StructureScore.Aic, Constraints = constraints, MaxParents = 2 };
        var found = data.Search(options);
        Assert.Contains(4, found.Parents[0]);
        Assert.Contains(3, found.Parents[1]);
        Assert.DoesNotContain(0, found.Parents[1]);
        Assert.DoesNotContain(1, found.Parents[2]);
        Assert.DoesNotContain(2, found.Parents[3]);
        Assert.Empty(found.Parents[4].Intersect([0, 2]));
        Assert.All(found.Parents, p => Assert.InRange(p.Count, 0, 2));
        Assert.All(found.Parents, p => Assert.Equal(p.Order(), p));
        Assert.True(StructureData.IsAcyclic(found.Parents));
        // They have a cost: without them the structure is better. Greedy's first choices may still mislead it.
        Assert.True(method == StructureMethod.Greedy || data.Search(options with { Constraints = new() }).Score > found.Score);
    }

    [Fact]
    public void TheSearchStartsFromTheInitialStructure()
    {
        var data = StructureData.Make(1_000, [2, 3, 2, 3, 2]);
        var options = new StructureOptions { Score = StructureScore.Bic };
        var best = data.Search(options);
        var again = data.Search(options with { Initial = best.Parents });
        Assert.Equal(best.Parents, again.Parents);
        // One round over all changes, and none made.
        Assert.InRange(again.FamiliesScored, 1, best.FamiliesScored - 1);
    }

    [Theory]
    [InlineData(StructureMethod.ChowLiu)]
    [InlineData(StructureMethod.Greedy)]
    [InlineData(StructureMethod.HillClimbing)]
    [InlineData(StructureMethod.Tabu)]
    public void ThreadsDoNotChangeTheStructure(string method)
    {
        var data = StructureData.Make(3_000, [2, 3, 4, 2, 3, 2, 5], 0.05, 2);
        var options = new StructureOptions { Method = method, Restarts = method is StructureMethod.HillClimbing or StructureMethod.Tabu ? 3 : 0, Seed = 7 };
        var (one, four) = (data.Search(options), data.Search(options, 4));
        Assert.Equal(one.Parents, four.Parents);
        Assert.Equal(BitConverter.DoubleToInt64Bits(one.Score), BitConverter.DoubleToInt64Bits(four.Score));
        Assert.Equal(one.FamiliesScored, four.FamiliesScored);
    }

    [Fact]
    public void RestartsNeverLower()
    {
        var data = StructureData.Make(300, [2, 3, 2, 3, 2, 3, 2]);
        var options = new StructureOptions { Score = StructureScore.Bdeu };
        var scores = Enumerable.Range(0, 6).Select(r => data.Search(options with { Restarts = r }).Score).ToList();
        Assert.Equal(scores.Order(), scores);
    }

    [Fact]
    public void TheTreeHasTheHighestLikelihoodOfAllTrees()
    {
        var data = StructureData.Make(800, [2, 3, 2, 3, 4], 0, 1);
        var free = new StructureOptions { Score = StructureScore.Mdl, Penalty = 0 };
        var scorer = data.Scorer(free);
        double Of(IReadOnlyList<IReadOnlyList<int>> graph) => Enumerable.Range(0, 5).Sum(v => scorer.Score(v, [.. graph[v]]));
        // A tree: at most one parent each, and one arc less than variables.
        var best = data.Graphs().Where(g => g.All(p => p.Length <= 1) && g.Sum(p => p.Length) == 4).Max(Of);
        for (var root = 0; root < 5; root++)
        {
            var found = data.Search(free with { Method = StructureMethod.ChowLiu, Root = root });
            Assert.Empty(found.Parents[root]);
            Assert.Equal(best, found.Score, Tolerance);
            Assert.Equal(1, found.Scans);
        }
    }

    private static IEnumerable<int[][]> Neighbours(int[][] graph)
    {
        for (var child = 0; child < graph.Length; child++)
        {
            for (var parent = 0; parent < graph.Length; parent++)
            {
                if (parent == child || graph[parent].Contains(child)) continue;
                if (!graph[child].Contains(parent))
                {
                    yield return With(child, [.. graph[child], parent]);
                    continue;
                }
                yield return With(child, [.. graph[child].Where(p => p != parent)]);
                var reversed = With(child, [.. graph[child].Where(p => p != parent)]);
                reversed[parent] = [.. graph[parent].Append(child).Order()];
                if (StructureData.IsAcyclic(reversed)) yield return reversed;
            }
        }

        int[][] With(int child, int[] parents)
        {
            int[][] changed = [.. graph];
            changed[child] = [.. parents.Order()];
            return StructureData.IsAcyclic(changed) ? changed : graph;
        }
    }
}
