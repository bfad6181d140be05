namespace Pipelines.Models.Inference;

/// <summary>Places of the entries of several tables, for all combinations of values of the variables that they are about.</summary>
internal static class TableIndex
{
    /// <summary>A table and the variables it is about, the last one contiguous.</summary>
    public readonly record struct Table(int First, int[] Variables);

    /// <summary>Number of combinations, which may be more than an int holds.</summary>
    public static double Combinations(int[] sizes, ReadOnlySpan<int> variables)
    {
        double count = 1;
        foreach (var v in variables) count *= sizes[v];
        return count;
    }

    /// <summary>Lists the entries for all combinations of some variables, the last one fastest.</summary>
    /// <param name="sizes">Number of values of each variable.</param>
    /// <param name="loops">The variables.</param>
    /// <param name="tables">The tables, each about some of them.</param>
    /// <returns>Shape [combinations, tables]; pinned.</returns>
    public static int[] Of(int[] sizes, ReadOnlySpan<int> loops, ReadOnlySpan<Table> tables)
    {
        var (count, width) = ((int)Combinations(sizes, loops), tables.Length);
        var index = GC.AllocateUninitializedArray<int>(count * width, pinned: true);
        var strides = new int[loops.Length * width];
        Span<int> at = stackalloc int[width], digits = stackalloc int[loops.Length];
        for (var k = 0; k < width; k++)
        {
            at[k] = tables[k].First;
            var stride = 1;
            for (var j = tables[k].Variables.Length - 1; j >= 0; j--)
            {
                strides[(loops.IndexOf(tables[k].Variables[j]) * width) + k] = stride;
                stride *= sizes[tables[k].Variables[j]];
            }
        }
        digits.Clear();
        for (var to = 0; ; to += width)
        {
            at.CopyTo(index.AsSpan(to));
            var loop = loops.Length - 1;
            for (; loop >= 0; loop--)
            {
                var step = strides.AsSpan(loop * width, width);
                if (++digits[loop] < sizes[loops[loop]])
                {
                    for (var k = 0; k < width; k++) at[k] += step[k];
                    break;
                }
                for (var k = 0; k < width; k++) at[k] -= step[k] * (digits[loop] - 1);
                digits[loop] = 0;
            }
            if (loop < 0) return index;
        }
    }
}
