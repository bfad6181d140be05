using Pipelines.Models.Fitting;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Indexed states and edges: emitting states first, in the given order, then the silent states in topological order, with the start as early and the end as
/// late as possible. The probabilities of the edges out of each state sum to 1.
/// </summary>
internal sealed class HiddenGraph
{
    private const double Exact = 1e-12;

    public HiddenGraph(IReadOnlyList<HiddenState> states, IReadOnlyList<HiddenTransition> transitions, bool refuseRowSums)
    {
        Dictionary<string, HiddenState> byName = new(StringComparer.Ordinal);
        foreach (var state in states)
        {
            if (string.IsNullOrEmpty(state.Name) || !byName.TryAdd(state.Name, state))
                throw Bad("states", $"the name '{state.Name}' {(string.IsNullOrEmpty(state.Name) ? "(empty)" : "twice")}", "a unique name for each state",
                    "rename the state");
            if (!(double.IsFinite(state.Weight) && state.Weight > 0))
                throw Bad($"state '{state.Name}'", $"a weight of {state.Weight.Text()}", "a finite number above 0", "correct the weight");
        }
        foreach (var name in new[] { HiddenMarkovModel.Start, HiddenMarkovModel.End })
        {
            if (byName.TryGetValue(name, out var own) && Emits(own))
                throw Bad($"state '{name}'", "a distribution", "none: the start and the end are silent", "rename the state");
            byName.TryAdd(name, new(name));
        }
        var emitting = states.Where(Emits).ToList();
        if (emitting.Count == 0) throw Bad("states", "no emitting state", "at least one", "give a state a distribution");
        var silent = byName.Values.Where(s => !Emits(s)).Select(s => s.Name).ToList();
        foreach (var t in transitions)
        {
            Cancellation.Poll();
            foreach (var name in new[] { t.From, t.To })
                if (!byName.ContainsKey(name))
                    throw Bad($"transition '{t.From}' to '{t.To}'", $"no state '{name}'", "names of states", "add the state or correct the name");
            if (!(double.IsFinite(t.Probability) && t.Probability >= 0))
                throw Bad($"transition '{t.From}' to '{t.To}'", $"a probability of {t.Probability.Text()}", "a finite number of at least 0",
                    "correct the probability");
            if (t.Pseudocount is { } p && !(double.IsFinite(p) && p >= 0))
                throw Bad($"transition '{t.From}' to '{t.To}'", $"a pseudocount of {p.Text()}", "a finite number of at least 0", "correct the pseudocount");
            if (t.To == HiddenMarkovModel.Start)
                throw Bad($"transition '{t.From}' to '{t.To}'", "a transition into the start", "none: every sequence starts there exactly once",
                    "point it at the states after the start");
            if (t.From == HiddenMarkovModel.End)
                throw Bad($"transition '{t.From}' to '{t.To}'", "a transition out of the end", "none: every sequence ends there", "remove the transition");
        }
        if (transitions.GroupBy(t => (t.From, t.To)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Bad($"transition '{twice.Key.From}' to '{twice.Key.To}'", $"{twice.Count()} of them", "one", "add up their probabilities");
        var order = emitting.Select(s => s.Name).Concat(Topological(silent, transitions)).ToList();
        States = [.. order.Select(n => byName[n])];
        Emitting = emitting.Count;
        var number = order.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        StartIndex = number[HiddenMarkovModel.Start];
        EndIndex = number[HiddenMarkovModel.End];
        From = [.. transitions.Select(t => number[t.From])];
        To = [.. transitions.Select(t => number[t.To])];
        Transitions = Normalized(transitions, refuseRowSums);
        Emission = new int[Emitting];
        for (var k = 0; k < Emitting; k++) Emission[k] = TiedTo(States[k], number);
        // As in pomegranate: any edge into the end, even one of probability 0, makes sequences finish there.
        IsFinite = Enumerable.Range(0, To.Length).Any(e => To[e] == EndIndex);
        FindUnreachable();
    }

    /// <summary>All states, in order.</summary>
    public HiddenState[] States { get; }

    /// <summary>Number of emitting states E; they come first.</summary>
    public int Emitting { get; }

    public int StartIndex { get; }

    public int EndIndex { get; }

    /// <summary>True if every sequence must finish in the end state.</summary>
    public bool IsFinite { get; }

    /// <summary>The edges in the given order; those out of each state sum to 1.</summary>
    public HiddenTransition[] Transitions { get; }

    /// <summary>State that each edge leaves, shape [edges].</summary>
    public int[] From { get; }

    /// <summary>State that each edge enters, shape [edges].</summary>
    public int[] To { get; }

    /// <summary>For each emitting state, the state whose distribution it uses: itself unless tied. Shape [E].</summary>
    public int[] Emission { get; }

    /// <summary>Corrections made and suspected mistakes, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    private static bool Emits(HiddenState state) => state.Distribution is not null || state.TiedTo is not null;

    private static ModelException Bad(string place, string found, string expected, string remedy) =>
        new(ErrorKind.Usage, $"hidden Markov model, {place}", found, expected, remedy);

    private static List<string> Topological(List<string> silent, IReadOnlyList<HiddenTransition> transitions)
    {
        var left = silent.ToDictionary(n => n, _ => 0, StringComparer.Ordinal);
        var between = transitions.Where(t => left.ContainsKey(t.From) && left.ContainsKey(t.To)).ToList();
        foreach (var t in between) left[t.To]++;
        var next = between.ToLookup(t => t.From, t => t.To, StringComparer.Ordinal);
        List<string> order = [];
        // Where the edges leave a choice, the start comes first and the end last; the others keep the given order.
        while (left.Count > 0)
        {
            var found = silent.Where(n => left.TryGetValue(n, out var count) && count == 0)
                .OrderBy(n => n == HiddenMarkovModel.Start ? 0 : n == HiddenMarkovModel.End ? 2 : 1).FirstOrDefault();
            if (found is null)
            {
                // States that only follow the cycle are not part of it.
                while (left.Keys.FirstOrDefault(n => !next[n].Any(left.ContainsKey)) is { } after) left.Remove(after);
                throw Bad("silent states", $"a cycle among {string.Join(", ", silent.Where(left.ContainsKey).Select(n => $"'{n}'"))}",
                    "no cycle of silent states", "remove one of its transitions, or give one of the states a distribution");
            }
            order.Add(found);
            left.Remove(found);
            foreach (var target in next[found]) left[target]--;
        }
        return order;
    }

    private HiddenTransition[] Normalized(IReadOnlyList<HiddenTransition> transitions, bool refuse)
    {
        var sums = new double[States.Length];
        for (var e = 0; e < From.Length; e++) sums[From[e]] += transitions[e].Probability;
        for (var s = 0; s < sums.Length; s++)
        {
            if (!(sums[s] > 0) || Math.Abs(sums[s] - 1) <= 1e-8) continue;
            if (refuse) throw Bad($"transitions out of '{States[s].Name}'", $"a sum of {sums[s].Text()}", "1", "correct them, or allow scaling");
            Warnings.Add($"the transitions out of state '{States[s].Name}' sum to {sums[s].Text()}: they were scaled to sum 1");
        }
        // Rows that already sum to 1 are kept bit for bit: a model read from a file equals the saved model.
        return [
            .. transitions.Select((t, e) => Math.Abs(sums[From[e]] - 1) <= Exact || !(sums[From[e]] > 0)
                ? t
                : t with { Probability = t.Probability / sums[From[e]], Pseudocount = t.Pseudocount ?? t.Probability })];
    }

    private int TiedTo(HiddenState state, Dictionary<string, int> number)
    {
        var own = number[state.Name];
        if (state.TiedTo is null) return own;
        if (!number.TryGetValue(state.TiedTo, out var other) || other >= Emitting || States[other].TiedTo is not null)
            throw Bad($"state '{state.Name}'", $"tied to '{state.TiedTo}'", "the name of an emitting state that is not tied itself",
                "tie it to the state that holds the distribution");
        return other;
    }

    private void FindUnreachable()
    {
        var forward = Reached(StartIndex, From, To);
        for (var s = 0; s < States.Length; s++)
            if (!forward[s] && s != EndIndex) Warnings.Add($"state '{States[s].Name}' cannot be reached from the start: no sequence visits it");
        if (!IsFinite) return;
        var backward = Reached(EndIndex, To, From);
        for (var s = 0; s < States.Length; s++)
            if (!backward[s]) Warnings.Add($"the end cannot be reached from state '{States[s].Name}': no sequence visits it");
    }

    private bool[] Reached(int first, int[] from, int[] to)
    {
        var reached = new bool[States.Length];
        reached[first] = true;
        for (var grew = true; grew;)
        {
            grew = false;
            for (var e = 0; e < from.Length; e++)
            {
                if (!reached[from[e]] || reached[to[e]] || Transitions[e].Probability == 0) continue;
                reached[to[e]] = grew = true;
            }
        }
        return reached;
    }
}
