using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Kernels;

public sealed class TilePackingTests
{
    [Fact]
    public void Every_layout_packs_the_same_tiles()
    {
        foreach (var columns in new[] { 1, 2, 3, 4, 5, 7, 8, 10, 13 })
        {
            foreach (var rows in new[] { 1, 3, 4, 15, 16, 33, 255, 256, 257, 600 })
            {
                var values = Values(rows, columns);
                foreach (var (rowStride, columnStride) in new[] { (1, rows), (1, rows + 5), (columns, 1), (columns + 3, 1), (2, 2 * rows), (2 * columns, 2) })
                    Check(values, rows, columns, rowStride, columnStride);
            }
        }
    }

    [Fact]
    public void A_missing_value_is_found_wherever_it_stands()
    {
        foreach (var columns in new[] { 1, 3, 4, 6 })
        {
            foreach (var rows in new[] { 1, 5, 31, 40 })
            {
                for (var r = 0; r < rows; r++)
                {
                    for (var c = 0; c < columns; c++)
                    {
                        var values = Values(rows, columns);
                        values[r, c] = double.NaN;
                        Check(values, rows, columns, 1, rows);
                        Check(values, rows, columns, columns, 1);
                        Check(values, rows, columns, 3 * columns, 3);
                    }
                }
            }
        }
    }

    /// <summary>Some rows only: the tile of those rows alone.</summary>
    [Fact]
    public void Listed_rows_are_packed_like_neighbors()
    {
        foreach (var columns in new[] { 1, 3, 4, 5, 10 })
        {
            foreach (var step in new[] { 1, 2, 7 })
            {
                foreach (var count in new[] { 1, 5, 16, 30, 85 })
                {
                    var values = Values(600, columns);
                    int[] rows = [.. Enumerable.Range(0, count).Select(i => 3 + (i * step))];
                    foreach (var (rowStride, columnStride) in new[] { (1, 601), (columns, 1), (columns + 3, 1), (2 * columns, 2) })
                    {
                        var memory = new double[(600 * rowStride) + (columns * columnStride)];
                        for (var r = 0; r < 600; r++)
                            for (var c = 0; c < columns; c++) memory[(r * rowStride) + (c * columnStride)] = r == 3 && count == 5 ? double.NaN : values[r, c];
                        var found = new double[columns * FeatureTile.Capacity];
                        Array.Fill(found, -77);
                        Assert.Equal(count == 5, TilePacking.Pack(memory, rows, columns, rowStride, columnStride, found));
                        for (var c = 0; c < columns; c++)
                        {
                            for (var i = 0; i < FeatureTile.Padded(count); i++)
                            {
                                var expected = i < count ? memory[(rows[i] * rowStride) + (c * columnStride)] : 0;
                                Assert.Equal(expected, found[(c * FeatureTile.Capacity) + i]);
                            }
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Values_whose_squares_overflow_are_found()
    {
        foreach (var huge in new[] { double.PositiveInfinity, double.NegativeInfinity, 1e155, -2e154 })
        {
            foreach (var at in new[] { 0, 15, 16, 199, FeatureTile.Capacity + 7 })
            {
                var values = new double[2 * FeatureTile.Capacity];
                Array.Fill(values, 1e150);
                values[3] = double.NaN;
                Assert.False(TilePacking.AnyHuge(new FeatureTile(values, 200, 2, hasMissing: true)));
                values[at] = huge;
                Assert.True(TilePacking.AnyHuge(new FeatureTile(values, 200, 2, hasMissing: true)));
            }
        }
    }

    private static double[,] Values(int rows, int columns)
    {
        var random = new SeededRandom(rows + (1000 * columns));
        var values = new double[rows, columns];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) values[r, c] = (r + c) % 11 == 0 ? double.PositiveInfinity : random.NextNormal();
        return values;
    }

    private static void Check(double[,] values, int rows, int columns, int rowStride, int columnStride)
    {
        var memory = new double[((rows - 1) * rowStride) + ((columns - 1) * columnStride) + 1];
        Array.Fill(memory, double.NaN);
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) memory[(r * rowStride) + (c * columnStride)] = values[r, c];
        var block = new FeatureBlock(memory, rows, columns, rowStride, columnStride);
        for (var t = 0; t < block.TileCount; t++)
        {
            var buffer = new double[columns * FeatureTile.Capacity];
            Array.Fill(buffer, -77);
            var tile = block.Pack(t, buffer);
            var missing = false;
            for (var c = 0; c < columns; c++)
            {
                for (var i = 0; i < tile.PaddedRows; i++)
                {
                    var expected = i < tile.Rows ? values[(t * FeatureTile.Capacity) + i, c] : 0;
                    missing |= double.IsNaN(expected);
                    Assert.Equal(expected, buffer[(c * FeatureTile.Capacity) + i]);
                }
            }
            Assert.Equal(missing, tile.HasMissing);
            // The same without a copy where there needs to be none.
            var seen = block.Tile(t, new double[columns * FeatureTile.Capacity]);
            Assert.Equal((tile.Rows, tile.Columns, tile.HasMissing), (seen.Rows, seen.Columns, seen.HasMissing));
            for (var c = 0; c < columns; c++) Assert.Equal(tile.Column(c).ToArray(), seen.Column(c).ToArray());
        }
    }
}
