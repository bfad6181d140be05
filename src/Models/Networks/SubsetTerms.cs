namespace Pipelines;

/// <summary>Counts the free parameters of log-linear models.</summary>
internal static class SubsetTerms
{
    /// <summary>
    /// The dimension of a log-linear model with all interactions within its cliques: the sum, over the sets of variables that lie in some clique, of the
    /// product of (values - 1) (Lauritzen 1996, section 4.3).
    /// </summary>
    /// <param name="cliques">Shape [cliques][]: the variables of each.</param>
    /// <param name="sizes">Shape [variables]: number of values of each.</param>
    public static long Count(IEnumerable<IReadOnlyList<int>> cliques, int[] sizes) => Union(cliques.Select(c => c.Order().ToArray()), sizes);

    // The non-empty subsets of a set have (product of values) - 1 parameters together. Those that lie in an earlier set are not counted again.
    private static long Union(IEnumerable<int[]> sets, int[] sizes)
    {
        var counted = new List<int[]>();
        long sum = 0;
        foreach (var set in sets.OrderByDescending(s => s.Length))
        {
            int[][] shared = [.. counted.Select(earlier => Common(earlier, set)).Where(s => s.Length > 0)];
            // Within an earlier one.
            if (Array.Exists(shared, s => s.Length == set.Length)) continue;
            sum += set.Aggregate(1L, (product, v) => product * sizes[v]) - 1;
            if (shared.Length > 0) sum -= Union(shared, sizes);
            counted.Add(set);
        }
        return sum;
    }

    // Both are ascending.
    private static int[] Common(int[] a, int[] b)
    {
        var (common, i, j) = (new List<int>(), 0, 0);
        while (i < a.Length && j < b.Length)
        {
            var order = a[i].CompareTo(b[j]);
            if (order == 0) common.Add(a[i]);
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        return [.. common];
    }
}
