using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Cli.Settings;

/// <summary>Reads a value from an option's text; false if the text is none.</summary>
internal delegate bool SettingParser<T>(string text, out T value);

/// <summary>Reads a value from all texts that an option was given; says what is wrong where it cannot.</summary>
internal delegate UsageError? SettingReader<T>(ISetting setting, string name, IReadOnlyList<string> texts, out T value);

/// <summary>An option with a value, whose errors say what was found and what would be right.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class Setting<T> : Option<T>, ISetting
{
    /// <summary>Makes an option that is given at most once.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What it means, its unit, range and default.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="expected">What is right, in words.</param>
    /// <param name="example">A value that is right.</param>
    /// <param name="parse">Reads the value.</param>
    /// <param name="fallback">The value if the option is not given.</param>
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

    /// <summary>Makes an option that has its own errors.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What it means, its unit, range and default.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="expected">What is right, in words.</param>
    /// <param name="example">A value that is right.</param>
    /// <param name="read">Reads the value from all texts.</param>
    /// <param name="fallback">The value if the option is not given.</param>
    public Setting(string name, string description, string helpName, string expected, string example, SettingReader<T> read, T fallback)
        : base(name)
    {
        (Description, HelpName, Expected, Example) = (description, helpName, expected, example);
        // A list, too, is one value.
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

    /// <inheritdoc/>
    public string Expected { get; }

    /// <inheritdoc/>
    public string Example { get; }

    /// <inheritdoc/>
    public UsageError? Error { get; private set; }
}

/// <summary>Makers of options.</summary>
internal static class Setting
{
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

    /// <summary>A text that is not empty.</summary>
    public static Setting<string?> Text(string name, string description, string helpName, string expected, string example) =>
        new(name, description, helpName, expected, example,
            (string text, out string? value) =>
            {
                value = text;
                return !string.IsNullOrWhiteSpace(text);
            },
            null);

    /// <summary>One of a few names; the nearest is offered for a mistyped one.</summary>
    public static Setting<string?> Choice(string name, string description, string helpName, IEnumerable<string> names, string example)
    {
        string[] all = [.. names];
        return new(name, description, helpName, all.Length == 1 ? all[0] : $"{string.Join(", ", all[..^1])} or {all[^1]}", example,
            (ISetting setting, string option, IReadOnlyList<string> texts, out string? value) =>
            {
                var text = texts.Count == 1 ? texts[0] : "";
                value = text;
                return all.Contains(text)
                    ? null
                    : new(option, $"'{text}'", setting.Expected, NearestName.Remedy(text, all, $"for example {option} {setting.Example}"));
            },
            null);
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

    /// <summary>Names with commas between them, each once. Each further occurrence of the option adds to them.</summary>
    /// <param name="name">The option's name, with the dashes.</param>
    /// <param name="description">What it means.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="expected">What is right, in words.</param>
    /// <param name="example">A value that is right.</param>
    /// <param name="check">What is wrong with the names and what to try, where they are wrong; null = each must be there once.</param>
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
    public static Setting<MemorySize?> Memory(string name, string description, string helpName, string expected, string example, long least) =>
        new(name, description, helpName, expected, example,
            (string text, out MemorySize? value) =>
            {
                value = MemorySize.TryParse(text, CultureInfo.InvariantCulture, out var size) && size.Bytes >= least ? size : default(MemorySize?);
                return value is not null;
            },
            default(MemorySize?));
}
