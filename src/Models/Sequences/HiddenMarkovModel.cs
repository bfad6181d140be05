using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A hidden Markov model: states that emit rows from arbitrary distributions, silent states between them, and edges with probabilities. Every sequence starts
/// in the silent state <see cref="Start"/>. If there is an edge into <see cref="End"/>, the model is finite and sequences finish there; otherwise they may stop
/// in any emitting state. Missing values have emission probability 1 if the distribution supports them.
/// </summary>
/// <remarks>
/// Fitting is exact expectation-maximisation. The recursions run in linear space with scaling; sequences whose values leave its range are computed in
/// logarithms. Transitions out of each state are scaled to sum to 1.
/// </remarks>
public sealed partial class HiddenMarkovModel : SequenceModel, IModelFormat<HiddenMarkovModel>
{
    /// <summary>Name of the silent state in which every sequence starts.</summary>
    public const string Start = "start";

    /// <summary>Name of the silent state in which the sequences of a finite model end.</summary>
    public const string End = "end";

    /// <summary>Score kind: for each row, the index of the state on the most probable path, or its name if the states are not named s0, s1 …</summary>
    public const string ViterbiKind = "viterbi";

    private readonly HiddenGraph graph;
    private readonly EffectiveChain chain;
    private readonly Lazy<LaneMatrices> matrices;
    private readonly Once<LaneEmissions> laneEmissions;
    private readonly TileEvaluator evaluator;
    private readonly Distribution[] emissions;
    private readonly double[] log2Weights;

    // For each state: the possible edges out of it, their probabilities, and whether the end can be reached.
    private readonly Lazy<(int[][] Edges, double[][] Weights, bool[] CanEnd)> leaving;
    private readonly ScoreKind[] scoreKinds;

    /// <summary>Makes a model.</summary>
    /// <param name="states">Emitting and silent states; the start and the end may be omitted.</param>
    /// <param name="transitions">Edges between them, at most one per pair of states; the order does not matter.</param>
    /// <param name="name">A display name; null = none.</param>
    /// <param name="fitting">How it is fitted; null = the defaults.</param>
    /// <param name="refuseRowSums">True: transitions out of a state that do not sum to 1 are an error; false (default): they are scaled, and
    /// <see cref="Warnings"/> reports it.</param>
    /// <exception cref="ModelException">Names, edges or numbers are not usable, or silent states form a cycle.</exception>
    public HiddenMarkovModel(IEnumerable<HiddenState> states, IEnumerable<HiddenTransition> transitions, string? name = null, HiddenFitting? fitting = null,
        bool refuseRowSums = false)
        : this(new HiddenGraph([.. states ?? throw new ArgumentNullException(nameof(states))],
            [.. transitions ?? throw new ArgumentNullException(nameof(transitions))], refuseRowSums), name, fitting ?? new())
    {
    }

    private HiddenMarkovModel(HiddenGraph graph, string? name, HiddenFitting fitting)
    {
        fitting.Validate();
        (this.graph, ModelName, Fitting) = (graph, name, fitting);
        emissions = [.. graph.Emission.Select(k => graph.States[k].Distribution!)];
        if (emissions.FirstOrDefault(d => d.Dimensions != emissions[0].Dimensions) is { } odd)
            throw new ModelException(ErrorKind.Usage, "hidden Markov model, emissions",
                $"distributions over {odd.Dimensions} and {emissions[0].Dimensions} features", "all over the same number of features",
                "give every state the same features");
        if (emissions.FirstOrDefault(d => d.IsOfSequences) is { } sequences)
            throw new ModelException(ErrorKind.Usage, "hidden Markov model, emissions", $"a {sequences.FormatName} of sequences", "distributions of rows",
                "give each state a distribution of rows");
        if (fitting.TiedCovariances) CovarianceTie.Check([.. Holders.Select(k => emissions[k])], HiddenFitting.Tie);
        chain = new(graph);
        matrices = new(() => new(chain));
        evaluator = new(emissions);
        leaving = new(() =>
        {
            var possible = Enumerable.Range(0, graph.From.Length).Where(e => graph.Transitions[e].Probability > 0).ToLookup(e => graph.From[e]);
            var edges = Enumerable.Range(0, graph.States.Length).Select(s => possible[s].ToArray()).ToArray();
            return (edges, [.. edges.Select(w => w.Select(e => graph.Transitions[e].Probability).ToArray())], CanEnd(edges));
        });
        laneEmissions = new(() => LaneEmissions.For(emissions, evaluator, log2Weights!, Matrices.IsCareful));
        log2Weights = [.. graph.States.Take(emissions.Length).Select(s => Math.Log2(s.Weight))];
        // Default names say no more than the index.
        string[] own = [.. graph.States.Take(emissions.Length).Select(s => s.Name)];
        var names = own.Where((n, k) => n != $"s{k}").Any() ? own : null;
        scoreKinds =
        [
            new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true),
            new(ScoreKind.Label, [new("label", IsInteger: true, names)], IsDefault: true),
            new(ViterbiKind, [new("viterbi", IsInteger: true, names), new("viterbi_log_probability") { IsLogDensity = true }]),
            new(ScoreKind.Probability, [.. Enumerable.Range(0, emissions.Length).Select(k => new ScoreColumn($"probability_{k}"))]),
        ];
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<HiddenMarkovModel>();

    /// <inheritdoc/>
    public static string Name => "hmm";

    /// <summary>The model's display name; null = none.</summary>
    public string? ModelName { get; }

    /// <summary>How it is fitted.</summary>
    public HiddenFitting Fitting { get; }

    /// <summary>All states: the emitting states first, in the given order, then the silent states in topological order.</summary>
    public IReadOnlyList<HiddenState> States => graph.States;

    /// <summary>Number of emitting states; they come first in <see cref="States"/>, and their indices are the labels.</summary>
    public int EmittingStates => graph.Emitting;

    /// <inheritdoc/>
    public override int PriorComponents => EmittingStates;

    /// <summary>Index of the start among the states.</summary>
    public int StartIndex => graph.StartIndex;

    /// <summary>Index of the end among the states.</summary>
    public int EndIndex => graph.EndIndex;

    /// <summary>The edges in the given order, scaled so that those out of each state sum to 1.</summary>
    public IReadOnlyList<HiddenTransition> Transitions => graph.Transitions;

    /// <summary>True if every sequence must finish in the end state.</summary>
    public bool IsFinite => graph.IsFinite;

    /// <inheritdoc/>
    /// <remarks>Scaled transitions and unreachable states.</remarks>
    public override IReadOnlyList<string> Warnings => graph.Warnings;

    // The emitting states that have distributions of their own.
    private int[] Holders => [.. Enumerable.Range(0, emissions.Length).Where(k => graph.Emission[k] == k)];

    private LaneMatrices Matrices => matrices.Value;

    private LaneEmissions Lanes => laneEmissions.Value;

    /// <inheritdoc/>
    public override int Dimensions => emissions[0].Dimensions;

    /// <inheritdoc/>
    /// <remarks>Tied distributions, covariances and groups of edges count once, and the n transition probabilities out of a state count as n - 1, since they
    /// sum to 1.</remarks>
    protected override long FreeParameters
    {
        get
        {
            var count = graph.States.Where(s => s.TiedTo is null).Sum(s => s.Distribution?.ParameterCount ?? 0);
            if (Fitting.TiedCovariances) count -= CovarianceTie.Excess([.. Holders.Select(k => emissions[k])]);
            if (Fitting.FreezeTransitions) return count;
            foreach (var own in Enumerable.Range(0, graph.From.Length).GroupBy(e => graph.From[e]))
                count += own.Count() - 1;
            // The first of a group of tied edges determines the others.
            foreach (var group in graph.Transitions.Where(t => t.Group is not null).GroupBy(t => t.Group, StringComparer.Ordinal)) count -= group.Count() - 1;
            return Math.Max(count, 0);
        }
    }

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds =>
        emissions.Aggregate(Fitting.FreezeTransitions ? ParameterKinds.None : ParameterKinds.Starts | ParameterKinds.Transitions,
            (kinds, e) => kinds | e.ParameterKinds);

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => emissions[0].CategoryCount(feature);

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override string Title => $"hidden Markov model of {EmittingStates} state{(EmittingStates == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => scoreKinds;

    /// <summary>The distribution that an emitting state uses.</summary>
    public Distribution Emission(int state) => emissions[state];

    /// <summary>Index of a state by its name.</summary>
    /// <exception cref="ModelException">The model has no such state.</exception>
    public int IndexOf(string state)
    {
        var index = Array.FindIndex(graph.States, s => s.Name == state);
        return index >= 0 ? index : throw new ModelException(ErrorKind.Usage, "hidden Markov model", $"no state '{state}'", "the name of one of its states",
            NearestName.Remedy(state, graph.States.Select(s => s.Name), "correct the name"));
    }

    /// <summary>Converts names of emitting states to the labels of a sequence; null = unknown.</summary>
    /// <exception cref="ModelException">A name is not that of an emitting state.</exception>
    public int[] Labels(IEnumerable<string?> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return [
            .. names.Select(
                n => n is null ? -1 : IndexOf(n) is var k && k < EmittingStates ? k : throw new ModelException(ErrorKind.Data, "labels",
                    $"the silent state '{n}'", "names of emitting states", "label rows only; the silent states between them are inferred"))];
    }

    /// <summary>The same model with other fitting options.</summary>
    public HiddenMarkovModel With(HiddenFitting fitting)
    {
        ArgumentNullException.ThrowIfNull(fitting);
        HiddenMarkovModel other = new(graph, ModelName, fitting);
        return IsFrozen ? (HiddenMarkovModel)other.Freeze() : other;
    }

    /// <summary>Transition probabilities, 0 where there is no edge. Shape [states, states].</summary>
    public double[,] DenseTransitions()
    {
        var matrix = new double[graph.States.Length, graph.States.Length];
        for (var e = 0; e < graph.From.Length; e++) matrix[graph.From[e], graph.To[e]] = graph.Transitions[e].Probability;
        return matrix;
    }

    /// <inheritdoc/>
    public static HiddenMarkovModel ReadParameters(JsonElement json) => HiddenMarkovJson.Read(json);

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer) => HiddenMarkovJson.Write(writer, this);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HiddenMarkovModel o && o.IsFrozen == IsFrozen && o.ModelName == ModelName && o.Fitting == Fitting
        && o.graph.States.AsSpan().SequenceEqual(graph.States) && o.graph.Transitions.AsSpan().SequenceEqual(graph.Transitions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(graph.States.Length, graph.Transitions.Length, emissions[0]);

    /// <inheritdoc/>
    public override string ToString() =>
        $"HiddenMarkovModel({EmittingStates} states{(graph.States.Length > EmittingStates + 2
            ? $" and {graph.States.Length - EmittingStates - 2} silent ones"
            : "")}, {graph.Transitions.Length} transitions, {(IsFinite ? "finite" : "infinite")})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        const int most = 12;
        var lines =
            new List<string> { $"{EmittingStates} states, {(IsFinite ? "finite: sequences finish in the end" : "infinite: sequences may stop in any state")}" };
        if (Fitting.TiedCovariances) lines.Add("the states share one covariance");
        for (var s = 0; s < graph.States.Length; s++)
        {
            if (s == EndIndex) continue;
            var own = Enumerable.Range(0, graph.From.Length).Where(e => graph.From[e] == s && graph.Transitions[e].Probability > 0)
                .OrderByDescending(e => graph.Transitions[e].Probability).ToList();
            var targets =
                own.Count == 0
                    ? ""
                    : $"; goes to {string.Join(", ", own.Take(most)
                        .Select(e => $"{graph.States[graph.To[e]].Name} "
                            + $"{graph.Transitions[e].Probability.Text()}"))}{(own.Count > most ? $" and {own.Count - most} more" : "")}";
            lines.Add($"state {graph.States[s].Name}: "
                + $"{(s < EmittingStates ? emissions[s].Describe(features) : "silent")}{(graph.States[s].Weight != 1
                    ? $", weight {graph.States[s].Weight.Text()}"
                    : "")}{(graph.States[s].TiedTo is { } other ? $", tied to {other}" : "")}{targets}");
        }
        return string.Join(Environment.NewLine, lines);
    }

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null)
    {
        yield return new($"{EmittingStates} state{(EmittingStates == 1 ? "" : "s")}, "
            + $"{(IsFinite ? "finite: sequences finish in the end" : "infinite: sequences may stop in any state")}");
        if (Fitting.TiedCovariances) yield return new("the states share one covariance");
        var edges = new Dictionary<(int From, int To), double>();
        for (var e = 0; e < graph.From.Length; e++)
            if (graph.Transitions[e].Probability > 0) edges[(graph.From[e], graph.To[e])] = graph.Transitions[e].Probability;
        int[] from = [.. edges.Keys.Select(e => e.From).Distinct().Order()];
        int[] to = [.. edges.Keys.Select(e => e.To).Distinct().Order()];
        yield return new("transitions from the state, down, to the next, across", TransitionOutline.Of([.. from.Select(Name)], [.. to.Select(Name)],
            (row, column) => edges.GetValueOrDefault((from[row], to[column]))));
        for (var s = 0; s < graph.States.Length; s++)
        {
            var state = graph.States[s];
            var notes = (state.Weight != 1 ? $", weight {state.Weight.Text()}" : "") + (state.TiedTo is { } other ? $", tied to {other}" : "");
            if (s < EmittingStates) yield return new($"state {state.Name}: {emissions[s].Kind}{notes}", emissions[s].Outline(features));
            else if (notes.Length > 0) yield return new($"state {state.Name}: silent{notes}");
        }

        string Name(int state) => graph.States[state].Name;
    }
}
