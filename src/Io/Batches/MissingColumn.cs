namespace Pipelines.Io;

/// <summary>The error for a column that is not there.</summary>
internal static class MissingColumn
{
    /// <summary>Makes the error; it offers the nearest name, if one is near.</summary>
    /// <param name="place">What should hold the column.</param>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="schema">The columns that are there.</param>
    /// <param name="role">What the column is for: <c>feature</c>; null = unknown.</param>
    public static DataException Of(string place, string name, BatchSchema schema, string? role = null) => new(
        DataErrorKind.Data, place, $"no column '{name}'", role is null ? "the name of one of its columns" : $"the {role} '{name}' among its columns",
        NearestName.Remedy(name, schema.Fields.Select(f => f.Name), "correct the column's name"));
}
