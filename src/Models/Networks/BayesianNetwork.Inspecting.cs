using System.Text.Json;
using Pipelines.Models.Inference;

namespace Pipelines;

/// <content>The graph, and what <c>inspect</c> reports.</content>
public sealed partial class BayesianNetwork : IGraphModel
{
    /// <inheritdoc/>
    public ModelGraph Graph =>
        new([.. variables.Select(v => v.Name)], [.. parents.SelectMany((own, child) => own.Order().Select(parent => (parent, child)))]);

    internal override void WriteInspection(Utf8JsonWriter writer)
    {
        writer.WriteObjects("variables", Enumerable.Range(0, variables.Length), v =>
        {
            writer.WriteString("name", variables[v].Name);
            writer.WriteTexts("values", variables[v].Values);
            writer.WriteTexts("parents", parents[v].Select(p => variables[p].Name));
        });
        writer.WriteNumber("parameters", ParameterCount);
        var plan = Plan.Of(Factors, new bool[variables.Length], new InferenceQuery(QueryKind.Posteriors));
        writer.WriteStartObject("junctionTree");
        writer.WriteNumber("cliques", plan.Tree.Cliques.Length);
        writer.WriteTexts("largestClique", plan.Widest.Variables.Select(v => variables[v].Name));
        writer.WriteNumber("bytes", plan.CliqueEntries * sizeof(double));
        writer.WriteEndObject();
    }
}
