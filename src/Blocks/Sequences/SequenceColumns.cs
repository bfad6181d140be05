using Pipelines.Io;

namespace Pipelines;

/// <summary>
/// Defines which rows form a sequence: consecutive rows with the same key, across batches, row groups and files. A key that reappears after other keys is an
/// error, unless rows are regrouped.
/// </summary>
/// <param name="Key">Name of the column that holds the sequence key: numbers, text, booleans or times. A null key is an error.</param>
/// <param name="Order">Name of the column that must not decrease within a sequence; checked while the rows are read. Null (default) = the order of the
/// rows.</param>
/// <param name="Regroup">
/// True: rows with the same key need not be consecutive. They are grouped and sorted by the order column (ties keep the order of the input), within the memory
/// budget; beyond it, private temporary files of about the size of the decoded features are used. The sequences then follow one another in an internal order,
/// not that of the input. Scores are still written in the order of the input. Default false.
/// </param>
public sealed record SequenceColumns(string Key, string? Order = null, bool Regroup = false)
{
    /// <summary>Text for a property of a job.</summary>
    internal string Description => $"{Key}, ordered by {Order ?? "row"}{(Regroup ? ", regrouped" : "")}";

    /// <summary>The columns that are read for the sequences.</summary>
    internal IEnumerable<string> Needed => Order is null ? [Key] : [Key, Order];

    /// <summary>Checks that the columns exist in every file with a single type, before any row is read.</summary>
    /// <param name="schema">The data's columns.</param>
    /// <param name="place">Name of the source, for messages.</param>
    /// <exception cref="FlowException">A column is absent, or its types are incompatible.</exception>
    internal void Check(BatchSchema schema, string place)
    {
        foreach (var name in Needed)
        {
            if (schema.IndexOf(name) is not (>= 0 and var index))
                throw MissingColumn.Of(place, name, schema, name == Key ? "column of the sequences" : "column of the order");
            if (schema.Fields[index].Obstacle is { } obstacle)
                throw new FlowException(ErrorKind.Data, $"{place}, column '{name}'", $"a column that is only passed on: {obstacle}",
                    "numbers, texts, booleans or times", "choose another column for the key or the order");
            schema.Fields[index].Union?.CheckEverywhere(name == Key ? "key" : "order");
            schema.Fields[index].Union?.CheckType("Pipeline.Sequences");
        }
    }

    internal void Validate() => ModelException.CheckOptions("sequences",
        (!string.IsNullOrEmpty(Key), "key column", Key ?? "null", "a column's name"),
        (Order != Key, "order column", Order ?? "null", "another column than the key"));
}
