using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>Counts of very many combinations: rows are put into groups by one variable after another.</summary>
internal sealed partial class SubsetCounts
{
    private readonly Dictionary<long, int> groups = [];
    private int[] group = [];

    private ReadOnlySpan<double> Groups(ReadOnlySpan<int> family, out ReadOnlySpan<double> marginals)
    {
        if (group.Length < rows.Rows) group = new int[rows.Rows];
        var of = group.AsSpan(0, rows.Rows);
        of.Clear();
        var count = 1;
        marginals = default;
        for (var d = 0; d < family.Length; d++)
        {
            // Only rows that have the child, too, count for the parents.
            if (d == family.Length - 1) Drop(of, family[d]);
            if (d == family.Length - 1) marginals = Weigh(of, count, ref parents);
            count = Split(of, family[d]);
        }
        return Weigh(of, count, ref cells);
    }

    private int Split(Span<int> of, int variable)
    {
        groups.Clear();
        var size = rows.Sizes[variable];
        for (var i = 0; i < of.Length; i++)
        {
            if ((i & 0xFFF) == 0) Cancellation.Poll();
            if (of[i] < 0) continue;
            var code = rows.Code(i, variable);
            if (code == size)
            {
                of[i] = -1;
                continue;
            }
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, ((long)of[i] * size) + code, out var known);
            if (!known) number = groups.Count - 1;
            of[i] = number;
        }
        return groups.Count;
    }

    private void Drop(Span<int> of, int variable)
    {
        if (!rows.HasMissing(variable)) return;
        for (var i = 0; i < of.Length; i++)
            if (rows.Code(i, variable) == rows.Sizes[variable]) of[i] = -1;
    }

    private ReadOnlySpan<double> Weigh(ReadOnlySpan<int> of, int count, ref double[] into)
    {
        if (into.Length < count) into = new double[Math.Max(count, 64)];
        var weights = into.AsSpan(0, count);
        weights.Clear();
        for (var i = 0; i < of.Length; i++)
            if (of[i] >= 0) weights[of[i]] += rows.Weights[i];
        // A group may have lost all its rows.
        return Compact(weights);
    }
}
