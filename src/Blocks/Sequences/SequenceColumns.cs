using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Which rows make a sequence: rows of the same key that stand behind one another, across batches, row groups and files. A key that comes back later is an error.
/// </summary>
/// <param name="Key">Name of the column whose value is the sequence's key: numbers, texts, booleans or times. A null key is an error.</param>
/// <param name="Order">Name of the column that must not fall within a sequence; it is checked as the rows stream by. Null (default) = the order of the rows.</param>
public sealed record SequenceColumns(string Key, string? Order = null)
{
    /// <summary>The columns that are read for it.</summary>
    internal IEnumerable<string> Needed => Order is null ? [Key] : [Key, Order];

    internal void Validate() => ModelException.CheckOptions("sequences",
        (!string.IsNullOrEmpty(Key), "key column", Key ?? "null", "a column's name"),
        (Order != Key, "order column", Order ?? "null", "another column than the key"));
}
