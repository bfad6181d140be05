using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines.Blocks.Tests.Structures;

/// <summary>
/// Structures of data sampled from real networks: never above the optimum that other programs proved, which exact searches reach, and no worse than what
/// bnlearn's searches reach.
/// </summary>
public class NetworkScoreTests
{
    // Scores are sums of up to 1e6 in another order; README.md in ../shared/networks names both shares.
    private const double Rounding = 1e-6;
    private const double HillClimbingShare = 0.0025;

    // Long searches of more rows would take most of the test run.
    private const int MostRows = 5_000;

    public static TheoryData<string> Solved =>
        [.. Entries().Where(e => e.GetProperty("optimum").ValueKind == JsonValueKind.Number).Select(e => e.GetProperty("data").GetString()!).Distinct()];

    public static TheoryData<string> Files => [.. Entries().Select(e => e.GetProperty("data").GetString()!).Where(d => d != "alarm-200k").Distinct()];

    [NetworkTheory]
    [MemberData(nameof(Files))]
    public async Task SearchesReachWhatPeersReach(string file)
    {
        var data = await NetworkFile.ReadAsync(file);
        var rows = (DistinctRowsStatistics)await ((IDataPass)new InMemoryPass(data.Rows)).RunAsync(new DistinctRows(data.Sizes, null), default);
        foreach (var entry in Entries().Where(e => e.GetProperty("data").GetString() == file))
        {
            var score = Enum.Parse<StructureScore>(entry.GetProperty("score").GetString()!, ignoreCase: true);
            var ess = score == StructureScore.Bdeu ? entry.GetProperty("ess").GetDouble() : 1;
            var options = new StructureOptions { Score = score, EquivalentSampleSize = ess };
            // The score of the generating network, by the same definitions.
            Assert.Equal(entry.GetProperty("truth").GetDouble(), Score(data, rows, options, entry.GetProperty("truth_structure")), Tolerance(entry));
            var climbed = await SearchAsync(data, options);
            var tabu = await SearchAsync(data, options with { Method = StructureMethod.Tabu });
            var peers = entry.GetProperty("peers");
            var hc = peers.GetProperty("hc").GetProperty("score").GetDouble();
            Assert.True(climbed.Score >= hc - (HillClimbingShare * Math.Abs(hc)), $"{file}, {score}: hill climbing {climbed.Score}, bnlearn's {hc}");
            var best = peers.GetProperty("tabu").GetProperty("score").GetDouble();
            Assert.True(tabu.Score >= best - (Rounding * Math.Abs(best)), $"{file}, {score}: tabu {tabu.Score}, bnlearn's {best}");
            if (peers.TryGetProperty("tabu100", out var long100) && data.Rows.Rows <= MostRows)
            {
                best = long100.GetProperty("score").GetDouble();
                var longer = await SearchAsync(data, options with { Method = StructureMethod.Tabu, TabuLength = 100, TabuSteps = 100 });
                Assert.True(longer.Score >= best - (Rounding * Math.Abs(best)), $"{file}, {score}: longer tabu {longer.Score}, bnlearn's {best}");
            }
            if (entry.GetProperty("optimum") is { ValueKind: JsonValueKind.Number } optimum)
                Assert.InRange(tabu.Score, double.MinValue, optimum.GetDouble() + (Rounding * Math.Abs(optimum.GetDouble())));
        }
    }

    [NetworkTheory]
    [MemberData(nameof(Solved))]
    public async Task ExactSearchesReachTheOptimum(string file)
    {
        var data = await NetworkFile.ReadAsync(file);
        foreach (var entry in Entries().Where(e => e.GetProperty("data").GetString() == file))
        {
            var score = Enum.Parse<StructureScore>(entry.GetProperty("score").GetString()!, ignoreCase: true);
            var options = new StructureOptions
            {
                Score = score,
                EquivalentSampleSize = score == StructureScore.Bdeu ? entry.GetProperty("ess").GetDouble() : 1,
                MaxParents = entry.GetProperty("max_parents").GetInt32(),
            };
            var expected = entry.GetProperty("optimum").GetDouble();
            foreach (var method in new[] { StructureMethod.Exact, StructureMethod.ExactDp })
            {
                var found = await SearchAsync(data, options with { Method = method });
                Assert.True(found.IsOptimal, $"{file}, {score}, {method}");
                Assert.Equal(expected, found.Score, Rounding * Math.Abs(expected));
            }
        }
    }

    private static async Task<StructureResult> SearchAsync(NetworkFile data, StructureOptions options) =>
        await StructureSearch.RunAsync(new InMemoryPass(data.Rows), data.Sizes, options, 2, null, null, default);

    private static double Score(NetworkFile data, DistinctRowsStatistics rows, StructureOptions options, JsonElement structure)
    {
        var scorer = new FamilyScorer(new(rows, 1), options, null);
        return structure.EnumerateObject().Sum(v => scorer.Score(Array.IndexOf(data.Names, v.Name),
            [.. v.Value.EnumerateArray().Select(p => Array.IndexOf(data.Names, p.GetString())).Order()]));
    }

    private static double Tolerance(JsonElement entry) => Rounding * Math.Abs(entry.GetProperty("truth").GetDouble());

    private static IEnumerable<JsonElement> Entries() => NetworkFile.Folder is { } folder
        ? JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "structures.json"))).RootElement.EnumerateArray()
        : [];

    /// <summary>A test that needs the networks beside the repository.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NetworkTheoryAttribute : TheoryAttribute
    {
        public NetworkTheoryAttribute() => Skip = Requirement.Skip(NetworkFile.Folder is not null, "needs ../shared/networks");
    }
}
