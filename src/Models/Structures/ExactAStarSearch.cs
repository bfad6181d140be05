using System.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>
/// A* over the sets of variables already placed (Yuan and Malone 2013, "Learning optimal Bayesian networks: a shortest path perspective"). From each set, a
/// step places one more variable, at the cost of its best parent set among those placed. Sets through which no order can be better than one found before the
/// search (<see cref="ExactOrderDescent"/>) are not kept. Of equally good sets the newest is expanded first, so that the result depends on the costs alone.
/// </summary>
internal static class ExactAStarSearch
{
    private const int PollEvery = 256;

    /// <summary>The best order of the variables, first to last; null if every order needs a parent set that does not exist. Shape [count].</summary>
    /// <param name="problem">At most 64 variables.</param>
    /// <param name="maxBytes">Memory for the sets of variables.</param>
    /// <param name="report">Receives the number of sets expanded, now and then.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ModelException">The memory does not suffice.</exception>
    public static int[]? Solve(ExactOrderProblem problem, long maxBytes, Action<long> report, CancellationToken cancellationToken)
    {
        var names = ExactPatterns.Order(problem);
        problem = problem.Reordered(names);
        if (ExactOrderDescent.Find(problem, cancellationToken) is not { } start) return null;
        var patterns = new ExactPatterns(problem, cancellationToken);
        var order = patterns.Cost(problem.All) == start.Cost ? start.Order
            : Better(problem, patterns, start.Cost, maxBytes, report, cancellationToken) ?? start.Order;
        return Array.ConvertAll(order, v => names[v]);
    }

    // The best order, if it costs less than the given cost.
    private static int[]? Better(ExactOrderProblem problem, ExactPatterns patterns, long upper, long maxBytes, Action<long> report,
        CancellationToken cancellationToken)
    {
        var nodes = new ExactNodes(maxBytes);
        nodes.Add(0, 0, 0, patterns.Cost(problem.All));
        for (var expanded = 0L; nodes.Next() is >= 0 and var node; expanded++)
        {
            if (expanded % PollEvery == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                report(expanded);
            }
            var (set, cost) = (nodes[node], nodes.Cost(node));
            if (set == problem.All) return Order(nodes, problem.Count, set);
            for (var rest = problem.All & ~set; rest != 0; rest &= rest - 1)
            {
                var variable = BitOperations.TrailingZeroCount(rest);
                var with = set | (1UL << variable);
                var total = cost + problem.Cost(variable, set);
                var bound = total + patterns.Cost(problem.All & ~with);
                if (bound < upper && !nodes.Add(with, total, variable, bound)) throw TooLarge(problem.Count, nodes.Count, maxBytes);
            }
        }
        return null;
    }

    private static int[] Order(ExactNodes nodes, int count, ulong set)
    {
        var order = new int[count];
        for (var i = count - 1; i >= 0; i--)
        {
            order[i] = nodes.Last(nodes.Find(set));
            set &= ~(1UL << order[i]);
        }
        return order;
    }

    private static ModelException TooLarge(int variables, int sets, long maxBytes) => new(ErrorKind.Usage, "exact structure search",
        $"{sets:N0} sets of {variables} variables still open in {ExactMethod.Mebibytes(maxBytes)}", "a search that fits the memory",
        "give more memory, allow fewer parents, forbid arcs, or search by hill climbing");
}
