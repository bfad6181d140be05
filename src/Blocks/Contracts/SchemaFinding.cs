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

    /// <summary>A feature's column may hold nulls, and could not when the model was fitted: a warning, unless the file tells that it holds none.</summary>
    NewlyNullable,

    /// <summary>
    /// A feature's column holds values outside the range that the fit has seen, as the file itself tells: a warning if they are far outside, see
    /// <see cref="SchemaFinding.Excess"/>.
    /// </summary>
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
    /// <summary>Values outside a feature's range by more than this many times the width of that range are told in a warning.</summary>
    public const double MostExcess = 0.25;

    /// <summary>
    /// Of <see cref="SchemaChange.OutOfRange"/>: how far values lie outside of the range seen, as a multiple of its width; of a range of one value, as a
    /// multiple of that value's magnitude (of 1, where it is 0). 0 for all else.
    /// </summary>
    public double Excess { get; init; }

    /// <summary>Of <see cref="SchemaChange.NewlyNullable"/>: the number of nulls, as the file tells; null if it does not, and for all else.</summary>
    public long? Nulls { get; init; }

    /// <summary>What becomes of it.</summary>
    public SchemaOutcome Outcome => Change switch
    {
        SchemaChange.Dropped or SchemaChange.NotNumeric => SchemaOutcome.Error,
        SchemaChange.Added or SchemaChange.Reordered => SchemaOutcome.Noted,
        SchemaChange.OutOfRange when Excess <= MostExcess => SchemaOutcome.Noted,
        SchemaChange.NewlyNullable when Nulls == 0 => SchemaOutcome.Noted,
        _ => SchemaOutcome.Warning,
    };

    /// <summary>How grave a warning is, compared with others: values outside the range first, the farthest first; then nulls, most first; then types.</summary>
    internal (int Rank, double Size) Severity => Change switch
    {
        SchemaChange.OutOfRange => (2, Excess),
        SchemaChange.NewlyNullable => (1, Nulls ?? 0),
        _ => (0, 0),
    };

    /// <summary>Where: file and column.</summary>
    public string Place => Column is null || Change == SchemaChange.Dropped ? File : $"{File}, column '{Column}'";

    /// <inheritdoc/>
    public override string ToString() => Outcome == SchemaOutcome.Noted ? $"{Place}: {Found}; {Expected}" : $"{Place}: found {Found}, expected {Expected}";
}
