namespace Pipelines.Models.Inference;

/// <summary>
/// Compiles a query about rows with a certain set of observed variables: leaves out what has no effect, makes a junction tree of the rest, and lists the
/// messages of Shafer and Shenoy (1990), which divide by nothing and so allow probabilities of 0.
/// </summary>
internal sealed class ProgramCompiler
{
    // Factors that are multiplied before their product is scaled.
    private const int ScaledFactors = 4;

    private readonly FactorSet set;
    private readonly InferenceQuery query;
    private readonly int[] observed;
    private readonly List<ConstantTable> constants = [];
    private readonly List<GatheredTable> gathered = [];
    private readonly List<ProgramStep> prologue = [];
    private readonly List<ProgramStep> steps = [];
    private readonly List<int> evidence = [];
    private readonly List<ResultTable> results = [];
    private readonly List<DecodedClique> decoded = [];
    private readonly bool isScaled;
    private readonly JunctionTree tree;
    // Shape [cliques][]: the tables that each multiplies, but for messages.
    private readonly List<TableIndex.Table>[] potentials;
    // Shape [factors]: the clique that holds the factor; -1 = none.
    private readonly int[] places;
    private readonly TableIndex.Table[] up;
    private readonly TableIndex.Table[] down;
    private readonly int[][] children;
    private long entries;

    private ProgramCompiler(FactorSet set, InferencePlan plan)
    {
        (this.set, query, observed, tree) = (set, plan.Query, plan.Observed, plan.Tree);
        isScaled = set.LeastLog < -600 || set.MostLog > 600;
        var n = tree.Cliques.Length;
        (potentials, up, down) = ([.. Enumerable.Range(0, n).Select(_ => new List<TableIndex.Table>())], new TableIndex.Table[n], new TableIndex.Table[n]);
        children = new int[n][];
        var lists = tree.Parents.Select((p, c) => (p, c)).Where(x => x.p >= 0).ToLookup(x => x.p, x => x.c);
        for (var c = 0; c < n; c++) children[c] = [.. lists[c]];
        places = new int[set.Factors.Length];
        Array.Fill(places, -1);
        Place(plan.Factors);
        for (var c = 0; c < n; c++) Combine(c);
    }

    /// <summary>Compiles a planned query.</summary>
    public static InferenceProgram Compile(FactorSet set, InferencePlan plan)
    {
        var compiler = new ProgramCompiler(set, plan);
        compiler.Collect();
        if (plan.Query.Kind is QueryKind.Posteriors or QueryKind.Families)
        {
            compiler.Distribute();
            if (plan.Query.Kind == QueryKind.Posteriors) compiler.Marginals();
            else compiler.Families();
        }
        return new()
        {
            Query = plan.Query,
            Observed = plan.Observed,
            Entries = compiler.entries,
            Constants = [.. compiler.constants],
            Gathered = [.. compiler.gathered],
            Prologue = [.. compiler.prologue],
            Steps = [.. compiler.steps],
            EvidenceTerms = [.. compiler.evidence],
            IsScaled = compiler.isScaled,
            Results = [.. compiler.results],
            Decoded = [.. Enumerable.Reverse(compiler.decoded)],
            Widest = plan.Widest,
            Cliques = plan.Tree.Cliques.Length,
        };
    }

    private int Take(double size)
    {
        var first = entries;
        // The plan has been compared with the budget; places are ints.
        entries = checked(entries + (long)size);
        return checked((int)first);
    }

    /// <summary>Gives each factor to the smallest clique that holds its unobserved variables.</summary>
    private void Place(IEnumerable<int> factors)
    {
        var holders = new List<int>[set.Sizes.Length];
        for (var c = 0; c < tree.Cliques.Length; c++)
            foreach (var v in tree.Cliques[c]) (holders[v] ??= []).Add(c);
        foreach (var f in factors)
        {
            var factor = set.Factors[f];
            int[] free = [.. factor.Variables.Where(v => Array.BinarySearch(observed, v) < 0)];
            var table = new TableIndex.Table(Take(TableIndex.Combinations(set.Sizes, free)), free);
            if (free.Length == factor.Variables.Length)
            {
                constants.Add(new(table.First, factor.Values));
            }
            else
            {
                gathered.Add(GatheredTable.Of(set.Sizes, factor, free, observed, table.First));
            }
            if (free.Length == 0)
            {
                evidence.Add(table.First);
                continue;
            }
            var (best, size) = (-1, double.PositiveInfinity);
            foreach (var c in holders[free[0]])
            {
                if (!Array.TrueForAll(free, v => Array.BinarySearch(tree.Cliques[c], v) >= 0)) continue;
                var own = TableIndex.Combinations(set.Sizes, tree.Cliques[c]);
                if (own < size) (best, size) = (c, own);
            }
            places[f] = best;
            potentials[best].Add(table);
        }
    }

    /// <summary>Multiplies the factors of a clique once, as each message needs their product.</summary>
    private void Combine(int clique)
    {
        var own = potentials[clique];
        if (own.Count < 2) return;
        var isConstant = !isScaled && own.TrueForAll(t => constants.Exists(c => c.Target == t.First));
        int[] scope = [.. own.SelectMany(t => t.Variables).Distinct().Order()];
        var most = isScaled ? ScaledFactors : own.Count;
        var result = own[0];
        for (var first = 1; first < own.Count; first += most)
        {
            TableIndex.Table[] some = [result, .. own.Skip(first).Take(most)];
            result = new(Take(TableIndex.Combinations(set.Sizes, scope)), scope);
            Add(isConstant ? prologue : steps, result, scope, [], some, false, StepScale.Counted);
        }
        own.Clear();
        own.Add(result);
    }

    private ProgramStep Add(List<ProgramStep> list, TableIndex.Table target, int[] outer, int[] inner, ReadOnlySpan<TableIndex.Table> operands, bool isMax,
        StepScale scale)
    {
        int[] loops = [.. outer, .. inner];
        // A clique without a factor, such as one that only connects variables.
        if (operands.IsEmpty) operands = new TableIndex.Table[] { One() };
        var (results, products) = ((int)TableIndex.Combinations(set.Sizes, outer), (int)TableIndex.Combinations(set.Sizes, inner));
        var step = new ProgramStep(target.First, results, products, operands.Length, TableIndex.Of(set.Sizes, loops, operands), isMax,
            isScaled ? scale : StepScale.None);
        list.Add(step);
        return step;
    }

    // What a clique multiplies: its factors and the messages of all its neighbours but one.
    private TableIndex.Table[] Operands(int clique, int without = -1) =>
    [
        .. potentials[clique], .. down[clique].Variables is null ? Array.Empty<TableIndex.Table>() : [down[clique]],
        .. children[clique].Where(c => c != without).Select(c => up[c]),
    ];

    // From the leaves to the roots. A clique comes before its parent.
    private void Collect()
    {
        var isMax = query.Kind == QueryKind.Explanation;
        for (var c = 0; c < tree.Cliques.Length; c++)
        {
            var (scope, outer) = (tree.Cliques[c], tree.Separators[c]);
            int[] inner = [.. scope.Except(outer)];
            var operands = Operands(c);
            if (isMax)
            {
                var product = new TableIndex.Table(Take(TableIndex.Combinations(set.Sizes, scope)), scope);
                Add(steps, product, scope, [], operands, false, StepScale.None);
                operands = [product];
            }
            up[c] = new(Take(TableIndex.Combinations(set.Sizes, outer)), outer);
            var step = Add(steps, up[c], outer, inner, operands, isMax, StepScale.Counted);
            if (isMax) decoded.Add(new(step, set.Sizes, outer, inner));
            if (tree.Parents[c] < 0) evidence.Add(up[c].First);
        }
    }

    private TableIndex.Table One()
    {
        var table = new TableIndex.Table(Take(1), []);
        constants.Add(new(table.First, [1]));
        return table;
    }

    // From the roots to the leaves, where something is wanted below.
    private void Distribute()
    {
        var isWanted = new bool[tree.Cliques.Length];
        for (var c = 0; c < isWanted.Length; c++)
        {
            isWanted[c] |= query.Targets is null || Array.Exists(tree.Cliques[c], v => query.Targets[v]);
            if (isWanted[c] && tree.Parents[c] >= 0) isWanted[tree.Parents[c]] = true;
        }
        for (var c = tree.Cliques.Length - 1; c >= 0; c--)
        {
            var p = tree.Parents[c];
            if (p < 0 || !isWanted[c]) continue;
            int[] outer = tree.Separators[c], inner = [.. tree.Cliques[p].Except(outer)];
            var message = new TableIndex.Table(Take(TableIndex.Combinations(set.Sizes, outer)), outer);
            Add(steps, message, outer, inner, Operands(p, c), false, StepScale.Dropped);
            down[c] = message;
        }
    }

    // Each variable's posterior comes from the smallest table that holds it: the two messages across a separator, or all of a clique.
    private void Marginals()
    {
        var (least, from, across) = (new double[set.Sizes.Length], new int[set.Sizes.Length], new bool[set.Sizes.Length]);
        Array.Fill(least, double.PositiveInfinity);
        for (var c = 0; c < tree.Cliques.Length; c++)
        {
            Consider(tree.Cliques[c], TableIndex.Combinations(set.Sizes, tree.Cliques[c]) * (1 + children[c].Length), c, false);
            if (down[c].Variables is not null) Consider(tree.Separators[c], TableIndex.Combinations(set.Sizes, tree.Separators[c]) * 2, c, true);
        }
        for (var v = 0; v < least.Length; v++)
        {
            if (double.IsPositiveInfinity(least[v]) || query.Targets is { } targets && !targets[v]) continue;
            var c = from[v];
            var scope = across[v] ? tree.Separators[c] : tree.Cliques[c];
            var operands = across[v] ? [up[c], down[c]] : Operands(c);
            var table = new TableIndex.Table(Take(set.Sizes[v]), [v]);
            Add(steps, table, [v], [.. scope.Where(u => u != v)], operands, false, StepScale.None);
            results.Add(new(v, table.First, set.Sizes[v], [], []));
        }

        void Consider(int[] variables, double cost, int clique, bool isSeparator)
        {
            foreach (var v in variables)
                if (cost < least[v]) (least[v], from[v], across[v]) = (cost, clique, isSeparator);
        }
    }

    private void Families()
    {
        for (var f = 0; f < places.Length; f++)
        {
            if (places[f] < 0) continue;
            var (factor, scope) = (set.Factors[f], tree.Cliques[places[f]]);
            int[] free = [.. factor.Variables.Where(v => Array.BinarySearch(observed, v) < 0)];
            var table = new TableIndex.Table(Take(TableIndex.Combinations(set.Sizes, free)), free);
            Add(steps, table, free, [.. scope.Except(free)], Operands(places[f]), false, StepScale.None);
            var part = GatheredTable.Of(set.Sizes, factor, free, observed, table.First);
            results.Add(new(f, table.First, part.Offsets.Length, part.Strides, part.Offsets));
        }
    }
}
