using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Exact searches on random data, with scores and rules of all kinds, against every acyclic graph of up to 5 variables.</summary>
public sealed class ExactMethodTests
{
    // Relative; what differs by 1e-12 counts as equal, for each of up to 5 variables.
    private const double Rounding = 1e-11;

    private static readonly StructureScore[] scores = Enum.GetValues<StructureScore>();

    [Theory]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public void NoOtherGraphScoresHigher(string method)
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var variables = 2 + (seed % 4);
            var (rows, weights, sizes) = Data(random, variables, hasMissing: seed % 5 == 0);
            var options = new StructureOptions
            {
                Method = method,
                Score = scores[seed % scores.Length],
                Penalty = scores[seed % scores.Length] == StructureScore.Mdl && seed % 2 == 0 ? random.NextDouble() * 4 : null,
                Pseudocount = seed % 7 == 0 && seed % scores.Length < 3 ? 0.5 : 0,
                EquivalentSampleSize = 1 + (seed % 3),
                MaxParents = seed % 3 == 0 ? random.Next(1, variables) : null,
                Constraints = Rules(random, variables, seed),
            };
            var oracle = new NaiveScores(rows, weights, sizes, options, isBounded: false);
            var expected = DagOracle.Best(variables, (v, set) => Allows(options, variables, v, set) ? oracle.Score(v, Indexes(set)) : double.NegativeInfinity);
            foreach (var isBounded in new[] { false, true })
            {
                var found = Search(new NaiveScores(rows, weights, sizes, options, isBounded), options, threads: 1 + (seed % 2));
                var label = $"seed {seed}, {options.Score}, bounded {isBounded}";
                Assert.True(found.IsOptimal, label);
                var sets = found.Parents.Select(p => p.Aggregate(0UL, (set, v) => set | 1UL << v)).ToArray();
                Assert.True(DagOracle.IsAcyclic(sets), $"{label}: a cycle");
                for (var v = 0; v < variables; v++) Assert.True(Allows(options, variables, v, (int)sets[v]), $"{label}: {v} has parents {sets[v]:b}");
                var score = found.Parents.Select((p, v) => oracle.Score(v, p)).Sum();
                Assert.True(Math.Abs(score - expected) <= Rounding * Math.Abs(expected), $"{label}: found {score}, expected {expected}");
            }
        }
    }

    // The last variable is the exclusive or of the others, so neither of them alone tells anything of it. Both together leave it no information of 40 rows, or,
    // where one of them is 1 in 4 rows only, of 18.8: little more than the penalty of the further parameters, 3 * 13.2 and 2 * 9.3.
    [Theory]
    [InlineData(20, 13.2)]
    [InlineData(4, 9.3)]
    public void WhatIsWorthItsPenaltyByAHairIsNotRuledOut(int ones, double penalty)
    {
        var rows = Enumerable.Range(0, 40).Select(i => (A: i % 2, B: i < ones ? 1 : 0)).Select(r => new double[] { r.A, r.B, r.A ^ r.B }).ToArray();
        var options = new StructureOptions { Method = StructureMethod.Exact, Penalty = penalty };
        CheckBounded(rows, [2, 2, 2], options);
        Assert.Contains(Search(new NaiveScores(rows, [.. rows.Select(_ => 1.0)], [2, 2, 2], options, true), options).Parents, p => p.Length == 2);
    }

    [Fact]
    public void BoundsHoldWithPseudocounts()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (rows, _, sizes) = Data(new(seed), 3, hasMissing: false);
            CheckBounded(rows[..(5 + (seed % 15))], sizes, new()
            {
                Method = StructureMethod.Exact,
                Penalty = 0.05 * (1 + (seed % 7)),
                Pseudocount = 0.3 * (1 + (seed % 5)),
            });
        }
    }

    private static void CheckBounded(double[][] rows, int[] sizes, StructureOptions options)
    {
        var scores = new NaiveScores(rows, [.. rows.Select(_ => 1.0)], sizes, options, isBounded: true);
        var expected = DagOracle.Best(sizes.Length, (v, set) => scores.Score(v, Indexes(set)));
        Assert.Equal(expected, Search(scores, options).Parents.Select((p, v) => scores.Score(v, p)).Sum(), Math.Abs(expected) * Rounding);
    }

    [Theory]
    [InlineData(StructureScore.Mdl)]
    [InlineData(StructureScore.Aic)]
    public void BoundsSaveFamiliesAndChangeNothing(StructureScore score)
    {
        var (rows, weights, sizes) = Data(new(11), 8, hasMissing: false);
        var options = new StructureOptions { Method = StructureMethod.Exact, Score = score };
        var (all, fewer) = (new NaiveScores(rows, weights, sizes, options, false), new NaiveScores(rows, weights, sizes, options, true));
        Assert.Equal(Search(all, options).Parents, Search(fewer, options).Parents);
        // Without bounds each of the 8 variables is scored with all sets of the 7 others.
        Assert.Equal(8 * 128, all.FamiliesScored);
        Assert.True(fewer.FamiliesScored < 640, $"{fewer.FamiliesScored} families");
    }

    [Theory]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public void TheStructureIsTheSameOnAnyNumberOfThreads(string method)
    {
        var (rows, weights, sizes) = Data(new(3), 9, hasMissing: true);
        var options = new StructureOptions { Method = method, Score = StructureScore.Bdeu, MaxParents = 3 };
        var expected = Search(new NaiveScores(rows, weights, sizes, options, true), options, 1).Parents;
        foreach (var threads in new[] { 2, 3, Environment.ProcessorCount })
            Assert.Equal(expected, Search(new NaiveScores(rows, weights, sizes, options, true), options, threads).Parents);
    }

    [Theory]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public void CancelledBetweenAnyTwoReportsTheSearchStops(string method)
    {
        var (rows, weights, sizes) = Data(new(4), 10, hasMissing: false);
        var options = new StructureOptions { Method = method, Score = StructureScore.Aic, MaxParents = 2 };
        var reports = 0;
        Search(new NaiveScores(rows, weights, sizes, options, false), options, 2, progress: new Reports(() => reports++));
        Assert.True(reports > 3, $"{reports} reports");
        for (var at = 1; at <= reports; at++)
        {
            using var source = new CancellationTokenSource();
            var left = at;
            var cancels = new Reports(() =>
            {
                if (--left == 0) source.Cancel();
            });
            using var scope = Cancellation.Enter(source.Token);
            var scores = new NaiveScores(rows, weights, sizes, options, false);
            // The last report says that all is done.
            if (at < reports) Assert.ThrowsAny<OperationCanceledException>(() => Search(scores, options, 2, progress: cancels));
        }
    }

    [Theory]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public void AParentThatGainsNothingButRoundingIsNone(string method)
    {
        // A variable of one value changes no score of bdeu in theory: a log gamma more or less cancels.
        var (rows, weights, sizes) = Data(new(8), 5, hasMissing: false);
        foreach (var row in rows) row[2] = 0;
        sizes[2] = 1;
        var options = new StructureOptions { Method = method, Score = StructureScore.Bdeu };
        Assert.All(Search(new Shaken(new NaiveScores(rows, weights, sizes, options, true)), options).Parents, p => Assert.DoesNotContain(2, p));
    }

    [Fact]
    public void GroupsWithoutArcsBetweenThemAreSearchedOneByOne()
    {
        // 40 variables in groups of 4: one search over all orders would never end.
        var (rows, weights, sizes) = Data(new(6), 40, hasMissing: false);
        var groups = Enumerable.Range(0, 10).Select(g => Enumerable.Range(4 * g, 4).ToArray()).Select(v => new ParentGroup(v, v)).ToArray();
        foreach (var method in new[] { StructureMethod.Exact, StructureMethod.ExactDp })
        {
            var options = new StructureOptions { Method = method, Score = StructureScore.Aic, Constraints = new() { Groups = groups } };
            StructureMethods.Find(method)!.Check(options, sizes, 1 << 20, 1);
            var oracle = new NaiveScores(rows, weights, sizes, options, false);
            var found = Search(oracle, options).Parents.Select((p, v) => oracle.Score(v, p)).ToArray();
            for (var g = 0; g < groups.Length; g++)
            {
                var first = 4 * g;
                var expected = DagOracle.Best(4, (v, set) => oracle.Score(first + v, [.. Indexes(set).Select(p => first + p)]));
                Assert.Equal(expected, found.AsSpan(first, 4).ToArray().Sum(), Math.Abs(expected) * Rounding);
            }
        }
    }

    internal static FoundStructure Search(IFamilyScores scores, StructureOptions options, int threads = 1, long? maxBytes = null,
        IProgress<StructureProgress>? progress = null, int? maxParents = null) =>
        ((SearchMethod)StructureMethods.Find(options.Method)!).Search(new(scores, options, new(options.Constraints, scores.Variables),
            maxParents ?? options.MaxParents ?? scores.Variables - 1, threads, maxBytes, progress));

    internal static int[] Indexes(int set) => [.. Enumerable.Range(0, 31).Where(v => (set >> v & 1) != 0)];

    /// <summary>Rows in which each variable follows the one before it, more or less.</summary>
    internal static (double[][] Rows, double[] Weights, int[] Sizes) Data(Random random, int variables, bool hasMissing)
    {
        var sizes = Enumerable.Range(0, variables).Select(_ => random.Next(2, 4)).ToArray();
        var rows = Enumerable.Range(0, 20 + random.Next(80)).Select(_ =>
        {
            var row = new double[variables];
            for (var v = 0; v < variables; v++)
                row[v] = v > 0 && random.NextDouble() < 0.6 ? Math.Min(sizes[v] - 1, row[random.Next(v)]) : random.Next(sizes[v]);
            for (var v = 0; v < variables && hasMissing; v++)
                if (random.NextDouble() < 0.1) row[v] = double.NaN;
            return row;
        }).ToArray();
        return (rows, [.. rows.Select(_ => random.Next(3) == 0 ? random.NextDouble() * 3 : 1)], sizes);
    }

    private static StructureConstraints Rules(Random random, int variables, int seed)
    {
        var (a, b) = (random.Next(variables), random.Next(variables));
        var tiers = Enumerable.Range(0, variables).OrderBy(_ => random.Next()).Chunk(2).ToArray();
        return (seed / 4 % 6) switch
        {
            1 when a != b => new() { Require = [(a, b)] },
            2 => new() { Forbid = [.. tiers.Select(t => (t[0], random.Next(variables))).Where(p => p.Item1 != p.Item2)] },
            3 => new() { Tiers = [.. tiers] },
            4 => new() { Groups = [.. tiers.Select((t, i) => new ParentGroup(t, tiers[random.Next(i + 1)]))] },
            5 => new() { Require = [(tiers[0][0], tiers[^1][^1])], Tiers = variables > 2 ? [.. tiers] : [] },
            _ => new(),
        };
    }

    private static bool Allows(StructureOptions options, int variables, int child, int set)
    {
        var rules = options.Constraints;
        var tier = Enumerable.Range(0, variables).Select(v => Enumerable.Range(0, rules.Tiers.Count).FirstOrDefault(t => rules.Tiers[t].Contains(v))).ToArray();
        return int.PopCount(set) <= (options.MaxParents ?? variables)
            && rules.Require.All(r => r.Child != child || (set >> r.Parent & 1) != 0)
            && Indexes(set).All(p => p != child && !rules.Forbid.Contains((p, child)) && tier[p] <= tier[child]
                && (rules.Groups.Count == 0 || rules.Groups.Any(g => g.Children.Contains(child) && g.Parents.Contains(p))));
    }

    // Scores as another order of additions might round them.
    private sealed class Shaken(IFamilyScores scores) : IFamilyScores
    {
        public int Variables => scores.Variables;

        public IReadOnlyList<int> Sizes => scores.Sizes;

        public long FamiliesScored => scores.FamiliesScored;

        public double Score(int child, ReadOnlySpan<int> parents) => scores.Score(child, parents) * (1 - (parents.Length * 1e-15));
    }

    private sealed class Reports(Action report) : IProgress<StructureProgress>
    {
        public void Report(StructureProgress value) => report();
    }
}
