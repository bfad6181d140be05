using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>What exact searches refuse, and what they say then.</summary>
public sealed class ExactRefusalTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void MoreVariablesThanASetHolds() => Refused(
        "exact structure search: found 65 variables, expected at most 64; choose fewer variables, or search by hill climbing",
        () => Check(new() { Method = StructureMethod.Exact }, 65, null));

    // 2^26 bytes and two layers of C(26, 13) = 10,400,600 costs of 8 bytes make 222.7 MiB; with 24 variables, 2^24 and 2 * 8 * 2,704,156, they make 57.3 MiB.
    [Fact]
    public void DynamicProgrammingThatDoesNotFitSaysWhatWould() => Refused(
        "exact structure search: found 26 variables that may be each other's parents, which need 223 MiB, expected at most 100 MiB, half of the memory; "
        + "choose at most 24 variables, forbid arcs, use A* (StructureMethod.Exact), or search by hill climbing",
        () => Check(new() { Method = StructureMethod.ExactDp }, 26, 200 * MiB));

    [Fact]
    public void TiersMakeDynamicProgrammingFit() => Check(new()
    {
        Method = StructureMethod.ExactDp,
        Constraints = new() { Tiers = [[.. Enumerable.Range(0, 13)], [.. Enumerable.Range(13, 13)]] },
    }, 26, 200 * MiB);

    // 30 variables with up to 5 of 29 parents: 30 (1 + 29 + 406 + 3,654 + 23,751 + 118,755) families of 128 bytes = 536.9 MiB; up to 4: 102.0 MiB.
    [Fact]
    public void FamiliesThatDoNotFitSayHowManyParentsWould() => Refused(
        "exact structure search: found families of up to 5 parents that need 537 MiB, expected at most 110 MiB, half of the memory; "
        + "allow at most 4 parents, give more memory, or search by hill climbing",
        () => Check(new() { Method = StructureMethod.Exact, Score = StructureScore.Bdeu, MaxParents = 5 }, 30, 220 * MiB));

    // Both count every family whatever the rows are. 30 variables with up to 29 parents: 30 * 2^29 families of 128 bytes.
    [Theory]
    [InlineData(StructureScore.Bdeu)]
    [InlineData(StructureScore.K2)]
    public async Task FamiliesThatDoNotFitAreRefusedBeforeARowIsRead(StructureScore score)
    {
        var estimator = new BayesianNetworkEstimator(new StructureOptions { Method = StructureMethod.Exact, Score = score }) { MaxBytes = 220 * MiB };
        var error = await Assert.ThrowsAsync<ModelException>(async () => await estimator.FitAsync(new UnreadPass(30), new()));
        Assert.Equal("exact structure search: found families of up to 29 parents that need 1,966,080 MiB, expected at most 110 MiB, half of the memory; "
            + "allow at most 4 parents, give more memory, or search by hill climbing", error.Message);
    }

    // The lower bounds: two groups of 20 variables take 2 * 2^20 * 8 bytes = 16 MiB, one of 20 and one of 19 take 12.
    [Fact]
    public async Task BoundsThatDoNotFitAreRefusedBeforeARowIsRead()
    {
        var estimator = new BayesianNetworkEstimator(new StructureOptions { Method = StructureMethod.Exact }) { MaxBytes = 30 * MiB };
        var error = await Assert.ThrowsAsync<ModelException>(async () => await estimator.FitAsync(new UnreadPass(40), new()));
        Assert.Equal("exact structure search: found 40 variables that may be each other's parents, which need 16 MiB, expected at most 15 MiB, half of the "
            + "memory; choose at most 39 variables, forbid arcs, give more memory, or search by hill climbing", error.Message);
        Check(new() { Method = StructureMethod.Exact }, 40, 32 * MiB);
        Check(new() { Method = StructureMethod.Exact, MaxParents = 0 }, 40, 30 * MiB);
    }

    [Fact]
    public void FamiliesThatTheScoreLeavesAreRefusedBeforeTheyAreCounted()
    {
        var (rows, weights, sizes) = ExactMethodTests.Data(new(1), 12, hasMissing: false);
        var options = new StructureOptions { Method = StructureMethod.Exact, Score = StructureScore.Aic };
        var scores = new NaiveScores(rows, weights, sizes, options, isBounded: false);
        // 12 families without parents and 132 with one take (12 + 132) * 72 = 10 kB; 660 with two do not fit.
        var error = Assert.Throws<ModelException>(() => ExactMethodTests.Search(scores, options, maxBytes: 25_000));
        Assert.Equal((ErrorKind.Memory, "exact structure search", "families that fit 0.03 MiB"), (error.Kind, error.Place, error.Expected));
        Assert.Equal("allow fewer than 2 parents, give more memory, or search by hill climbing", error.Remedy);
        Assert.Matches("^more than [1-6][0-9]{1,2} families with 2 free parents$", error.Found);
        Assert.Equal(144, scores.FamiliesScored);
    }

    [Fact]
    public void AStarThatMeetsTooManySetsStops()
    {
        var lists = ExactSearchTests.RandomLists(17, 60, seed: 17);
        // 1,024 sets of 25 bytes and as many places in the queue fit, and not twice as many.
        Refused("exact structure search: found 1,024 sets of 17 variables still open in 0.08 MiB, expected a search that fits the memory; "
            + "give more memory, allow fewer parents, forbid arcs, or search by hill climbing",
            () => ExactComponents.Solve(lists, p => ExactAStarSearch.Solve(p, 80_000, _ => { }, default)));
    }

    [Fact]
    public void ARequiredArcThatNoGroupAllows() => Refused(
        "StructureOptions.Constraints: found the arc 2 -> 0 required, which no group allows, expected a group with the parent and the child; correct the "
        + "options and run again",
        () => new StructureOptions { Method = StructureMethod.Exact, Constraints = new() { Require = [(2, 0)], Groups = [new([0], [1])] } }.Validate(3));

    [Theory]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public void RequiredArcsInACircle(string method)
    {
        var (rows, weights, sizes) = ExactMethodTests.Data(new(1), 4, hasMissing: false);
        var options = new StructureOptions { Method = method, Constraints = new() { Require = [(0, 1), (1, 2), (2, 0)] } };
        Refused("StructureConstraints.Require: found arcs that form a cycle, expected arcs without cycles; require fewer arcs",
            () => ExactMethodTests.Search(new NaiveScores(rows, weights, sizes, options, true), options));
    }

    private sealed class UnreadPass(int columns) : IDataPass
    {
        public int Columns => columns;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("rows were read");
    }

    private static void Check(StructureOptions options, int variables, long? maxBytes) =>
        StructureMethods.Find(options.Method)!.Check(options, [.. Enumerable.Repeat(3, variables)], maxBytes, 1);

    private static void Refused(string expected, Action action)
    {
        var error = Assert.Throws<ModelException>(action);
        Assert.Equal(expected.Contains("MiB", StringComparison.Ordinal) ? ErrorKind.Memory : ErrorKind.Usage, error.Kind);
        Assert.Equal(expected, error.Message);
    }
}
