using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>Parses an option's text; false if the text is not a valid value.</summary>
internal delegate bool SettingParser<T>(string text, out T value);

/// <summary>Parses all texts given to an option; returns the error if they are not a valid value.</summary>
internal delegate UsageError? SettingReader<T>(ISetting setting, string name, IReadOnlyList<string> texts, out T value);

/// <summary>An option with a value, whose errors say what was found and what was expected.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class Setting<T> : Option<T>, ISetting
{
    /// <summary>Creates an option that may be given at most once.</summary>
    /// <param name="name">Its name, including the dashes.</param>
    /// <param name="description">What it means, its unit, range and default.</param>
    /// <param name="helpName">The placeholder for the value in the help.</param>
    /// <param name="expected">Describes the valid values.</param>
    /// <param name="example">A valid value.</param>
    /// <param name="parse">Parses the value.</param>
    /// <param name="fallback">The default value.</param>
    public Setting(string name, string description, string helpName, string expected, string example, SettingParser<T> parse, T fallback)
        : this(
            name, description, helpName, expected, example,
            (ISetting setting, string option, IReadOnlyList<string> texts, out T value) =>
            {
                var text = texts.Count == 1 ? texts[0] : "";
                return parse(text, out value) ? null : UsageError.For(option, $"'{text}'", setting.Expected, $"{option} {setting.Example}");
            },
            fallback)
    {
    }

    /// <summary>Creates an option with its own error messages.</summary>
    /// <param name="name">Its name, including the dashes.</param>
    /// <param name="description">What it means, its unit, range and default.</param>
    /// <param name="helpName">The placeholder for the value in the help.</param>
    /// <param name="expected">Describes the valid values.</param>
    /// <param name="example">A valid value.</param>
    /// <param name="read">Parses the value from all texts.</param>
    /// <param name="fallback">The default value.</param>
    public Setting(string name, string description, string helpName, string expected, string example, SettingReader<T> read, T fallback)
        : base(name)
    {
        (Description, HelpName, Expected, Example) = (description, helpName, expected, example);
        // A list is one value, too.
        Arity = ArgumentArity.ExactlyOne;
        DefaultValueFactory = _ => fallback;
        CustomParser = result =>
        {
            Error = read(this, Name, [.. result.Tokens.Select(t => t.Value)], out var value);
            if (Error is null) return value;
            result.AddError(Error.Text);
            return default;
        };
    }

    public string Expected { get; }

    public string Example { get; }

    public UsageError? Error { get; private set; }
}

/// <summary>Factory methods for options.</summary>
internal static class Setting
{
    /// <summary>An option without a value: the argument after it belongs to something else, even if it is <c>true</c>.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Setting<int?> From(int least, string name, string description, string helpName, string example, string more = "") =>
        Whole(name, description, helpName, $"a whole number from {least} to {int.MaxValue}{more}", example, n => n >= least);

    /// <summary>A whole number.</summary>
    public static Setting<int?> Whole(string name, string description, string helpName, string expected, string example, Func<int, bool> holds) =>
        new(name, description, helpName, expected, example,
            (string text, out int? value) =>
            {
                value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && holds(number) ? number : null;
                return value is not null;
            },
            null);

    /// <summary>A real number.</summary>
    public static Setting<double?> Real(string name, string description, string helpName, string expected, string example, Func<double, bool> holds) =>
        new(name, description, helpName, expected, example,
            (string text, out double? value) =>
            {
                value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && holds(number) ? number : null;
                return value is not null;
            },
            null);

    /// <summary>A nonempty text.</summary>
    public static Setting<string?> Text(string name, string description, string helpName, string expected, string example) =>
        new(name, description, helpName, expected, example,
            (string text, out string? value) =>
            {
                value = text;
                return !string.IsNullOrWhiteSpace(text);
            },
            null);

    /// <summary>One of a few names; the error for an unknown name suggests the most similar one.</summary>
    public static Setting<string?> Choice(string name, string description, string helpName, IEnumerable<string> names, string example)
    {
        string[] all = [.. names];
        var made = new Setting<string?>(name, description, helpName, all.Length == 1 ? all[0] : $"{string.Join(", ", all[..^1])} or {all[^1]}", example,
            (ISetting setting, string option, IReadOnlyList<string> texts, out string? value) =>
            {
                var text = texts.Count == 1 ? texts[0] : "";
                value = text;
                return all.Contains(text)
                    ? null
                    : new(option, $"'{text}'", setting.Expected, NearestName.Remedy(text, all, $"for example {option} {setting.Example}"));
            },
            null);
        made.CompletionSources.Add(_ => all.Select(n => new CompletionItem(n)));
        return made;
    }

    /// <summary>The name of one column.</summary>
    public static Setting<string?> Name(string name, string description, string expected, string example) =>
        new(name, description, "COLUMN", expected, example,
            (ISetting setting, string option, IReadOnlyList<string> texts, out string? value) =>
            {
                var text = texts.Count == 1 ? texts[0] : "";
                value = NameList.ParseOne(text, out var problem);
                return problem is null ? null : UsageError.For(option, $"'{text}': {problem}", setting.Expected,
                    $"{option} {(text.Contains('"', StringComparison.Ordinal) ? "'\"a, b\"'" : setting.Example)}");
            },
            null);

    /// <summary>Distinct names separated by commas. Repeating the option adds names.</summary>
    /// <param name="name">The option's name, including the dashes.</param>
    /// <param name="description">What it means.</param>
    /// <param name="helpName">The placeholder for the value in the help.</param>
    /// <param name="expected">Describes the valid values.</param>
    /// <param name="example">A valid value.</param>
    /// <param name="check">Returns what is wrong with the names and what to try, or null if they are valid; null = only duplicates are rejected.</param>
    public static Setting<IReadOnlyList<string>?> Names(
        string name, string description, string helpName, string expected, string example,
        Func<IReadOnlyList<string>, (string Found, string Expected, string Remedy)?>? check = null) =>
        new(name, description, helpName, expected, example,
            (ISetting setting, string option, IReadOnlyList<string> texts, out IReadOnlyList<string>? value) =>
            {
                var names = new List<string>();
                value = names;
                foreach (var text in texts)
                {
                    names.AddRange(NameList.Parse(text, out var problem));
                    if (problem is null) continue;
                    var right = text.Contains('"', StringComparison.Ordinal) ? "'\"a,b\",c'" : setting.Example;
                    return UsageError.For(option, $"'{text}': {problem}", setting.Expected, $"{option} {right}");
                }
                if (check?.Invoke(names) is { } wrong) return new(option, wrong.Found, wrong.Expected, wrong.Remedy);
                if (check is not null || names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is not { } twice) return null;
                return UsageError.For(option, $"'{twice.Key}' more than once", setting.Expected, $"{option} {setting.Example}");
            },
            null)
        {
            Arity = ArgumentArity.OneOrMore,
        };

    /// <summary>An amount of memory.</summary>
    public static Setting<MemorySize?> Memory(string name, string description, string helpName, string expected, string example, long least,
        long most) =>
        new(name, description, helpName, expected, example,
            (string text, out MemorySize? value) =>
            {
                value = MemorySize.TryParse(text, CultureInfo.InvariantCulture, out var size) && size.Bytes >= least && size.Bytes <= most
                    ? size
                    : default(MemorySize?);
                return value is not null;
            },
            default(MemorySize?));
}
