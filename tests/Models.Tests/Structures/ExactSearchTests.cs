using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>The searches over orders of variables, on random scores of parent sets: no data are involved.</summary>
public sealed class ExactSearchTests
{
    // Sums of scores of about 10, which count as equal where they differ by a share of 1e-12.
    private const double Rounding = 1e-10;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 25)]
    [InlineData(4, 543)]
    [InlineData(5, 29_281)]
    public void TheOracleTriesAllGraphs(int variables, int graphs) => Assert.Equal(graphs, DagOracle.Count(variables));

    [Fact]
    public void BothSearchesFindTheBestOfAllGraphs()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var (variables, missing) = (1 + (seed % 5), seed % 4 * 0.25);
            var scores = new double[variables, 1 << variables];
            for (var v = 0; v < variables; v++)
            {
                for (var set = 0; set < 1 << variables; set++)
                {
                    // Whole numbers tie often.
                    scores[v, set] = set > 0 && random.NextDouble() < missing ? double.NegativeInfinity
                        : seed % 3 == 0 ? -random.Next(4) : -random.NextDouble() * 10;
                }
            }
            var lists = Lists(scores);
            var expected = DagOracle.Best(variables, (v, set) => scores[v, set]);
            foreach (var (name, search) in Searches())
            {
                var chosen = ExactComponents.Solve(lists, search)!;
                var parents = chosen.Select((set, v) => lists[v].Sets[set]).ToArray();
                Assert.True(DagOracle.IsAcyclic(parents), $"{name}, seed {seed}: a cycle");
                var found = parents.Select((set, v) => scores[v, (int)set]).Sum();
                Assert.True(Math.Abs(expected - found) <= Rounding, $"{name}, seed {seed}: found {found}, expected {expected}");
            }
        }
    }

    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void BothSearchesAgreeOnMoreVariables(int variables)
    {
        var lists = RandomLists(variables, 60, seed: variables);
        var dp = Score(lists, p => ExactDpSearch.Solve(p, 2, _ => { }, default));
        var aStar = Score(lists, p => ExactAStarSearch.Solve(p, 1L << 30, _ => { }, default));
        Assert.Equal(dp, aStar, Rounding * variables);
    }

    [Fact]
    public void DynamicProgrammingFindsTheSameStructureOnAnyNumberOfThreads()
    {
        var lists = RandomLists(16, 40, seed: 5);
        var expected = ExactComponents.Solve(lists, p => ExactDpSearch.Solve(p, 1, _ => { }, default));
        foreach (var threads in new[] { 2, 3, Environment.ProcessorCount })
            Assert.Equal(expected, ExactComponents.Solve(lists, p => ExactDpSearch.Solve(p, threads, _ => { }, default)));
    }

    [Fact]
    public void TheFirstSetWithinIsFoundInListsOfAnyLength()
    {
        var random = new Random(1);
        for (var length = 0; length < 70; length++)
        {
            var sets = Enumerable.Range(0, length).Select(_ => (ulong)random.NextInt64() | 1UL << random.Next(64)).ToArray();
            for (var bits = 0; bits < 64; bits += 3)
            {
                var outside = (ulong)random.NextInt64() & (ulong)random.NextInt64() & ((1UL << bits) - 1);
                Assert.Equal(Array.FindIndex(sets, s => (s & outside) == 0), ExactOrderProblem.FirstWithin<ulong>(sets, outside));
                var low = Array.ConvertAll(sets, s => (ushort)s);
                Assert.Equal(Array.FindIndex(low, s => (s & (ushort)outside) == 0), ExactOrderProblem.FirstWithin<ushort>(low, (ushort)outside));
            }
        }
    }

    private static double Score(ExactParentSets[] lists, Func<ExactOrderProblem, int[]?> search) =>
        ExactComponents.Solve(lists, search)!.Select((set, v) => lists[v].Scores[set]).Sum();

    private static IEnumerable<(string Name, Func<ExactOrderProblem, int[]?> Search)> Searches() =>
    [
        ("dynamic programming", p => ExactDpSearch.Solve(p, 1, _ => { }, default)),
        ("dynamic programming, 2 threads", p => ExactDpSearch.Solve(p, 2, _ => { }, default)),
        ("A*", p => ExactAStarSearch.Solve(p, 1L << 30, _ => { }, default)),
    ];

    // Without sets that score no better than a subset.
    private static ExactParentSets[] Lists(double[,] scores) =>
        [.. Enumerable.Range(0, scores.GetLength(0)).Select(v =>
        {
            var sets = Enumerable.Range(0, scores.GetLength(1)).Where(set => (set >> v & 1) == 0 && (set == 0 || scores[v, set] > double.NegativeInfinity)
                && !Enumerable.Range(0, set).Any(subset => (subset & ~set) == 0 && scores[v, subset] >= scores[v, set])).ToArray();
            return ExactParentSets.Sorted([.. sets.Select(s => (ulong)s)], [.. sets.Select(s => scores[v, s])]);
        })];

    internal static ExactParentSets[] RandomLists(int variables, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, variables).Select(v =>
        {
            var sets = new HashSet<ulong> { 0 };
            while (sets.Count < count)
            {
                var set = 0UL;
                for (var i = random.Next(5); i >= 0; i--) set |= 1UL << random.Next(variables);
                sets.Add(set & ~(1UL << v));
            }
            return ExactParentSets.Sorted([.. sets], [.. sets.Select(s => (ulong.PopCount(s) * 3.0) + (random.NextDouble() * 10))]);
        })];
    }
}
