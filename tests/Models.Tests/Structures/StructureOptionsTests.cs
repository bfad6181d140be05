using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Structures;

/// <summary>What is wrong with options is said before any row is read.</summary>
public class StructureOptionsTests
{
    [Theory]
    [InlineData("penalty", "StructureOptions.Penalty: found 3, expected none, as only mdl has one; correct the options and run again")]
    [InlineData("size", "StructureOptions.EquivalentSampleSize: found 0, expected a finite number above 0; correct the options and run again")]
    [InlineData("tabu", "StructureOptions.TabuLength: found 5, expected 10, as hill-climbing has no use for it; correct the options and run again")]
    [InlineData("root", "StructureOptions.Root: found 3, expected 0 to 2; correct the options and run again")]
    [InlineData("tree", "StructureOptions.MaxParents: found 1, expected null, as chow-liu has no use for it; correct the options and run again")]
    [InlineData("several", "options: found StructureOptions.Pseudocount is -1, expected a finite number of at least 0; StructureOptions.Restarts is "
        + "-1, expected 0 "
        + "to 1000000, expected values in range; correct the options and run again")]
    [InlineData("index", "StructureOptions.Constraints: found variable 3, expected indexes from 0 to 2; correct the options and run again")]
    [InlineData("self", "StructureOptions.Constraints: found an arc from variable 1 to itself, expected arcs between two variables; correct the "
        + "options and run "
        + "again")]
    [InlineData("tiers", "StructureOptions.Constraints: found variable 1 in two tiers, expected each variable in one tier at most; correct the "
        + "options and run again")]
    [InlineData("both", "StructureOptions.Constraints: found the arc 2 -> 0 required, and forbidden by an arc or by tiers, expected one of them; "
        + "correct the options "
        + "and run again")]
    [InlineData("many", "StructureOptions.Constraints: found 2 required parents of variable 0, expected at most 1 (StructureOptions.MaxParents); "
        + "correct the options "
        + "and run again")]
    [InlineData("cycle", "StructureOptions.Constraints: found required arcs in the cycle 0 -> 1 -> 0, expected arcs without cycles; correct the "
        + "options and run "
        + "again")]
    [InlineData("groups", "StructureOptions.Constraints.Groups: found 1 groups, expected none, as hill-climbing has no use for it; correct the options "
        + "and run again")]
    [InlineData("initial", "StructureOptions.Initial: found parents of 2 variables, expected those of all 3; correct the options and run again")]
    [InlineData("initial cycle", "StructureOptions.Initial: found the cycle 0 -> 1 -> 0, expected arcs without cycles; correct the options and run again")]
    [InlineData("initial arc", "StructureOptions.Initial: found the arc 1 -> 0, expected arcs that the constraints allow; correct the options and run again")]
    public void EachMistakeHasItsWords(string what, string message)
    {
        var options = what switch
        {
            "penalty" => new StructureOptions { Penalty = 3, Score = StructureScore.Bic },
            "size" => new() { EquivalentSampleSize = 0, Score = StructureScore.Bdeu },
            "tabu" => new() { TabuLength = 5 },
            "root" => new() { Root = 3, Method = StructureMethod.ChowLiu },
            "tree" => new() { MaxParents = 1, Method = StructureMethod.ChowLiu },
            "several" => new() { Pseudocount = -1, Restarts = -1 },
            "index" => new() { Constraints = new() { Forbid = [(3, 0)] } },
            "self" => new() { Constraints = new() { Require = [(1, 1)] } },
            "tiers" => new() { Constraints = new() { Tiers = [[0, 1], [1]] } },
            "both" => new() { Constraints = new() { Require = [(2, 0)], Tiers = [[0], [2]] } },
            "many" => new() { MaxParents = 1, Constraints = new() { Require = [(1, 0), (2, 0)] } },
            "cycle" => new() { Constraints = new() { Require = [(1, 0), (0, 1)] } },
            "groups" => new() { Constraints = new() { Groups = [new([0], [1])] } },
            "initial" => new() { Initial = [[], []] },
            "initial cycle" => new() { Initial = [[1], [0], []] },
            _ => new StructureOptions { Initial = [[1], [], []], Constraints = new() { Forbid = [(1, 0)] } },
        };
        var error = Assert.Throws<ModelException>(() => options.Validate(3));
        Assert.Equal((message, ErrorKind.Usage), (error.Message, error.Kind));
        Assert.InRange(message.Length, 1, 300);
    }

    [Fact]
    public async Task WhatDoesNotFitTheMemoryIsAnError()
    {
        var data = StructureData.Make(2_000, [5, 5, 5, 5, 5, 5]);
        var error = await Assert.ThrowsAsync<ModelException>(async () => await StructureSearch.RunAsync(data.Pass(), data.Sizes, new(), 1, 20_000, null,
            default));
        Assert.StartsWith("structure search: found more than ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("expected rows that fit the memory; give it more memory, use fewer variables, or learn a Chow-Liu tree, which keeps no rows",
            error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<ModelException>(async () => await StructureSearch.RunAsync(data.Pass(), data.Sizes,
            new() { Method = StructureMethod.ChowLiu }, 1, 2_000, null, default));
        // Three copies: that of a batch, the subtotal and the total, of 6 * 5 values and 15 * 25 pairs of values.
        Assert.Equal("Chow-Liu tree: found counts of all pairs of 6 variables, which take 9,720 bytes, expected at most 2,000 bytes; use fewer "
            + "variables or fewer values of them, or give it more memory", error.Message);
    }

    [Fact]
    public async Task NoRowsAndOtherColumnsAreErrors()
    {
        var data = StructureData.Make(10, [2, 2]);
        var error = await Assert.ThrowsAsync<ModelException>(async () => await StructureSearch.RunAsync(data.Pass(), [2, 2, 2], new(), 1, null, null, default));
        Assert.Equal("sizes: found those of 3 variables, expected 2, as the rows have; give the number of values of each variable", error.Message);
        var none = new InMemoryPass(data.Rows.WithWeights(new double[10]), 5, 1);
        foreach (var method in (string[])[StructureMethod.ChowLiu, StructureMethod.HillClimbing])
        {
            error = await Assert.ThrowsAsync<ModelException>(async () =>
                await StructureSearch.RunAsync(none, [2, 2], new() { Method = method }, 1, null, null, default));
            Assert.Equal("input: found a total weight of 0, expected more than 0; check the weights", error.Message);
        }
    }

    [Theory]
    [InlineData(StructureMethod.HillClimbing)]
    [InlineData(StructureMethod.ChowLiu)]
    public async Task ACancelledSearchStops(string method)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var data = StructureData.Make(100, [2, 2]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await StructureSearch.RunAsync(data.Pass(), data.Sizes, new() { Method = method }, 1, null, null, cancelled.Token));
    }
}
