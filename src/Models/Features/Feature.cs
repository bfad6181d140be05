namespace Pipelines;

/// <summary>One input column of a model: its name and, if it holds categories, the dictionary that turns them into codes.</summary>
/// <param name="Name">The column's name in the data, compared exactly.</param>
/// <param name="Categories">Null for a number. Else the categories in code order: category i is represented by the double i.</param>
/// <remarks>Two features are equal if they have the same name, categories and transforms; type and range seen in a fit do not count.</remarks>
public sealed record Feature(string Name, IReadOnlyList<string>? Categories = null)
{
    /// <summary>A string that means missing, besides null; null (default) = none.</summary>
    public string? MissingText { get; init; }

    /// <summary>Turns the column's values into codes; null for a number.</summary>
    public CategoryMap? ToMap() => Categories is null ? null : new CategoryMap(Categories, MissingText);

    /// <summary>What a model applies to the column's values before anything else, in this order; none by default.</summary>
    public IReadOnlyList<FeatureTransform> Transforms { get; init; } = [];

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
        && Transforms.SequenceEqual(other.Transforms);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Categories?.Count ?? 0);

    /// <inheritdoc/>
    public override string ToString() => Categories is null ? Name : $"{Name} ({Categories.Count} categories)";
}
