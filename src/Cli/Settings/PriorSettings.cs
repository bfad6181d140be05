using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The columns with the priors of each row.</summary>
/// <param name="parts">What the priors are about, such as <c>component</c>.</param>
/// <param name="order">Their order, as the end of a sentence.</param>
internal sealed class PriorSettings(string parts, string order)
{
    /// <summary>The option.</summary>
    public Setting<IReadOnlyList<string>?> Option { get; } = Setting.Names(
        "--priors", $"Columns with the probability of each {parts} in each row before its features are looked at, in the order of {order}. In each row they "
            + "are numbers of at least 0 that sum to 1. A prior of 1 is the same as a label; equal priors say nothing. [default: none]",
        "a,b,c", "column names separated by commas, each once", "p0,p1");

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="features">The option that names the features.</param>
    /// <param name="others">Options that name other columns.</param>
    public IEnumerable<UsageError> Check(CommandResult result, Setting<IReadOnlyList<string>?> features, params IEnumerable<Setting<string?>> others)
    {
        foreach (var other in others)
            if (result.Given(other) is { } column && result.Given(Option)?.Contains(column) == true)
                yield return UsageError.For($"{Option.Name} and {other.Name}", $"'{column}' in both", "priors that have no other role",
                    $"{Option.Name} {Option.Example}");
        if (result.Given(features)?.FirstOrDefault(f => result.Given(Option)?.Contains(f) == true) is { } both)
            yield return UsageError.For($"{Option.Name} and {features.Name}", $"'{both}' in both", "priors that are not features",
                $"{Option.Name} {Option.Example}");
    }

    /// <summary>The columns that are not features.</summary>
    public IEnumerable<string> Taken(ParseResult parsed) => parsed.GetValue(Option) ?? [];

    /// <summary>The pipeline with the priors, if there are any.</summary>
    public Pipeline Of(Pipeline pipeline, ParseResult parsed) => parsed.GetValue(Option) is { } columns ? pipeline.Priors([.. columns]) : pipeline;
}
