using System.Numerics;
using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>The best structure of all: parent sets are scored first (<see cref="ExactFamilies"/>), then the best order of the variables is searched.</summary>
/// <param name="usesDp">True for dynamic programming, false for A*.</param>
internal sealed class ExactMethod(bool usesDp) : SearchMethod
{
    private const int MostVariables = 64;
    private const string Place = "exact structure search";

    public override string Name => usesDp ? StructureMethod.ExactDp : StructureMethod.Exact;

    public override StructureUses Uses => StructureUses.MaxParents | StructureUses.Arcs | StructureUses.Groups;

    /// <summary>Registers both searches.</summary>
    [ModuleInitializer]
    internal static void Register()
    {
        StructureMethods.Register(new ExactMethod(usesDp: false));
        StructureMethods.Register(new ExactMethod(usesDp: true));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What dynamic programming and the lower bounds of A* need is known from the allowed arcs, and with bdeu and k2 the number of families is, too. How many
    /// families mdl, bic and aic leave, and how many sets A* meets, only the data tell; beyond the memory they are refused as soon as it is known.
    /// </remarks>
    public override void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, int copies)
    {
        if (sizes.Count > MostVariables)
        {
            throw new ModelException(ErrorKind.Usage, Place, $"{sizes.Count} variables", $"at most {MostVariables}",
                "choose fewer variables, or search by hill climbing");
        }
        var domains = ExactDomain.Of(new(options.Constraints, sizes.Count), options.Constraints.Groups);
        // A search has half of the memory, rows and kept scores the other.
        var (limit, mostParents) = ((double)(maxBytes ?? long.MaxValue) / 2, options.MaxParents ?? sizes.Count - 1);
        // Without parents nothing is searched.
        if (mostParents > 0)
        {
            foreach (var component in ExactComponents.Of([.. domains.Select(d => new ExactParentSets([d.Required | d.Optional], [0]))]))
                CheckSearch(component.Length, limit);
        }
        if (options.Score is StructureScore.Bdeu or StructureScore.K2 && FamilyBytes(domains, mostParents) is var bytes && bytes > limit)
        {
            var fitting = Enumerable.Range(0, mostParents).LastOrDefault(m => FamilyBytes(domains, m) <= limit);
            throw TooLarge($"families of up to {mostParents} parents that need {Mebibytes(bytes)}", limit,
                $"{(fitting > 0 ? $"allow at most {fitting} parents, " : "")}give more memory, or search by hill climbing");
        }
    }

    public override FoundStructure Search(StructureProblem problem)
    {
        var domains = ExactDomain.Of(problem.Rules, problem.Options.Constraints.Groups);
        var lists = ExactFamilies.Score(problem, domains);
        var limit = (problem.MaxBytes ?? long.MaxValue) - lists.Sum(l => (long)l.Sets.Length * ExactParentSets.BytesOfOne);
        var chosen = ExactComponents.Solve(lists, component =>
        {
            CheckSearch(component.Count, limit);
            return usesDp
                ? ExactDpSearch.Solve(component, problem.Threads, steps => problem.Report(steps, double.NaN), Cancellation.Token)
                : ExactAStarSearch.Solve(component, limit - ExactPatterns.Bytes(component.Count), steps => problem.Report(steps, double.NaN),
                    Cancellation.Token);
        }) ?? throw Cyclic();
        return new([.. chosen.Select((set, v) => Indexes(lists[v].Sets[set]))], true);
    }

    // Both layers of families, and the lists that they leave at most.
    private static double FamilyBytes(ExactDomain[] domains, int maxParents) =>
        domains.Sum(d => d.Count(maxParents)) * (ExactFamilies.BytesOfFamily + ExactParentSets.BytesOfOne);

    // One component is searched at a time. A single variable has no order.
    private void CheckSearch(int variables, double limit)
    {
        var most = usesDp ? ExactDpSearch.MostVariables : MostVariables;
        if (variables == 1 || (variables <= most && Bytes(variables) <= limit)) return;
        throw TooLarge($"{variables} variables that may be each other's parents, which need {Mebibytes(Bytes(variables))}", limit,
            $"choose at most {Enumerable.Range(1, most).LastOrDefault(n => Bytes(n) <= limit)} variables, forbid arcs, "
            + $"{(usesDp ? "use A* (StructureMethod.Exact)" : "give more memory")}, or search by hill climbing");

        double Bytes(int n) => usesDp ? ExactDpSearch.Bytes(n) : ExactPatterns.Bytes(n);
    }

    private static ModelException TooLarge(string found, double limit, string remedy) =>
        new(ErrorKind.Memory, Place, found, $"at most {Mebibytes(limit)}, half of the memory", remedy);

    private static ModelException Cyclic() =>
        new(ErrorKind.Usage, "StructureConstraints.Require", "arcs that form a cycle", "arcs without cycles", "require fewer arcs");

    /// <summary>Bytes as text, rounded up: whole MiB from 1 on.</summary>
    internal static string Mebibytes(double bytes) => bytes > 1 << 20 ? $"{Math.Ceiling(bytes / (1 << 20)):N0} MiB"
        : $"{Math.Ceiling(bytes / (1 << 20) * 100) / 100:0.##} MiB";

    private static int[] Indexes(ulong set)
    {
        var indexes = new List<int>();
        for (; set != 0; set &= set - 1) indexes.Add(BitOperations.TrailingZeroCount(set));
        return [.. indexes];
    }
}
