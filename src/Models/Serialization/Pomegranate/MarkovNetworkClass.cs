using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// Joint tables over columns, which <c>parents</c> gives by their indexes. pomegranate 0.12 to 0.13.4 write such files, and 0.14 reads them.
/// </summary>
internal sealed class MarkovNetworkClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new MarkovNetworkClass());

    public override string Name => "MarkovNetwork";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(MarkovNetwork)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var tables = json["distributions"].Items().ToList();
        if (tables.Count == 0) throw json["distributions"].Bad("no table", "at least one");
        var scopes = tables.Select(t => t["parents"].Items().Select(Index).ToArray()).ToArray();
        var columns = scopes.SelectMany(s => s).Distinct().Count();
        // Checked before any feature is made: a single index could ask for billions.
        if (Array.FindIndex(scopes, s => s.Length == 0 || s.Max() >= columns) is >= 0 and var wide)
            throw tables[wide]["parents"].Bad(tables[wide]["parents"].Count == 0 ? "no column" : $"column {scopes[wide].Max()}",
                $"columns from 0 to {columns - 1}, each of which is in a table, as there are {columns} different ones");
        var cliques = new NetworkFactor[tables.Count];
        for (var i = 0; i < cliques.Length; i++)
        {
            if (tables[i]["name"].Text() != "JointProbabilityTable") throw tables[i]["name"].Bad(tables[i]["name"].Shown(), "a joint probability table");
            var table = ((TableClass)All["JointProbabilityTable"]).Keyed(tables[i], reading);
            if (table.Columns != scopes[i].Length) throw tables[i]["parents"].Bad($"{scopes[i].Length} columns", $"{table.Columns}, as the table has");
            cliques[i] = new(scopes[i], table.Filled([.. scopes[i].Select(v => reading.Keys(first + v))]).Values);
        }
        NetworkVariable[] variables = [.. Enumerable.Range(0, columns).Select(v => new NetworkVariable(Text(v), [.. reading.Keys(first + v).Texts]))];
        // In the first reading, tables that were read before others do not know all values yet.
        return reading.Keys(first).IsSettled ? new MarkovNetwork(variables, cliques) : MarkovNetwork.OfStructure(variables, scopes);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var network = (MarkovNetwork)model;
        if (network.IsFrozen) writing.Warn(path, "the format does not say that a network is frozen");
        Feature[] features = [.. network.Variables.Select((v, i) => writing.Of(first + i, new(v.Name, v.Values)))];
        var joint = (TableClass)All["JointProbabilityTable"];
        var tables = network.Cliques.Select(clique => (object?)new PythonObject(
        [
            ("class", "Distribution"), ("name", joint.Name),
            .. joint.Write([.. clique.Variables.Select(v => network.Variables[v].Values.Count)], clique.Values, 0,
                writing.Of([.. clique.Variables.Select(v => features[v])]), [.. clique.Variables.Select(v => (object?)v)]),
        ]));
        // Our networks have no name.
        return [("name", "network"), ("distributions", tables.ToArray())];
    }

    private static int Index(PomegranateNode node) =>
        node.Element.ValueKind == System.Text.Json.JsonValueKind.Number && node.Element.TryGetInt32(out var index) && index >= 0
            ? index
            : throw node.Bad(node.Shown(), "the index of a column, a whole number of at least 0");

    private static string Text(int column) => column.ToString(CultureInfo.InvariantCulture);
}
