using System.Runtime.CompilerServices;
using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>A method is one class that registers itself under its name.</summary>
public class OwnMethodTests
{
    [Fact]
    public async Task ARegisteredMethodIsFoundByItsName()
    {
        Assert.Contains(Star.Own, StructureMethods.Names);
        Assert.True(StructureMethods.Uses(Star.Own, StructureUses.Root | StructureUses.Tabu));
        Assert.False(StructureMethods.Uses(Star.Own, StructureUses.Tabu));
        var data = StructureData.Make(50, [2, 2, 2]);
        var found = await StructureSearch.RunAsync(data.Pass(), data.Sizes, new() { Method = Star.Own, Root = 1 }, 1, null, null, default);
        Assert.Equal([[1], [], [1]], found.Parents);
        var error = Assert.Throws<ModelException>(() => new StructureOptions { Method = Star.Own, TabuSteps = 3 }.Validate(3));
        Assert.Equal($"StructureOptions.TabuSteps: found 3, expected 10, as {Star.Own} has no use for it; correct the options and run again", error.Message);
    }

    [Fact]
    public void AnUnknownMethodIsAnError()
    {
        var error = Assert.Throws<ModelException>(() => new StructureOptions { Method = "climbing" }.Validate(3));
        Assert.Equal($"StructureOptions.Method: found climbing, expected one of {string.Join(", ", StructureMethods.Names)}; correct the options and run again",
            error.Message);
        Assert.Equal(["chow-liu", "exact", "exact-dp", "greedy", "hill-climbing", "tabu"], StructureMethods.Names.Where(n => n != Star.Own));
    }

    // The root is the parent of all others.
    internal sealed class Star : IStructureMethod
    {
        public const string Own = "star-of-a-test";

        public string Name => Own;

        public StructureUses Uses => StructureUses.Root;

        [ModuleInitializer]
        internal static void Register() => StructureMethods.Register(new Star());

        public void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, int copies)
        {
        }

        public ValueTask<LearnedRows> RunAsync(StructureTask task, CancellationToken cancellationToken) => new(new LearnedRows(new(
            [.. task.Sizes.Select((_, v) => v == task.Options.Root ? Array.Empty<int>() : [task.Options.Root])], 0, false, 0, 0), null));
    }
}
