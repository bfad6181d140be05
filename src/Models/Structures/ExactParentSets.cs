namespace Pipelines.Models.Structures;

/// <summary>
/// The parent sets of one variable that a best structure may need, best first. A set is missing if one of its subsets scores at least as well.
/// </summary>
/// <param name="Sets">The sets; bit v is variable v. At least one. Shape [sets].</param>
/// <param name="Scores">Their scores, descending. Shape [sets].</param>
internal sealed record ExactParentSets(ulong[] Sets, double[] Scores)
{
    /// <summary>Bytes of one set and its score: while they are found, in the list, and in the search's own form.</summary>
    public const int BytesOfOne = 56;

    /// <summary>The list of some sets, sorted by score; of equal scores the smaller set comes first, then that with the smaller bits.</summary>
    /// <param name="sets">The sets. Shape [sets].</param>
    /// <param name="scores">Their scores. Shape [sets].</param>
    public static ExactParentSets Sorted(ulong[] sets, double[] scores)
    {
        var order = Enumerable.Range(0, sets.Length).ToArray();
        Array.Sort(order, (a, b) =>
            scores[b].CompareTo(scores[a]) is not 0 and var byScore ? byScore
            : ulong.PopCount(sets[a]).CompareTo(ulong.PopCount(sets[b])) is not 0 and var bySize ? bySize
            : sets[a].CompareTo(sets[b]));
        return new(Array.ConvertAll(order, i => sets[i]), Array.ConvertAll(order, i => scores[i]));
    }

    /// <summary>All variables that are in any of the sets.</summary>
    public ulong Union => Sets.Aggregate(0UL, (union, set) => union | set);
}
