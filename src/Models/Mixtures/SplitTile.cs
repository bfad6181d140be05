using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// A tile with missing values split into two tiles: the complete rows in place, with the others zeroed out, and the incomplete rows packed together.
/// The results for a row therefore never depend on whether its neighbours are complete.
/// </summary>
internal readonly ref struct SplitTile
{
    private readonly Span<double> rows;

    /// <summary>Splits a tile; the parts live as long as the scratch scope.</summary>
    public SplitTile(in FeatureTile tile, Scratch scratch)
    {
        var size = tile.Columns * FeatureTile.Capacity;
        var complete = scratch.Take(size);
        var incomplete = scratch.Take(size);
        rows = scratch.Take(FeatureTile.Capacity);
        tile.Values.CopyTo(complete);
        incomplete.Clear();
        var count = 0;
        for (var i = 0; i < tile.Rows; i++)
        {
            if (!tile.IsIncomplete(i)) continue;
            for (var j = 0; j < tile.Columns; j++)
            {
                incomplete[(j * FeatureTile.Capacity) + count] = tile.Values[(j * FeatureTile.Capacity) + i];
                complete[(j * FeatureTile.Capacity) + i] = 0;
            }
            rows[count++] = i;
        }
        rows = rows[..count];
        Complete = new(complete, tile.Rows, tile.Columns, hasMissing: false);
        Incomplete = new(incomplete, count, tile.Columns, hasMissing: true);
    }

    /// <summary>All rows of the tile, the incomplete ones as zeros.</summary>
    public FeatureTile Complete { get; }

    /// <summary>The incomplete rows, in order.</summary>
    public FeatureTile Incomplete { get; }

    /// <summary>Copies results for the incomplete rows back to their places.</summary>
    /// <param name="from">Shape [components, Capacity], by incomplete row.</param>
    /// <param name="to">Shape [components, Capacity], by row of the tile.</param>
    /// <param name="components">K.</param>
    public void Scatter(ReadOnlySpan<double> from, Span<double> to, int components)
    {
        for (var k = 0; k < components; k++)
            for (var i = 0; i < rows.Length; i++) to[(k * FeatureTile.Capacity) + (int)rows[i]] = from[(k * FeatureTile.Capacity) + i];
    }

    /// <summary>Extracts the incomplete rows' values, leaving zeros.</summary>
    /// <param name="from">Shape [components, Capacity], by row of the tile.</param>
    /// <param name="to">Shape [components, Capacity], by incomplete row.</param>
    /// <param name="components">K.</param>
    public void Take(Span<double> from, Span<double> to, int components)
    {
        for (var k = 0; k < components; k++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                ref var value = ref from[(k * FeatureTile.Capacity) + (int)rows[i]];
                to[(k * FeatureTile.Capacity) + i] = value;
                value = 0;
            }
        }
    }
}
