using System.Globalization;

namespace Pipelines.Models.Structures;

/// <summary>The rules of the options.</summary>
internal static class StructureChecks
{
    private const int MostSteps = 1_000_000;

    /// <summary>Throws a single error that names every option that is wrong.</summary>
    /// <param name="options">The options.</param>
    /// <param name="variables">Number of variables.</param>
    /// <param name="names">Their names; null = messages call them by their indexes.</param>
    public static void Validate(StructureOptions options, int variables, IReadOnlyList<string>? names = null)
    {
        var defaults = new StructureOptions();
        var uses = StructureMethods.Find(options.Method)?.Uses ?? StructureUses.None;
        var method = options.Method;
        var (arcs, groups) = (options.Constraints, options.Constraints.Groups);
        var isSmoothed = options.Score is StructureScore.Mdl or StructureScore.Bic or StructureScore.Aic;
        ModelException.CheckOptions(nameof(StructureOptions),
            (variables is >= 1 and <= StructureOptions.MostVariables, "Variables", variables, $"1 to {StructureOptions.MostVariables}"),
            (StructureMethods.Find(method) is not null, nameof(options.Method), method, $"one of {string.Join(", ", StructureMethods.Names)}"),
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
        new ArcChecks(options, variables, names).Check();

        (bool, string, object?, string) Unused(bool isDefault, StructureUses use, string option, string found, string expected) =>
            (isDefault || uses.HasFlag(use), option, found, $"{expected}, as {method} has no use for it");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
