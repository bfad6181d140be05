namespace Pipelines;

/// <summary>Which arcs a structure must and must not have.</summary>
public sealed record StructureConstraints
{
    /// <summary>Arcs that the structure has, as indexes of parent and child; default none.</summary>
    public IReadOnlyList<(int Parent, int Child)> Require { get; init; } = [];

    /// <summary>Arcs that it does not have, as indexes of parent and child; default none.</summary>
    public IReadOnlyList<(int Parent, int Child)> Forbid { get; init; } = [];

    /// <summary>
    /// Indexes of variables by tier: no arc leads from a later tier to an earlier one. A variable in no tier is free. Default none.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Tiers { get; init; } = [];

    /// <summary>Which variables may be parents of which (pomegranate's constraint graph); default none = all of all. For exact searches.</summary>
    public IReadOnlyList<ParentGroup> Groups { get; init; } = [];

    /// <summary>Where they come from, for messages; null (default) = the options.</summary>
    internal string? Place { get; init; }

    internal bool HasArcs => Require.Count > 0 || Forbid.Count > 0 || Tiers.Count > 0;
}

/// <summary>Variables with the same possible parents.</summary>
/// <param name="Children">Indexes of the variables.</param>
/// <param name="Parents">Indexes of their possible parents; the same indexes again = they may be each other's.</param>
public sealed record ParentGroup(IReadOnlyList<int> Children, IReadOnlyList<int> Parents);
