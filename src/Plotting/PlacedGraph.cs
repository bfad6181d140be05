namespace Pipelines.Plotting;

/// <summary>A graph with places, in pixels from the upper left corner.</summary>
/// <param name="Width">Width of the whole.</param>
/// <param name="Height">Height of the whole.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="Arcs">The arcs.</param>
/// <param name="IsDirected">True: an arrowhead ends each arc.</param>
internal sealed record PlacedGraph(double Width, double Height, IReadOnlyList<PlacedNode> Nodes, IReadOnlyList<PlacedArc> Arcs, bool IsDirected)
{
    /// <summary>Arcs that lead anywhere, as in a graph with cycles; none by default.</summary>
    public IReadOnlyList<PlacedCurve> Curves { get; init; } = [];
}

/// <summary>A curved arc with an arrowhead: a Bézier curve from the edge of its first node to that of its last.</summary>
/// <param name="From">Index of the node where it begins.</param>
/// <param name="To">Index of the node where it ends.</param>
/// <param name="Points">Shape [4]: the curve's ends, and its control points between them.</param>
/// <param name="Width">Width of the line, in pixels.</param>
/// <param name="Text">A text beside it.</param>
/// <param name="TextAt">The middle of the text.</param>
internal sealed record PlacedCurve(int From, int To, IReadOnlyList<(double X, double Y)> Points, double Width, string Text, (double X, double Y) TextAt);

/// <summary>A box with a name.</summary>
/// <param name="Name">The text in it.</param>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
internal sealed record PlacedNode(string Name, double X, double Y, double Width, double Height);

/// <summary>An arc.</summary>
/// <param name="From">Index of the node where it begins.</param>
/// <param name="To">Index of the node where it ends.</param>
/// <param name="Points">From the lower edge of the first node to the upper edge of the last. It bends between two points of different x, and is straight
/// otherwise.</param>
internal sealed record PlacedArc(int From, int To, IReadOnlyList<(double X, double Y)> Points);
