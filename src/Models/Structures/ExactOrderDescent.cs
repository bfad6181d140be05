namespace Pipelines.Models.Structures;

/// <summary>
/// A good order of the variables, whose cost is an upper bound for the exact search: greedy, then improved by moving one variable at a time to its best place
/// (Teyssier and Koller 2005, "Ordering-based search: a simple and effective algorithm for learning Bayesian networks").
/// </summary>
internal static class ExactOrderDescent
{
    /// <summary>The order, first to last, and its cost; null if every order needs a parent set that does not exist. Shape [count].</summary>
    public static (int[] Order, long Cost)? Find(ExactOrderProblem problem, CancellationToken cancellationToken)
    {
        if (Greedy(problem) is not { } order) return null;
        bool moved;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            moved = false;
            for (var variable = 0; variable < order.Length; variable++) moved |= Move(problem, order, Array.IndexOf(order, variable));
        }
        while (moved);
        var (cost, before) = (0L, 0UL);
        foreach (var variable in order)
        {
            cost += problem.Cost(variable, before);
            before |= 1UL << variable;
        }
        return (order, cost);
    }

    // The cheapest variable first, the lowest of equal ones.
    private static int[]? Greedy(ExactOrderProblem problem)
    {
        var (order, before) = (new int[problem.Count], 0UL);
        for (var i = 0; i < order.Length; i++)
        {
            var least = ExactOrderProblem.Infinite;
            for (var v = 0; v < order.Length; v++)
            {
                if ((before >> v & 1) != 0 || problem.Cost(v, before) is var cost && cost >= least) continue;
                (order[i], least) = (v, cost);
            }
            if (least == ExactOrderProblem.Infinite) return null;
            before |= 1UL << order[i];
        }
        return order;
    }

    private static bool Move(ExactOrderProblem problem, int[] order, int from)
    {
        var (best, to) = (0L, from);
        foreach (var step in (ReadOnlySpan<int>)[-1, 1])
        {
            var (before, change) = (0UL, 0L);
            for (var i = 0; i < from; i++) before |= 1UL << order[i];
            // The variable changes places with one neighbour after the other; only these two have other parents available then.
            for (var i = from + step; i >= 0 && i < order.Length; i += step)
            {
                if (step < 0) before &= ~(1UL << order[i]);
                var (first, second) = step < 0 ? (order[i], order[from]) : (order[from], order[i]);
                var (a, b) = (problem.Cost(second, before), problem.Cost(first, before | 1UL << second));
                // One requires the other before it.
                if (a == ExactOrderProblem.Infinite || b == ExactOrderProblem.Infinite) break;
                change += a + b - problem.Cost(first, before) - problem.Cost(second, before | 1UL << first);
                if (step > 0) before |= 1UL << order[i];
                if (change < best) (best, to) = (change, i);
            }
        }
        if (to == from) return false;
        var variable = order[from];
        if (to < from) Array.Copy(order, to, order, to + 1, from - to);
        else Array.Copy(order, from + 1, order, from, to - from);
        order[to] = variable;
        return true;
    }
}
