using System.Numerics;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <content>Input and output, tile by tile.</content>
internal sealed unsafe partial class LaneRun
{
    // Features, emissions and their maxima of a segment.
    private void Prepare(in FeatureBlock block, int first, int count, double* features, bool[] missing, double* b, double* maxima)
    {
        var columns = block.Columns;
        var size = columns * FeatureTile.Capacity;
        if (!schedule.IsSingle)
        {
            Span<int> holes = stackalloc int[FeatureTile.Capacity];
            using var scratch = Scratch.Enter();
            var priors = block.Priors.IsEmpty ? default : scratch.Take(states * FeatureTile.Capacity);
            for (var tile = 0; tile * perTile < count; tile++)
            {
                Cancellation.Poll();
                var own = new Span<double>(features + ((long)tile * size), size);
                missing[tile] = LanePacking.Gather(block, schedule, first + (tile * perTile), own, holes, out var holeCount);
                var packed = new FeatureTile(own, FeatureTile.Capacity, columns, missing[tile]);
                double* to = b + ((long)tile * perTile * row), most = maxima + (tile * FeatureTile.Capacity);
                if (priors.IsEmpty)
                {
                    emissions.Fill(steps, packed, holes[..holeCount], padded, lanes, row, to, most);
                    continue;
                }
                LanePacking.Gather(block.Priors.AsBlock(), schedule, first + (tile * perTile), priors, holes, out _);
                emissions.Fill(steps, packed, priors, holes[..holeCount], padded, lanes, row, to, most);
            }
            return;
        }
        var tiles = (count + perTile - 1) / perTile;
        var next = -1;
        var (rows, rowStride, columnStride, length) = (block.Rows, block.RowStride, block.ColumnStride, block.Values.Length);
        var (components, priorStride, priorLength) = (block.Priors.Components, block.Priors.Stride, block.Priors.Log2.Length);
        fixed (double* values = block.Values, log2 = block.Priors.Log2)
        {
            // A ref struct cannot be passed to other threads; its memory is pinned meanwhile.
            var (from, features0, b0, maxima0, priors0) = ((nint)values, (nint)features, (nint)b, (nint)maxima, (nint)log2);
            Parallelism.Run(Math.Min(SpareThreads.Count, tiles), token =>
            {
                for (var tile = Interlocked.Increment(ref next); tile < tiles && !token.IsCancellationRequested; tile = Interlocked.Increment(ref next))
                {
                    var all = new FeatureBlock(new ReadOnlySpan<double>((double*)from, length), rows, columns, rowStride, columnStride)
                    { Priors = new(new ReadOnlySpan<double>((double*)priors0, priorLength), rows, components, priorStride) };
                    PrepareOne(all, first + (tile * perTile), Math.Min(perTile, count - (tile * perTile)),
                        new Span<double>((double*)features0 + ((long)tile * size), size), out missing[tile], (double*)b0 + ((long)tile * perTile * row),
                        (double*)maxima0 + ((long)tile * perTile * lanes));
                }
            }, CancellationToken.None);
        }
    }

    // Copies a dense tile of the only sequence into its lane.
    private void PrepareOne(in FeatureBlock block, int first, int count, Span<double> features, out bool missing, double* b, double* maxima)
    {
        using var scratch = Scratch.Enter();
        double* dense = Take(scratch, padded * FeatureTile.Capacity), most = Take(scratch, FeatureTile.Capacity);
        var whole = Math.Clamp(schedule.Last[0] + 1 - first, 0, count);
        var own = block.Slice(schedule.FirstRow + first, whole);
        var tile = own.Pack(0, features);
        // A column that already has a tile's layout was not copied; the backward pass needs it here.
        if (!features.Overlaps(tile.Values)) tile.Values.CopyTo(features);
        missing = tile.HasMissing;
        if (own.Priors.IsEmpty)
        {
            emissions.Fill(steps, tile, default, padded, FeatureTile.Capacity, padded * FeatureTile.Capacity, dense, most);
        }
        else
        {
            var priors = scratch.Take(states * FeatureTile.Capacity);
            own.Priors.AsBlock().Pack(0, priors);
            emissions.Fill(steps, tile, priors, default, padded, FeatureTile.Capacity, padded * FeatureTile.Capacity, dense, most);
        }
        for (var t = 0; t < count; t++)
        {
            maxima[t * lanes] = t < whole ? most[t] : 0;
            for (var k = 0; k < states; k++) b[((long)t * row) + (k * lanes)] = t < whole ? dense[(k * FeatureTile.Capacity) + t] : 1;
        }
    }

    private void Hand(in FeatureBlock block, int step, double* features, bool missing, Span<double> tilePosteriors, EmissionLanes statistics,
        Span<double> tableSums, bool only, Span<double> posteriors, Span<int> labels)
    {
        if (!posteriors.IsEmpty) Give<double>(step, states, tilePosteriors, posteriors);
        if (!labels.IsEmpty)
        {
            Span<int> best = stackalloc int[FeatureTile.Capacity];
            MostProbable(tilePosteriors, best);
            Give<int>(step, 1, best, labels);
        }
        if (only) return;
        var rows = schedule.IsSingle ? Math.Min(perTile, schedule.Last[0] + 1 - step) : FeatureTile.Capacity;
        if (rows > 0)
            emissions.Add(new FeatureTile(new Span<double>(features, block.Columns * FeatureTile.Capacity), rows, block.Columns, missing), tilePosteriors,
                statistics, tableSums);
    }

    // Copies the columns of a tile to columns of the block.
    private void Give<T>(int step, int columns, ReadOnlySpan<T> tile, Span<T> rows)
        where T : unmanaged
    {
        if (!schedule.IsSingle)
        {
            LanePacking.Scatter(schedule, step, columns, tile, rows);
            return;
        }
        var height = rows.Length / columns;
        for (var c = 0; c < columns && step <= schedule.Last[0]; c++)
            tile.Slice(c * FeatureTile.Capacity, Math.Min(perTile, schedule.Last[0] + 1 - step)).CopyTo(rows[((c * height) + schedule.FirstRow + step)..]);
    }

    // Index of the largest, the first on ties.
    private void MostProbable(ReadOnlySpan<double> tilePosteriors, Span<int> best)
    {
        Span<long> wide = stackalloc long[FeatureTile.Capacity];
        for (var i = 0; i < wide.Length; i += Vector<double>.Count)
        {
            var most = new Vector<double>(tilePosteriors[i..]);
            var state = Vector<long>.Zero;
            for (var k = 1; k < states; k++)
            {
                var own = new Vector<double>(tilePosteriors[((k * FeatureTile.Capacity) + i)..]);
                var isMore = Vector.GreaterThan(own, most);
                state = Vector.ConditionalSelect(isMore, new Vector<long>(k), state);
                most = Vector.ConditionalSelect(isMore, own, most);
            }
            state.CopyTo(wide[i..]);
        }
        for (var i = 0; i < best.Length; i++) best[i] = (int)wide[i];
    }
}
