namespace Pipelines;

/// <summary>How a column of an input differs from the data that a model was fitted to.</summary>
public enum SchemaChange
{
    /// <summary>A feature has no column: an error.</summary>
    Dropped,

    /// <summary>A feature's column does not hold numbers, or cannot be read: an error.</summary>
    NotNumeric,

    /// <summary>A feature's column holds numbers of another type: a warning.</summary>
    Retyped,

    /// <summary>
    /// A feature's column may contain nulls but could not when the model was fitted: a warning, unless the file's metadata say that it contains none.
    /// </summary>
    NewlyNullable,

    /// <summary>
    /// According to the file's metadata, a feature's column holds values outside the range seen by the fit: a warning if they are far outside, see <see
    /// cref="SchemaFinding.Excess"/>.
    /// </summary>
    OutOfRange,

    /// <summary>Columns that are not features: noted.</summary>
    Added,

    /// <summary>Features are in a different order from the model's: noted.</summary>
    Reordered,
}

/// <summary>The consequence of a change.</summary>
public enum SchemaOutcome
{
    /// <summary>Accepted, and shown only on request.</summary>
    Noted,

    /// <summary>Accepted with a warning.</summary>
    Warning,

    /// <summary>Rejected before any row is read.</summary>
    Error,
}

/// <summary>A difference between an input and a model's features.</summary>
/// <param name="Change">The kind of difference.</param>
/// <param name="File">The file or source.</param>
/// <param name="Column">The column; null if several are concerned.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected, or how the difference is handled.</param>
public sealed record SchemaFinding(SchemaChange Change, string File, string? Column, string Found, string Expected)
{
    /// <summary>A warning is given if values lie outside a feature's range by more than this multiple of the range's width.</summary>
    public const double MostExcess = 0.25;

    /// <summary>
    /// For <see cref="SchemaChange.OutOfRange"/>: how far values lie outside the range seen, as a multiple of its width; for a range of a single value, as a
    /// multiple of that value's magnitude (of 1 if the value is 0). 0 for all other changes.
    /// </summary>
    public double Excess { get; init; }

    /// <summary>
    /// For <see cref="SchemaChange.NewlyNullable"/>: the number of nulls according to the file's metadata; null if it is not recorded, and for all other
    /// changes.
    /// </summary>
    public long? Nulls { get; init; }

    /// <summary>The consequence of the change.</summary>
    public SchemaOutcome Outcome => Change switch
    {
        SchemaChange.Dropped or SchemaChange.NotNumeric => SchemaOutcome.Error,
        SchemaChange.Added or SchemaChange.Reordered => SchemaOutcome.Noted,
        SchemaChange.OutOfRange when Excess <= MostExcess => SchemaOutcome.Noted,
        SchemaChange.NewlyNullable when Nulls == 0 => SchemaOutcome.Noted,
        _ => SchemaOutcome.Warning,
    };

    /// <summary>The severity of a warning relative to others: values outside the range first, the farthest first; then nulls, most first; then types.</summary>
    internal (int Rank, double Size) Severity => Change switch
    {
        SchemaChange.OutOfRange => (2, Excess),
        SchemaChange.NewlyNullable => (1, Nulls ?? 0),
        _ => (0, 0),
    };

    /// <summary>The place: file and column.</summary>
    public string Place => Column is null || Change == SchemaChange.Dropped ? File : $"{File}, column '{Column}'";

    /// <inheritdoc/>
    public override string ToString() => Outcome == SchemaOutcome.Noted ? $"{Place}: {Found}; {Expected}" : $"{Place}: found {Found}, expected {Expected}";
}
