using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Sequences;

/// <summary>Copies rows into lane order and back.</summary>
internal static unsafe class LanePacking
{
    private const int lanes = LaneSchedule.Width;

    private const int perTile = FeatureTile.Capacity / lanes;

    // Number of lanes transposed at once.
    private const int Together = 4;

    /// <summary>Copies the rows of some steps into a tile; slots without a row get zeros.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="schedule">The schedule of the rows.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="tile">Shape [columns, Capacity].</param>
    /// <param name="holes">Slots without a row; filled from the front.</param>
    /// <param name="holeCount">The number of such slots.</param>
    /// <returns>True if a value is NaN or infinite.</returns>
    public static bool Gather(in FeatureBlock block, LaneSchedule schedule, int step, Span<double> tile, Span<int> holes, out int holeCount)
    {
        var columns = block.Columns;
        holeCount = 0;
        fixed (double* values = block.Values, target = tile)
        {
            for (var first = 0; first < lanes; first += Together)
            {
                if (block.RowStride == 1 && Whole(schedule, first, step, out var r0, out var r1, out var r2, out var r3))
                {
                    for (var c = 0; c < columns; c++)
                    {
                        var column = values + ((long)c * block.ColumnStride);
                        double* from0 = column + r0, from1 = column + r1, from2 = column + r2, from3 = column + r3,
                            to = target + (c * FeatureTile.Capacity) + first;
                        // Later tiles continue reading in each lane: too many streams for the hardware prefetcher, and memory latency exceeds the time spent on
                        // one tile.
                        Fetch(from0 + (3 * perTile));
                        Fetch(from1 + (3 * perTile));
                        Fetch(from2 + (3 * perTile));
                        Fetch(from3 + (3 * perTile));
                        for (var t = 0; t < perTile; t += Together, to += Together * lanes)
                            Store(Transposed(Vector256.Load(from0 + t), Vector256.Load(from1 + t), Vector256.Load(from2 + t), Vector256.Load(from3 + t)), to,
                                to + lanes, to + (2 * lanes), to + (3 * lanes));
                    }
                    continue;
                }
                for (var lane = first; lane < first + Together; lane++)
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
            }
            for (var h = 0; h < holeCount; h++)
                for (var c = 0; c < columns; c++) target[(c * FeatureTile.Capacity) + holes[h]] = 0;
        }
        return HasOdd(tile[..(columns * FeatureTile.Capacity)]);
    }

    // x - x is 0 for every finite number.
    private static bool HasOdd(ReadOnlySpan<double> values)
    {
        var odd = Vector<double>.Zero;
        foreach (var v in MemoryMarshal.Cast<double, Vector<double>>(values)) odd += v - v;
        return !Vector.EqualsAll(odd, Vector<double>.Zero);
    }

    /// <summary>Copies a tile's values back to their rows, column by column.</summary>
    /// <param name="schedule">The schedule of the rows.</param>
    /// <param name="step">First step of the tile.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="tile">Shape [columns, Capacity].</param>
    /// <param name="rows">Indexed by row of the block, shape [columns, rows of the block].</param>
    public static void Scatter<T>(LaneSchedule schedule, int step, int columns, ReadOnlySpan<T> tile, Span<T> rows)
        where T : unmanaged
    {
        var height = rows.Length / columns;
        fixed (T* from = tile, to = rows)
        {
            for (var first = 0; first < lanes; first += Together)
            {
                if (typeof(T) == typeof(double) && Whole(schedule, first, step, out var r0, out var r1, out var r2, out var r3))
                {
                    for (var c = 0; c < columns; c++)
                    {
                        var values = (double*)from + (c * FeatureTile.Capacity) + first;
                        var column = (double*)to + ((long)c * height);
                        for (var t = 0; t < perTile; t += Together, values += Together * lanes)
                            Store(Transposed(Vector256.Load(values), Vector256.Load(values + lanes), Vector256.Load(values + (2 * lanes)),
                                Vector256.Load(values + (3 * lanes))), column + r0 + t, column + r1 + t, column + r2 + t, column + r3 + t);
                    }
                    continue;
                }
                for (var lane = first; lane < first + Together; lane++)
                {
                    var item = 0;
                    while (schedule.Next(lane, step, ref item, out var run))
                    {
                        for (var c = 0; c < columns; c++)
                            for (var t = 0; t < run.Count; t++)
                                to[((long)c * height) + run.Row + t] = from[(c * FeatureTile.Capacity) + run.Place + (t * lanes)];
                    }
                }
            }
        }
    }

    /// <summary>Columns of four vectors as rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> A, Vector256<double> B, Vector256<double> C, Vector256<double> D) Transposed(Vector256<double> a, Vector256<double> b,
        Vector256<double> c, Vector256<double> d)
    {
        if (!Avx.IsSupported)
            return (Vector256.Create(a[0], b[0], c[0], d[0]), Vector256.Create(a[1], b[1], c[1], d[1]), Vector256.Create(a[2], b[2], c[2], d[2]),
                Vector256.Create(a[3], b[3], c[3], d[3]));
        Vector256<double> e = Avx.UnpackLow(a, b), f = Avx.UnpackHigh(a, b), g = Avx.UnpackLow(c, d), h = Avx.UnpackHigh(c, d);
        return (Avx.Permute2x128(e, g, 0x20), Avx.Permute2x128(f, h, 0x20), Avx.Permute2x128(e, g, 0x31), Avx.Permute2x128(f, h, 0x31));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store((Vector256<double> A, Vector256<double> B, Vector256<double> C, Vector256<double> D) rows, double* a, double* b,
        double* c, double* d)
    {
        rows.A.Store(a);
        rows.B.Store(b);
        rows.C.Store(c);
        rows.D.Store(d);
    }

    // Only a hint: it may point past the rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(double* rows)
    {
        for (var t = 0; t < perTile; t += 8) Sse.Prefetch0(rows + t);
    }

    // Finds the first rows of four lanes if each holds a single sequence in all steps of a tile; otherwise false. Only worthwhile with vectors of four.
    private static bool Whole(LaneSchedule schedule, int lane, int step, out int r0, out int r1, out int r2, out int r3)
    {
        (r0, r1, r2, r3) = (0, 0, 0, 0);
        return Avx.IsSupported && schedule.IsWhole(lane, step, out r0) && schedule.IsWhole(lane + 1, step, out r1) && schedule.IsWhole(lane + 2, step, out r2)
            && schedule.IsWhole(lane + 3, step, out r3);
    }
}
