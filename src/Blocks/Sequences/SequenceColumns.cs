using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Which rows make a sequence: rows of the same key that stand behind one another, across batches, row groups and files. A key that comes back later is an
/// error, unless rows are regrouped.
/// </summary>
/// <param name="Key">Name of the column whose value is the sequence's key: numbers, texts, booleans or times. A null key is an error.</param>
/// <param name="Order">Name of the column that must not fall within a sequence; it is checked as the rows stream by. Null (default) = the order of the
/// rows.</param>
/// <param name="Regroup">
/// True: rows of one key may stand anywhere; they are brought together and sorted by the order column (rows of equal order as they stand), within the memory
/// budget, beyond it in private temporary files of about the size of the decoded features. Sequences then follow one another in an order of their own. Scores
/// are still written in the order of the input. Default false.
/// </param>
public sealed record SequenceColumns(string Key, string? Order = null, bool Regroup = false)
{
    /// <summary>
    /// In a fit, name of the column with the states that rows are known to be in, by name; null or NaN = not known. Null (default) = no row's state is known.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>
    /// Names that labels may have, in the order of the model's states; null (default) = all values of the column, numbers ascending, then texts in ordinal
    /// order.
    /// </summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>In words, for facts of a job.</summary>
    internal string Description =>
        $"{Key}, ordered by {Order ?? "row"}{(Regroup ? ", regrouped" : "")}{(Label is null ? "" : $", labels in {Label}")}{(States is null
            ? ""
            : $" of {string.Join(", ", States)}")}";

    /// <summary>The columns that are read for it.</summary>
    internal IEnumerable<string> Needed => Order is null ? [Key] : [Key, Order];

    /// <summary>Checks that the columns are there, in every file and of one type, before any row is read.</summary>
    /// <param name="schema">The data's columns.</param>
    /// <param name="place">Name of the source, for messages.</param>
    /// <exception cref="DataException">One is absent, or of types that do not fit together.</exception>
    internal void Check(BatchSchema schema, string place)
    {
        foreach (var name in Needed)
        {
            if (schema.IndexOf(name) is not (>= 0 and var index))
                throw MissingColumn.Of(place, name, schema, "column of the sequences");
            if (schema.Fields[index].Obstacle is { } obstacle)
                throw new DataException(DataErrorKind.Data, $"{place}, column '{name}'", $"a column that is only passed on: {obstacle}",
                    "numbers, texts, booleans or times", "choose another column for the key or the order");
            schema.Fields[index].Union?.CheckEverywhere(name == Key ? "key" : "order");
            schema.Fields[index].Union?.CheckType("Pipeline.Sequences");
        }
    }

    internal void Validate() => ModelException.CheckOptions("sequences",
        (!string.IsNullOrEmpty(Key), "key column", Key ?? "null", "a column's name"),
        (Order != Key, "order column", Order ?? "null", "another column than the key"),
        (Label is null || (Label != Key && Label != Order), "label column", Label ?? "null", "another column than the key and the order"));
}
