using System.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>
/// Splits the search where no cycle can arise: variables are linked to all that they may have as parents, and each strongly connected component of that
/// graph is a problem of its own, because parents in other components can never close a cycle (Fan, Malone and Yuan 2014, "Finding optimal Bayesian network
/// structures with constraints learned from data"). Tiers, forbidden edges and groups of variables split the search in this way, too.
/// </summary>
internal static class ExactComponents
{
    /// <summary>The components, those with possible parents of others first. Shape [components][members], members ascending.</summary>
    /// <param name="lists">The parent sets of all variables. Shape [variables].</param>
    public static List<int[]> Of(IReadOnlyList<ExactParentSets> lists)
    {
        // Tarjan 1972; at most 64 variables deep.
        var components = new List<int[]>();
        var links = lists.Select(l => l.Union).ToArray();
        var (number, low, stack) = (new int[links.Length], new int[links.Length], new Stack<int>());
        var (open, count) = (0UL, 0);
        for (var v = 0; v < links.Length; v++)
            if (number[v] == 0) Visit(v);
        return components;

        void Visit(int v)
        {
            number[v] = low[v] = ++count;
            stack.Push(v);
            open |= 1UL << v;
            for (var rest = links[v]; rest != 0; rest &= rest - 1)
            {
                var parent = BitOperations.TrailingZeroCount(rest);
                if (number[parent] == 0) Visit(parent);
                if ((open >> parent & 1) != 0) low[v] = Math.Min(low[v], low[parent]);
            }
            if (low[v] != number[v]) return;
            var members = new List<int>();
            int member;
            do
            {
                member = stack.Pop();
                open &= ~(1UL << member);
                members.Add(member);
            }
            while (member != v);
            members.Sort();
            components.Add([.. members]);
        }
    }

    /// <summary>The best structure: which of its parent sets each variable has. Shape [variables].</summary>
    /// <param name="lists">The parent sets of all variables. Shape [variables].</param>
    /// <param name="search">Finds the best order of a component's variables; null if every order has a cycle.</param>
    public static int[]? Solve(IReadOnlyList<ExactParentSets> lists, Func<ExactOrderProblem, int[]?> search)
    {
        var chosen = new int[lists.Count];
        foreach (var members in Of(lists))
        {
            // Each variable's best set is the first.
            if (members.Length == 1) continue;
            var problem = ExactOrderProblem.Of(members, lists);
            if (search(problem) is not { } order) return null;
            ulong before = 0;
            foreach (var variable in order)
            {
                chosen[members[variable]] = problem.Best(variable, before);
                before |= 1UL << variable;
            }
        }
        return chosen;
    }
}
