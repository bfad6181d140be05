namespace Pipelines.Models.Inference;

/// <summary>When loopy belief propagation ends.</summary>
/// <param name="Rounds">Maximum number of rounds.</param>
/// <param name="Tolerance">A row is finished when no message changes by more.</param>
internal sealed record LoopyRule(int Rounds, double Tolerance);

/// <summary>The parts of a program that are repeated until the messages of a row no longer change.</summary>
/// <param name="Set">The factors.</param>
/// <param name="Rule">When that is.</param>
/// <param name="Round">The messages of one round, each of which is normalised; a later one uses the earlier ones.</param>
/// <param name="Beliefs">The beliefs that follow from the messages, normalised, in the order of the results, or of <paramref name="Terms"/>.</param>
/// <param name="First">First entry of the messages.</param>
/// <param name="Count">Number of their entries.</param>
/// <param name="Terms">For the probability of what is observed: each belief's factor and how often it counts; else empty.</param>
internal sealed record LoopyPart(FactorSet Set, LoopyRule Rule, ProgramStep[] Round, ProgramStep[] Beliefs, int First, int Count, BetheTerm[] Terms);

/// <summary>The part of a belief in the Bethe approximation: <c>Factor * sum b (log f - log b)</c>, with f = 1 for a variable.</summary>
/// <param name="Belief">First entry of the belief.</param>
/// <param name="Factor">First entry of the factor; -1 = a variable.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Count">How often it counts: 1 for a factor, 1 - its number of factors for a variable.</param>
internal sealed record BetheTerm(int Belief, int Factor, int Size, int Count);

/// <summary>
/// Compiles loopy belief propagation (Pearl 1988; Koller and Friedman 2009, section 11.3): messages between factors and variables, factor by factor, until
/// they no longer change. The probability of what is observed is Bethe's approximation (Yedidia, Freeman and Weiss 2005). Exact where the factors form trees.
/// </summary>
internal sealed class LoopyCompiler
{
    private readonly FactorSet set;
    private readonly InferenceQuery query;
    private readonly int[] observed;
    private readonly List<ConstantTable> constants = [];
    private readonly List<GatheredTable> gathered = [];
    private readonly List<int> evidence = [];
    // The factors with unobserved variables.
    private readonly List<TableIndex.Table> tables = [];
    private readonly List<ProgramStep> round = [];
    private int entries;

    private LoopyCompiler(FactorSet set, InferencePlan plan) => (this.set, query, observed) = (set, plan.Query, plan.Observed);

    /// <summary>Compiles a planned query, of which the junction tree is not used.</summary>
    public static InferenceProgram Compile(FactorSet set, InferencePlan plan, LoopyRule rule) => new LoopyCompiler(set, plan).Compile(plan, rule);

    private InferenceProgram Compile(InferencePlan plan, LoopyRule rule)
    {
        foreach (var f in plan.Factors) AddFactor(set.Factors[f]);
        // Messages from a table to each of its variables, and the tables around a variable.
        var around = new Dictionary<int, List<TableIndex.Table>>();
        var first = entries;
        var messages = tables.ConvertAll(table => table.Variables.Select(v =>
        {
            var message = new TableIndex.Table(Take([v]), [v]);
            if (!around.TryGetValue(v, out var own)) around[v] = own = [];
            own.Add(message);
            return message;
        }).ToArray());
        var count = entries - first;
        for (var t = 0; t < tables.Count; t++) AddRound(tables[t], messages[t], around);

        var (beliefs, results, terms) = (new List<ProgramStep>(), new List<ResultTable>(), new List<BetheTerm>());
        foreach (var (v, own) in around.OrderBy(a => a.Key))
        {
            var belief = new TableIndex.Table(Take([v]), [v]);
            beliefs.Add(Step(belief, [v], [], [.. own]));
            if (query.Kind == QueryKind.Evidence) terms.Add(new(belief.First, -1, set.Sizes[v], 1 - own.Count));
            else if (query.Targets is not { } targets || targets[v]) results.Add(new(v, Take([v]), set.Sizes[v], [belief.First], []));
        }
        for (var t = 0; t < tables.Count && query.Kind == QueryKind.Evidence; t++)
        {
            var belief = new TableIndex.Table(Take(tables[t].Variables), tables[t].Variables);
            TableIndex.Table[] operands = [tables[t], .. messages[t].SelectMany(m => around[m.Variables[0]].Where(o => o.First != m.First))];
            beliefs.Add(Step(belief, belief.Variables, [], operands));
            terms.Add(new(belief.First, tables[t].First, (int)TableIndex.Combinations(set.Sizes, belief.Variables), 1));
        }
        return new()
        {
            Query = query,
            Observed = observed,
            Entries = entries,
            Constants = [.. constants],
            Gathered = [.. gathered],
            Prologue = [],
            Steps = [],
            EvidenceTerms = [.. evidence],
            IsScaled = true,
            Results = [.. results],
            Decoded = [],
            Widest = (plan.Widest.Variables, tables.Max(t => (double?)TableIndex.Combinations(set.Sizes, t.Variables)) ?? 0),
            Cliques = 0,
            Loopy = new(set, rule, [.. round], [.. beliefs], first, count, [.. terms]),
        };
    }

    private int Take(ReadOnlySpan<int> variables)
    {
        var first = entries;
        entries = checked(entries + (int)TableIndex.Combinations(set.Sizes, variables));
        return first;
    }

    private void AddFactor(CategoricalFactor factor)
    {
        int[] free = [.. factor.Variables.Where(v => Array.BinarySearch(observed, v) < 0)];
        var table = new TableIndex.Table(Take(free), free);
        if (free.Length == factor.Variables.Length) constants.Add(new(table.First, factor.Values));
        else gathered.Add(GatheredTable.Of(set.Sizes, factor, free, observed, table.First));
        if (free.Length == 0) evidence.Add(table.First);
        else tables.Add(table);
    }

    private void AddRound(TableIndex.Table table, TableIndex.Table[] outgoing, Dictionary<int, List<TableIndex.Table>> around)
    {
        var incoming = outgoing.Select(message => around[message.Variables[0]].Where(m => m.First != message.First).ToArray()).ToArray();
        for (var k = 0; k < outgoing.Length; k++)
        {
            var v = table.Variables[k];
            TableIndex.Table[] operands = [table, .. incoming.Where((_, other) => other != k).SelectMany(m => m)];
            round.Add(Step(outgoing[k], [v], [.. table.Variables.Where(u => u != v)], operands));
        }
    }

    private ProgramStep Step(TableIndex.Table target, int[] outer, int[] inner, TableIndex.Table[] operands) => new(target.First,
        (int)TableIndex.Combinations(set.Sizes, outer), (int)TableIndex.Combinations(set.Sizes, inner), operands.Length,
        TableIndex.Of(set.Sizes, [.. outer, .. inner], operands), query.Kind == QueryKind.Explanation && inner.Length > 0, StepScale.None);
}
