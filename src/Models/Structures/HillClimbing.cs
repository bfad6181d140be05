using System.Runtime.CompilerServices;

namespace Pipelines.Models.Structures;

/// <summary>
/// Hill climbing: of all arcs that may be added, removed or reversed, the change that raises the score most is made, until none does. Changes of the same gain
/// are taken by kind (add, remove, reverse), then parent, then child.
/// </summary>
internal sealed class HillClimbing : SearchMethod
{
    [ModuleInitializer]
    internal static void Register() => StructureMethods.Register(new HillClimbing());

    public override string Name => StructureMethod.HillClimbing;

    public override StructureUses Uses => StructureUses.MaxParents | StructureUses.Arcs | StructureUses.Start;

    public override FoundStructure Search(StructureProblem problem) => new(new ArcSearch(problem, 0, 0).Run(), false);
}
