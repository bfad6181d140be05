using System.Text.Json;

namespace Pipelines;

/// <content>The graph, and what <c>inspect</c> reports.</content>
public sealed partial class BayesianNetwork : IGraphModel
{
    /// <inheritdoc/>
    public ModelGraph Graph =>
        new([.. Variables.Select(v => v.Name)], [.. parents.SelectMany((own, child) => own.Order().Select(parent => (parent, child)))]);

    internal override void WriteInspection(Utf8JsonWriter writer)
    {
        WriteVariables(writer, v => writer.WriteTexts("parents", parents[v].Select(p => Variables[p].Name)));
        WriteSize(writer);
    }
}
