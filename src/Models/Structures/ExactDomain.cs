using System.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>The parents that one variable may have. Bit v is variable v.</summary>
/// <param name="Required">Those it must have.</param>
/// <param name="Optional">The others.</param>
internal sealed record ExactDomain(ulong Required, ulong Optional)
{
    /// <summary>The parents that each variable may and must have. Shape [variables].</summary>
    /// <param name="rules">Which arcs may and must be.</param>
    /// <param name="groups">Which variables may be parents of which; none = all of all. A variable that is no group's child has no parents.</param>
    public static ExactDomain[] Of(ArcRules rules, IReadOnlyList<ParentGroup> groups)
    {
        var domains = new ExactDomain[rules.Variables];
        for (var v = 0; v < domains.Length; v++)
        {
            var allowed = groups.Count == 0 ? ulong.MaxValue : groups.Where(g => g.Children.Contains(v)).Aggregate(0UL, (set, g) => set | Bits(g.Parents));
            var required = Bits(rules.Required[v]);
            domains[v] = new(required, Bits(rules.Candidates(v)) & allowed & ~required);
        }
        return domains;
    }

    /// <summary>The sets of parents of at most so many, required ones included; a real number, because there may be more than a long holds.</summary>
    public double Count(int maxParents)
    {
        var (optional, required) = ((int)ulong.PopCount(Optional), (int)ulong.PopCount(Required));
        var (sum, sets) = (0.0, 1.0);
        for (var k = 0; k <= Math.Min(optional, maxParents - required); k++)
        {
            sum += sets;
            sets = sets * (optional - k) / (k + 1);
        }
        return Math.Max(1, sum);
    }

    private static ulong Bits(IEnumerable<int> variables) => variables.Aggregate(0UL, (set, v) => set | 1UL << v);
}
