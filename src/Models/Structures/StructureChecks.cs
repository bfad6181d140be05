using System.Globalization;

namespace Pipelines.Models.Structures;

/// <summary>The rules of the options.</summary>
internal static class StructureChecks
{
    private const int MostSteps = 1_000_000;

    public static void Validate(StructureOptions options, int variables)
    {
        var defaults = new StructureOptions();
        var uses = StructureMethods.Find(options.Method)?.Uses ?? StructureUses.None;
        var method = options.Method;
        var (arcs, groups) = (options.Constraints, options.Constraints.Groups);
        var isSmoothed = options.Score is StructureScore.Mdl or StructureScore.Bic or StructureScore.Aic;
        ModelException.CheckOptions(nameof(StructureOptions),
            (variables is >= 1 and <= StructureOptions.MostVariables, "Variables", variables, $"1 to {StructureOptions.MostVariables}"),
            (StructureMethods.Find(method) is not null, nameof(options.Method), method, "a method"),
            (Enum.IsDefined(options.Score), nameof(options.Score), options.Score, "a score"),
            (options.Penalty is null or (>= 0 and < double.PositiveInfinity), nameof(options.Penalty), options.Penalty, "a finite number of at least 0"),
            (options.Penalty is null || options.Score == StructureScore.Mdl, nameof(options.Penalty), options.Penalty, "none, as only mdl has one"),
            (options.Pseudocount is >= 0 and < double.PositiveInfinity, nameof(options.Pseudocount), options.Pseudocount, "a finite number of at least 0"),
            (options.Pseudocount == 0 || isSmoothed, nameof(options.Pseudocount), options.Pseudocount, "0, as bdeu and k2 have priors"),
            (options.EquivalentSampleSize is > 0 and < double.PositiveInfinity, nameof(options.EquivalentSampleSize), options.EquivalentSampleSize,
                "a finite number above 0"),
            (options.EquivalentSampleSize == defaults.EquivalentSampleSize || options.Score == StructureScore.Bdeu, nameof(options.EquivalentSampleSize),
                options.EquivalentSampleSize, "1, as only bdeu has one"),
            (options.MaxParents is null or >= 0, nameof(options.MaxParents), options.MaxParents, "null (no limit) or at least 0"),
            Unused(options.MaxParents is null, StructureUses.MaxParents, nameof(options.MaxParents), $"{options.MaxParents}", "null"),
            Unused(!arcs.HasArcs, StructureUses.Arcs, nameof(options.Constraints), "some arcs", "none"),
            Unused(groups.Count == 0, StructureUses.Groups, $"{nameof(options.Constraints)}.{nameof(arcs.Groups)}", $"{groups.Count} groups", "none"),
            (options.TabuLength is >= 1 and <= MostSteps, nameof(options.TabuLength), options.TabuLength, $"1 to {MostSteps}"),
            Unused(options.TabuLength == defaults.TabuLength, StructureUses.Tabu, nameof(options.TabuLength), Text(options.TabuLength),
                Text(defaults.TabuLength)),
            (options.TabuSteps is >= 1 and <= MostSteps, nameof(options.TabuSteps), options.TabuSteps, $"1 to {MostSteps}"),
            Unused(options.TabuSteps == defaults.TabuSteps, StructureUses.Tabu, nameof(options.TabuSteps), Text(options.TabuSteps), Text(defaults.TabuSteps)),
            (options.Restarts is >= 0 and <= MostSteps, nameof(options.Restarts), options.Restarts, $"0 to {MostSteps}"),
            Unused(options.Restarts == 0, StructureUses.Start, nameof(options.Restarts), Text(options.Restarts), "0"),
            Unused(options.Initial is null, StructureUses.Start, nameof(options.Initial), "a structure", "null"),
            (options.Root >= 0 && options.Root < variables, nameof(options.Root), options.Root, $"0 to {variables - 1}"),
            Unused(options.Root == 0, StructureUses.Root, nameof(options.Root), Text(options.Root), "0"));
        CheckArcs(options, variables);

        (bool, string, object?, string) Unused(bool isDefault, StructureUses use, string option, string found, string expected) =>
            (isDefault || uses.HasFlag(use), option, found, $"{expected}, as {method} has no use for it");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A structure that obeys them must exist, and the initial one must obey them.
    private static void CheckArcs(StructureOptions options, int variables)
    {
        const string option = $"{nameof(StructureOptions)}.{nameof(StructureOptions.Constraints)}";
        var constraints = options.Constraints;
        var all = constraints.Require.Concat(constraints.Forbid).SelectMany(a => (int[])[a.Parent, a.Child]).Concat(constraints.Tiers.SelectMany(t => t))
            .Concat(constraints.Groups.SelectMany(g => g.Children.Concat(g.Parents)));
        foreach (var v in all)
            if (v < 0 || v >= variables) throw Bad(option, $"variable {v}", $"indexes from 0 to {variables - 1}");
        foreach (var (parent, child) in constraints.Require.Concat(constraints.Forbid))
            if (parent == child) throw Bad(option, $"an arc from variable {parent} to itself", "arcs between two variables");
        foreach (var v in constraints.Tiers.SelectMany(t => t).CountBy(v => v).Where(c => c.Value > 1).Select(c => c.Key))
            throw Bad(option, $"variable {v} in two tiers", "each variable in one tier at most");
        var rules = new ArcRules(constraints, variables);
        foreach (var (parent, child) in constraints.Require)
            if (!rules.Allows(parent, child)) throw Bad(option, $"the arc {parent} -> {child} required, and forbidden by an arc or by tiers", "one of them");
        for (var v = 0; v < variables; v++)
        {
            if (options.MaxParents < rules.Required[v].Length)
                throw Bad(option, $"{rules.Required[v].Length} required parents of variable {v}", $"at most {options.MaxParents} (MaxParents)");
        }
        if (Cycle(rules.Required) is { } cycle) throw Bad(option, $"required arcs in a cycle through variable {cycle}", "arcs without cycles");
        if (options.Initial is { } initial) CheckInitial(initial, options, rules);
    }

    private static void CheckInitial(IReadOnlyList<IReadOnlyList<int>> initial, StructureOptions options, ArcRules rules)
    {
        const string option = $"{nameof(StructureOptions)}.{nameof(StructureOptions.Initial)}";
        if (initial.Count != rules.Variables) throw Bad(option, $"parents of {initial.Count} variables", $"those of all {rules.Variables}");
        for (var child = 0; child < initial.Count; child++)
        {
            foreach (var parent in initial[child])
            {
                if (parent < 0 || parent >= rules.Variables) throw Bad(option, $"variable {parent}", $"indexes from 0 to {rules.Variables - 1}");
                if (!rules.Allows(parent, child)) throw Bad(option, $"the arc {parent} -> {child}", "arcs that the constraints allow");
            }
            if (initial[child].Distinct().Count() != initial[child].Count) throw Bad(option, $"a parent of variable {child} twice", "each parent once");
            if (initial[child].Count > options.MaxParents)
                throw Bad(option, $"{initial[child].Count} parents of variable {child}", $"at most {options.MaxParents} ({nameof(options.MaxParents)})");
            if (rules.Required[child].Except(initial[child]).ToArray() is [var missing, ..])
                throw Bad(option, $"no arc {missing} -> {child}", "all required arcs");
        }
        if (Cycle(initial) is { } cycle) throw Bad(option, $"a cycle through variable {cycle}", "arcs without cycles");
    }

    // A variable of a cycle; null if there is none.
    private static int? Cycle(IReadOnlyList<IReadOnlyList<int>> parents)
    {
        var placed = new bool[parents.Count];
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            for (var v = 0; v < placed.Length; v++)
                if (!placed[v] && parents[v].All(p => placed[p])) placed[v] = isChanged = true;
        }
        if (Array.IndexOf(placed, false) is var at && at < 0) return null;
        // Each variable that is left has a parent that is left: following them leads into a cycle.
        for (var step = 0; step < placed.Length; step++) at = parents[at].First(p => !placed[p]);
        return at;
    }

    private static ModelException Bad(string option, string found, string expected) =>
        new(ErrorKind.Usage, option, found, expected, "correct the options and run again");
}
