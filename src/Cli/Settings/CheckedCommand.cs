using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>
/// A command with rules that involve several options. Once one of the parser library's own validators fails, the library hides the errors of single options;
/// these rules are checked separately, so that a user sees all mistakes at once.
/// </summary>
internal sealed class CheckedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Each rule returns the mistakes it finds.</summary>
    public List<Func<CommandResult, IEnumerable<UsageError>>> Rules { get; } = [];

    /// <summary>Rules that need every option to be valid on its own and all other rules to hold.</summary>
    public List<Func<ParseResult, IEnumerable<UsageError>>> LastRules { get; } = [];

    /// <summary>True if its standard output is its result; false (default) if it is a summary of what was done.</summary>
    public bool IsDescribing { get; init; }

    /// <summary>The mistakes that the rules find.</summary>
    public static IEnumerable<UsageError> ErrorsOf(CommandResult result) =>
        result.Command is CheckedCommand command ? command.Rules.SelectMany(r => r(result)) : [];

    /// <summary>The mistakes that only the last rules find.</summary>
    public static IEnumerable<UsageError> LastErrorsOf(ParseResult parsed) =>
        parsed.CommandResult.Command is CheckedCommand command ? command.LastRules.SelectMany(r => r(parsed)) : [];
}

/// <summary>What rules need to know about a parsed command.</summary>
internal static class CommandResultExtensions
{
    /// <summary>True if the user gave the option, with a valid value or not.</summary>
    public static bool IsGiven(this CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>The value that the user gave; null if there is none, or if it is invalid, which has its own message.</summary>
    public static T? Given<T>(this CommandResult result, Option<T?> option)
        where T : class => result.GetResult(option) is { Implicit: false } r && !r.Errors.Any() ? result.GetValue(option) : null;
}
