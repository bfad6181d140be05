using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>The layout of a batch's features in memory and in the cache: column after column, then the weights, if any.</summary>
internal readonly record struct FeatureLayout
{
    public FeatureLayout(int batchSize, int columns, bool weighted)
    {
        // Columns a multiple of 4 KiB apart would map to the same few cache sets.
        var stride = ((batchSize + 7) / 8 * 8) + 8;
        if (stride % 512 == 0) stride += 8;
        var length = (long)stride * (columns + (weighted ? 1 : 0));
        if (length > Array.MaxLength)
            throw new ModelException(ErrorKind.Usage, "PipelineOptions.BatchSize", $"batches of {batchSize} rows x {columns} features",
                $"at most {Array.MaxLength / (columns + 1)} rows a batch", "choose a smaller batch size");
        (Columns, Weighted, Stride, Length) = (columns, weighted, stride, (int)length);
    }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>True if a column of weights follows the features.</summary>
    public bool Weighted { get; }

    /// <summary>Doubles from one column to the next.</summary>
    public int Stride { get; }

    /// <summary>Total number of doubles.</summary>
    public int Length { get; }

    /// <summary>Total size in bytes.</summary>
    public long Bytes => (long)Length * sizeof(double);

    /// <summary>The rows as models see them.</summary>
    public FeatureBlock View(ReadOnlySpan<double> values, int rows, long firstRow) => FeatureBlock.ColumnMajor(
        values[..(Stride * Columns)], rows, Columns, Stride, Weighted ? values.Slice(Stride * Columns, rows) : default, firstRow);
}
