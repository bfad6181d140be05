using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Pipelines.Cli.Settings;

/// <summary>Everything that is wrong with a command line, found before anything is read, each mistake with what would be right.</summary>
internal static class UsageErrors
{
    /// <summary>The mistakes, each once; none if the command line is right or only asks for help.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        // Asking for help is never a mistake.
        if (parsed.Action is HelpAction || parsed.Action?.ClearsParseErrors == true) return [];
        var command = parsed.CommandResult.Command;
        // Of a kind that there is not, options say nothing.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [{ Length: > 0 } first, ..] && first[0] != '-') return [NoVerb(parsed, command)];
        var unknown = UnknownOptions(parsed);
        if (unknown.Count > 0) return [.. unknown.Select(o => Unknown(command, o))];
        if (command.Subcommands.Count > 0) return [NoVerb(parsed, command)];
        return [.. parsed.Errors.Select(e => Text(parsed, e)).Concat(CheckedCommand.MistakesOf(parsed.CommandResult)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Writes the mistakes and where help is.</summary>
    public static void Write(ToolConsole console, ParseResult parsed, IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count == 1) console.Error.WriteLine($"pipelines: error: {mistakes[0]}");
        else
        {
            console.Error.WriteLine($"pipelines: error: {mistakes.Count} mistakes, nothing was read");
            foreach (var mistake in mistakes) console.Error.WriteLine($"  {mistake}");
        }
        console.Error.WriteLine($"See {Path(parsed.CommandResult)} --help.");
    }

    /// <summary>The command as the user types it: <c>pipelines fit mixture</c>.</summary>
    public static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "pipelines";

    /// <summary>Dashes at the beginning mean an option: the parser would take an unknown one for an input.</summary>
    private static List<string> UnknownOptions(ParseResult parsed) =>
        [.. parsed.CommandResult.Command.Arguments
            .SelectMany(a => parsed.GetResult(a)?.Tokens ?? [])
            .Select(t => t.Value)
            .Concat(parsed.UnmatchedTokens)
            .Where(t => t.Length > 1 && t[0] == '-')
            .Distinct(StringComparer.Ordinal)];

    private static string Unknown(Command command, string token)
    {
        var names = Options(command).Select(o => o.Name).Order(StringComparer.Ordinal).ToArray();
        var near = names.MinBy(n => Distance(n, token))!;
        var hint = Distance(near, token) <= 3 ? $"did you mean {near}?" : "correct its name (a file of that name is given as ./NAME)";
        return $"{token}: found an option that '{command.Name}' does not have, expected one of {string.Join(", ", names)}; {hint}";
    }

    private static string NoVerb(ParseResult parsed, Command command)
    {
        var place = command is RootCommand ? "verb" : $"{command.Name} KIND";
        var names = string.Join(", ", command.Subcommands.Select(c => c.Name));
        var found = parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}'" : "none";
        return $"{place}: found {found}, expected one of {names}; for example {Path(parsed.CommandResult)} {command.Subcommands[0].Name}";
    }

    private static string Text(ParseResult parsed, ParseError error)
    {
        switch (error.SymbolResult)
        {
            case OptionResult { Option: ISetting setting } option when option.IdentifierTokenCount > 1:
                return Mistake.Text(option.Option.Name, $"it {option.IdentifierTokenCount} times", "it once", $"{option.Option.Name} {setting.Example}");
            case OptionResult { Option: ISetting setting, Tokens.Count: 0 } option:
                return Mistake.Text(option.Option.Name, "no value", setting.Expected, $"{option.Option.Name} {setting.Example}");
            case ArgumentResult { Tokens.Count: 0, Argument: { } argument }:
                return $"{argument.Name}: found none, expected {Described(argument)}; for example {Path(parsed.CommandResult)} {string.Join(' ', parsed.CommandResult.Command.Arguments.Select(Sample))} …";
            default:
                return error.Message;
        }
    }

    private static string Described(Argument argument) => char.ToLowerInvariant(argument.Description![0]) + argument.Description[1..].TrimEnd('.');

    private static string Sample(Argument argument) => argument.Name == "INPUT" ? "data.parquet" : "model.json";

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(Options).Where(o => o.Recursive)).Where(o => !o.Hidden);

    /// <summary>How many characters must be put in, taken out or changed to turn one text into the other.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
