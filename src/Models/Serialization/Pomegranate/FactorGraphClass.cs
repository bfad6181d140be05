using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// States that are variables, each with a table of its own, or factors, and the edges between them. A factor's columns are its neighbours in the order of the
/// edges, unless their keys say otherwise.
/// </summary>
internal sealed class FactorGraphClass : PomegranateClass
{
    private const string Mark = "-joint", Joint = "JointProbabilityTable";

    [ModuleInitializer]
    internal static void Register() => Add(new FactorGraphClass());

    public override string Name => "FactorGraph";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(FactorGraph)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var states = json["states"].Items().ToList();
        var isFactor = states.ConvertAll(s => s["name"].Text().EndsWith(Mark, StringComparison.Ordinal) || IsTable(s));
        int[] nodes = [.. Enumerable.Range(0, states.Count).Where(s => !isFactor[s])];
        if (nodes.Length == 0) throw json["states"].Bad("no variable", "at least one: a discrete distribution");
        var factors = new List<NetworkFactor>();
        var own = new DiscreteDistribution[nodes.Length];
        for (var v = 0; v < nodes.Length; v++)
        {
            var state = states[nodes[v]];
            reading.Keys(first + v).Call(state["name"].Text());
            var table = state["distribution"];
            own[v] = reading.Of([first + v], scalesRows: true).Distribution(table, 0, depth + 1) as DiscreteDistribution
                ?? throw table.Bad("another distribution", "a discrete distribution of the variable");
        }
        var neighbours = Neighbours(json["edges"], isFactor, nodes);
        var isCovered = new bool[nodes.Length];
        for (var s = 0; s < states.Count; s++)
        {
            if (states[s].Optional("weight") is { IsNull: false } weight && weight.Number() != 1)
                reading.Warn(weight, "the weights of a graph's states are ignored, as pomegranate does");
            if (!isFactor[s]) continue;
            var factor = Factor(states[s]["distribution"], neighbours[s], first, depth, reading);
            foreach (var v in factor.Variables) isCovered[v] = true;
            factors.Add(factor);
        }
        var alone = own.Select((d, v) => (Values: d.Probabilities.ToArray(), Variable: v)).Where(d => !isCovered[d.Variable] || d.Values.Distinct().Count() > 1)
            .Select(d => new NetworkFactor([d.Variable], d.Values));
        NetworkVariable[] variables = [.. nodes.Select((n, v) => new NetworkVariable(states[n]["name"].Text(), [.. reading.Keys(first + v).Texts]))];
        // In the first reading, tables that were read before others do not know all values yet.
        return reading.Keys(first).IsSettled ? new FactorGraph(variables, [.. alone, .. factors])
            : new FactorGraph(variables, variables.Select((_, v) => NetworkFactor.Uniform([v], variables)));
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var graph = (FactorGraph)model;
        if (graph.IsFrozen) writing.Warn(path, "the format does not say that a graph is frozen");
        Feature[] features = [.. graph.Variables.Select((v, i) => writing.Named(first + i, new(v.Name, v.Values)))];
        var alone = OwnTables(graph);
        object[] own = [.. features.Select((feature, v) => writing.Of([feature]).Object(
            DiscreteDistribution.AsGiven(alone.GetValueOrDefault(v)?.Values.ToArray() ?? NetworkFactor.Uniform([v], graph.Variables).Values.ToArray(), 0), 0,
            $"{path}.states[{v}].distribution"))];
        List<object?> states = [.. features.Select((feature, v) => State(own[v], feature.Name))];
        foreach (var feature in features)
            if (feature.Name.EndsWith(Mark, StringComparison.Ordinal))
                writing.Warn(path, $"pomegranate takes the variable '{feature.Name}' for a factor, as its name ends in {Mark}");
        var (edges, joint) = (new List<object?>(), (TableClass)All[Joint]);
        foreach (var factor in graph.Factors.Skip(alone.Count))
        {
            foreach (var v in factor.Variables) edges.Add(new object[] { v, states.Count });
            var properties = joint.Write([.. factor.Variables.Select(v => graph.Variables[v].Values.Count)], factor.Values, 0,
                writing.Of([.. factor.Variables.Select(v => features[v])]), [.. factor.Variables.Select(v => own[v])]);
            states.Add(State(new PythonObject([("class", "Distribution"), ("name", joint.Name), .. properties]), $"f{states.Count - features.Length}{Mark}"));
        }
        // Our graphs have no name.
        return [("name", "graph"), ("states", states.ToArray()), ("edges", edges.ToArray())];
    }

    // The first factors, if they are what reading makes of the variables' own tables: of one variable each, in order, and with a sum of 1. A uniform table says
    // nothing, unless it is all that there is of its variable.
    private static Dictionary<int, NetworkFactor> OwnTables(FactorGraph graph)
    {
        var (own, last) = (new Dictionary<int, NetworkFactor>(), -1);
        foreach (var factor in graph.Factors)
        {
            var (v, values) = (factor.Variables[0], factor.Values.ToArray());
            if (factor.Variables.Count > 1 || v <= last || Math.Abs(values.Sum() - 1) > TableDistribution.SumTolerance) break;
            if (values.Distinct().Count() == 1 && graph.Factors.Any(f => !ReferenceEquals(f, factor) && f.Variables.Contains(v))) break;
            own[last = v] = factor;
        }
        return own;
    }

    private static PythonObject State(object distribution, string name) =>
        new([("class", "State"), ("distribution", distribution), ("name", name), ("weight", 1.0)]);

    private static bool IsTable(PomegranateNode state) =>
        state["distribution"].Optional("name") is { } name && All.GetValueOrDefault(name.Text()) is TableClass;

    // Shape [states][]: the variables of each factor, in the order of the edges.
    private static List<int>[] Neighbours(PomegranateNode edges, List<bool> isFactor, int[] nodes)
    {
        var neighbours = isFactor.ConvertAll(_ => new List<int>()).ToArray();
        foreach (var edge in edges.Items())
        {
            if (edge.Count != 2) throw edge.Bad($"{edge.Count} entries", "2: the indexes of a variable and a factor");
            var (a, b) = (Index(edge.At(0), isFactor.Count), Index(edge.At(1), isFactor.Count));
            if (isFactor[a] == isFactor[b]) throw edge.Bad($"an edge between two {(isFactor[a] ? "factors" : "variables")}", "a variable and a factor");
            var (variable, factor) = isFactor[a] ? (b, a) : (a, b);
            neighbours[factor].Add(Array.BinarySearch(nodes, variable));
        }
        return neighbours;
    }

    private static NetworkFactor Factor(PomegranateNode json, List<int> neighbours, int first, int depth, PomegranateReading reading)
    {
        if (All.GetValueOrDefault(json["name"].Text()) is not TableClass kind)
        {
            if (neighbours.Count != 1) throw json.Bad($"a table of one column, and {neighbours.Count} edges", "an edge for each column");
            var alone = reading.Of([first + neighbours[0]], scalesRows: true).Distribution(json, 0, depth + 1) as DiscreteDistribution
                ?? throw json.Bad("another distribution", "a table");
            return new(neighbours, alone.Probabilities.ToArray());
        }
        var table = kind.Keyed(json, reading);
        if (table.Columns != neighbours.Count) throw json.Bad($"a table of {table.Columns} columns, and {neighbours.Count} edges", "an edge for each column");
        var (scope, left) = (new int[table.Columns], neighbours.ToList());
        for (var c = 0; c < scope.Length; c++)
        {
            var column = c;
            var at = left.FindIndex(v => table.Rows.All(row => reading.Keys(first + v).Has(row.Keys[column].Text)));
            if (at < 0) throw json["table"].Bad($"keys in column {c} that none of the other variables at its edges has", "the keys of a variable");
            scope[c] = left[at];
            left.RemoveAt(at);
        }
        return new(scope, table.Filled([.. scope.Select(v => reading.Keys(first + v))]).Values);
    }

    private static int Index(PomegranateNode node, int count) =>
        node.Element.ValueKind == System.Text.Json.JsonValueKind.Number && node.Element.TryGetInt32(out var index) && index >= 0 && index < count
            ? index
            : throw node.Bad(node.Shown(), $"the index of a state, a whole number from 0 to {count - 1}");
}
