using System.CommandLine;
using System.CommandLine.Completions;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;
using Pipelines.Io;

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
        var start = option.Arity.MaximumNumberOfValues > 1 ? current.LastIndexOf(',') + 1 : 0;
        var names = await NamesAsync((option as ISetting)?.Expected ?? "", current[start..], inputs, cancellationToken).ConfigureAwait(false)
            ?? option.CompletionSources.SelectMany(s => s(CompletionContext.Empty)).Select(c => c.Label);
        return [.. Starting(names, current[start..]).Select(n => current[..start] + n)];
    }

    // What an option expects is also what its errors and its help say. Null = no names of the inputs.
    private static async Task<IEnumerable<string>?> NamesAsync(string expected, string current, List<string> inputs, CancellationToken cancellationToken)
    {
        if (Says("names of scores")) return ModelOf(inputs)?.Model.ScoreKinds.Select(k => k.Name) ?? [];
        var isFeature = Says("feature names") || Says("names of features") || Says("names of variables");
        if (isFeature && ModelOf(inputs)?.Features is { } features) return features.Select(f => NameList.Text(f.Name));
        if (!isFeature && (!Says("column") || Says("new column"))) return null;
        var columns = await ColumnsAsync(inputs, cancellationToken).ConfigureAwait(false);
        var bracket = current.IndexOf('(', StringComparison.Ordinal);
        return bracket > 0 && DatePart.Find(current[..bracket]) is { } part
            ? columns.Where(c => c.Field is { } field && DateParts.Obstacle(part, field.ValueType) is null)
                .Select(c => NameList.Text(Feature.Of(part, c.Name).Name))
            : columns.Select(c => NameList.Text(c.Name));

        bool Says(string words) => expected.Contains(words, StringComparison.Ordinal);
    }

    private static SavedModel? ModelOf(List<string> inputs)
    {
        foreach (var path in inputs)
        {
            try
            {
                if (File.Exists(path) && !ParquetInspection.IsParquet(path)) return SavedModel.Load(path);
            }
            catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException or NotSupportedException)
            {
            }
        }
        return null;
    }

    // A model among the inputs, or a path that does not exist yet, has no columns; a shell's line is no place for errors.
    private static async Task<IReadOnlyList<ColumnUnion>> ColumnsAsync(List<string> inputs, CancellationToken cancellationToken)
    {
        foreach (var path in inputs)
        {
            try
            {
                if (File.Exists(path) && !ParquetInspection.IsParquet(path)) continue;
                return [.. await new ParquetSource([path]).ColumnsAsync(cancellationToken).ConfigureAwait(false)];
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
