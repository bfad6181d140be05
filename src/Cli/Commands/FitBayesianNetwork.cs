using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit bayesian-network …</c></summary>
internal sealed class FitBayesianNetwork() : FitKind<BayesianNetwork>("Learns the structure of a Bayesian network over categories, or takes a given one, and "
    + "fits its tables.", new(FitWords.LogLikelihood, "A network takes columns of text, integers or booleans, whose distinct values are its values.", null,
        OneUpdate: "Without --missing em, the tables are counted in one update", All: "columns of text, integers or booleans"))
{
    private readonly StructureSettings structure = new(hasInitial: true);

    private readonly Setting<double?> pseudocount = EstimateSettings.Pseudocount("--pseudocount", "Weight to add to every count of a table, in rows, also in "
        + "the scores mdl, bic and aic; at least 0. [default: 0]");

    public override string Name => "bayesian-network";

    protected override bool TakesNumbers => false;

    protected override IReadOnlyList<Option> Own => [.. structure.All, pseudocount];

    protected override (string Found, string Expected)? NotIncremental =>
        ("a fit of a network", "a fit without a structure, as new files may have other values and another structure");

    protected override IEnumerable<UsageError> Check(CommandResult result) => [.. Fit.Check(result), .. structure.Check(result, Fit.Initial)];

    protected override IEstimator<BayesianNetwork> Estimator(ParseResult parsed) => Learn(parsed, null, null);

    protected override IEstimator<BayesianNetwork> Estimator(ParseResult parsed, FitContext? run) => Learn(parsed, run, null);

    protected override IEstimator<BayesianNetwork> Continue(BayesianNetwork initial, ParseResult parsed, FitContext run) => structure.KeepsInitial(parsed)
        ? new ModelEstimator<BayesianNetwork>(structure.Missing(parsed) is { } missing ? initial.With(missing) : initial)
        : Learn(parsed, run, initial);

    protected override FitOptions With(FitOptions options, ParseResult parsed) =>
        options with { Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount };

    protected override IEnumerable<string> MorePasses(ParseResult parsed) =>
        structure.IsSearch(parsed) ? ["after the survey, one pass for the search of the structure"] : [];

    protected override void WriteMore(Utf8JsonWriter json, BayesianNetwork model)
    {
        var graph = model.Graph;
        json.WriteStartObject("structure");
        for (var v = 0; v < graph.Nodes.Count; v++) json.WriteTexts(graph.Nodes[v], model.Parents[v].Order().Select(p => graph.Nodes[p]));
        json.WriteEndObject();
        if (model.Learned is not { } learned) return;
        json.WriteStartObject("score");
        json.WriteString("kind", StructureSettings.NameOf(learned.Score));
        json.WriteReal("value", learned.Result.Score);
        json.WriteBoolean("optimal", learned.Result.IsOptimal);
        json.WriteNumber("familiesScored", learned.Result.FamiliesScored);
        json.WriteNumber("scans", learned.Result.Scans);
        json.WriteEndObject();
        json.WriteNumber("searchSeconds", learned.Seconds);
    }

    protected override IEnumerable<OutlineEntry> Outline(BayesianNetwork model, IReadOnlyList<Feature>? features)
    {
        // The tables are many lines; inspect shows them.
        yield return new("variables", model.Outline(features).Select(o => new OutlineEntry(o.Text)));
        if (model.Learned is not { } learned) yield break;
        var result = learned.Result;
        yield return new($"{Figures.Number(model.Graph.Arcs.Count, "arc")}, {StructureSettings.NameOf(learned.Score)} {Figures.Real(result.Score)}"
            + $"{(result.IsOptimal ? ", the highest there is" : "")}: {Figures.Count(result.FamiliesScored)} families scored, "
            + Figures.Number(result.Scans, "scan"));
    }

    private BayesianNetworkEstimator Learn(ParseResult parsed, FitContext? run, BayesianNetwork? initial) =>
        new(structure.Arcs(parsed, run, parsed.GetValue(pseudocount), initial), structure.Missing(parsed) ?? MissingValues.Available,
            structure.Description(parsed))
        {
            MaxBytes = run?.Budget,
            SearchProgress = run?.Progress,
        };
}
