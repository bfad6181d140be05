using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Pipelines.Cli.Settings;

/// <summary>Finds all mistakes in a command line before anything is read.</summary>
internal static class UsageErrors
{
    private const string EndOfOptions = "--";

    /// <summary>The distinct mistakes; none if the command line is valid or only asks for help.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="args">The arguments that it was parsed from.</param>
    public static IReadOnlyList<UsageError> Of(ParseResult parsed, IReadOnlyList<string> args)
    {
        // Asking for help is never a mistake.
        if (parsed.Action is HelpAction || parsed.Action?.ClearsParseErrors == true) return [];
        var command = parsed.CommandResult.Command;
        // If the verb or kind is unknown, its options cannot be checked.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [{ Length: > 0 } first, ..] && first[0] != '-') return [NoVerb(parsed, command)];
        var unknown = UnknownOptions(parsed, args).ToArray();
        if (unknown.Length > 0) return unknown;
        if (command.Subcommands.Count > 0) return [NoVerb(parsed, command)];
        return [.. parsed.Errors.Select(e => ErrorOf(parsed, e)).Concat(CheckedCommand.ErrorsOf(parsed.CommandResult)).Distinct()];
    }

    /// <summary>Writes the mistakes and the command that shows the help.</summary>
    public static void Write(ToolConsole console, ParseResult parsed, IReadOnlyList<UsageError> mistakes)
    {
        if (mistakes.Count == 1) console.Error.WriteLine($"pipelines: error: {mistakes[0].Text}");
        else
        {
            console.Error.WriteLine($"pipelines: error: {mistakes.Count} mistakes, nothing was read");
            foreach (var mistake in mistakes) console.Error.WriteLine($"  {mistake.Text}");
        }
        console.Error.WriteLine($"See {Path(parsed.CommandResult)} --help.");
    }

    /// <summary>The command as the user types it: <c>pipelines fit mixture</c>.</summary>
    public static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "pipelines";

    // The parser takes an unknown option for an input, so arguments that begin with a dash are checked here. After "--" they are inputs, unless they are an
    // option's name.
    private static IEnumerable<UsageError> UnknownOptions(ParseResult parsed, IReadOnlyList<string> args)
    {
        var end = Enumerable.Range(0, args.Count).Append(args.Count).First(i => i == args.Count || args[i] == EndOfOptions);
        var command = parsed.CommandResult.Command;
        string[] names = [.. Options(command).Select(o => o.Name).Order(StringComparer.Ordinal)];
        foreach (var late in args.Skip(end + 1).Where(a => IsOption(a, names)).Distinct(StringComparer.Ordinal))
            yield return new(late, $"an option after '{EndOfOptions}', where options end", $"it before '{EndOfOptions}'",
                $"move it there (a file of that name is given as ./{late})");
        var taken = command.Arguments.SelectMany(a => parsed.GetResult(a)?.Tokens ?? []).Select(t => t.Value).Concat(parsed.UnmatchedTokens);
        foreach (var token in taken.Where(t => t.Length > 1 && t[0] == '-' && !IsOption(t, names) && args.Take(end).Contains(t))
            .Distinct(StringComparer.Ordinal))
            yield return Unknown(command, token, names);
    }

    private static bool IsOption(string token, string[] names) => names.Contains(NameIn(token));

    // "--output=file" and "--output:file" also name the option.
    private static string NameIn(string token) => token.IndexOfAny(['=', ':']) is > 0 and var at ? token[..at] : token;

    private static UsageError Unknown(Command command, string token, string[] names) => new(
        token, $"an option that '{command.Name}' does not have", "one of its options",
        NearestName.Of(NameIn(token), names) is { } near ? $"did you mean {near}?" : "correct its name (a file of that name is given as ./NAME)");

    private static UsageError NoVerb(ParseResult parsed, Command command)
    {
        var isRoot = command is RootCommand;
        var usual = isRoot ? "fit" : command.Subcommands.Select(c => c.Name).FirstOrDefault(n => n == "mixture", command.Subcommands[0].Name);
        var example = $"for example {Path(parsed.CommandResult)} {usual}";
        var typed = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        return new(
            isRoot ? "command" : $"{command.Name} KIND", typed is null ? "none" : $"'{typed}'",
            isRoot ? "a command, such as fit, score or inspect" : "a kind of model, such as mixture",
            typed is null ? example : NearestName.Remedy(typed, command.Subcommands.Select(c => c.Name), example));
    }

    private static UsageError ErrorOf(ParseResult parsed, ParseError error)
    {
        var command = parsed.CommandResult.Command;
        switch (error.SymbolResult)
        {
            case OptionResult { Option: ISetting setting } option when option.IdentifierTokenCount > 1 && option.Option.Arity.MaximumNumberOfValues == 1:
                return UsageError.For(option.Option.Name, $"{option.IdentifierTokenCount} values", "one", $"{option.Option.Name} {setting.Example}");
            case OptionResult { Option: ISetting setting, Tokens.Count: 0 } option:
                return UsageError.For(option.Option.Name, "no value", setting.Expected, $"{option.Option.Name} {setting.Example}");
            case OptionResult { Option: ISetting { Error: { } own } }:
                return own;
            case OptionResult option:
                return new(option.Option.Name, option.Tokens.Count == 0 ? "the option more than once" : $"the value '{option.Tokens[0].Value}'",
                    "its name alone", "leave the rest out");
            case ArgumentResult { Tokens.Count: 0, Argument: { } argument }:
                return UsageError.For(argument.Name, "none", Described(argument),
                    $"{Path(parsed.CommandResult)} {string.Join(' ', command.Arguments.Select(Sample))} …");
            default:
                return parsed.UnmatchedTokens.Count > 0
                    ? new(command.Name, $"the extra argument '{parsed.UnmatchedTokens[0]}'",
                        command.Arguments.Count == 0 ? "no argument" : $"only {string.Join(" and ", command.Arguments.Select(a => a.Name))}", "leave it out")
                    : new(command.Name, error.Message.TrimEnd('.'), "a valid command line", "correct it");
        }
    }

    private static string Described(Argument argument) => char.ToLowerInvariant(argument.Description![0]) + argument.Description[1..].TrimEnd('.');

    private static string Sample(Argument argument) => argument.Name == "INPUT" ? "data.parquet" : "model.json";

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(Options).Where(o => o.Recursive)).Where(o => !o.Hidden);

}
