namespace Pipelines.Models.Inference;

/// <summary>What takes part in a query, its junction tree, and what it takes; nothing is allocated yet.</summary>
internal sealed class InferencePlan
{
    private InferencePlan(InferenceQuery query, int[] observed, int[] factors, JunctionTree tree) =>
        (Query, Observed, Factors, Tree) = (query, observed, factors, tree);

    /// <summary>The query.</summary>
    public InferenceQuery Query { get; }

    /// <summary>The observed variables that have an effect, ascending.</summary>
    public int[] Observed { get; }

    /// <summary>Indexes of the factors that have an effect, ascending.</summary>
    public int[] Factors { get; }

    /// <summary>The junction tree of the other variables.</summary>
    public JunctionTree Tree { get; }

    /// <summary>The variables of the clique with the largest table, and its number of entries.</summary>
    public (int[] Variables, double Entries) Widest { get; private init; }

    /// <summary>Entries of the largest table and all others of the cliques, which bounds what a program needs for one row.</summary>
    public double CliqueEntries { get; private init; }

    /// <summary>An estimate of the bytes that the program and the tables for one row take.</summary>
    public double Bytes => CliqueEntries * (sizeof(double) + (Query.Kind == QueryKind.Evidence ? 2 : 6) * sizeof(int) * 1.5);

    /// <summary>Plans a query.</summary>
    public static InferencePlan Of(FactorSet set, bool[] isObserved, InferenceQuery query)
    {
        var n = set.Sizes.Length;
        var isRelevant = Relevant(set, isObserved, query);
        int[] factors = [.. Enumerable.Range(0, set.Factors.Length).Where(f => !set.IsDirected || isRelevant[set.Factors[f].Child])];
        int[] observed = [.. Enumerable.Range(0, n).Where(v => isObserved[v] && isRelevant[v])];
        int[] free = [.. Enumerable.Range(0, n).Where(v => !isObserved[v] && isRelevant[v])];
        var number = new int[n];
        Array.Fill(number, -1);
        for (var i = 0; i < free.Length; i++) number[free[i]] = i;
        var edges = new BitMatrix(free.Length, free.Length);
        foreach (var f in factors)
        {
            int[] own = [.. set.Factors[f].Variables.Select(v => number[v]).Where(i => i >= 0)];
            foreach (var a in own)
                foreach (var b in own)
                    if (a != b) edges.Add(a, b);
        }
        var tree = JunctionTree.Of(Triangulation.Of([.. free.Select(v => set.Sizes[v])], edges)).Renamed(free);
        (int[] Variables, double Entries) widest = ([], 0);
        double entries = 0;
        foreach (var clique in tree.Cliques)
        {
            var size = TableIndex.Combinations(set.Sizes, clique);
            entries += size;
            if (size > widest.Entries) widest = (clique, size);
        }
        return new(query, observed, factors, tree) { Widest = widest, CliqueEntries = entries };
    }

    // Ancestors of what is observed or wanted: all other factors sum to 1.
    private static bool[] Relevant(FactorSet set, bool[] isObserved, InferenceQuery query)
    {
        var isRelevant = new bool[set.Sizes.Length];
        for (var v = 0; v < isRelevant.Length; v++)
        {
            isRelevant[v] = isObserved[v] || !set.IsDirected || query.Kind switch
            {
                QueryKind.Evidence => false,
                QueryKind.Posteriors => query.Targets is null || query.Targets[v],
                _ => true,
            };
        }
        if (!set.IsDirected) return isRelevant;
        var of = new int[isRelevant.Length];
        for (var f = 0; f < set.Factors.Length; f++) of[set.Factors[f].Child] = f;
        var open = new Stack<int>(Enumerable.Range(0, isRelevant.Length).Where(v => isRelevant[v]));
        while (open.TryPop(out var v))
        {
            foreach (var parent in set.Factors[of[v]].Variables)
            {
                if (isRelevant[parent]) continue;
                isRelevant[parent] = true;
                open.Push(parent);
            }
        }
        return isRelevant;
    }
}
