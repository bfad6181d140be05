namespace Pipelines.Blocks;

/// <summary>The columns with the priors of each row.</summary>
/// <param name="Columns">Shape [K]: their names.</param>
/// <param name="Classes">Shape [K]: the class that each column is about; null (default) = they are in the model's order.</param>
internal sealed record PriorColumns(IReadOnlyList<string> Columns, IReadOnlyList<string>? Classes = null)
{
    /// <summary>Text for a property of a job.</summary>
    public string Description => string.Join(", ", Classes is null ? Columns : Columns.Select((c, k) => $"{Classes[k]}: {c}"));

    /// <summary>The columns in the order of some classes.</summary>
    /// <param name="names">The classes in their order; null = that in which the columns name them.</param>
    /// <exception cref="ModelException">The columns are about other classes.</exception>
    public IReadOnlyList<string> For(IReadOnlyList<string>? names)
    {
        if (Classes is null || names is null) return Columns;
        if (names.Count != Classes.Count || names.Except(Classes, StringComparer.Ordinal).Any())
            throw new ModelException(ErrorKind.Usage, "priors", $"columns for the classes {Few(Classes)}", $"one for each of {Few(names)}",
                "name a column for each class (Pipeline.Priors)");
        return [.. names.Select(name => Columns[Classes.ToList().IndexOf(name)])];
    }

    private static string Few(IReadOnlyList<string> names) => $"{string.Join(", ", names.Take(5))}{(names.Count > 5 ? " …" : "")}";
}
