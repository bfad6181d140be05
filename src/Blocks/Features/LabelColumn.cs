namespace Pipelines.Blocks;

/// <summary>The column with the labels of a fit: the class, component or state that each row is known to belong to, by name.</summary>
/// <param name="Name">Name of the column; a null or NaN value = unknown.</param>
/// <param name="Names">Allowed labels, in the order of the model's classes or states; null (default) = all values of the column, numbers in ascending order,
/// then text in ordinal order.</param>
internal sealed record LabelColumn(string Name, IReadOnlyList<string>? Names = null)
{
    /// <summary>The known labels; null = not known yet.</summary>
    public CategoryMap? Map => new Feature(Name, Names).ToMap();

    /// <summary>Text for a property of a job.</summary>
    public string Description => Names is null ? Name : $"{Name} of {string.Join(", ", Names)}";
}
