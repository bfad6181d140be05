using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options that say which rows form a sequence.</summary>
internal sealed class SequenceSettings
{
    private readonly Setting<string?> order = Setting.Name(
        "--order", "Column that gives the order of the rows within a sequence. Without --regroup, a decreasing value is an error. [default: the order of "
            + "the input]", "the name of a column", "time");

    private readonly Option<bool> regroup = Setting.Flag(
        "--regroup", "Collect the rows of each sequence from anywhere in the data and sort them by --order, in memory within the budget and beyond it in "
            + "temporary files. Without this option, a key that reappears after another key is an error.");

    /// <summary>The column with the order of a sequence's rows.</summary>
    public Setting<string?> Order => order;

    /// <summary>The key column.</summary>
    public Setting<string?> Key { get; } = Setting.Name(
        "--sequence", "Column with the key of each sequence: adjacent rows with the same key form one sequence, even across files. With --lists: name of a "
            + "new column that numbers the sequences. [default with --lists: sequence]",
        "the name of a column", "id");

    /// <summary>What a dry run says about --regroup; null if it is not given.</summary>
    public string? Sorting(ParseResult parsed) => parsed.GetValue(regroup)
        ? "the rows of each key are collected and sorted as they are read: in half of the memory for decoded features, beyond it in private temporary files"
        : null;

    /// <summary>The list columns.</summary>
    public Setting<IReadOnlyList<string>?> Lists { get; } = Setting.Names(
        "--lists", "List columns: each input row is a sequence, and the elements of its lists, which must have the same length, are the rows of the "
            + "sequence. The values of other columns are repeated for each element. For data without a key column.", "a,b", "column names separated by "
            + "commas, each once",
            "speed,heading");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Key);
        command.Add(Lists);
        command.Add(order);
        command.Add(regroup);
    }

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="isNeeded">True if the command requires sequences.</param>
    /// <param name="features">The option that names the features; null = the command has no such option.</param>
    public IEnumerable<UsageError> Check(CommandResult result, bool isNeeded, Setting<IReadOnlyList<string>?>? features = null)
    {
        if (features is not null && result.Given(Key) is { } column && result.Given(features)?.Contains(column) == true)
            yield return UsageError.For($"{Key.Name} and {features.Name}", $"'{column}' in both", "a key that is not a feature", $"{Key.Name} {Key.Example}");
        if (isNeeded && !result.IsGiven(Key) && !result.IsGiven(Lists))
            yield return UsageError.For(Key.Name, "none", $"the column with the sequences' keys, or list columns ({Lists.Name})", $"{Key.Name} {Key.Example}");
        foreach (var option in new Option[] { order, regroup })
            if (result.IsGiven(Lists) && result.IsGiven(option))
                yield return UsageError.For($"{Lists.Name} and {option.Name}", "both", "one of them, as list elements are already in order",
                    $"{Lists.Name} {Lists.Example}");
            else if (!isNeeded && result.IsGiven(option) && !result.IsGiven(Key))
                yield return UsageError.For(option.Name, $"no {Key.Name}", "the column with the sequences' keys as well",
                    $"{Key.Name} {Key.Example} {option.Name}{(option == order ? $" {order.Example}" : "")}");
        if (result.Given(Key) is { } key && result.Given(order) == key)
            yield return UsageError.For($"{Key.Name} and {order.Name}", $"'{key}' in both", "two columns",
                $"{Key.Name} {Key.Example} {order.Name} {order.Example}");
    }

    /// <summary>The list columns that are the features if --features is not given; null without --lists.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="others">Options that name columns other than features.</param>
    /// <param name="more">Other columns that are not features; null = none.</param>
    public IReadOnlyList<string>? Elements(CommandResult result, IReadOnlyList<Setting<string?>> others, IReadOnlyList<string>? more) =>
        result.Given(Lists)?.Where(l => !others.Select(result.Given).Contains(l) && more?.Contains(l) != true).ToArray();

    /// <summary>The columns that are not features.</summary>
    public IEnumerable<string?> Taken(ParseResult parsed) => [KeyOf(parsed), parsed.GetValue(order)];

    /// <summary>The reading options, with the list columns if there are any.</summary>
    public ParquetSourceOptions Reading(ParquetSourceOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(Lists) is not { } lists) return options;
        options = options with { Lists = lists, ListKey = KeyOf(parsed)! };
        options.Validate();
        return options;
    }

    /// <summary>The pipeline, with sequences if the options ask for them.</summary>
    public Pipeline Of(Pipeline pipeline, ParseResult parsed) =>
        KeyOf(parsed) is { } key ? pipeline.Sequences(key, parsed.GetValue(order), parsed.GetValue(regroup)) : pipeline;

    /// <summary>Rejects sequence options for a model that scores single rows.</summary>
    /// <exception cref="ModelException">The model scores single rows, but sequence options are given.</exception>
    public void CheckModel(Model model, ParseResult parsed)
    {
        if (!model.IsOfSequences && (parsed.GetValue(Key) is not null || parsed.GetValue(Lists) is not null))
            throw new ModelException(ErrorKind.Usage, parsed.GetValue(Key) is { } key ? $"{Key.Name} {NameList.Text(key)}" : Lists.Name,
                $"a {model.FormatName} model, which scores each row by itself", "a model of sequences", $"leave it out, or give a model of sequences");
    }

    private string? KeyOf(ParseResult parsed) => parsed.GetValue(Key) ?? (parsed.GetValue(Lists) is null ? null : new ParquetSourceOptions().ListKey);
}
