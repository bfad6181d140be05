using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;
using Pipelines.Models.Structures;

namespace Pipelines.Cli.Settings;

/// <summary>A structure given by names: a network's, or a JSON object with the parents of each variable.</summary>
/// <param name="Place">Where it comes from, for messages.</param>
/// <param name="Parents">The variables in the file's order, and the parents of each.</param>
internal sealed record NamedStructure(string Place, IReadOnlyList<(string Variable, IReadOnlyList<string> Parents)> Parents)
{
    private const string Expected = "a list of its parents' names";

    /// <summary>The structure of a model.</summary>
    public static NamedStructure Of(string place, ModelGraph graph) => new(place,
        [.. graph.Nodes.Select((name, i) => (name, (IReadOnlyList<string>)[.. graph.Arcs.Where(a => a.To == i).Select(a => graph.Nodes[a.From])]))]);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">It cannot be read, or is neither a directed network nor a structure.</exception>
    public static NamedStructure Load(string place, string path)
    {
        if (TextOf(path) is { } json && TryParse(json) is { } document)
        {
            using (document)
                if (!IsModel(document.RootElement)) return Read(place, document.RootElement);
        }
        var model = SavedModel.Load(path).Model;
        return model is IGraphModel { Graph: { IsDirected: true } graph } ? Of(place, graph) : throw new ModelException(ErrorKind.Usage, place,
            $"a {model.FormatName} model", "a Bayesian network, or JSON such as {\"A\": [], \"B\": [\"A\"]}", "give one of them");
    }

    /// <summary>Indexes of the parents of each variable, ascending, shape [variables][].</summary>
    /// <param name="names">The variables' names.</param>
    /// <exception cref="ModelException">A variable has no entry, a name is no variable, or the arcs form a cycle.</exception>
    public int[][] For(IReadOnlyList<string> names)
    {
        var index = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        var result = new int[names.Count][];
        foreach (var (variable, parents) in Parents)
        {
            if (parents.CountBy(p => p).FirstOrDefault(p => p.Value > 1) is { Key: { } twice })
                throw new ModelException(ErrorKind.Usage, $"{Place}, parents of '{variable}'", $"'{twice}' twice", "each parent once", "leave one out");
            result[IndexOf(index, variable, "")] = [.. parents.Select(p => IndexOf(index, p, $", parents of '{variable}'")).Order()];
        }
        var at = Array.FindIndex(result, own => own is null);
        if (at >= 0)
            throw new ModelException(ErrorKind.Usage, Place, $"no entry for the variable '{names[at]}'", "the parents of each variable of the fit",
                "add it with its parents ([] = none), or name the columns to fit (Pipeline.Features)");
        return ArcOrder.Cycle(result) is not { } cycle ? result : throw new ModelException(ErrorKind.Usage, Place,
            $"the cycle {ArcOrder.Text(cycle, v => names[v])}", "arcs without a cycle", "remove or reverse one of them");
    }

    private int IndexOf(Dictionary<string, int> index, string name, string more) => index.TryGetValue(name, out var i)
        ? i
        : throw Unknown(Place + more, name, index.Keys);

    /// <summary>An error about a name that is not a variable of the fit.</summary>
    public static ModelException Unknown(string place, string name, IReadOnlyCollection<string> names) => new(ErrorKind.Usage, place, $"'{name}'",
        "variables of the fit", NearestName.Remedy(name, names, "correct the name, or add the column to the features (Pipeline.Features)"));

    // Text that begins like JSON; null for any other file, which the reader of models is to complain about.
    private static byte[]? TextOf(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            var bytes = File.ReadAllBytes(path);
            var text = bytes.AsSpan();
            if (text.StartsWith("\uFEFF"u8)) text = text[3..];
            return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? text.ToArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static JsonDocument? TryParse(byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // The reader of models says where the mistake is.
            return null;
        }
    }

    // Both formats of models have a property with a text; a structure has only lists.
    private static bool IsModel(JsonElement root) => Array.Exists(["format", "class"],
        name => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String);

    private static NamedStructure Read(string place, JsonElement root)
    {
        var families = new List<(string, IReadOnlyList<string>)>();
        foreach (var property in root.EnumerateObject())
        {
            var own = $"{place}, variable '{property.Name}'";
            if (property.Value.ValueKind != JsonValueKind.Array)
                throw new ModelException(ErrorKind.Usage, own, JsonHelpers.Kind(property.Value), Expected, "for example {\"A\": [], \"B\": [\"A\"]}");
            var parents = new List<string>();
            foreach (var parent in property.Value.EnumerateArray())
            {
                if (parent.ValueKind != JsonValueKind.String)
                    throw new ModelException(ErrorKind.Usage, own, $"{JsonHelpers.Kind(parent)} among the parents", Expected,
                        "for example {\"A\": [], \"B\": [\"A\"]}");
                parents.Add(parent.GetString()!);
            }
            families.Add((property.Name, parents));
        }
        return families.Count > 0 ? new(place, families) : throw new ModelException(ErrorKind.Usage, place, "no variable", "every variable of the fit",
            "for example {\"A\": [], \"B\": [\"A\"]}");
    }
}
