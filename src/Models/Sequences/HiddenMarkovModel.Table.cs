namespace Pipelines;

/// <content>The transitions as a table.</content>
public sealed partial class HiddenMarkovModel : ITransitionModel
{
    /// <inheritdoc/>
    /// <remarks>The start first, then the states in their order; the end is a column only if the model is finite.</remarks>
    public TransitionTable TransitionTable(IReadOnlyList<Feature>? features = null)
    {
        var inner = Enumerable.Range(0, graph.States.Length).Where(s => s != StartIndex && s != EndIndex).ToArray();
        int[] from = [StartIndex, .. inner];
        int[] to = [.. inner, .. IsFinite ? [EndIndex] : Array.Empty<int>()];
        var (row, column) = (Places(from), Places(to));
        var probabilities = new double[from.Length, to.Length];
        for (var e = 0; e < graph.From.Length; e++)
        {
            if (row.TryGetValue(graph.From[e], out var r) && column.TryGetValue(graph.To[e], out var c))
                probabilities[r, c] += graph.Transitions[e].Probability;
        }
        return new("state", "next state", [.. from.Select(s => graph.States[s].Name)], [.. to.Select(s => graph.States[s].Name)], probabilities);

        static Dictionary<int, int> Places(int[] states) => states.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
    }
}
