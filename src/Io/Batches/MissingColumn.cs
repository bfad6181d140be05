namespace Pipelines.Io;

/// <summary>The error for a missing column.</summary>
internal static class MissingColumn
{
    /// <summary>Creates the error; it suggests the nearest name, if one is close.</summary>
    /// <param name="place">Where the column should be.</param>
    /// <param name="name">The requested name.</param>
    /// <param name="schema">The existing columns.</param>
    /// <param name="role">What the column is for: <c>feature</c>; null = unknown.</param>
    public static FlowException Of(string place, string name, BatchSchema schema, string? role = null) => new(
        ErrorKind.Data, place, $"no column '{name}'", role is null ? "the name of one of its columns" : $"the {role} '{name}' among its columns",
        NearestName.Remedy(name, schema.Fields.Select(f => f.Name), "correct the column's name"));
}
