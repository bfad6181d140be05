namespace Pipelines.Models.Sequences;

/// <summary>Brings rows into the order of lanes.</summary>
internal static class LanePacking
{
    /// <summary>Copies rows into a tile; -1 gives zeros.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="rows">Row numbers in the block, shape [Capacity].</param>
    /// <param name="tile">Shape [columns, Capacity].</param>
    /// <returns>True if a value is NaN.</returns>
    public static bool Gather(in FeatureBlock block, ReadOnlySpan<int> rows, Span<double> tile)
    {
        // x - x is 0 of every finite number: what is not is looked at again.
        double odd = 0;
        for (var c = 0; c < block.Columns; c++)
        {
            var column = block.Values[(c * block.ColumnStride)..];
            var target = tile.Slice(c * FeatureTile.Capacity, FeatureTile.Capacity);
            var stride = block.RowStride;
            for (var i = 0; i < target.Length; i++)
            {
                var value = rows[i] < 0 ? 0 : column[rows[i] * stride];
                target[i] = value;
                odd += value - value;
            }
        }
        return odd != 0;
    }

    /// <summary>Rows that are none are equally likely in every state.</summary>
    public static void Neutral(ReadOnlySpan<int> rows, Span<double> joint, int states)
    {
        if (rows.IndexOf(-1) < 0) return;
        for (var i = 0; i < rows.Length; i++)
        {
            for (var k = 0; k < states && rows[i] < 0; k++) joint[(k * FeatureTile.Capacity) + i] = 0;
        }
    }
}
