using Pipelines.Models.Kernels;

namespace Pipelines.Models.Inference;

/// <summary>Groups rows by the set of their observed variables.</summary>
internal static class RowPatterns
{
    /// <summary>Groups the rows of a block.</summary>
    /// <param name="block">The rows; NaN = not observed.</param>
    /// <param name="isExcluded">Shape [rows]: rows that belong to no group.</param>
    /// <returns>The sets; the rows, group by group and ascending in each; and where each group starts, with the end as the last element.</returns>
    public static (List<PatternKey> Groups, int[] Order, int[] Starts) Of(in FeatureBlock block, ReadOnlySpan<bool> isExcluded)
    {
        using var scratch = Scratch.Enter();
        var words = (block.Columns + 63) / 64;
        var masks = System.Runtime.InteropServices.MemoryMarshal.Cast<double, ulong>(scratch.Take(block.Rows * words));
        masks.Clear();
        for (var j = 0; j < block.Columns; j++)
        {
            var (at, bit) = (j >> 6, j & 63);
            var values = block.Values[Math.Min(j * block.ColumnStride, block.Values.Length)..];
            for (int i = 0, from = 0, to = at; i < block.Rows; i++, from += block.RowStride, to += words)
                masks[to] |= (double.IsNaN(values[from]) ? 0UL : 1UL) << bit;
        }
        var (groups, found, counts) = (new List<PatternKey>(), new Dictionary<PatternKey, int>(), new List<int>());
        var own = new int[block.Rows];
        var last = -1;
        for (var i = 0; i < block.Rows; i++)
        {
            own[i] = -1;
            if (isExcluded[i]) continue;
            var mask = masks.Slice(i * words, words);
            if (last < 0 || !groups[last].Is(mask))
            {
                var key = new PatternKey(mask);
                if (!found.TryGetValue(key, out last))
                {
                    found[key] = last = groups.Count;
                    groups.Add(key);
                    counts.Add(0);
                }
            }
            own[i] = last;
            counts[last]++;
        }
        var starts = new int[groups.Count + 1];
        for (var g = 0; g < groups.Count; g++) starts[g + 1] = starts[g] + counts[g];
        var (order, next) = (new int[starts[^1]], starts.ToArray());
        for (var i = 0; i < own.Length; i++)
            if (own[i] >= 0) order[next[own[i]]++] = i;
        return (groups, order, starts);
    }
}
