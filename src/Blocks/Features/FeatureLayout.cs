using System.Runtime.InteropServices;

namespace Pipelines.Blocks;

/// <summary>
/// The layout of a batch's features in memory and in the cache: column after column, then the weights, the priors, the labels and the fold keys, if any.
/// </summary>
internal readonly record struct FeatureLayout
{
    public FeatureLayout(int batchSize, int columns, bool weighted, bool labeled = false, int priors = 0, bool keyed = false)
    {
        // Columns a multiple of 4 KiB apart would map to the same few cache sets.
        var stride = ((batchSize + 7) / 8 * 8) + 8;
        if (stride % 512 == 0) stride += 8;
        (Columns, Weighted, Labeled, Priors, Keyed, Stride) = (columns, weighted, labeled, priors, keyed, stride);
        var length = (long)stride * AllColumns;
        if (length > Array.MaxLength)
            throw new ModelException(ErrorKind.Usage, "PipelineOptions.BatchSize", $"batches of {batchSize} rows x {columns} features",
                $"at most {Array.MaxLength / (AllColumns + 1)} rows a batch", "choose a smaller batch size");
        Length = (int)length;
    }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>True if a column of weights follows the features.</summary>
    public bool Weighted { get; }

    /// <summary>True if a column of labels, -1 where unknown, follows all others.</summary>
    public bool Labeled { get; }

    /// <summary>Number of columns of priors, which follow the features and weights as base-2 logarithms.</summary>
    public int Priors { get; }

    /// <summary>True if a column follows with the bits of the numbers from which folds follow.</summary>
    public bool Keyed { get; }

    /// <summary>Number of columns: the features, the weights, the priors, the labels and the fold keys.</summary>
    public int AllColumns => Columns + (Weighted ? 1 : 0) + Priors + (Labeled ? 1 : 0) + (Keyed ? 1 : 0);

    /// <summary>Index of the first prior of the first component.</summary>
    public int PriorStart => Stride * (Columns + (Weighted ? 1 : 0));

    /// <summary>Index of the first weight.</summary>
    public int WeightStart => Stride * Columns;

    /// <summary>Index of the first label.</summary>
    public int LabelStart => PriorStart + (Stride * Priors);

    /// <summary>Index of the first fold key.</summary>
    public int KeyStart => Stride * (AllColumns - 1);

    /// <summary>Doubles from one column to the next.</summary>
    public int Stride { get; }

    /// <summary>Total number of doubles.</summary>
    public int Length { get; }

    /// <summary>Total size in bytes.</summary>
    public long Bytes => (long)Length * sizeof(double);

    /// <summary>The same columns for batches of another size.</summary>
    public FeatureLayout OfBatches(int rows) => new(rows, Columns, Weighted, Labeled, Priors, Keyed);

    /// <summary>Moves some rows to the front of their columns.</summary>
    /// <param name="buffer">Shape [Length].</param>
    /// <param name="rows">The rows to keep, ascending.</param>
    public void Compact(Span<double> buffer, int[] rows)
    {
        for (var start = 0; start < Length; start += Stride)
        {
            var column = buffer.Slice(start, Stride);
            for (var i = 0; i < rows.Length; i++) column[i] = column[rows[i]];
        }
    }

    /// <summary>The rows as models see them.</summary>
    /// <param name="values">Shape [Length].</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="firstRow">Global number of the first one.</param>
    /// <param name="start">Index of the first row in each column.</param>
    public FeatureBlock View(ReadOnlySpan<double> values, int rows, long firstRow, int start = 0)
    {
        var block = FeatureBlock.ColumnMajor(values.Slice(start, (Stride * Columns) - start), rows, Columns, Stride,
            Weighted ? values.Slice(WeightStart + start, rows) : default, firstRow);
        if (Priors > 0) block = block with { Priors = new(values[(PriorStart + start)..(PriorStart + (Priors * Stride))], rows, Priors, Stride) };
        if (Keyed) block = block with { FoldKeys = MemoryMarshal.Cast<double, ulong>(values.Slice(KeyStart + start, rows)) };
        if (!Labeled) return block;
        var labels = new int[rows];
        var codes = values.Slice(LabelStart + start, rows);
        for (var i = 0; i < rows; i++) labels[i] = (int)codes[i];
        return block with { Labels = labels };
    }
}
