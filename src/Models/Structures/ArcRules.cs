namespace Pipelines.Models.Structures;

/// <summary>Which arcs may and must be: required and forbidden arcs and tiers. Groups are the exact searches' own.</summary>
internal sealed class ArcRules
{
    private readonly bool[] allowed;

    /// <param name="constraints">Valid constraints.</param>
    /// <param name="variables">Number of variables.</param>
    public ArcRules(StructureConstraints constraints, int variables)
    {
        allowed = new bool[variables * variables];
        var tier = new int[variables];
        Array.Fill(tier, -1);
        for (var t = 0; t < constraints.Tiers.Count; t++)
            foreach (var v in constraints.Tiers[t]) tier[v] = t;
        for (var child = 0; child < variables; child++)
        {
            for (var parent = 0; parent < variables; parent++)
                allowed[(child * variables) + parent] = parent != child && (tier[parent] < 0 || tier[child] < 0 || tier[parent] <= tier[child]);
        }
        foreach (var (parent, child) in constraints.Forbid) allowed[(child * variables) + parent] = false;
        Required = [.. Enumerable.Range(0, variables).Select(child =>
            constraints.Require.Where(a => a.Child == child).Select(a => a.Parent).Distinct().Order().ToArray())];
        Variables = variables;
    }

    public int Variables { get; }

    /// <summary>Indexes of the parents that each variable must have, ascending, shape [variables][parents].</summary>
    public int[][] Required { get; }

    /// <summary>True if the arc may be.</summary>
    public bool Allows(int parent, int child) => allowed[(child * Variables) + parent];

    /// <summary>True if the arc must be.</summary>
    public bool Requires(int parent, int child) => Array.BinarySearch(Required[child], parent) >= 0;

    /// <summary>The variables that may be parents of one, ascending.</summary>
    public int[] Candidates(int child) => [.. Enumerable.Range(0, Variables).Where(p => Allows(p, child))];
}
