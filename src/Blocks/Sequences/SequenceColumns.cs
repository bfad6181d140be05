using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Which rows make a sequence: rows of the same key that stand behind one another, across batches, row groups and files. A key that comes back later is an error,
/// unless rows are regrouped.
/// </summary>
/// <param name="Key">Name of the column whose value is the sequence's key: numbers, texts, booleans or times. A null key is an error.</param>
/// <param name="Order">Name of the column that must not fall within a sequence; it is checked as the rows stream by. Null (default) = the order of the rows.</param>
/// <param name="Regroup">
/// True: rows of one key may stand anywhere; they are brought together and sorted by the order column (rows of equal order as they stand), within the memory budget, beyond it
/// in private temporary files of about the size of the decoded features. Sequences then follow one another in an order of their own. Scores are still written in the order of the input. Default false.
/// </param>
public sealed record SequenceColumns(string Key, string? Order = null, bool Regroup = false)
{
    /// <summary>In words, for facts of a job.</summary>
    internal string Fact => $"{Key}, ordered by {Order ?? "row"}{(Regroup ? ", regrouped" : "")}";

    /// <summary>The columns that are read for it.</summary>
    internal IEnumerable<string> Needed => Order is null ? [Key] : [Key, Order];

    internal void Validate() => ModelException.CheckOptions("sequences",
        (!string.IsNullOrEmpty(Key), "key column", Key ?? "null", "a column's name"),
        (Order != Key, "order column", Order ?? "null", "another column than the key"));
}
