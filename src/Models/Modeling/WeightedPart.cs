namespace Pipelines;

/// <summary>A part of a model whose density is a weighted sum, such as a component or a state.</summary>
/// <param name="Name">Its name in legends, such as <c>component 2</c>.</param>
/// <param name="Weight">Its weight, 0 … 1; the weights of all parts sum to 1.</param>
/// <param name="Distribution">The distribution of its rows.</param>
public sealed record WeightedPart(string Name, double Weight, Distribution Distribution);

/// <summary>A line of a model's outline.</summary>
/// <param name="Text">The line.</param>
/// <param name="Children">Indented lines that belong to it; null = none.</param>
public sealed record OutlineEntry(string Text, IEnumerable<OutlineEntry>? Children = null)
{
    /// <summary>The part's weight, 0 … 1: reports show the heaviest parts first; null (default) = the entry keeps its place.</summary>
    public double? Weight { get; init; }
}
