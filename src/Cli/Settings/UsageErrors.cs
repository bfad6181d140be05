using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>Finds all mistakes in a command line before anything is read.</summary>
internal static class UsageErrors
{
    private const string EndOfOptions = "--";
    // Words that a message lists in full.
    private const int MostListed = 4;

    /// <summary>The distinct mistakes; none if the command line is valid or only asks for help.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="args">The arguments that it was parsed from.</param>
    public static IReadOnlyList<UsageError> Of(ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = parsed.CommandResult.Command;
        var isUnknown = command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [{ Length: > 0 } first, ..] && first[0] != '-';
        // Asking for help is not a mistake, except about a verb or kind that does not exist.
        if (parsed.Action is HelpAction ? !isUnknown : parsed.Action?.ClearsParseErrors == true) return [];
        // If the verb or kind is unknown, its options cannot be checked.
        if (isUnknown) return [NoVerb(parsed, args)];
        // The parser gave each of these the next argument as its value, so other errors would mislead.
        var empty = EmptyValues(command, args).ToArray();
        if (empty.Length > 0) return empty;
        var unknown = UnknownOptions(parsed, args).ToArray();
        if (unknown.Length > 0) return unknown;
        if (command.Subcommands.Count > 0) return [NoVerb(parsed, args)];
        UsageError[] mistakes = [.. parsed.Errors.Select(e => ErrorOf(parsed, e)).Concat(CheckedCommand.ErrorsOf(parsed.CommandResult)).Distinct()];
        return mistakes.Length > 0 ? mistakes : [.. CheckedCommand.LastErrorsOf(parsed)];
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

    // "--output=" and "--output:" are what a shell makes of an empty variable.
    private static IEnumerable<UsageError> EmptyValues(Command command, IReadOnlyList<string> args) =>
        from name in args.Take(End(args)).Where(a => a.Length > 1 && a[^1] is '=' or ':').Select(a => a[..^1]).Distinct(StringComparer.Ordinal)
        let setting = Options(command).FirstOrDefault(o => o.Name == name) as ISetting
        where setting is not null
        select NoValue(name, setting);

    private static UsageError NoValue(string name, ISetting setting) =>
        UsageError.For(name, "no value", setting.Expected, $"{name} {setting.Example}");

    // The parser takes an unknown option, and the value of a flag, for an input. What follows "--" is an input, whatever it looks like.
    private static IEnumerable<UsageError> UnknownOptions(ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = parsed.CommandResult.Command;
        var options = Options(command).ToArray();
        string[] names = [.. options.Select(o => o.Name).Order(StringComparer.Ordinal)];
        foreach (var arg in args.Take(End(args)).Distinct(StringComparer.Ordinal))
            if (NameIn(arg) is var name && name.Length < arg.Length && Array.Exists(options, o => o.Name == name && o.Arity.MaximumNumberOfValues == 0))
                yield return new(name, $"the value '{arg[(name.Length + 1)..]}'", "its name alone", "leave the rest out");
        var taken = command.Arguments.SelectMany(a => parsed.GetResult(a)?.Tokens ?? []).Select(t => t.Value).Concat(parsed.UnmatchedTokens);
        foreach (var token in taken.SkipLast(args.Count - End(args) - 1).Where(t => t.Length > 1 && t[0] == '-').Distinct(StringComparer.Ordinal))
            yield return Unknown(command, token, names);
    }

    // The number of arguments before "--".
    private static int End(IReadOnlyList<string> args) => args.TakeWhile(a => a != EndOfOptions).Count();

    // "--output=file" and "--output:file" also name the option.
    private static string NameIn(string token) => token.IndexOfAny(['=', ':']) is > 0 and var at ? token[..at] : token;

    private static UsageError Unknown(Command command, string token, string[] names) => new(
        token, $"an option that '{command.Name}' does not have", "one of its options",
        NearestName.Of(NameIn(token), names) is { } near ? $"did you mean {near}?" : "correct its name (a file of that name is given as ./NAME)");

    private static UsageError NoVerb(ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = parsed.CommandResult.Command;
        var isRoot = command is RootCommand;
        var usual = isRoot ? "fit" : command.Subcommands.Select(c => c.Name).FirstOrDefault(n => n == "mixture", command.Subcommands[0].Name);
        var example = $"for example {Path(parsed.CommandResult)} {usual}";
        var typed = parsed.UnmatchedTokens.SkipLast(args.Count - End(args) - 1).FirstOrDefault();
        string[] few = isRoot || command.Subcommands.Count > MostListed ? [] : [.. command.Subcommands.Select(c => c.Name)];
        return new(
            isRoot ? "command" : few.Length > 0 ? command.Name : $"{command.Name} KIND",
            typed is not null ? $"'{typed}'" : End(args) < args.Count ? $"none before '{EndOfOptions}'" : "none",
            isRoot ? "a command, such as fit, score or inspect"
                : few.Length > 0 ? $"{string.Join(", ", few[..^1])} or {few[^1]}" : "a kind of model, such as mixture",
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
                return NoValue(option.Option.Name, setting);
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

    private static string Sample(Argument argument) => argument.Name switch
    {
        "INPUT" => "data.parquet",
        "OUT" => "converted.json",
        _ => "model.json",
    };

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(Options).Where(o => o.Recursive)).Where(o => !o.Hidden);

}
