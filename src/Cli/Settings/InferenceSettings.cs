using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options that say how a network answers questions about missing values.</summary>
internal sealed class InferenceSettings
{
    private const long LeastBytes = 65_536;

    private static readonly string[] kinds = [ScoreKind.Probability, ScoreKind.Fill, ScoreKind.Explanation];

    private readonly Setting<IReadOnlyList<string>?> variables = Setting.Names(
        "--variables", "For a network: write posteriors, fills and explanations of these variables only. [default: all]", "a,b",
        "names of variables separated by commas, each once", "delay,distance");

    private readonly Setting<string?> method = Setting.Choice(
        "--inference", "For a network: 'exact' answers by junction trees, one for each set of observed variables, and refuses what does not fit in the memory "
            + "budget; 'loopy' is loopy belief propagation, whose answers are approximate. [default: exact]", "NAME", ["exact", "loopy"], "loopy");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(variables);
        command.Add(method);
    }

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="columns">The option that names the scores.</param>
    public IEnumerable<UsageError> Check(CommandResult result, Setting<IReadOnlyList<string>?> columns)
    {
        if (result.IsGiven(variables) && (!result.IsGiven(columns) || result.Given(columns) is { } names && !names.Any(kinds.Contains)))
            yield return UsageError.For($"{variables.Name} and {columns.Name}", "no score of single variables",
                $"{string.Join(", ", kinds[..^1])} or {kinds[^1]}", $"{columns.Name} {ScoreKind.Fill}");
    }

    /// <summary>The model with these options.</summary>
    /// <param name="saved">The model.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="flow">The memory budget, of which inference takes a quarter, and the number of threads.</param>
    /// <exception cref="ModelException">The model is no network, or has no such variable.</exception>
    public SavedModel Of(SavedModel saved, ParseResult parsed, PipelineOptions flow)
    {
        if (saved.Model is not IInferenceModel network)
        {
            return new Option[] { variables, method }.FirstOrDefault(parsed.CommandResult.IsGiven) is not { } unused
                ? saved
                : throw new ModelException(ErrorKind.Usage, unused.Name, $"a {saved.Model.FormatName} model", "a network", "leave it out");
        }
        return saved with
        {
            Model = network.With(network.Inference with
            {
                Variables = parsed.GetValue(variables),
                Method = parsed.GetValue(method) == "loopy" ? InferenceMethod.Loopy : InferenceMethod.Exact,
                MaxBytes = Math.Max(LeastBytes, flow.Budget / 4 / flow.Parallelism),
            }),
        };
    }
}
