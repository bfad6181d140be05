using Pipelines.Models.Fitting;

namespace Pipelines;

/// <content>Construction of models and sampling from them.</content>
public sealed partial class HiddenMarkovModel
{
    /// <summary>Makes a model from a transition matrix.</summary>
    /// <param name="transitions">Shape [states, states]; 0 = no edge.</param>
    /// <param name="distributions">Shape [states]; null = silent.</param>
    /// <param name="starts">Probability that a sequence starts in each state, shape [states]; 0 = no edge.</param>
    /// <param name="ends">Probability that a sequence ends after each state, shape [states]; 0 = no edge. Null = an infinite model.</param>
    /// <param name="names">Shape [states]; null = s0, s1, s2 …</param>
    /// <param name="name">A display name; null = none.</param>
    /// <param name="fitting">How it is fitted; null = the defaults.</param>
    /// <param name="refuseRowSums">True: transitions out of a state that do not sum to 1 are an error; false (default): they are scaled, and
    /// <see cref="Warnings"/> reports it.</param>
    /// <exception cref="ModelException">Shapes differ, or the model is not usable.</exception>
    public static HiddenMarkovModel FromMatrix(double[,] transitions, IReadOnlyList<Distribution?> distributions, IReadOnlyList<double> starts,
        IReadOnlyList<double>? ends = null, IReadOnlyList<string>? names = null, string? name = null, HiddenFitting? fitting = null, bool refuseRowSums = false)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        ArgumentNullException.ThrowIfNull(distributions);
        ArgumentNullException.ThrowIfNull(starts);
        var count = distributions.Count;
        ModelException.CheckOptions("hidden Markov model",
            (transitions.GetLength(0) == count && transitions.GetLength(1) == count, nameof(transitions),
                $"{transitions.GetLength(0)} x {transitions.GetLength(1)}", $"{count} x {count}, a row and a column for each state"),
            (starts.Count == count, nameof(starts), starts.Count, $"one for each of {count} states"),
            (ends is null || ends.Count == count, nameof(ends), ends?.Count, $"one for each of {count} states"),
            (names is null || names.Count == count, nameof(names), names?.Count, $"one for each of {count} states"));
        names ??= [.. Enumerable.Range(0, count).Select(k => $"s{k}")];
        var edges = new List<HiddenTransition>();
        for (var i = 0; i < count; i++)
            if (starts[i] != 0) edges.Add(new(Start, names[i], starts[i]));
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
                if (transitions[i, j] != 0) edges.Add(new(names[i], names[j], transitions[i, j]));
            if (ends is not null && ends[i] != 0) edges.Add(new(names[i], End, ends[i]));
        }
        return new(names.Select((n, k) => new HiddenState(n, distributions[k])), edges, name, fitting, refuseRowSums);
    }

    /// <summary>The same model, of which fits leave the distributions of these states as they are and update the others.</summary>
    /// <param name="states">Indexes of emitting states, from 0; none = all are updated. States that share a distribution are frozen together.</param>
    /// <exception cref="ModelException">There is no such state.</exception>
    public HiddenMarkovModel WithFrozen(params ReadOnlySpan<int> states)
    {
        BlockChecks.CheckIndexes(states, EmittingStates, "hidden Markov model", "emitting state");
        var frozen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var k in states) frozen.Add(graph.States[k].TiedTo ?? graph.States[k].Name);
        return new(
            graph.States.Select(s => s with { Distribution = frozen.Contains(s.Name) ? s.Distribution?.Freeze() : s.Distribution?.Thaw() }),
            graph.Transitions, ModelName, Fitting);
    }

    /// <summary>A copy of the model with other names and distributions for its emitting states, shape [emitting states] each.</summary>
    internal HiddenMarkovModel Renamed(IReadOnlyList<string> names, IReadOnlyList<Distribution> distributions)
    {
        var now = graph.States.Take(EmittingStates).Select((s, k) => (s.Name, To: names[k])).ToDictionary(s => s.Name, s => s.To, StringComparer.Ordinal);
        string Of(string name) => now.GetValueOrDefault(name, name);
        return new(
            graph.States.Select((s, k) => k < EmittingStates
                ? s with { Name = names[k], Distribution = distributions[k], TiedTo = s.TiedTo is null ? null : Of(s.TiedTo) }
                : s),
            graph.Transitions.Select(t => t with { From = Of(t.From), To = Of(t.To) }), ModelName, Fitting);
    }

    /// <summary>This model followed by another: an edge of probability 1 leads from the end of this one to the start of the other.</summary>
    /// <param name="other">The model that follows.</param>
    /// <param name="prefix">Prefix of the other model's state names, to keep all names unique.</param>
    /// <exception cref="ModelException">This model is infinite, or names collide.</exception>
    public HiddenMarkovModel Concatenate(HiddenMarkovModel other, string prefix)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!IsFinite)
            throw new ModelException(ErrorKind.Usage, "hidden Markov model, concatenation", "a first model without an end", "a finite one",
                "give its states transitions into the end");
        const string between = "join";
        var middle = States.Any(s => s.Name == between) ? $"{prefix}{between}" : between;
        var states = States.Where(s => s.Name is not (Start or End)).Append(new(middle))
            .Concat(other.States.Where(s => s.Name is not (Start or End))
                .Select(s => s with { Name = prefix + s.Name, TiedTo = s.TiedTo is null ? null : prefix + s.TiedTo }));
        var edges = Transitions.Select(t => t.To == End ? t with { To = middle } : t)
            .Concat(
                other.Transitions.Select(t => t with
                {
                    From = t.From == Start ? middle : prefix + t.From,
                    To = t.To == End ? End : prefix + t.To,
                    Group = t.Group is null ? null : prefix + t.Group
                }));
        return new(states, edges, ModelName, Fitting);
    }

    /// <summary>Draws sequences, together with the states that emitted them.</summary>
    /// <param name="count">Number of sequences, at least 0.</param>
    /// <param name="length">Rows per sequence; 0 (default) = until the end state, for finite models only. A finite model discards and redraws sequences of any
    /// other length.</param>
    /// <param name="seed">Equal seeds give equal sequences.</param>
    /// <exception cref="ModelException">The model is infinite and no length is given, or no sequence of that length is found.</exception>
    public IReadOnlyList<HiddenSample> Sample(int count, int length = 0, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (!IsFinite && length == 0)
            throw new ModelException(ErrorKind.Usage, "sampling", "no length", "a length: the model has no end", "set the number of rows per sequence");
        var random = new SeededRandom(seed, stream: 2);
        return [.. Enumerable.Range(0, count).Select(_ => Draw(random, length))];
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (rows.IsEmpty) return;
        var drawn = Draw(random, rows.Length / Dimensions);
        for (var t = 0; t < drawn.States.Length; t++)
            for (var j = 0; j < Dimensions; j++) rows[(t * Dimensions) + j] = drawn.Rows[t, j];
        if (!labels.IsEmpty) drawn.States.CopyTo(labels);
    }

    private HiddenSample Draw(SeededRandom random, int length)
    {
        var (edges, weights, canEnd) = leaving.Value;
        const int most = 10_000;
        for (var attempt = 0; attempt < most; attempt++)
        {
            if (IsFinite && !canEnd[StartIndex]) break;
            List<int> route = [StartIndex];
            List<double[]> rows = [];
            while (route[^1] != EndIndex && (IsFinite || rows.Count < length) && (length == 0 || rows.Count <= length))
            {
                Cancellation.Poll();
                var state = route[^1];
                if (edges[state].Length == 0) break;
                var next = graph.To[edges[state][random.NextIndex(weights[state], 1)]];
                // No sequence can reach the end from here.
                if (IsFinite && !canEnd[next]) break;
                route.Add(next);
                if (next >= EmittingStates) continue;
                var row = new double[Dimensions];
                emissions[next].Sample(random, row);
                rows.Add(row);
            }
            if ((IsFinite && route[^1] != EndIndex) || (length > 0 && rows.Count != length)) continue;
            var values = new double[rows.Count, Dimensions];
            for (var t = 0; t < rows.Count; t++)
                for (var j = 0; j < Dimensions; j++) values[t, j] = rows[t][j];
            return new(values, [.. route.Where(s => s < EmittingStates)], [.. route]);
        }
        throw new ModelException(ErrorKind.Usage, "sampling", length == 0 || (IsFinite && !canEnd[StartIndex])
            ? "no path to the end"
            : $"no sequence of {length} rows in {most} attempts", "a length that the model can have", "choose another length");
    }

    private bool[] CanEnd(int[][] edges)
    {
        var can = new bool[edges.Length];
        if (!IsFinite) return can;
        can[EndIndex] = true;
        for (var isNew = true; isNew;)
        {
            isNew = false;
            for (var s = 0; s < can.Length; s++)
            {
                if (can[s] || !Array.Exists(edges[s], e => can[graph.To[e]])) continue;
                isNew = can[s] = true;
            }
        }
        return can;
    }
}
