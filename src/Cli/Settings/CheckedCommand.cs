using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipelines.Cli.Settings;

/// <summary>
/// A command with rules about several options. The library's own validators hide the mistakes of single options once a rule is broken; these are checked
/// beside them, so that a user sees all mistakes at once.
/// </summary>
internal sealed class CheckedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Each gives the mistakes it finds.</summary>
    public List<Func<CommandResult, IEnumerable<UsageError>>> Rules { get; } = [];

    /// <summary>True: what it writes to standard output is its result. False (default): a summary of what it did.</summary>
    public bool IsDescribing { get; init; }

    /// <summary>The mistakes that the rules find.</summary>
    public static IEnumerable<UsageError> ErrorsOf(CommandResult result) =>
        result.Command is CheckedCommand command ? command.Rules.SelectMany(r => r(result)) : [];
}

/// <summary>What rules ask of a parsed command.</summary>
internal static class CommandResultExtensions
{
    /// <summary>True if the user gave the option, right or wrong.</summary>
    public static bool IsGiven(this CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>The value that the user gave; null if there is none or a wrong one, which has its own message.</summary>
    public static T? Given<T>(this CommandResult result, Option<T?> option)
        where T : class => result.GetResult(option) is { Implicit: false } r && !r.Errors.Any() ? result.GetValue(option) : null;
}
