using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>A search that changes one arc at a time. Gains of all changes are kept; a step computes anew only those of the variables that it changed.</summary>
/// <param name="problem">What to search.</param>
/// <param name="tabuLength">Number of structures to which it does not return; 0 = it stops where no change is a gain.</param>
/// <param name="tabuSteps">Steps without a new best structure after which it stops, and a third of the number of searches from other structures.</param>
internal sealed class ArcSearch(StructureProblem problem, int tabuLength, int tabuSteps)
{
    private readonly int variables = problem.Rules.Variables;
    private readonly double[] family = new double[problem.Rules.Variables];

    // Shape [child, parent]: what the child's family gains if the parent is added or removed.
    private readonly double[] gains = new double[problem.Rules.Variables * problem.Rules.Variables];
    // Variables whose gains are those of other parents than they have now.
    private readonly HashSet<int> stale = [];
    private readonly List<(int Child, int Parent)> changed = [];
    private readonly int[][] start = problem.Options.Initial?.Select(p => p.Order().ToArray()).ToArray() ?? problem.Rules.Required;
    private readonly int[] order = [.. Enumerable.Range(0, problem.Rules.Variables)];
    private ArcGraph graph = new([]);
    private double tolerance;
    private long steps;

    /// <summary>Searches from the start, and again from the best structure disturbed.</summary>
    public int[][] Run()
    {
        graph = new(start);
        stale.UnionWith(order);
        var score = Refresh();
        tolerance = double.IsFinite(score) ? Math.Abs(score) * StructureProblem.Rounding : 0;
        var random = new SeededRandom(problem.Options.Seed);
        var (best, bestScore) = Explore(score, random);
        for (var restart = 0; restart < problem.Options.Restarts; restart++)
        {
            Return(best);
            Disturb(random);
            var (found, foundScore) = Explore(Refresh(), random);
            if (foundScore > bestScore + tolerance) (best, bestScore) = (found, foundScore);
        }
        return best;
    }

    // Tabu search goes on from other structures: equivalent to the best one, which have its score but other neighbours (Castelo and Kočka 2003), disturbed,
    // and the start, with changes of the same gain in another order, on which much depends: at first, an arc gains as much in either direction.
    private (int[][] Best, double Score) Explore(double score, SeededRandom random)
    {
        var (best, bestScore) = Climb(score);
        for (var idle = 0; idle < 3 * tabuSteps; idle++)
        {
            Return(idle % 3 == 2 ? start : best);
            if (idle % 3 == 2) Shuffle(random);
            else if (!Wander(random) || idle % 3 == 1) Disturb(random);
            var (found, foundScore) = Climb(Refresh());
            if (foundScore > bestScore + tolerance) (best, bestScore, idle) = (found, foundScore, -1);
        }
        return (best, bestScore);
    }

    private (int[][] Best, double Score) Climb(double score)
    {
        var (best, bestScore) = ((int[][])[.. graph.Parents], score);
        var visited = new Queue<ulong>([graph.Hash]);
        for (var idle = 0; idle < Math.Max(1, tabuSteps);)
        {
            Cancellation.Poll();
            if (BestMove(visited) is not { } found || (tabuLength == 0 && !(found.Gain > tolerance))) break;
            Make(found.Move);
            Refresh();
            score += found.Gain;
            idle++;
            if (score > bestScore + tolerance) (best, bestScore, idle) = ([.. graph.Parents], score, 0);
            visited.Enqueue(graph.Hash);
            if (visited.Count > tabuLength) visited.Dequeue();
            problem.Report(++steps, bestScore);
        }
        return (best, bestScore);
    }

    private (ArcMove Move, double Gain)? BestMove(Queue<ulong> visited)
    {
        (ArcMove Move, double Gain)? best = null;
        foreach (var parent in order)
            foreach (var child in order) Consider(new(ArcChange.Add, parent, child), gains[(child * variables) + parent]);
        foreach (var change in (ReadOnlySpan<ArcChange>)[ArcChange.Remove, ArcChange.Reverse])
        {
            foreach (var child in order)
            {
                foreach (var parent in graph.Parents[child])
                {
                    var gain = gains[(child * variables) + parent];
                    Consider(new(change, parent, child), change == ArcChange.Remove ? gain : gain + gains[(parent * variables) + child]);
                }
            }
        }
        return best;

        void Consider(ArcMove move, double gain)
        {
            // Most changes end here. NaN, the gain of what may not be, is never more.
            if (best is { } b ? !(gain > b.Gain + tolerance) : !(gain > double.NegativeInfinity)) return;
            if (move.Change == ArcChange.Add && graph.HasArc(move.Parent, move.Child)) return;
            if (!IsLegal(move) || (tabuLength > 0 && visited.Contains(graph.HashAfter(move)))) return;
            best = (move, gain);
        }
    }

    private bool IsLegal(ArcMove move)
    {
        var (parent, child) = (move.Parent, move.Child);
        return move.Change switch
        {
            ArcChange.Add => MayAdd(parent, child),
            ArcChange.Remove => !problem.Rules.Requires(parent, child),
            _ => !problem.Rules.Requires(parent, child) && MayAdd(child, parent),
        } && graph.StaysAcyclic(move);
    }

    private bool MayAdd(int parent, int child) => problem.Rules.Allows(parent, child) && graph.Parents[child].Length < problem.MaxParents;

    private void Make(ArcMove move)
    {
        graph.Apply(move);
        stale.Add(move.Child);
        if (move.Change == ArcChange.Reverse) stale.Add(move.Parent);
    }

    // Computes stale gains, and returns the score. Families that may not be are not scored.
    private double Refresh()
    {
        changed.Clear();
        foreach (var child in stale.Order())
        {
            changed.Add((child, child));
            for (var parent = 0; parent < variables; parent++)
            {
                gains[(child * variables) + parent] = double.NaN;
                if (parent != child && (graph.HasArc(parent, child) || MayAdd(parent, child))) changed.Add((child, parent));
            }
        }
        stale.Clear();
        problem.InParallel(changed.Count, i =>
        {
            var (child, parent) = changed[i];
            var now = graph.Parents[child];
            var then = parent == child ? now : Array.BinarySearch(now, parent) >= 0 ? ArcGraph.Without(now, parent) : ArcGraph.With(now, parent);
            (parent == child ? ref family[child] : ref gains[(child * variables) + parent]) = problem.Scores.Score(child, then);
        });
        foreach (var (child, parent) in changed)
            if (parent != child) gains[(child * variables) + parent] -= family[child];
        return family.Sum();
    }

    private void Return(int[][] structure)
    {
        var before = graph.Parents;
        graph = new(structure);
        stale.UnionWith(Enumerable.Range(0, variables).Where(v => !ReferenceEquals(before[v], structure[v])));
    }

    private void Shuffle(SeededRandom random)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = random.NextInt64(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
    }

    // As many reversals as arcs, each of an arc drawn from those that are covered: whose child has the parent's parents, and the parent.
    private bool Wander(SeededRandom random)
    {
        var covered = new List<ArcMove>();
        for (var left = graph.Parents.Sum(p => p.Length); left > 0; left--)
        {
            covered.Clear();
            for (var child = 0; child < variables; child++)
            {
                foreach (var parent in graph.Parents[child])
                {
                    var move = new ArcMove(ArcChange.Reverse, parent, child);
                    if (ArcGraph.With(graph.Parents[parent], parent).AsSpan().SequenceEqual(graph.Parents[child]) && IsLegal(move)) covered.Add(move);
                }
            }
            if (covered.Count == 0) break;
            Cancellation.Poll();
            Make(covered[(int)random.NextInt64(covered.Count)]);
        }
        return covered.Count > 0;
    }

    // As many changes as a tenth of the variables, at least four, each drawn from all pairs of variables.
    private void Disturb(SeededRandom random)
    {
        var wanted = Math.Max(4, variables / 10);
        for (var attempt = 0; wanted > 0 && attempt < 1_000 * variables; attempt++)
        {
            var (parent, child) = ((int)random.NextInt64(variables), (int)random.NextInt64(variables));
            if (parent == child) continue;
            var change = !graph.HasArc(parent, child) ? ArcChange.Add : random.NextInt64(2) == 0 ? ArcChange.Remove : ArcChange.Reverse;
            var move = new ArcMove(change, parent, child);
            if (!IsLegal(move)) continue;
            Make(move);
            wanted--;
        }
    }
}
