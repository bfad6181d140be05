using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// States, emitting and silent, and edges between their indices. The graph is kept as in the file: pomegranate's own reader removes silent states,
/// which can change results.
/// </summary>
internal sealed class HiddenMarkovClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new HiddenMarkovClass());

    // pomegranate's name for a model without a name.
    private const string Unnamed = "None";

    public override string Name => "HiddenMarkovModel";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(HiddenMarkovModel)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var list = json["states"].Items().ToList();
        var (start, end) = (Index(json["start_index"], list.Count), Index(json["end_index"], list.Count));
        if (start == end) throw json["end_index"].Bad($"{end}, which is also the start", "another state");
        var names = Names(list, start, end, reading);
        var emissions = list.Select(s => s["distribution"] is { IsNull: false } d ? reading.Distribution(d, first, depth + 1) : null).ToList();
        var holders = Holders(json, emissions, reading);
        var states = new List<HiddenState>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var weight = list[i].Optional("weight") is { IsNull: false } w ? w.Number() : 1;
            states.Add(holders[i] == i ? new(names[i], emissions[i], weight) : new(names[i], null, weight, names[holders[i]]));
        }
        var title = json.Optional("name") is { IsNull: false } own ? own.Text() : Unnamed;
        var model = new HiddenMarkovModel(states, json["edges"].Items().Select(e => Edge(e, names)), title == Unnamed ? null : title);
        foreach (var warning in model.Warnings) reading.Warn(json, warning);
        return model;
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var hidden = (HiddenMarkovModel)model;
        if (hidden.Fitting != new HiddenFitting()) writing.Warn(path, "the format has no place for how the model is fitted");
        var title = hidden.ModelName ?? Unnamed;
        var states = new object?[hidden.States.Count];
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < states.Length; i++)
        {
            index.Add(hidden.States[i].Name, i);
            var name = i == hidden.StartIndex ? $"{title}-start" : i == hidden.EndIndex ? $"{title}-end" : hidden.States[i].Name;
            states[i] = new PythonObject(
            [
                ("class", "State"),
                ("distribution", i < hidden.EmittingStates ? writing.Object(hidden.Emission(i), first, $"{path}.states[{i}].distribution") : null),
                ("name", name), ("weight", hidden.States[i].Weight),
            ]);
        }
        var groups = Groups(hidden.Transitions);
        var edges =
            hidden.Transitions.Select(t => (object?)new object?[] { index[t.From], index[t.To], t.Probability, t.Pseudocount ?? t.Probability,
                t.Group is null ? null : groups[t.Group] }).ToArray();
        var holders = Enumerable.Range(0, hidden.EmittingStates).Select(k => hidden.States[k].TiedTo is { } other ? index[other] : k).ToArray();
        var ties =
            Enumerable.Range(0, holders.Length).SelectMany(
                i => Enumerable.Range(0, holders.Length).Where(j => j != i && holders[j] == holders[i]).Select(j => (object?)new object?[] { i, j })).ToArray();
        return
        [
            ("name", title), ("start", states[hidden.StartIndex]), ("end", states[hidden.EndIndex]), ("states", states),
            ("end_index", hidden.EndIndex), ("start_index", hidden.StartIndex), ("silent_index", hidden.EmittingStates),
            ("edges", edges), ("distribution ties", ties),
        ];
    }

    // Our start and end have fixed names, and all names are distinct.
    private static string[] Names(List<PomegranateNode> states, int start, int end, PomegranateReading reading)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { HiddenMarkovModel.Start, HiddenMarkovModel.End };
        var names = new string[states.Count];
        for (var i = 0; i < names.Length; i++)
        {
            if (i == start || i == end)
            {
                names[i] = i == start ? HiddenMarkovModel.Start : HiddenMarkovModel.End;
                continue;
            }
            var own = states[i]["name"].Text();
            var name = own.Length > 0 ? own : $"state {i}";
            for (var n = 2; !taken.Add(name); n++) name = $"{own} ({n})";
            if (name != own)
                reading.Warn(states[i]["name"], $"the state {JsonHelpers.Quote(own)} is called {JsonHelpers.Quote(name)} here: each state needs a name of its "
                    + $"own, and {HiddenMarkovModel.Start} and {HiddenMarkovModel.End} are taken");
            names[i] = name;
        }
        return names;
    }

    // For each state, the first state that shares its distribution: itself unless it is tied.
    private static int[] Holders(PomegranateNode json, List<Distribution?> emissions, PomegranateReading reading)
    {
        var holders = Enumerable.Range(0, emissions.Count).ToArray();
        if (json.Optional("distribution ties") is not { IsNull: false } ties) return holders;
        foreach (var pair in ties.Items())
        {
            var (a, b) = (Index(pair.At(0), holders.Length), Index(pair.At(1), holders.Length));
            if (emissions[a] is null || emissions[b] is null) throw pair.Bad("a silent state", "two states with distributions");
            if (!emissions[a]!.Equals(emissions[b]))
            {
                reading.Warn(pair, "states that are tied have different distributions; each keeps its own");
                continue;
            }
            var (low, high) = (Math.Min(holders[a], holders[b]), Math.Max(holders[a], holders[b]));
            for (var i = 0; i < holders.Length && low != high; i++)
                if (holders[i] == high) holders[i] = low;
        }
        return holders;
    }

    private static HiddenTransition Edge(PomegranateNode edge, string[] names)
    {
        if (edge.Count is < 3 or > 5)
            throw edge.Bad(edge.Element.ValueKind == System.Text.Json.JsonValueKind.Array ? $"{edge.Count} entries" : edge.Shown(),
                "5: from, to, probability, pseudocount and group");
        double? pseudocount = edge.Count > 3 && !edge.At(3).IsNull ? edge.At(3).Number() : null;
        // An integer in files of version 0.14; a string that names the group is accepted too.
        var group = edge.Count <= 4 || edge.At(4).IsNull ? null
            : edge.At(4).Element.ValueKind == System.Text.Json.JsonValueKind.String
                ? edge.At(4).Text()
                : edge.At(4).Number().ToString("R", CultureInfo.InvariantCulture);
        return new(names[Index(edge.At(0), names.Length)], names[Index(edge.At(1), names.Length)], edge.At(2).Number(), pseudocount, group);
    }

    // Groups are numbered in the file: names that are numbers are kept.
    private static Dictionary<string, int> Groups(IReadOnlyList<HiddenTransition> edges)
    {
        var names = edges.Select(t => t.Group).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var areNumbers =
            names.TrueForAll(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number.ToString(CultureInfo.InvariantCulture) == n);
        return names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => areNumbers ? int.Parse(p.n, CultureInfo.InvariantCulture) : p.i,
            StringComparer.Ordinal);
    }

    private static int Index(PomegranateNode json, int count) =>
        json.Number() is var number && number >= 0 && number < count && number == Math.Floor(number)
            ? (int)number
            : throw json.Bad(json.Shown(), $"the index of a state, a whole number from 0 to {count - 1}");
}
