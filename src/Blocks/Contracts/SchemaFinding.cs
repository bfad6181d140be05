namespace Pipelines.Blocks;

/// <summary>How a column of an input differs from what a model was fitted to.</summary>
public enum SchemaChange
{
    /// <summary>A feature has no column: an error.</summary>
    Dropped,

    /// <summary>A feature's column does not hold numbers, or cannot be read: an error.</summary>
    NotNumeric,

    /// <summary>A feature's column holds numbers of another type: a warning.</summary>
    Retyped,

    /// <summary>A feature's column may hold nulls, and could not when the model was fitted: a warning.</summary>
    NewlyNullable,

    /// <summary>A feature's column holds values that the fit has not seen, as the file itself tells: a warning.</summary>
    OutOfRange,

    /// <summary>Columns that are no features: noted.</summary>
    Added,

    /// <summary>Features stand in another order than the model's: noted.</summary>
    Reordered,
}

/// <summary>What becomes of a change.</summary>
public enum SchemaOutcome
{
    /// <summary>Accepted, and told only where somebody asks.</summary>
    Noted,

    /// <summary>Accepted with a warning.</summary>
    Warning,

    /// <summary>Refused before any row is read.</summary>
    Error,
}

/// <summary>A difference between an input and a model's features.</summary>
/// <param name="Change">What kind it is.</param>
/// <param name="File">The file or source.</param>
/// <param name="Column">The column; null where it is about several.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected, or what becomes of it.</param>
public sealed record SchemaFinding(SchemaChange Change, string File, string? Column, string Found, string Expected)
{
    /// <summary>What becomes of it.</summary>
    public SchemaOutcome Outcome => Change switch
    {
        SchemaChange.Dropped or SchemaChange.NotNumeric => SchemaOutcome.Error,
        SchemaChange.Added or SchemaChange.Reordered => SchemaOutcome.Noted,
        _ => SchemaOutcome.Warning,
    };

    /// <summary>Where: file and column.</summary>
    public string Place => Column is null || Change == SchemaChange.Dropped ? File : $"{File}, column '{Column}'";

    /// <inheritdoc/>
    public override string ToString() => $"{Place}: found {Found}, expected {Expected}";
}
