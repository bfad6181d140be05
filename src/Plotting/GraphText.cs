using System.Globalization;
using System.Text;

namespace Pipelines.Plotting;

/// <summary>Graphs as text that other programs lay out.</summary>
internal static class GraphText
{
    /// <summary>The language of Graphviz.</summary>
    public static string Dot(ModelGraph graph)
    {
        var text = new StringBuilder(graph.IsDirected ? "digraph {\n" : "graph {\n");
        for (var i = 0; i < graph.Nodes.Count; i++) text.Append(CultureInfo.InvariantCulture, $"    n{i} [label=\"{DotLabel(graph.Nodes[i])}\"];\n");
        foreach (var ((from, to), label) in ArcsOf(graph))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"    n{from} {(graph.IsDirected ? "->" : "--")} n{to}{(label is null ? "" : $" [label=\"{DotLabel(label)}\"]")};\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>The language of Mermaid.</summary>
    public static string Mermaid(ModelGraph graph)
    {
        var text = new StringBuilder("flowchart TD\n");
        for (var i = 0; i < graph.Nodes.Count; i++) text.Append(CultureInfo.InvariantCulture, $"    n{i}[\"{MermaidLabel(graph.Nodes[i])}\"]\n");
        foreach (var ((from, to), label) in ArcsOf(graph))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"    n{from} {(graph.IsDirected ? "-->" : "---")}{(label is null ? "" : $"|\"{MermaidLabel(label)}\"|")} n{to}\n");
        }
        return text.ToString();
    }

    private static IEnumerable<((int From, int To) Arc, string? Label)> ArcsOf(ModelGraph graph) =>
        graph.Arcs.Select((arc, i) => (arc, i < graph.ArcTexts.Count ? graph.ArcTexts[i] : null));

    // Besides quotation marks and backslashes, labels have entities as in HTML.
    private static string DotLabel(string name)
    {
        var text = new StringBuilder();
        foreach (var rune in Clean(name))
        {
            if (rune.Value is '"' or '\\') text.Append('\\').Append(rune);
            else if (rune.Value == '&') text.Append("&amp;");
            else text.Append(rune);
        }
        return text.ToString();
    }

    // Mermaid takes some punctuation for markup, also within quotation marks. Any character can be written as its number.
    private static string MermaidLabel(string name)
    {
        var text = new StringBuilder();
        foreach (var rune in Clean(name))
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '_' or '-' or '.') text.Append(rune);
            else text.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }
        return text.ToString();
    }

    // Line breaks and other control characters would end the label, or the line.
    private static IEnumerable<Rune> Clean(string name) => name.EnumerateRunes().Select(r => Rune.IsControl(r) ? Rune.ReplacementChar : r);
}
