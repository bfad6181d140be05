namespace Pipelines.Models.Structures;

/// <summary>Checks that a structure exists that obeys the constraints, and that the initial one obeys them.</summary>
/// <param name="options">The options.</param>
/// <param name="variables">Number of variables.</param>
/// <param name="names">Their names; null = messages call them by their indexes.</param>
internal sealed class ArcChecks(StructureOptions options, int variables, IReadOnlyList<string>? names)
{
    private readonly StructureConstraints constraints = options.Constraints;

    /// <summary>Throws if there is a mistake.</summary>
    public void Check()
    {
        var all = constraints.Require.Concat(constraints.Forbid).SelectMany(a => (int[])[a.Parent, a.Child]).Concat(constraints.Tiers.SelectMany(t => t))
            .Concat(constraints.Groups.SelectMany(g => g.Children.Concat(g.Parents)));
        foreach (var v in all)
            if (v < 0 || v >= variables) throw Bad($"variable {v}", $"indexes from 0 to {variables - 1}");
        foreach (var (parent, child) in constraints.Require.Concat(constraints.Forbid))
            if (parent == child) throw Bad($"an arc from {Variable(parent)} to itself", "arcs between two variables");
        foreach (var v in constraints.Tiers.SelectMany(t => t).CountBy(v => v).Where(c => c.Value > 1).Select(c => c.Key))
            throw Bad($"{Variable(v)} in two tiers", "each variable in one tier at most");
        var rules = new ArcRules(constraints, variables);
        foreach (var (parent, child) in constraints.Require)
        {
            if (!rules.Allows(parent, child)) throw Bad($"{Arc(parent, child)} required, and forbidden by an arc or by tiers", "one of them");
            if (constraints.Groups.Count > 0 && !constraints.Groups.Any(g => g.Children.Contains(child) && g.Parents.Contains(parent)))
                throw Bad($"{Arc(parent, child)} required, which no group allows", "a group with the parent and the child");
        }
        for (var v = 0; v < variables; v++)
        {
            if (options.MaxParents < rules.Required[v].Length)
                throw Bad($"{rules.Required[v].Length} required parents of {Variable(v)}", AtMost);
        }
        if (ArcOrder.Cycle(rules.Required) is { } cycle) throw Bad($"required arcs in the cycle {Text(cycle)}", "arcs without cycles");
        if (options.Initial is { } initial) CheckInitial(initial, rules);
    }

    private string AtMost => $"at most {options.MaxParents} ({nameof(StructureOptions)}.{nameof(options.MaxParents)})";

    private void CheckInitial(IReadOnlyList<IReadOnlyList<int>> initial, ArcRules rules)
    {
        if (initial.Count != variables) throw BadStart($"parents of {initial.Count} variables", $"those of all {variables}");
        for (var child = 0; child < initial.Count; child++)
        {
            foreach (var parent in initial[child])
            {
                if (parent < 0 || parent >= variables) throw BadStart($"variable {parent}", $"indexes from 0 to {variables - 1}");
                if (!rules.Allows(parent, child)) throw BadStart(Arc(parent, child), "arcs that the constraints allow");
            }
            if (initial[child].Distinct().Count() != initial[child].Count) throw BadStart($"a parent of {Variable(child)} twice", "each parent once");
            if (initial[child].Count > options.MaxParents) throw BadStart($"{initial[child].Count} parents of {Variable(child)}", AtMost);
            if (rules.Required[child].Except(initial[child]).ToArray() is [var missing, ..])
                throw BadStart($"no arc {Name(missing)} -> {Name(child)}", "all required arcs");
        }
        if (ArcOrder.Cycle(initial) is { } cycle) throw BadStart($"the cycle {Text(cycle)}", "arcs without cycles");
    }

    private string Name(int variable) => names?[variable] ?? FormattableString.Invariant($"{variable}");

    private string Variable(int variable) => names is null ? $"variable {variable}" : $"variable '{names[variable]}'";

    private string Arc(int parent, int child) => $"the arc {Name(parent)} -> {Name(child)}";

    private string Text(List<int> cycle) => ArcOrder.Text(cycle, Name);

    private ModelException Bad(string found, string expected) => constraints.Place is { } place
        ? new(ErrorKind.Usage, place, found, expected, "correct the file")
        : Wrong(nameof(StructureOptions.Constraints), found, expected);

    private static ModelException BadStart(string found, string expected) => Wrong(nameof(StructureOptions.Initial), found, expected);

    private static ModelException Wrong(string option, string found, string expected) =>
        new(ErrorKind.Usage, $"{nameof(StructureOptions)}.{option}", found, expected, "correct the options and run again");
}
