namespace Pipelines;

/// <summary>A column of an inspected part.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StoredAs">How it is stored: <c>INT64 TIMESTAMP(MILLIS)</c>.</param>
/// <param name="ValueType">Type of its values in batches; null if they cannot be processed.</param>
/// <param name="IsNullable">True if values may be null.</param>
/// <param name="Obstacle">Why its values cannot be processed; null if they can.</param>
public sealed record InspectedColumn(string Name, string StoredAs, string? ValueType, bool IsNullable, string? Obstacle)
{
    /// <summary>Number of nulls according to the file; null if unknown.</summary>
    public long? Nulls { get; init; }

    /// <summary>
    /// True for lists, maps, structures and unsupported types: they are written as they were read, but their values cannot be processed.
    /// </summary>
    public bool IsPassedOn { get; init; }

    /// <summary>Its size in the file, in bytes.</summary>
    public long CompressedBytes { get; init; }

    /// <summary>For a list column, the number of elements, counting an empty list as one; otherwise null.</summary>
    public long? Elements { get; init; }

    /// <summary>
    /// Smallest and largest value of a numeric column according to the file: an unchecked hint. Null if unknown or unreliable.
    /// </summary>
    public (double Minimum, double Maximum)? Range { get; init; }

    /// <summary>The same of a column of dates or timestamps.</summary>
    public (DateTime Minimum, DateTime Maximum)? Times { get; init; }

    /// <summary>The same of a column of times of day.</summary>
    public (TimeOnly Minimum, TimeOnly Maximum)? ClockTimes { get; init; }

    /// <summary>The same of a column of texts, by their bytes.</summary>
    public (string Minimum, string Maximum)? Texts { get; init; }
}
