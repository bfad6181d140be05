namespace Pipelines;

/// <summary>One input of a model: its name, the column that holds it and, if that holds categories, the dictionary that turns them into codes.</summary>
/// <param name="Name">The column's name in the data, compared exactly; of a part of a date its own name (<see cref="Part"/>).</param>
/// <param name="Categories">Null for a number. Else the categories in code order: category i is represented by the double i.</param>
/// <remarks>Two features are equal if they have the same name, column, categories and transforms; type and range seen in a fit do not count.</remarks>
public sealed record Feature(string Name, IReadOnlyList<string>? Categories = null)
{
    /// <summary>A string that means missing, besides null; null (default) = none.</summary>
    public string? MissingText { get; init; }

    /// <summary>Turns the column's values into codes; null for a number.</summary>
    public CategoryMap? ToMap() => Categories is null ? null : new CategoryMap(Categories, MissingText);

    /// <summary>Name of the column that holds it: <see cref="Name"/> by default.</summary>
    public string Column
    {
        get => field ?? Name;
        init;
    }

    /// <summary>The part of the column's dates or times that the feature is; null (default) = the feature is the column's value.</summary>
    public DatePart? Part { get; init; }

    /// <summary>A part of a date or time, whose name is <c>hour(departure)</c>.</summary>
    /// <param name="part">The part.</param>
    /// <param name="column">Name of the column.</param>
    public static Feature Of(DatePart part, string column)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new($"{part}({column})") { Column = column, Part = part };
    }

    /// <summary>
    /// The category of the column that the feature indicates: it is 1 in rows that have it and 0 in others. Null (default) = none. Another category than those
    /// of all indicators of the column is a bad row.
    /// </summary>
    public string? Category { get; init; }

    /// <summary>An indicator of a category, whose name is <c>origin=ATL</c>.</summary>
    /// <param name="column">Name of the column.</param>
    /// <param name="category">The category.</param>
    public static Feature Indicator(string column, string category) => new Feature(column).Indicating(category);

    /// <summary>The indicator of a category of this feature.</summary>
    internal Feature Indicating(string category) => new($"{Source}={category}") { Column = Column, Part = Part, Category = category };

    /// <summary>What the feature's values or categories are those of: the column, or a part of it.</summary>
    internal string Source => Part is null ? Column : $"{Part}({Column})";

    /// <summary>The name that all indicators of a column share: their <see cref="Source"/>; of another feature its own.</summary>
    internal string GroupName => Category is null ? Name : Source;

    /// <summary>The same feature of another column; a part stays that part, and an indicator that of its category.</summary>
    /// <param name="column">Name of the column, or of the same part or indicator of a column.</param>
    internal Feature Over(string column)
    {
        var own = Category is not null && column.EndsWith($"={Category}", StringComparison.Ordinal) ? column[..^(Category.Length + 1)] : column;
        if (Part is not null && Derived(own) is var (name, argument) && name == Part.Name) own = argument;
        var made = this with { Column = own };
        return made with { Name = Category is null ? made.Source : $"{made.Source}={Category}" };
    }

    /// <summary>Splits <c>hour(departure)</c> into the function and the column; null if a name does not look like that.</summary>
    internal static (string Function, string Column)? Derived(string name)
    {
        var at = name.IndexOf('(', StringComparison.Ordinal);
        return at > 0 && name.EndsWith(')') && name.Length > at + 2 ? (name[..at], name[(at + 1)..^1]) : null;
    }

    /// <summary>What a model applies to the column's values before anything else, in this order; none by default.</summary>
    public IReadOnlyList<FeatureTransform> Transforms { get; init; } = [];

    /// <summary>The feature without what a fit has seen of it.</summary>
    internal Feature Bare => this with { Type = null, IsNullable = null, Minimum = null, Maximum = null };

    /// <summary>True if the model sees something else than the column's value or code.</summary>
    internal bool IsDerived => Part is not null || Category is not null || Transforms.Count > 0;

    /// <summary>The transforms as text, such as <c>(ln(delay) - 2.5) / 0.8</c>; the name alone if there are none.</summary>
    public string Formula => Transforms.Aggregate(Name, (text, transform) => transform.Describe(text));

    /// <summary>
    /// Type of the values that the model was fitted to, as columns name it: <c>double</c>, <c>int32</c>, <c>single</c> …; null = unknown.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>True if the column's values could be null; null = unknown.</summary>
    public bool? IsNullable { get; init; }

    /// <summary>Smallest value seen in the fit; null = unknown, or every value was missing.</summary>
    public double? Minimum { get; init; }

    /// <summary>Largest value seen in the fit; null = unknown, or every value was missing.</summary>
    public double? Maximum { get; init; }

    /// <inheritdoc/>
    public bool Equals(Feature? other) =>
        other is not null && Name == other.Name && (Categories ?? []).SequenceEqual(other.Categories ?? [], StringComparer.Ordinal)
        && Column == other.Column && Part == other.Part && Category == other.Category && Transforms.SequenceEqual(other.Transforms);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Categories?.Count ?? 0);

    /// <inheritdoc/>
    public override string ToString() => Categories is null ? Name : $"{Name} ({Categories.Count} categories)";
}
