using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Sequences;

/// <summary>Brings rows into the order of lanes and back.</summary>
internal static unsafe class LanePacking
{
    /// <summary>Copies the rows of some steps into a tile; places without a row get zeros.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="schedule">Which rows.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="tile">Shape [columns, Capacity].</param>
    /// <param name="holes">Places without a row; filled from the front.</param>
    /// <param name="holeCount">How many there are.</param>
    /// <returns>True if a value is NaN or infinite.</returns>
    public static bool Gather(in FeatureBlock block, LaneSchedule schedule, int step, Span<double> tile, Span<int> holes, out int holeCount)
    {
        const int lanes = LaneSchedule.Width, perTile = FeatureTile.Capacity / lanes;
        var columns = block.Columns;
        holeCount = 0;
        fixed (double* values = block.Values, target = tile)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                var item = 0;
                var filled = 0;
                while (schedule.Next(lane, step, ref item, out var run))
                {
                    for (; filled < run.Place / lanes; filled++) holes[holeCount++] = (filled * lanes) + lane;
                    for (var c = 0; c < columns; c++)
                    {
                        var from = values + ((long)run.Row * block.RowStride) + ((long)c * block.ColumnStride);
                        var to = target + (c * FeatureTile.Capacity) + run.Place;
                        for (var t = 0; t < run.Count; t++, from += block.RowStride, to += lanes)
                        {
                            *to = *from;
                        }
                    }
                    filled += run.Count;
                }
                for (; filled < perTile; filled++) holes[holeCount++] = (filled * lanes) + lane;
            }
            for (var h = 0; h < holeCount; h++)
                for (var c = 0; c < columns; c++) target[(c * FeatureTile.Capacity) + holes[h]] = 0;
        }
        return HasOdd(tile[..(columns * FeatureTile.Capacity)]);
    }

    // x - x is 0 of every finite number.
    private static bool HasOdd(ReadOnlySpan<double> values)
    {
        var odd = Vector<double>.Zero;
        foreach (var v in MemoryMarshal.Cast<double, Vector<double>>(values)) odd += v - v;
        return !Vector.EqualsAll(odd, Vector<double>.Zero);
    }

    /// <summary>Copies what stands in a tile to the rows it belongs to.</summary>
    /// <param name="schedule">Which rows.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="tile">Shape [Capacity].</param>
    /// <param name="rows">By row of the block.</param>
    public static void Scatter<T>(LaneSchedule schedule, int step, ReadOnlySpan<T> tile, Span<T> rows)
    {
        for (var lane = 0; lane < LaneSchedule.Width; lane++)
        {
            var item = 0;
            while (schedule.Next(lane, step, ref item, out var run))
                for (var t = 0; t < run.Count; t++) rows[run.Row + t] = tile[run.Place + (t * LaneSchedule.Width)];
        }
    }
}
