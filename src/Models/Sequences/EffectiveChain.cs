using Pipelines.Models.Fitting;

namespace Pipelines.Models.Sequences;

/// <summary>
/// A hidden Markov model without its silent states: the probabilities of going from one emitting state (or the start, index E) to the next emitting state (or
/// the end, index E), summed over all silent paths. Silent states form no cycles, so the sums are finite and counts of effective transitions can be distributed
/// over the real edges exactly.
/// </summary>
internal sealed class EffectiveChain
{
    private readonly HiddenGraph graph;

    /// <summary>Probability of reaching a silent state from an emitting state or the start through silent states only. Shape [E + 1, N].</summary>
    private readonly double[,] reach;

    /// <summary>Probability of reaching an emitting state or the end from a silent state through silent states only. Shape [N, E + 1].</summary>
    private readonly double[,] leave;

    /// <summary>Log2-probability of the best silent path from a silent state, shape [N, E + 1], and the first edge of that path.</summary>
    private readonly double[,] best;
    private readonly int[,] bestEdge;
    private ViterbiStep? step;

    /// <summary>The best paths in the layout of the Viterbi recursion; built once.</summary>
    public ViterbiStep Step => step ??= new ViterbiStep(this);

    /// <summary>First edge of the best path between emitting states, start and end. Shape [E + 1, E + 1].</summary>
    private readonly int[,] firstEdge;

    private readonly int[][] edgesFrom;

    public EffectiveChain(HiddenGraph graph)
    {
        this.graph = graph;
        var (n, e) = (graph.States.Length, graph.Emitting);
        States = e;
        edgesFrom = new int[n][];
        var edges = Enumerable.Range(0, graph.From.Length).ToLookup(x => graph.From[x]);
        for (var s = 0; s < n; s++) edgesFrom[s] = [.. edges[s]];
        reach = new double[e + 1, n];
        leave = new double[n, e + 1];
        best = new double[n, e + 1];
        bestEdge = new int[n, e + 1];
        FillLeave(n, e);
        FillReach(n, e);
        Probability = new double[e + 1, e + 1];
        Log2 = new double[e + 1, e + 1];
        Best2 = new double[e + 1, e + 1];
        firstEdge = new int[e + 1, e + 1];
        for (var i = 0; i <= e; i++)
            for (var j = 0; j <= e; j++) (Best2[i, j], firstEdge[i, j]) = (double.NegativeInfinity, -1);
        for (var i = 0; i <= e; i++) FillRow(i, i == e ? graph.StartIndex : i, e);
        // Without an end a sequence may stop in any emitting state.
        if (!graph.IsFinite)
            for (var i = 0; i <= e; i++) (Probability[i, e], Best2[i, e]) = (1, 0);
        for (var i = 0; i <= e; i++)
            for (var j = 0; j <= e; j++) Log2[i, j] = Math.Log2(Probability[i, j]);
    }

    /// <summary>Number of emitting states E.</summary>
    public int States { get; }

    /// <summary>Effective probabilities; row E is the start, column E the end. Shape [E + 1, E + 1].</summary>
    public double[,] Probability { get; }

    /// <summary>Their base-2 logarithms.</summary>
    public double[,] Log2 { get; }

    /// <summary>Base-2 logarithms of the probability of the most probable single path. Shape [E + 1, E + 1].</summary>
    public double[,] Best2 { get; }

    /// <summary>
    /// Probability of reaching silent state <paramref name="silent"/> from emitting state (or the start, E) <paramref name="from"/> through silent states only.
    /// </summary>
    public double Reach(int from, int silent) => reach[from, silent];

    /// <summary>
    /// Probability of reaching emitting state (or the end, E) <paramref name="to"/> from silent state <paramref name="silent"/> through silent states only.
    /// </summary>
    public double Leave(int silent, int to) => leave[silent, to];

    /// <summary>Converts ratios of effective transitions to uses of real edges and adds them.</summary>
    /// <param name="ratios">Expected uses of each effective transition divided by its probability. Shape [E + 1, E + 1].</param>
    /// <param name="counts">Shape [edges]; added to.</param>
    public void Spread(double[] ratios, Span<double> counts)
    {
        var (n, e) = (graph.States.Length, States);
        // Into silent states b: sum over j of R(i, j) leave(b, j).
        var into = new double[e + 1, n];
        for (var b = e; b < n; b++)
        {
            Cancellation.Poll();
            for (var i = 0; i <= e; i++)
            {
                double sum = 0;
                for (var j = 0; j <= e; j++)
                    if (leave[b, j] != 0) sum += ratios[(i * (e + 1)) + j] * leave[b, j];
                into[i, b] = sum;
            }
        }
        for (var x = 0; x < counts.Length; x++)
        {
            var p = graph.Transitions[x].Probability;
            if (p == 0) continue;
            var (a, b) = (graph.From[x], graph.To[x]);
            counts[x] += p * (a < e ? Into(a, b) : a == graph.StartIndex ? Into(e, b) : Sum(a, b));
        }

        double Into(int i, int b) => b < e ? ratios[(i * (e + 1)) + b] : into[i, b];

        double Sum(int a, int b)
        {
            double sum = 0;
            for (var i = 0; i <= e; i++)
                if (reach[i, a] != 0) sum += reach[i, a] * Into(i, b);
            return sum;
        }
    }

    /// <summary>
    /// Visits the edges of the most probable path from an emitting state (or the start, E) to the next (or the end, E). Infinite models have no path to the
    /// end.
    /// </summary>
    public void Route(int from, int to, Action<int> edge)
    {
        for (var x = firstEdge[from, to]; x >= 0;)
        {
            edge(x);
            var at = graph.To[x];
            if (at == (to == States ? graph.EndIndex : to)) return;
            x = bestEdge[at, to];
        }
    }

    private void FillLeave(int n, int e)
    {
        for (var s = n - 1; s >= e; s--)
        {
            Cancellation.Poll();
            for (var j = 0; j <= e; j++) (best[s, j], bestEdge[s, j]) = (double.NegativeInfinity, -1);
            if (s == graph.EndIndex) (leave[s, e], best[s, e]) = (1, 0);
            foreach (var x in edgesFrom[s])
            {
                var (p, to) = (graph.Transitions[x].Probability, graph.To[x]);
                var log = Math.Log2(p);
                for (var j = 0; j <= e; j++)
                {
                    leave[s, j] += to == j && j < e ? p : to >= e ? p * leave[to, j] : 0;
                    var path = to == j && j < e ? log : to >= e ? log + best[to, j] : double.NegativeInfinity;
                    if (path > best[s, j]) (best[s, j], bestEdge[s, j]) = (path, x);
                }
            }
        }
    }

    private void FillReach(int n, int e)
    {
        for (var i = 0; i <= e; i++)
        {
            if (i == e) reach[i, graph.StartIndex] = 1;
            else foreach (var x in edgesFrom[i])
                if (graph.To[x] >= e) reach[i, graph.To[x]] += graph.Transitions[x].Probability;
            for (var s = e; s < n; s++)
            {
                if (reach[i, s] == 0) continue;
                foreach (var x in edgesFrom[s])
                    if (graph.To[x] >= e) reach[i, graph.To[x]] += reach[i, s] * graph.Transitions[x].Probability;
            }
        }
    }

    private void FillRow(int i, int state, int e)
    {
        Cancellation.Poll();
        foreach (var x in edgesFrom[state])
        {
            var (p, to) = (graph.Transitions[x].Probability, graph.To[x]);
            var log = Math.Log2(p);
            for (var j = 0; j <= e; j++)
            {
                Probability[i, j] += to == j && j < e ? p : to >= e ? p * leave[to, j] : 0;
                var path = to == j && j < e ? log : to >= e ? log + best[to, j] : double.NegativeInfinity;
                if (path > Best2[i, j]) (Best2[i, j], firstEdge[i, j]) = (path, x);
            }
        }
    }
}
