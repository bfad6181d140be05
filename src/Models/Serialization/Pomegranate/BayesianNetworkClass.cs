using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// Named variables, the parents of each, and their tables. pomegranate's answers about incomplete rows are approximate where the arcs form undirected cycles;
/// here they are exact.
/// </summary>
internal sealed class BayesianNetworkClass : PomegranateClass
{
    // A file says which values a table has, but may leave rows out: a few lines could fill the memory.
    private const long MostCells = 4L * TableDistribution.MostCells;

    [ModuleInitializer]
    internal static void Register() => Add(new BayesianNetworkClass());

    public override string Name => "BayesianNetwork";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(BayesianNetwork)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var (states, structure) = (json["states"].Items().ToList(), json["structure"]);
        if (structure.Count != states.Count) throw structure.Bad($"{structure.Count} lists", $"{states.Count}, one for each state");
        var parents = structure.Items().Select(own => own.Items().Select(p => Index(p, states.Count)).ToArray()).ToArray();
        var tables = new TableDistribution[states.Count];
        long cells = 0;
        for (var i = 0; i < states.Count; i++)
        {
            reading.Keys(first + i).Call(states[i]["name"].Text());
            int[] family = [.. parents[i], i];
            if (states[i].Optional("weight") is { IsNull: false } weight && weight.Number() != 1)
                reading.Warn(weight, "the weights of a network's states are ignored, as pomegranate does");
            var node = states[i]["distribution"];
            var own = reading.Of(family.Select(v => first + v), scalesRows: true);
            var read = own.Distribution(node, 0, depth + 1);
            tables[i] = read is DiscreteDistribution or ConditionalProbabilityTable && read.Dimensions == family.Length
                ? (TableDistribution)read
                : throw node.Bad("another distribution", family.Length == 1 ? "a discrete distribution, as the state has no parents"
                    : $"a conditional probability table of {family.Length} columns, one for each parent and the state's own");
            if ((cells += tables[i].Probabilities.Length) > MostCells)
                throw json.Bad($"tables of more than {MostCells} probabilities", $"at most {MostCells}", remedy: "the network is too large for this version");
        }
        NetworkVariable[] variables = [.. states.Select((s, i) => new NetworkVariable(s["name"].Text(), [.. reading.Keys(first + i).Texts]))];
        // In the first reading, tables that were read before others do not know all values yet.
        return states.Count > 0 && !reading.Keys(first).IsSettled
            ? BayesianNetwork.OfStructure(variables, parents)
            : new BayesianNetwork(variables, parents, [.. tables.Select((t, i) => Rows(t, states[i]["distribution"], reading))]);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var network = (BayesianNetwork)model;
        if (network.IsFrozen) writing.Warn(path, "the format does not say that a network is frozen");
        if (network.Missing != MissingValues.Available) writing.Warn(path, "the format has no place for how the model is fitted");
        Feature[] features = [.. network.Variables.Select((v, i) => writing.Named(first + i, new(v.Name, v.Values)))];
        var states = new object[features.Length];
        for (var i = 0; i < states.Length; i++)
        {
            Distribution table = network.Parents[i].Count == 0 ? DiscreteDistribution.AsGiven(network.Tables[i].Probabilities.ToArray(), 0) : network.Tables[i];
            var own = writing.Of([.. network.Parents[i].Select(p => features[p]), features[i]]);
            states[i] = new PythonObject(
            [
                ("class", "State"), ("distribution", own.Object(table, 0, $"{path}.states[{i}].distribution")), ("name", features[i].Name), ("weight", 1.0),
            ]);
        }
        return
        [
            // Our networks have no name; pomegranate's own have a number then.
            ("name", "network"), ("structure", network.Parents.Select(own => (object?)own.Select(p => (object?)p).ToArray()).ToArray()), ("states", states),
        ];
    }

    private static int Index(PomegranateNode node, int count) =>
        node.Element.ValueKind == System.Text.Json.JsonValueKind.Number && node.Element.TryGetInt32(out var index) && index >= 0 && index < count
            ? index
            : throw node.Bad(node.Shown(), $"the index of a state, a whole number from 0 to {count - 1}");

    // Answers about incomplete rows leave out what sums to 1, so each row has to.
    private static double[] Rows(TableDistribution table, PomegranateNode node, PomegranateReading reading)
    {
        var rows = table.Probabilities.ToArray();
        var size = table.Sizes[^1];
        for (var at = 0; at < rows.Length; at += size)
        {
            var row = rows.AsSpan(at, size);
            double sum = 0;
            foreach (var p in row) sum += p;
            if (Math.Abs(sum - 1) <= TableDistribution.SumTolerance) continue;
            if (sum == 0)
            {
                row.Fill(1.0 / size);
                reading.Warn(node, "some combinations of the parents' values have no probabilities; all values are equally likely there");
                continue;
            }
            foreach (ref var p in row) p /= sum;
            reading.Warn(node, "probabilities given some values of the parents do not sum to 1; in a network they are scaled to it");
        }
        return rows;
    }
}
