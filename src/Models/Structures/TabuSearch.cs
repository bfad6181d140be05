using System.Runtime.CompilerServices;

namespace Pipelines.Models.Structures;

/// <summary>Hill climbing that goes on after the best structure, through structures that it has not just been at (Glover 1989).</summary>
internal sealed class TabuSearch : SearchMethod
{
    [ModuleInitializer]
    internal static void Register() => StructureMethods.Register(new TabuSearch());

    public override string Name => StructureMethod.Tabu;

    public override StructureUses Uses => StructureUses.MaxParents | StructureUses.Arcs | StructureUses.Start | StructureUses.Tabu;

    public override FoundStructure Search(StructureProblem problem) =>
        new(new ArcSearch(problem, problem.Options.TabuLength, problem.Options.TabuSteps).Run(), false);
}
