namespace Pipelines;

/// <summary>A model that is a graph of named variables.</summary>
public interface IGraphModel
{
    /// <summary>The graph.</summary>
    ModelGraph Graph { get; }
}

/// <summary>Nodes and the arcs between them.</summary>
/// <param name="Nodes">Names of the nodes.</param>
/// <param name="Arcs">Indexes of the nodes that each arc connects; a directed arc leads from the first to the second.</param>
/// <param name="IsDirected">True (default): arcs have a direction.</param>
public sealed record ModelGraph(IReadOnlyList<string> Nodes, IReadOnlyList<(int From, int To)> Arcs, bool IsDirected = true)
{
    /// <summary>Shape [Arcs]: a text beside each arc; empty (default) = none has one.</summary>
    public IReadOnlyList<string> ArcTexts { get; init; } = [];
}
