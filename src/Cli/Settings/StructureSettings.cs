using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Structures;

namespace Pipelines.Cli.Settings;

/// <summary>The options that say where the structure of a network comes from, and what its fit makes of missing values.</summary>
internal sealed class StructureSettings
{
    private const string FromInitial = "initial";
    private const string DefaultMethod = StructureMethod.HillClimbing;
    private const int MostSteps = 1_000_000;

    private static readonly SortedList<string, StructureScore> scores = new(StringComparer.Ordinal)
    {
        ["aic"] = StructureScore.Aic,
        ["bdeu"] = StructureScore.Bdeu,
        ["bic"] = StructureScore.Bic,
        ["k2"] = StructureScore.K2,
        ["mdl"] = StructureScore.Mdl,
    };

    private readonly Setting<string?> root = Setting.Name(
        "--root", "With --structure chow-liu: the variable at the root of the tree. [default: the first]", "the name of a feature", "delay");

    private readonly Setting<string?> score = Setting.Choice(
        "--score", "What the search maximizes: mdl, in bits (as in pomegranate); bic, aic, bdeu or k2, in natural logarithms. [default: mdl]", "NAME",
        scores.Keys, "bic");

    private readonly Setting<double?> penalty = Setting.Real(
        "--penalty", "With --score mdl: bits to subtract for each free parameter, at least 0. [default: log2(W) / 2, W = the weight of the rows]", "BITS",
        "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> equivalentSampleSize = Setting.Real(
        "--equivalent-sample-size", "With --score bdeu: strength of the prior, in rows, above 0. [default: 1]", "ROWS", "a finite number above 0", "10",
        x => x > 0 && double.IsFinite(x));

    private readonly Setting<int?> maxParents = Setting.From(0,
        "--max-parents", "Maximum number of parents of a variable, at least 0. [default: no limit but that of mdl, floor(log2(2 W / log2 W))]", "N", "3");

    private readonly Setting<string?> constraints = Setting.Text(
        "--constraints", "Arcs that the structure must and must not have, as JSON, every part optional: {\"require\": [[\"PARENT\", \"CHILD\"], …], "
            + "\"forbid\": [[\"PARENT\", \"CHILD\"], …], \"tiers\": [[\"A\", \"B\"], [\"C\"], …], \"groups\": [{\"children\": [\"A\"], \"parents\": [\"B\"]}, "
            + "…]}. No arc leads from a later tier to an earlier one; groups say which variables may be parents of which, in exact searches only. [default: "
            + "none]", "FILE", "a JSON file", "constraints.json");

    private readonly Setting<int?> tabuLength = Steps("--tabu-length", "With --structure tabu: number of structures to which the search does not return", 10);

    private readonly Setting<int?> tabuSteps = Steps("--tabu-steps", "With --structure tabu: number of steps without a gain before the search stops", 10);

    private readonly Setting<int?> restarts = Setting.Whole(
        "--restarts", "With --structure hill-climbing or tabu: number of further searches from the best structure, disturbed at random, 0 to 1000000. "
            + "[default: 0]", "N", $"a whole number from 0 to {MostSteps}", "10", n => n is >= 0 and <= MostSteps);

    private readonly Setting<string?> missing = Setting.Choice(
        "--missing", "What the tables make of rows with missing values: 'available' counts each variable with its parents over the rows that have all of "
            + "them (as pomegranate does); 'complete' leaves rows with missing values out, also of the search for the structure; 'em' counts missing values by "
            + "their exact posteriors, in repeated updates. [default: available]", "NAME",
        ["available", "complete", "em"], "em");

    private readonly string initialNote;
    private NamedStructure? given;
    private ConstraintFile? limits;

    /// <summary>Creates the options.</summary>
    /// <param name="hasInitial">True if the search can start from an initial model.</param>
    public StructureSettings(bool hasInitial)
    {
        initialNote = hasInitial ? ", or initial" : "";
        Structure = Setting.Text(
            "--structure", $"How the structure is found: {string.Join(", ", StructureMethods.Names)} ('exact' by A*, 'exact-dp' by dynamic programming)"
                + (hasInitial ? "; 'initial' takes the arcs of --initial and fits the tables only" : "")
                + "; or a FILE whose arcs are taken: a network (ours, BIF or pomegranate 0.14), or JSON with the parents of every variable, {\"A\": [], \"B\": "
                + $"[\"A\"], …}}. [default: {DefaultMethod}]",
            "NAME or FILE", $"{string.Join(", ", StructureMethods.Names)}{initialNote}, or a file", DefaultMethod);
        Structure.CompletionSources.Add(_ => StructureMethods.Names.Select(m => new System.CommandLine.Completions.CompletionItem(m)));
    }

    /// <summary>Where the structure comes from.</summary>
    public Setting<string?> Structure { get; }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [Structure, .. Search, missing];

    private IReadOnlyList<Option> Search => [root, score, penalty, equivalentSampleSize, maxParents, constraints, tabuLength, tabuSteps, restarts];

    /// <summary>The name of a score, as it is typed.</summary>
    public static string NameOf(StructureScore score) => scores.Single(s => s.Value == score).Key;

    /// <summary>True if only the tables of the initial model are fitted.</summary>
    public bool KeepsInitial(ParseResult parsed) => parsed.GetValue(Structure) == FromInitial;

    /// <summary>True if the structure is searched for.</summary>
    public bool IsSearch(ParseResult parsed) => IsMethod(parsed.GetValue(Structure) ?? DefaultMethod);

    /// <summary>What becomes of rows with missing values; null = nothing is said.</summary>
    public MissingValues? Missing(ParseResult parsed) =>
        parsed.GetValue(missing) switch { null => null, "em" => MissingValues.Em, "complete" => MissingValues.Complete, _ => MissingValues.Available };

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="initial">The option that names the initial model; null = there is none for networks.</param>
    public IEnumerable<UsageError> Check(CommandResult result, Option? initial)
    {
        var name = result.Given(Structure) ?? DefaultMethod;
        if (result.IsGiven(Structure) && result.Given(Structure) is null) yield break;
        var hasInitial = initial is not null && result.IsGiven(initial);
        if (name == FromInitial && initial is not null)
        {
            if (!hasInitial)
                yield return UsageError.For($"{Structure.Name} {FromInitial}", $"no {initial.Name}", "the model with the structure",
                    $"{initial.Name} model.json");
        }
        else if (!IsMethod(name))
        {
            if (!File.Exists(name))
                yield return new(Structure.Name, $"'{name}', which is no file", Structure.Expected,
                    NearestName.Remedy(name, StructureMethods.Names, $"for example {Structure.Name} {DefaultMethod}"));
            else if (hasInitial)
                yield return UsageError.For($"{Structure.Name} and {initial!.Name}", "a file with the structure, and a model to start from", "one of them",
                    $"{Structure.Name} {FromInitial} {initial.Name} model.json");
        }
        else if (hasInitial && !Uses(name, StructureUses.Start))
            yield return UsageError.For($"{Structure.Name} and {initial!.Name}", $"'{name}', which does not start from a structure",
                $"{DefaultMethod}, tabu or {FromInitial}", $"{Structure.Name} {DefaultMethod}");
        foreach (var mistake in Unused(result, name)) yield return mistake;
    }

    /// <summary>The structure of the variables, or how to find it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run.</param>
    /// <param name="pseudocount">Rows added to each cell of a table; null = none.</param>
    /// <param name="initial">The network to start from; null = none.</param>
    /// <exception cref="ModelException">A file cannot be read, or an option has no effect.</exception>
    public Func<IReadOnlyList<NetworkVariable>, NetworkArcs> Arcs(ParseResult parsed, FitContext? run, double? pseudocount, IGraphModel? initial)
    {
        var name = parsed.GetValue(Structure) ?? DefaultMethod;
        if (!IsMethod(name))
        {
            var structure = given ??= NamedStructure.Load($"{Structure.Name} {name}", name);
            return variables => new(structure.For(Names(variables)), null);
        }
        if (parsed.GetValue(constraints) is { } file) limits ??= ConstraintFile.Load($"{constraints.Name} {file}", file);
        if (limits is { HasGroups: true } && !Uses(name, StructureUses.Groups))
            throw new ModelException(ErrorKind.Usage, $"{constraints.Name} and {Structure.Name}", $"groups, and '{name}'", "exact or exact-dp with groups",
                "leave the groups out, or search exactly");
        var search = new StructureOptions();
        search = search with
        {
            Method = name,
            Seed = run?.Seed ?? 0,
            MaxParents = parsed.GetValue(maxParents),
            Penalty = parsed.GetValue(penalty),
            Score = parsed.GetValue(score) is { } kind ? scores[kind] : search.Score,
            EquivalentSampleSize = parsed.GetValue(equivalentSampleSize) ?? search.EquivalentSampleSize,
            TabuLength = parsed.GetValue(tabuLength) ?? search.TabuLength,
            TabuSteps = parsed.GetValue(tabuSteps) ?? search.TabuSteps,
            Restarts = parsed.GetValue(restarts) ?? search.Restarts,
        };
        // As in pomegranate, the tables that are scored are those that are fitted. Bdeu and k2 have priors of their own.
        if (search.Score is StructureScore.Mdl or StructureScore.Bic or StructureScore.Aic) search = search with { Pseudocount = pseudocount ?? 0 };
        var rootName = parsed.GetValue(root);
        return variables =>
        {
            var names = Names(variables);
            return new(null, search with
            {
                Constraints = limits?.For(names) ?? search.Constraints,
                Root = rootName is null ? 0 : names.IndexOf(rootName) is >= 0 and var at ? at : throw NamedStructure.Unknown(root.Name, rootName, names),
                Initial = initial is null ? null : Start(initial.Graph, names),
            });
        };
    }

    /// <summary>What distinguishes the structure from others, for the identity of a job.</summary>
    public string Description(ParseResult parsed) => string.Join(", ", All.Where(o => o != missing).Select(o => parsed.GetResult(o))
        .OfType<OptionResult>().Where(r => !r.Implicit).Select(r => $"{r.Option.Name} {string.Join(' ', r.Tokens.Select(t => t.Value))}"));

    // Features may have other names than in the initial model, or be some of its variables.
    private static int[][] Start(ModelGraph graph, List<string> names)
    {
        if (graph.Nodes.Count != names.Count) return NamedStructure.Of("--initial", graph).For(names);
        var parents = graph.Arcs.ToLookup(a => a.To, a => a.From);
        return [.. names.Select((_, i) => parents[i].Order().ToArray())];
    }

    private static List<string> Names(IReadOnlyList<NetworkVariable> variables) => [.. variables.Select(v => v.Name)];

    private static bool IsMethod(string name) => StructureMethods.Find(name) is not null;

    private static bool Uses(string name, StructureUses use) => StructureMethods.Uses(name, use);

    // A method that has a use for an option, the default one if it does.
    private static string UserOf(StructureUses use) => StructureMethods.Names.OrderBy(n => n != DefaultMethod).First(n => Uses(n, use));

    private static Setting<int?> Steps(string name, string description, int fallback) => Setting.Whole(name,
        $"{description}, 1 to {MostSteps}. [default: {fallback}]", "N", $"a whole number from 1 to {MostSteps}", "100", n => n is >= 1 and <= MostSteps);

    private IEnumerable<UsageError> Unused(CommandResult result, string name)
    {
        var isSearch = IsMethod(name);
        var kind = result.Given(score) ?? "mdl";
        (Option Option, StructureUses? Use)[] rules =
        [
            (root, StructureUses.Root), (score, null), (penalty, null), (equivalentSampleSize, null), (maxParents, StructureUses.MaxParents),
            (constraints, StructureUses.Arcs | StructureUses.Groups), (tabuLength, StructureUses.Tabu), (tabuSteps, StructureUses.Tabu),
            (restarts, StructureUses.Start),
        ];
        foreach (var (option, use) in rules)
            if (result.IsGiven(option) && !(isSearch && (use is null || Uses(name, use.Value))))
                yield return UsageError.For($"{option.Name} and {Structure.Name}",
                    isSearch ? $"'{name}', which has no use for it" : "a structure that is given", "a search that uses it",
                    $"{Structure.Name} {(use is { } used ? UserOf(used) : DefaultMethod)}");
        if (isSearch && result.IsGiven(penalty) && kind != "mdl")
            yield return UsageError.For($"{penalty.Name} and {score.Name}", $"'{kind}', which has no penalty to choose", "mdl", $"{score.Name} mdl");
        if (isSearch && result.IsGiven(equivalentSampleSize) && kind != "bdeu")
            yield return UsageError.For($"{equivalentSampleSize.Name} and {score.Name}", $"'{kind}', which has no such prior", "bdeu", $"{score.Name} bdeu");
    }
}
