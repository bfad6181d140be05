using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Golden;
using Pipelines.Models.Tests.Kernels;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Scores and structures that pomegranate 0.14 computed.</summary>
public class StructureGoldenTests
{
    public static TheoryData<string, KernelVariant> Cases
    {
        get
        {
            var cases = new TheoryData<string, KernelVariant>();
            foreach (var file in (string[])["binary", "constraints", "iris", "missing", "penalty", "weights_pseudocount"])
                foreach (var variant in KernelSelection.Supported) cases.Add(file, variant);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FamiliesScoreAsInPomegranate(string file, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (golden, rows, sizes, options) = Read(file);
        var found = (DistinctRowsStatistics)StructureData.Run(new InMemoryPass(rows, 64, 1), new DistinctRows(sizes, null));
        var scorer = new FamilyScorer(new(found, 1), options, null);
        var families = golden.Expected.GetProperty("family_scores").EnumerateArray().ToList();
        Assert.NotEmpty(families);
        foreach (var family in families)
        {
            int[] parents = [.. family[1].EnumerateArray().Select(p => p.GetInt32())];
            golden.Close(family[2].GetDouble(), scorer.Score(family[0].GetInt32(), parents), family.ToString());
        }
        Assert.Equal(golden.Expected.GetProperty("max_parents_effective").GetInt32(),
            StructureProblem.ParentLimit(options, new(options.Constraints, 100), found.Weight));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task StructuresAreThoseOfPomegranate(string file, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (golden, rows, sizes, options) = Read(file);
        foreach (var method in (string[])[StructureMethod.ChowLiu, StructureMethod.Greedy])
        {
            if (!golden.Expected.GetProperty("structures").TryGetProperty(method, out var expected)) continue;
            var own = method == StructureMethod.ChowLiu ? new StructureOptions { Method = method } : options with { Method = method };
            var found = await StructureSearch.RunAsync(new InMemoryPass(rows, 64, 1), sizes, own, 2, null, null, default);
            Assert.Equal(expected.GetProperty("structure").EnumerateArray().Select(v => v.EnumerateArray().Select(p => p.GetInt32()).ToArray()), found.Parents);
            golden.Close(expected.GetProperty("score").GetDouble(), found.Score, method);
        }
    }

    private static (GoldenFile Golden, FeatureMatrix Rows, int[] Sizes, StructureOptions Options) Read(string file)
    {
        var golden = new GoldenFile($"bn_structure_{file}");
        var inputs = golden.Inputs;
        var rows = GoldenFile.Data(inputs, weights: "weights");
        var block = rows.Block(0, rows.Rows);
        var sizes = new int[rows.Columns];
        for (var i = 0; i < rows.Rows; i++)
            for (var j = 0; j < sizes.Length; j++)
                if (!double.IsNaN(block[i, j])) sizes[j] = Math.Max(sizes[j], (int)block[i, j] + 1);
        return (golden, rows, sizes, new StructureOptions
        {
            Method = StructureMethod.Greedy,
            Pseudocount = inputs.GetProperty("pseudocount").GetDouble(),
            Penalty = inputs.GetProperty("penalty") is { ValueKind: System.Text.Json.JsonValueKind.Number } p ? p.GetDouble() : null,
            MaxParents = inputs.GetProperty("max_parents").GetInt32() is >= 0 and var most ? most : null,
        });
    }
}
