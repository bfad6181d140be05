using System.Text.Json;
using Pipelines.Models.Tests.Golden;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>A golden file of a hidden Markov model: its model, its sequences, and comparisons with what it expects.</summary>
internal sealed class HiddenMarkovCase
{
    private readonly IReadOnlyList<string>? keys;

    public HiddenMarkovCase(string name)
    {
        Golden = new GoldenFile(name);
        var inputs = Golden.Inputs;
        if (!inputs.TryGetProperty("states", out var states)) return;
        var first = states.EnumerateArray().Select(s => s.GetProperty("distribution")).First(d => d.ValueKind == JsonValueKind.Object);
        keys = first.TryGetProperty("keys", out var found) ? [.. found.EnumerateArray().Select(k => k.ToString())] : null;
        var own = states.EnumerateArray().Select(s => new HiddenState(s.GetProperty("name").GetString()!,
            s.GetProperty("distribution").ValueKind == JsonValueKind.Null || Text(s, "tied_to") is not null
                ? null
                : GoldenFile.Distribution(s.GetProperty("distribution")),
            s.TryGetProperty("weight", out var w) && w.ValueKind == JsonValueKind.Number ? w.GetDouble() : 1,
            Text(s, "tied_to")));
        var edges = inputs.GetProperty("edges").EnumerateArray().Select(e => e.EnumerateArray().ToArray())
            .Select(e => new HiddenTransition(e[0].GetString()!, e[1].GetString()!, GoldenFile.Number(e[2]),
            e.Length > 3 && e[3].ValueKind == JsonValueKind.Number ? e[3].GetDouble() : null,
            e.Length > 4 && e[4].ValueKind == JsonValueKind.String ? e[4].GetString() : null));
        Model = new(own, edges);
    }

    public GoldenFile Golden { get; }

    public HiddenMarkovModel Model { get; } = null!;

    public SequenceSet Sequences
    {
        get
        {
            var weights = Golden.Inputs.TryGetProperty("weights", out var w) && w.ValueKind == JsonValueKind.Array ? GoldenFile.Numbers(w) : null;
            var labels = Golden.Inputs.TryGetProperty("labels", out var l) && l.ValueKind == JsonValueKind.Array
                ? l.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Null
                    ? null
                    : Model.Labels(s.EnumerateArray().Select(x => x.GetString()).Where(x => x is not ("start" or "end")))).ToArray()
                : null;
            var sequences = Golden.Inputs.GetProperty("sequences").EnumerateArray().ToArray();
            return sequences[0][0].ValueKind == JsonValueKind.Array
                ? SequenceSet.From([.. sequences.Select(GoldenFile.Matrix)], weights, labels)
                : SequenceSet.From([.. sequences.Select(s => keys is null ? GoldenFile.Numbers(s) : GoldenFile.Codes(s, keys))], weights, labels);
        }
    }

    public void CloseTransitions(JsonElement expected, HiddenMarkovModel model, Func<int, double> value, string what)
    {
        foreach (var edge in expected.EnumerateArray())
        {
            var (from, to) = (edge[0].GetString()!, edge[1].GetString()!);
            var at = Enumerable.Range(0, model.Transitions.Count).Single(e => model.Transitions[e].From == from && model.Transitions[e].To == to);
            Golden.Close(GoldenFile.Number(edge[2]), value(at), $"{what}: {from} to {to}");
        }
    }

    public void Close(JsonElement expected, HiddenMarkovModel model, string what)
    {
        CloseTransitions(expected.GetProperty("transitions"), model, e => model.Transitions[e].Probability, what);
        foreach (var state in expected.GetProperty("distributions").EnumerateObject())
            Golden.Close(state.Value, model.Emission(model.IndexOf(state.Name)), $"{what}: {state.Name}");
    }

    /// <summary>Compares a table whose columns are in the order of the named states.</summary>
    public void CloseTable(JsonElement expected, JsonElement order, HiddenMarkovModel model, double[,] found, string what)
    {
        var columns = order.EnumerateArray().Select(n => model.IndexOf(n.GetString()!)).ToArray();
        Assert.Equal(expected.GetArrayLength(), found.GetLength(0));
        foreach (var (row, t) in expected.EnumerateArray().Select((r, t) => (r, t)))
            for (var c = 0; c < columns.Length; c++)
                Golden.Close(GoldenFile.Number(row[c]), found[t, columns[c]], $"{what}[{t}][{model.States[columns[c]].Name}]");
    }

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
