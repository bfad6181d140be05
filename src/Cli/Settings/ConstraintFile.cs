using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;
using Pipelines.Models.Structures;

namespace Pipelines.Cli.Settings;

/// <summary>Constraints of a structure, given by names in a JSON file.</summary>
internal sealed class ConstraintFile
{
    private static readonly string[] parts = ["require", "forbid", "tiers", "groups"];

    private readonly string place;
    private readonly List<(string Part, string Parent, string Child)> arcs = [];
    private readonly List<List<string>> tiers = [];
    private readonly List<(List<string> Children, List<string> Parents)> groups = [];

    private ConstraintFile(string place) => this.place = place;

    /// <summary>True if it says which variables may be parents of which.</summary>
    public bool HasGroups => groups.Count > 0;

    /// <summary>True if it requires or forbids arcs, or orders variables in tiers.</summary>
    public bool HasArcs => arcs.Count > 0 || tiers.Count > 0;

    /// <summary>Reads a file.</summary>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelException">It cannot be read, or is not what it should be.</exception>
    public static ConstraintFile Load(string place, string path)
    {
        using var document = JsonSettingFile.Read(place, path, "constraints");
        var file = new ConstraintFile(place);
        file.Read(document.RootElement);
        file.CheckArcs();
        return file;
    }

    /// <summary>The constraints of variables with these names.</summary>
    /// <exception cref="ModelException">A name is no variable.</exception>
    public StructureConstraints For(IReadOnlyList<string> names)
    {
        var index = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        return new()
        {
            Place = place,
            Require = [.. Arcs("require")],
            Forbid = [.. Arcs("forbid")],
            Tiers = [.. tiers.Select(t => Indexes("tiers", t))],
            Groups = [.. groups.Select(g => new ParentGroup(Indexes("groups", g.Children), Indexes("groups", g.Parents)))],
        };

        IEnumerable<(int, int)> Arcs(string part) =>
            arcs.Where(a => a.Part == part).Select(a => (IndexOf(part, a.Parent), IndexOf(part, a.Child)));

        int[] Indexes(string part, List<string> variables) => [.. variables.Select(v => IndexOf(part, v))];

        int IndexOf(string part, string name) =>
            index.TryGetValue(name, out var i) ? i : throw NamedStructure.Unknown($"{place}, '{part}'", name, index.Keys);
    }

    private void Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Wrong("", JsonHelpers.Kind(root), "an object with any of require, forbid, tiers and groups");
        foreach (var property in root.EnumerateObject())
        {
            if (!parts.Contains(property.Name))
                throw new ModelException(ErrorKind.Usage, place, $"'{property.Name}'", "require, forbid, tiers or groups",
                    NearestName.Remedy(property.Name, parts, "leave it out"));
            foreach (var item in List(property.Name, property.Value, "a list"))
            {
                switch (property.Name)
                {
                    case "tiers":
                        tiers.Add(Names("tiers", item));
                        break;
                    case "groups":
                        groups.Add(Group(item));
                        break;
                    default:
                        arcs.Add(Names(property.Name, item) is [var parent, var child]
                            ? (property.Name, parent, child)
                            : throw Wrong($", '{property.Name}'", $"an arc of {item.GetArrayLength()} names", "[\"PARENT\", \"CHILD\"]"));
                        break;
                }
            }
        }
    }

    private void CheckArcs()
    {
        var required = arcs.FindAll(a => a.Part == "require");
        foreach (var (_, parent, child) in required)
            if (arcs.Contains(("forbid", parent, child))) throw Wrong("", $"the arc {parent} -> {child} both required and forbidden", "one of them");
        string[] names = [.. required.SelectMany(a => (string[])[a.Parent, a.Child]).Distinct()];
        int[][] parents = [.. names.Select(n => required.Where(a => a.Child == n).Select(a => Array.IndexOf(names, a.Parent)).Distinct().ToArray())];
        if (ArcOrder.Cycle(parents) is { } cycle)
            throw Wrong(", 'require'", $"the cycle {ArcOrder.Text(cycle, v => names[v])}", "arcs without a cycle");
    }

    private (List<string>, List<string>) Group(JsonElement item)
    {
        const string expected = "{\"children\": [\"A\"], \"parents\": [\"B\"]}";
        if (item.ValueKind != JsonValueKind.Object) throw Wrong(", 'groups'", JsonHelpers.Kind(item), expected);
        foreach (var property in item.EnumerateObject())
            if (property.Name is not ("children" or "parents")) throw Wrong(", 'groups'", $"'{property.Name}'", expected);
        return item.TryGetProperty("children", out var children) && item.TryGetProperty("parents", out var parents)
            ? (Names("groups", children), Names("groups", parents))
            : throw Wrong(", 'groups'", "a group without 'children' or 'parents'", expected);
    }

    private List<string> Names(string part, JsonElement item)
    {
        const string expected = "a list of variables' names";
        return [.. List(part, item, expected).Select(n => n.ValueKind == JsonValueKind.String
            ? n.GetString()!
            : throw Wrong($", '{part}'", $"{JsonHelpers.Kind(n)} in a list", expected))];
    }

    private JsonElement.ArrayEnumerator List(string part, JsonElement value, string expected) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray()
        : throw Wrong($", '{part}'", JsonHelpers.Kind(value), expected);

    private ModelException Wrong(string where, string found, string expected) => new(ErrorKind.Usage, place + where, found, expected, "correct the file");
}
