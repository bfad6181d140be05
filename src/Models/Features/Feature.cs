namespace Pipelines.Models;

/// <summary>One input column of a model: its name and, where it holds categories, the dictionary that turns them into codes.</summary>
/// <param name="Name">The column's name in the data, compared exactly.</param>
/// <param name="Categories">Null for a number. Else the categories in code order: category i travels as the double i.</param>
public sealed record Feature(string Name, IReadOnlyList<string>? Categories = null)
{
    /// <inheritdoc/>
    public bool Equals(Feature? other) =>
        other is not null && Name == other.Name && (Categories ?? []).SequenceEqual(other.Categories ?? [], StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Categories?.Count ?? 0);

    /// <inheritdoc/>
    public override string ToString() => Categories is null ? Name : $"{Name} ({Categories.Count} categories)";
}
