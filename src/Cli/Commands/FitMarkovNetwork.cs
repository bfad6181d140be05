using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit markov-network …</c></summary>
internal sealed class FitMarkovNetwork() : FitKind<MarkovNetwork>("Learns the cliques of a Markov network over categories, or takes given ones, and counts "
    + "their tables.", new(FitWords.LogLikelihood, "A network takes columns of text, integers or booleans, whose distinct values are its values.", null,
        OneUpdate: "The tables are counted in one update", All: "columns of text, integers or booleans"))
{
    private const string ChowLiu = "chow-liu";

    private readonly Setting<string?> structure = Setting.Text("--structure", "Which variables form cliques: chow-liu, the edges of the tree with the most "
        + $"mutual information; or a FILE, JSON with the variables of each clique, [[\"A\", \"B\"], [\"B\", \"C\"], …]. [default: {ChowLiu}]", "NAME or FILE",
        $"{ChowLiu}, or a file", ChowLiu);

    private readonly Setting<double?> pseudocount = EstimateSettings.Pseudocount("--pseudocount",
        "Weight to add to every count of a table, in rows; at least 0. [default: 0]");

    public override string Name => "markov-network";

    protected override bool TakesNumbers => false;

    protected override IReadOnlyList<Option> Own => [structure, pseudocount];

    protected override (string Found, string Expected)? NotIncremental =>
        ("a fit of a network", "a fit without a structure, as new files may have other values and another structure");

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        foreach (var mistake in Fit.Check(result, (structure, false))) yield return mistake;
        if (result.Given(structure) is { } name && name != ChowLiu && !File.Exists(name))
            yield return new(structure.Name, $"'{name}', which is no file", structure.Expected, $"for example {structure.Name} {ChowLiu}");
    }

    protected override IEstimator<MarkovNetwork> Estimator(ParseResult parsed) => Estimator(parsed, null);

    protected override IEstimator<MarkovNetwork> Estimator(ParseResult parsed, FitContext? run)
    {
        if (parsed.GetValue(structure) is null or ChowLiu) return new MarkovNetworkEstimator { MaxBytes = run?.Budget };
        var path = parsed.GetValue(structure)!;
        var cliques = CliqueFile.Load($"{structure.Name} {path}", path);
        return new MarkovNetworkEstimator(variables => cliques.For([.. variables.Select(v => v.Name)]),
            string.Join("; ", cliques.Cliques.Select(c => string.Join(", ", c))));
    }

    protected override FitOptions With(FitOptions options, ParseResult parsed) =>
        options with { Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount };

    protected override void WriteMore(Utf8JsonWriter json, MarkovNetwork model)
    {
        json.WriteStartArray("cliques");
        foreach (var clique in model.Cliques)
        {
            json.WriteStartArray();
            foreach (var v in clique.Variables) json.WriteStringValue(model.Variables[v].Name);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}
