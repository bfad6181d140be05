using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Cli.Settings;

/// <summary>Reads a value from an option's text; false if the text is none.</summary>
internal delegate bool SettingParser<T>(string text, out T value);

/// <summary>An option with one value, whose errors say what was found and what would be right.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class Setting<T> : Option<T>, ISetting
{
    /// <summary>Makes an option.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What it means, its unit and default.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="expected">What is right, in words.</param>
    /// <param name="example">A value that is right.</param>
    /// <param name="parse">Reads the value.</param>
    /// <param name="fallback">The value if the option is not given.</param>
    public Setting(string name, string description, string helpName, string expected, string example, SettingParser<T> parse, T fallback)
        : base(name)
    {
        (Description, HelpName, Expected, Example) = (description, helpName, expected, example);
        DefaultValueFactory = _ => fallback;
        CustomParser = result => Read(result, parse);
    }

    /// <inheritdoc/>
    public string Expected { get; }

    /// <inheritdoc/>
    public string Example { get; }

    private T? Read(ArgumentResult result, SettingParser<T> parse)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (parse(text, out var value)) return value;
        result.AddError(Mistake.Text(Name, $"'{text}'", Expected, $"{Name} {Example}"));
        return default;
    }
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

    /// <summary>One of some names.</summary>
    public static Setting<string?> Choice(string name, string description, string helpName, IEnumerable<string> names, string example)
    {
        string[] all = [.. names];
        return new(name, description, helpName, $"one of {string.Join(", ", all)}", example,
            (string text, out string? value) =>
            {
                value = text;
                return all.Contains(text);
            },
            null);
    }

    /// <summary>Names with commas between them, each once.</summary>
    public static Setting<IReadOnlyList<string>?> Names(string name, string description, string helpName, string expected, string example, Func<IReadOnlyList<string>, bool>? holds = null) =>
        new(name, description, helpName, expected, example,
            (string text, out IReadOnlyList<string>? value) =>
            {
                var names = text.Split(',', StringSplitOptions.TrimEntries);
                value = names;
                return Array.TrueForAll(names, n => n.Length > 0) && (holds ?? (n => n.Distinct(StringComparer.Ordinal).Count() == n.Count))(names);
            },
            null);

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
