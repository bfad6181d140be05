using System.CommandLine;
using System.CommandLine.Completions;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>
/// What may follow on a command line: verbs, kinds, options, the values of options, and names of columns of the input named so far. Nothing where a file
/// name may follow: shells complete those.
/// </summary>
internal static class CompletionCandidates
{
    /// <summary>The candidates.</summary>
    /// <param name="root">The tool's command.</param>
    /// <param name="words">The words after the tool's name, without quotation marks; the last one is to be completed and may be empty.</param>
    /// <param name="cancellationToken">Cancels the reading of columns.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(RootCommand root, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var (command, options, positional) = ((Command)root, new List<Option>(root.Options), new List<string>());
        Option? open = null;
        var isClosed = false;
        foreach (var word in words.Take(words.Count - 1))
        {
            // Shells split --features=a into three words.
            if (open is not null && word == "=") continue;
            if (open is not null && !word.StartsWith("--", StringComparison.Ordinal))
            {
                open = null;
                continue;
            }
            open = null;
            if (isClosed) positional.Add(word);
            else if (word == "--") isClosed = true;
            else if (word.StartsWith('-'))
            {
                var option = options.Find(o => o.Name == word || o.Aliases.Contains(word));
                open = option?.Arity.MaximumNumberOfValues > 0 ? option : null;
            }
            else if (command.Subcommands.FirstOrDefault(c => c.Name == word) is { } next) options.AddRange((command = next).Options);
            else positional.Add(word);
        }
        var current = words.Count > 0 ? words[^1] : "";
        if (open is not null) return await ValuesAsync(open, current == "=" ? "" : current, positional, cancellationToken).ConfigureAwait(false);
        if (isClosed) return [];
        var equals = current.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && options.Find(o => o.Name == current[..equals]) is { } joined)
            return [.. (await ValuesAsync(joined, current[(equals + 1)..], positional, cancellationToken).ConfigureAwait(false))
                .Select(v => current[..(equals + 1)] + v)];
        return current.StartsWith('-')
            ? Starting(options.Where(o => !o.Hidden).Select(o => o.Name), current)
            : command.Subcommands.Count > 0 ? Starting(command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name), current) : [];
    }

    // The last one of names that are separated by commas is completed.
    private static async Task<IReadOnlyList<string>> ValuesAsync(Option option, string current, List<string> inputs, CancellationToken cancellationToken)
    {
        var names = NamesColumns(option)
            ? (await ColumnsAsync(inputs, cancellationToken).ConfigureAwait(false)).Select(NameList.Text)
            : option.CompletionSources.SelectMany(s => s(CompletionContext.Empty)).Select(c => c.Label);
        var start = option.Arity.MaximumNumberOfValues > 1 ? current.LastIndexOf(',') + 1 : 0;
        return [.. Starting(names, current[start..]).Select(n => current[..start] + n)];
    }

    // What an option expects is also what its errors and its help say.
    private static bool NamesColumns(Option option) => option is ISetting { Expected: var expected }
        && expected.Contains("column", StringComparison.Ordinal) && !expected.Contains("new column", StringComparison.Ordinal);

    // A model among the inputs, or a path that does not exist yet, has no columns; a shell's line is no place for errors.
    private static async Task<IReadOnlyList<string>> ColumnsAsync(List<string> inputs, CancellationToken cancellationToken)
    {
        foreach (var path in inputs)
        {
            try
            {
                if (File.Exists(path) && !ParquetInspection.IsParquet(path)) continue;
                return [.. (await new ParquetSource([path]).ColumnsAsync(cancellationToken).ConfigureAwait(false)).Select(c => c.Name)];
            }
            catch (Exception e) when (e is FlowException or ModelException or IOException or UnauthorizedAccessException or NotSupportedException)
            {
            }
        }
        return [];
    }

    private static string[] Starting(IEnumerable<string> names, string with) =>
        [.. names.Where(n => n.StartsWith(with, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal)];
}
