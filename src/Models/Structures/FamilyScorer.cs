using System.Collections.Concurrent;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Structures;

/// <summary>
/// Scores of families, from counts of rows in memory. A family's score is a term of the family's combinations of codes, less a term of its parents', so terms
/// are kept by set of variables: all families of the same variables share one count. Where a value of the family is missing, its own rows count for the
/// parents, too, and its score is kept instead.
/// </summary>
internal sealed class FamilyScorer : IFamilyScores
{
    private readonly CodedRows rows;
    private readonly FamilyTerms of;
    private readonly ConcurrentDictionary<double, SubsetCache> terms = [];
    private readonly SubsetCache[] incomplete;
    private readonly ConcurrentBag<SubsetCounts> free = [];
    private readonly long? cacheBytes;
    private long familiesScored;

    /// <param name="rows">The data.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="maxBytes">Memory that kept scores may take; null = no limit. When it is full, scores are computed again.</param>
    public FamilyScorer(CodedRows rows, StructureOptions options, long? maxBytes)
    {
        (this.rows, of) = (rows, new(options, rows.Sizes));
        // Terms of the joint, and where they differ of the parents of children of each size, and where values are missing scores of each child.
        var caches = 1 + (of.Differ ? rows.Sizes.Distinct().Count() : 0) + Enumerable.Range(0, Variables).Count(rows.HasMissing);
        cacheBytes = maxBytes / caches;
        incomplete = new SubsetCache[Variables];
        if (Enumerable.Range(0, Variables).Any(rows.HasMissing))
            for (var j = 0; j < Variables; j++) incomplete[j] = new(Variables, cacheBytes);
    }

    public int Variables => rows.Variables;

    public IReadOnlyList<int> Sizes => rows.Sizes;

    public long FamiliesScored => Interlocked.Read(ref familiesScored);

    public double Bound(int child, double combinations) =>
        incomplete[child] is null ? of.Bound(child, combinations, rows.Weight) : 0;

    public double Score(int child, ReadOnlySpan<int> parents)
    {
        Interlocked.Increment(ref familiesScored);
        Span<int> family = stackalloc int[parents.Length + 1];
        var isMissing = rows.HasMissing(child);
        var at = 0;
        while (at < parents.Length && parents[at] < child) at++;
        parents[..at].CopyTo(family);
        family[at] = child;
        parents[at..].CopyTo(family[(at + 1)..]);
        foreach (var p in parents) isMissing |= rows.HasMissing(p);
        double combinations = 1;
        foreach (var p in parents) combinations *= Sizes[p];
        if (isMissing) return Incomplete(child, parents, family, combinations);
        if (parents.Length > 0 && of.IsUnknown(rows.Weight)) return double.NegativeInfinity;
        var all = combinations * Sizes[child];
        return of.Total(child, combinations, rows.Weight, Term(family, all, of.OfJoint), Term(parents, combinations, of.OfParents(child)));
    }

    private double Incomplete(int child, ReadOnlySpan<int> parents, ReadOnlySpan<int> family, double combinations)
    {
        if (incomplete[child].TryGet(family, out var score)) return score;
        Span<int> ordered = stackalloc int[family.Length];
        parents.CopyTo(ordered);
        ordered[^1] = child;
        var counts = Rent();
        var joint = counts.Joint(ordered, out var marginals);
        var weight = Sums.Of(marginals);
        score = parents.Length > 0 && of.IsUnknown(weight)
            ? double.NegativeInfinity
            : of.Total(child, combinations, weight, of.Sum(joint, combinations * Sizes[child], of.OfJoint),
                of.Sum(marginals, combinations, of.OfParents(child)));
        free.Add(counts);
        incomplete[child].Set(family, score);
        return score;
    }

    private double Term(ReadOnlySpan<int> subset, double combinations, double prior)
    {
        var cache = terms.GetOrAdd(prior, _ => new(Variables, cacheBytes));
        if (cache.TryGet(subset, out var term)) return term;
        var counts = Rent();
        term = of.Sum(counts.Joint(subset), combinations, prior);
        free.Add(counts);
        cache.Set(subset, term);
        return term;
    }

    private SubsetCounts Rent() => free.TryTake(out var counts) ? counts : new(rows);
}
