using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Exact searches against pomegranate 0.14.8: the score, since several structures may have it. Tolerances are the files' own.</summary>
public sealed class ExactGoldenTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in new[] { "binary", "constraint_graph", "constraints", "iris", "missing", "penalty", "weights_pseudocount" })
            {
                cases.Add(name, StructureMethod.Exact);
                cases.Add(name, StructureMethod.ExactDp);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheBestStructureHasPomegranatesScore(string name, string method)
    {
        var golden = new GoldenFile($"bn_structure_{name}");
        var inputs = golden.Inputs;
        var rows = inputs.GetProperty("data").EnumerateArray().Select(GoldenFile.Numbers).ToArray();
        var weights = inputs.GetProperty("weights") is { ValueKind: JsonValueKind.Array } given ? GoldenFile.Numbers(given) : [.. rows.Select(_ => 1.0)];
        var sizes = Enumerable.Range(0, rows[0].Length).Select(v => rows.Select(r => r[v]).Where(x => !double.IsNaN(x)).Distinct().Count()).ToArray();
        var options = new StructureOptions
        {
            Method = method,
            Penalty = inputs.GetProperty("penalty") is { ValueKind: JsonValueKind.Number } penalty ? penalty.GetDouble() : null,
            Pseudocount = inputs.GetProperty("pseudocount").GetDouble(),
            Constraints = new() { Require = Arcs(inputs, "include_edges"), Forbid = Arcs(inputs, "exclude_edges"), Groups = Groups(inputs) },
        };
        var scores = new NaiveScores(rows, weights, sizes, options, isBounded: true);
        // The file's scores of families hold, so that what is searched is what pomegranate searched.
        foreach (var family in golden.Expected.GetProperty("family_scores").EnumerateArray())
        {
            int[] parents = [.. family[1].EnumerateArray().Select(p => p.GetInt32())];
            golden.Close(GoldenFile.Number(family[2]), scores.Score(family[0].GetInt32(), parents), $"{family[0]} with {family[1]}");
        }
        var found = ExactMethodTests.Search(scores, options, maxParents: golden.Expected.GetProperty("max_parents_effective").GetInt32());
        var expected = GoldenFile.Number(golden.Expected.GetProperty("structures").GetProperty("exact").GetProperty("score"));
        golden.Close(expected, found.Parents.Select((p, v) => scores.Score(v, p)).Sum(), "score");

        // The same from the rows on. Limits of -1 parents are pomegranate's for none.
        var mostParents = inputs.GetProperty("max_parents").GetInt32() is >= 0 and var most ? most : (int?)null;
        var result = await StructureSearch.RunAsync(new InMemoryPass(GoldenFile.Data(inputs, weights: "weights"), 64, 1), sizes,
            options with { MaxParents = mostParents }, 2, 1 << 20, null, default);
        golden.Close(expected, result.Score, "score from the rows on");
        golden.Close(expected, result.Parents.Select((p, v) => scores.Score(v, [.. p])).Sum(), "score of the structure found from the rows on");
        Assert.True(result.IsOptimal);
    }

    private static (int, int)[] Arcs(JsonElement inputs, string name) => inputs.GetProperty(name) is { ValueKind: JsonValueKind.Array } arcs
        ? [.. arcs.EnumerateArray().Select(a => (a[0].GetInt32(), a[1].GetInt32()))]
        : [];

    // Each edge of the graph: the variables of the first node may be parents of those of the second.
    private static ParentGroup[] Groups(JsonElement inputs) => inputs.GetProperty("constraint_graph") is { ValueKind: JsonValueKind.Array } edges
        ? [.. edges.EnumerateArray().Select(e => new ParentGroup(Indexes(e[1]), Indexes(e[0])))]
        : [];

    private static int[] Indexes(JsonElement node) => [.. node.EnumerateArray().Select(v => v.GetInt32())];
}
