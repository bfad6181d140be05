using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Structures;

/// <summary>Counts by intersections of sets of rows, block by block and depth first, so that everything stays in the fastest caches.</summary>
internal sealed unsafe partial class SubsetCounts
{
    private long[] counts = [];

    private int Intersect(ReadOnlySpan<int> subset, int all)
    {
        if (cells.Length < all) cells = new double[all];
        if (counts.Length < all) counts = new long[all];
        Array.Clear(counts, 0, all);
        var levels = new Level[subset.Length];
        var stride = all;
        for (var d = 0; d < subset.Length; d++)
        {
            stride /= rows.Sizes[subset[d]];
            levels[d] = new(subset[d], rows.Sizes[subset[d]], stride, rows.HasMissing(subset[d]));
        }
        // The last level is the cheapest: its last value follows from the others. The more values the earlier levels have, the fewer there are of the last.
        Array.Sort(levels, (a, b) => (b.HasMissing, a.Size).CompareTo((a.HasMissing, b.Size)));
        switch (KernelSelection.Current)
        {
            case KernelVariant.Avx512 when Avx512Bits.IsSupported: Walk<Avx512Bits>(levels); break;
            case KernelVariant.Avx512 or KernelVariant.Avx2: Walk<Avx2Bits>(levels); break;
            case KernelVariant.Portable: Walk<PortableBits>(levels); break;
            default: Walk<ScalarBits>(levels); break;
        }
        for (var i = 0; i < all; i++) cells[i] = counts[i];
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Walk<TBits>(Level[] levels)
        where TBits : struct, IBitOps
    {
        using var scratch = Scratch.Enter();
        fixed (double* buffer = scratch.Take(levels.Length * BitOps.BlockWords))
        fixed (long* to = counts)
        {
            for (var block = 0; block < rows.Blocks; block++)
            {
                var first = block * BitOps.BlockWords;
                var words = Math.Min(BitOps.BlockWords, (rows.Padded / 64) - first);
                var part = new Part<TBits>(rows, levels, block, first, words, (ulong*)buffer, to);
                if (block >= rows.PlaneBlocks)
                {
                    part.Descend(0, null, 0, 0, 0);
                    continue;
                }
                for (var p = 0; p < rows.Planes.Length; p++)
                {
                    fixed (ulong* plane = rows.Planes[p])
                        if (TBits.AndCount(plane + first, plane + first, words) is > 0 and var count) part.Descend(0, plane + first, count, p, 0);
                }
            }
        }
    }

    private readonly record struct Level(int Variable, int Size, int Stride, bool HasMissing);

    /// <summary>One block of rows.</summary>
    private readonly ref struct Part<TBits>(CodedRows rows, Level[] levels, int block, int first, int words, ulong* buffer, long* counts)
        where TBits : struct, IBitOps
    {
        // The rows within are those of the earlier levels' codes; null = all.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Descend(int depth, ulong* within, int count, int shift, int cell)
        {
            var level = levels[depth];
            var isLast = depth == levels.Length - 1;
            fixed (ulong* sets = rows.Sets(level.Variable))
            {
                var rest = count;
                // All rows have a value, so the last value's number follows.
                var computed = isLast && within is not null && !level.HasMissing ? level.Size - 1 : level.Size;
                for (var value = 0; value < computed; value++)
                {
                    var set = sets + (value * (nint)(rows.Padded / 64)) + first;
                    var at = cell + (value * level.Stride);
                    if (isLast)
                    {
                        var number = within is null ? rows.SetCount(level.Variable, value, block) : TBits.AndCount(within, set, words);
                        counts[at] += (long)number << shift;
                        rest -= number;
                    }
                    else if (within is null)
                    {
                        if (rows.SetCount(level.Variable, value, block) is > 0 and var number) Descend(depth + 1, set, number, shift, at);
                    }
                    else
                    {
                        var both = buffer + (depth * BitOps.BlockWords);
                        if (TBits.And(within, set, both, words) is > 0 and var number) Descend(depth + 1, both, number, shift, at);
                    }
                }
                if (computed < level.Size) counts[cell + ((level.Size - 1) * level.Stride)] += (long)rest << shift;
            }
        }
    }
}
