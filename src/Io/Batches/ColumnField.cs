namespace Pipelines.Io;

/// <summary>Name and type of a column that flows through a pipeline.</summary>
/// <param name="Name">The column's name, compared exactly.</param>
/// <param name="ValueType">
/// Type of a value: bool, sbyte … ulong, float, double, decimal, string, <c>byte[]</c>, DateTime (UTC or unspecified as stored), DateOnly, TimeOnly,
/// TimeSpan, Guid, or <see cref="NestedValue"/> for lists, maps, structures and types that are not supported.
/// </param>
/// <param name="IsNullable">True if values may be null.</param>
/// <param name="Storage">What the storage needs to write the column back unchanged (units, precision); opaque to other code. Not part of equality.</param>
public sealed record ColumnField(string Name, Type ValueType, bool IsNullable, object? Storage = null)
{
    /// <summary>The types that a <see cref="ValueType"/> can have, without <see cref="NestedValue"/>.</summary>
    internal static IReadOnlySet<Type> ValueTypes { get; } = new HashSet<Type>
    {
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float),
        typeof(double), typeof(decimal), typeof(string), typeof(byte[]), typeof(DateTime), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Guid),
    };

    /// <summary>True if the column can be a feature: integers and floating-point numbers.</summary>
    public bool IsNumeric => ValueType == typeof(double) || ValueType == typeof(float) || ValueType == typeof(decimal) || IsInteger;

    /// <summary>How the files of a source differ in this column; null if they do not. Not part of equality.</summary>
    internal ColumnUnion? Union { get; init; }

    /// <summary>True for the integer types.</summary>
    public bool IsInteger => Type.GetTypeCode(ValueType) is >= TypeCode.SByte and <= TypeCode.UInt64;

    /// <summary>True if values are only passed through: lists, maps, structures and types that are not supported.</summary>
    public bool IsNested => ValueType == typeof(NestedValue);

    /// <summary>Why values are only passed through; null if they can be processed.</summary>
    internal string? Obstacle => IsNested ? (Storage as Format.NestedSchema)?.Obstacle ?? "its type is not known" : null;

    /// <inheritdoc/>
    public bool Equals(ColumnField? other) => other is not null && Name == other.Name && ValueType == other.ValueType && IsNullable == other.IsNullable;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, ValueType, IsNullable);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {(IsNested ? Storage : TypeNames.Of(ValueType))}{(IsNullable ? "?" : "")}";
}

/// <summary>The columns of a batch, in order.</summary>
public sealed class BatchSchema
{
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);

    /// <summary>Creates a schema; names must be distinct.</summary>
    public BatchSchema(IEnumerable<ColumnField> fields)
    {
        Fields = [.. fields];
        for (var i = 0; i < Fields.Count; i++)
            if (!indexes.TryAdd(Fields[i].Name, i)) throw new ArgumentException($"column '{Fields[i].Name}' is there twice", nameof(fields));
    }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<ColumnField> Fields { get; }

    /// <summary>Index of a column, or -1.</summary>
    public int IndexOf(string name) => indexes.GetValueOrDefault(name, -1);

    /// <summary>The schema of the given columns, in the given order.</summary>
    /// <param name="names">Names; null = all columns.</param>
    /// <param name="place">What the columns belong to, for messages.</param>
    /// <exception cref="FlowException">A column does not exist or is named twice.</exception>
    public BatchSchema Project(IReadOnlyList<string>? names, string place)
    {
        if (names is null) return this;
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FlowException(ErrorKind.Usage, place, $"the column '{twice.Key}' asked for twice", "each column once", "name it once");
        return new BatchSchema(names.Select(name => IndexOf(name) is >= 0 and var i
            ? Fields[i]
            : throw MissingColumn.Of(place, name, this)));
    }

    /// <summary>Throws if the files store a column in types that no common type represents.</summary>
    /// <param name="asTheyAre">True: numbers that no type holds exactly and values that are written as text are rejected too.</param>
    /// <exception cref="FlowException">There is such a column.</exception>
    internal void CheckTypes(bool asTheyAre = false)
    {
        foreach (var field in Fields)
            if (field.Union is { } union && (asTheyAre || union.IsRefused)) union.CheckType();
    }

    /// <summary>What the user should know about the values if they are written.</summary>
    internal IReadOnlyList<string> Warnings => [.. Fields.Select(f => f.Union?.Warning).OfType<string>()];

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Fields);
}
