using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>The rows of a block that have missing values, and those of them whose other values are known.</summary>
internal ref struct IncompleteRows
{
    private readonly ReadOnlySpan<int> sizes;
    private readonly Span<bool> isIncomplete;
    private readonly Span<bool> isExcluded;

    /// <summary>Begins with no row marked.</summary>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="sizes">Shape [columns]: number of values of each.</param>
    /// <param name="scratch">Gives the memory.</param>
    public IncompleteRows(int rows, ReadOnlySpan<int> sizes, in Scratch scratch)
    {
        this.sizes = sizes;
        isIncomplete = MemoryMarshal.Cast<double, bool>(scratch.Take((rows / sizeof(double)) + 1))[..rows];
        isExcluded = MemoryMarshal.Cast<double, bool>(scratch.Take((rows / sizeof(double)) + 1))[..rows];
        isIncomplete.Clear();
        isExcluded.Fill(true);
    }

    /// <summary>True if any row is incomplete.</summary>
    public bool Any { get; private set; }

    /// <summary>True if every row is incomplete.</summary>
    public readonly bool All => !isIncomplete.Contains(false);

    /// <summary>Shape [rows]: false for incomplete rows whose other values are all known.</summary>
    public readonly ReadOnlySpan<bool> Excluded => isExcluded;

    /// <summary>True if the row has a missing value.</summary>
    public readonly bool Is(int row) => isIncomplete[row];

    /// <summary>Fills in a number for each incomplete row.</summary>
    public readonly void Fill(Span<double> numbers, double value)
    {
        for (var i = 0; i < isIncomplete.Length; i++)
            if (isIncomplete[i]) numbers[i] = value;
    }

    /// <summary>Excludes rows without any value: they say nothing.</summary>
    public readonly void ExcludeEmpty(in FeatureBlock block)
    {
        for (var i = 0; i < isExcluded.Length; i++)
        {
            var isEmpty = isIncomplete[i];
            for (var j = 0; j < block.Columns && isEmpty; j++) isEmpty = double.IsNaN(block[i, j]);
            isExcluded[i] |= isEmpty;
        }
    }

    /// <summary>Marks the rows of a tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="first">Number of its first row.</param>
    public void Mark(in FeatureTile tile, int first)
    {
        if (!tile.HasMissing) return;
        var incomplete = isIncomplete.Slice(first, tile.Rows);
        var excluded = isExcluded.Slice(first, tile.Rows);
        excluded.Clear();
        for (var j = 0; j < tile.Columns; j++)
        {
            var values = tile.Column(j);
            var size = sizes[j];
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                if (double.IsNaN(value)) incomplete[i] = true;
                else if (!(value >= 0 && value < size && value == (int)value)) excluded[i] = true;
            }
        }
        for (var i = 0; i < incomplete.Length; i++)
        {
            Any |= incomplete[i];
            excluded[i] |= !incomplete[i];
        }
    }
}
