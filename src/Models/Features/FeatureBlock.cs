using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>
/// Rows of features in memory, in any strided layout: the unit in which models summarise and score.
/// Element (r, c) is <c>Values[r * RowStride + c * ColumnStride]</c>. A missing value is NaN.
/// </summary>
/// <remarks>
/// A view: it owns nothing and copies nothing, so that all threads share one copy of the data.
/// Categories are stored in the same doubles, as codes 0, 1, 2 … of a dictionary that the model keeps (<see cref="Feature.Categories"/>).
/// </remarks>
public readonly ref struct FeatureBlock
{
    /// <summary>Rows of more features than this would take the next tile out of the fastest caches before it is packed.</summary>
    private const int PrefetchedColumns = 64;

    /// <summary>Creates a view over strided values.</summary>
    /// <param name="values">Holds element (r, c) at <c>r * rowStride + c * columnStride</c>.</param>
    /// <param name="rows">Number of rows, at least 0.</param>
    /// <param name="columns">Number of features, at least 1.</param>
    /// <param name="rowStride">Distance between two rows of a column, in elements, at least 1.</param>
    /// <param name="columnStride">Distance between two columns of a row, in elements, at least 1.</param>
    /// <param name="weights">Shape [rows], finite and not negative; empty = every weight is 1.</param>
    /// <param name="firstRow">Global number of row 0 of this block, counted from 0 over the whole input.</param>
    public FeatureBlock(ReadOnlySpan<double> values, int rows, int columns, int rowStride, int columnStride, ReadOnlySpan<double> weights = default,
        long firstRow = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowStride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columnStride, 1);
        if (rows > 0 && ((long)(rows - 1) * rowStride) + ((long)(columns - 1) * columnStride) >= values.Length)
            throw new ArgumentException($"found {values.Length} values, expected enough for {rows} rows x {columns} columns at strides {rowStride} and "
                + $"{columnStride}", nameof(values));
        if (!weights.IsEmpty && weights.Length < rows)
            throw new ArgumentException($"found {weights.Length} weights, expected one for each of {rows} rows", nameof(weights));
        Values = values;
        (Rows, Columns, RowStride, ColumnStride, FirstRow) = (rows, columns, rowStride, columnStride, firstRow);
        Weights = weights.IsEmpty ? weights : weights[..rows];
    }

    /// <summary>The values; see the type for the position of element (r, c).</summary>
    public ReadOnlySpan<double> Values { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>Elements between two rows of one column.</summary>
    public int RowStride { get; }

    /// <summary>Elements between two columns of one row.</summary>
    public int ColumnStride { get; }

    /// <summary>Shape [Rows]; empty when every weight is 1.</summary>
    public ReadOnlySpan<double> Weights { get; }

    /// <summary>Global number of row 0, counted from 0 over the whole input.</summary>
    public long FirstRow { get; }

    /// <summary>
    /// Where sequences begin: sequence s is the rows <c>SequenceOffsets[s]</c> … <c>SequenceOffsets[s + 1] - 1</c>, whole and in time order. Shape
    /// [sequences + 1], from 0 to Rows; empty = the rows are not sequences. A sequence has the weight of its first row.
    /// </summary>
    public ReadOnlySpan<int> SequenceOffsets { get; init; }

    /// <summary>Number of each row's known class, component or state, -1 = unknown. Shape [Rows]; empty = no row has a label.</summary>
    public ReadOnlySpan<int> Labels { get; init; }

    /// <summary>Prior probabilities of the components, classes or states in each row; empty = no row has any. A sequence has those of its rows, or as an item
    /// of a mixture or classifier those of its first row.</summary>
    public RowPriors Priors { get; init; }

    /// <summary>
    /// A number for each row from which the fold that holds it out follows; the same for all rows with the same key. Shape [Rows]; empty = it follows from the
    /// row's place in the input.
    /// </summary>
    public ReadOnlySpan<ulong> FoldKeys { get; init; }

    /// <summary>The class, component or state that a row is known to belong to, by its label or a prior of 1; -1 = unknown.</summary>
    internal int KnownLabel(int row) => !Labels.IsEmpty && Labels[row] != -1 ? Labels[row] : Priors.CertainComponent(row);

    /// <summary>Global number of sequence 0, counted from 0 over the whole input.</summary>
    public long FirstSequence { get; init; }

    /// <summary>Number of sequences; 0 if the rows are not sequences.</summary>
    public int SequenceCount => Math.Max(0, SequenceOffsets.Length - 1);

    /// <summary>The value of feature <paramref name="column"/> in row <paramref name="row"/>; NaN = missing.</summary>
    public double this[int row, int column] => Values[(row * RowStride) + (column * ColumnStride)];

    /// <summary>Number of tiles of <see cref="FeatureTile.Capacity"/> rows that cover the block; the last may be shorter.</summary>
    public int TileCount => (Rows + FeatureTile.Capacity - 1) / FeatureTile.Capacity;

    /// <summary>Column-major values: column c starts at <c>c * columnStride</c>.</summary>
    public static FeatureBlock ColumnMajor(ReadOnlySpan<double> values, int rows, int columns, int columnStride, ReadOnlySpan<double> weights = default,
        long firstRow = 0) =>
        new(values, rows, columns, 1, Math.Max(1, columnStride), weights, firstRow);

    /// <summary>The same rows with other values: their weights, labels, priors, keys and sequences.</summary>
    /// <param name="columns">Column-major: column c starts at <c>c * columnStride</c>.</param>
    /// <param name="columnStride">Distance between two columns.</param>
    internal FeatureBlock Over(ReadOnlySpan<double> columns, int columnStride) => new(columns, Rows, Columns, 1, columnStride, Weights, FirstRow)
    {
        SequenceOffsets = SequenceOffsets,
        Labels = Labels,
        Priors = Priors,
        FoldKeys = FoldKeys,
        FirstSequence = FirstSequence,
    };

    /// <summary>The <paramref name="rows"/> rows from <paramref name="start"/>, without a copy; they are not sequences.</summary>
    public FeatureBlock Slice(int start, int rows) =>
        new(Values[(start * RowStride)..], rows, Columns, RowStride, ColumnStride, Weights.IsEmpty ? default : Weights.Slice(start, rows), FirstRow + start)
        {
            Labels = Labels.IsEmpty ? default : Labels.Slice(start, rows),
            Priors = Priors.Slice(start, rows),
            FoldKeys = FoldKeys.IsEmpty ? default : FoldKeys.Slice(start, rows),
        };

    /// <summary>The <paramref name="count"/> sequences from <paramref name="first"/>, without a copy of their rows.</summary>
    public FeatureBlock Sequences(int first, int count)
    {
        var (start, end) = (SequenceOffsets[first], SequenceOffsets[first + count]);
        var offsets = new int[count + 1];
        for (var s = 0; s <= count; s++) offsets[s] = SequenceOffsets[first + s] - start;
        return new(Values[Math.Min(start * RowStride, Values.Length)..], end - start, Columns, RowStride, ColumnStride,
            Weights.IsEmpty ? default : Weights[start..end], FirstRow + start)
        {
            SequenceOffsets = offsets,
            Labels = Labels.IsEmpty ? default : Labels[start..end],
            Priors = Priors.Slice(start, end - start),
            FoldKeys = FoldKeys.IsEmpty ? default : FoldKeys[start..end],
            FirstSequence = FirstSequence + first,
        };
    }

    /// <summary>Weights of tile <paramref name="tile"/>; empty when every weight is 1.</summary>
    public ReadOnlySpan<double> TileWeights(int tile)
    {
        if (Weights.IsEmpty) return default;
        var start = tile * FeatureTile.Capacity;
        return Weights.Slice(start, Math.Min(FeatureTile.Capacity, Rows - start));
    }

    /// <summary>
    /// Tile <paramref name="tile"/>: in place if its values are already laid out as a tile (one contiguous column), else copied into <paramref name="buffer"/>.
    /// </summary>
    /// <param name="tile">Tile index in 0 … <see cref="TileCount"/> - 1.</param>
    /// <param name="buffer">Buffer for [Columns, Capacity] doubles; filled only if needed.</param>
    public FeatureTile Tile(int tile, Span<double> buffer)
    {
        Cancellation.Poll();
        var start = tile * FeatureTile.Capacity;
        if (RowStride != 1 || Columns != 1 || Rows - start < FeatureTile.Capacity) return Pack(tile, buffer);
        var own = Values.Slice(start, FeatureTile.Capacity);
        return new FeatureTile(own, FeatureTile.Capacity, 1, TilePacking.AnyMissing(own));
    }

    /// <summary>
    /// Copies tile <paramref name="tile"/> (rows <c>tile * Capacity</c> onwards) into <paramref name="buffer"/> and returns it as a tile.
    /// </summary>
    /// <param name="tile">Tile index in 0 … <see cref="TileCount"/> - 1.</param>
    /// <param name="buffer">Buffer for [Columns, Capacity] doubles; 64-byte aligned for speed.</param>
    public FeatureTile Pack(int tile, Span<double> buffer) => Pack(tile, buffer, prefetches: true);

    /// <summary>
    /// The rows of tile <paramref name="tile"/> row by row and the next tile's behind them, without a copy, shape [2 Capacity, Columns]; empty if the values
    /// do not lie like that, or there are fewer.
    /// </summary>
    internal ReadOnlySpan<double> WholeRows(int tile)
    {
        var (start, length) = (tile * FeatureTile.Capacity * RowStride, 2 * FeatureTile.Capacity * RowStride);
        return ColumnStride == 1 && RowStride == Columns && Columns <= PrefetchedColumns && Values.Length - start >= length ? Values.Slice(start, length)
            : default;
    }

    /// <summary>Like <see cref="Pack(int, Span{double})"/>, for callers that may prefetch the next tile themselves while they work on this one.</summary>
    internal FeatureTile Pack(int tile, Span<double> buffer, bool prefetches)
    {
        Cancellation.Poll();
        var start = tile * FeatureTile.Capacity;
        var rows = Math.Min(FeatureTile.Capacity, Rows - start);
        var missing = TilePacking.Pack(Values[(start * RowStride)..], rows, Columns, RowStride, ColumnStride, buffer);
        // The CPU's own prefetching follows a single column well, but not several columns read in tile-sized pieces, and whole rows only to the end of a page.
        if (prefetches && Columns > 1 && rows == FeatureTile.Capacity)
        {
            start += rows;
            var next = Math.Min(FeatureTile.Capacity, Rows - start);
            if (RowStride == 1) TilePacking.Prefetch(Values[start..], next, Columns, ColumnStride);
            else if (RowStride == Columns && Columns <= PrefetchedColumns) TilePacking.Prefetch(Values[(start * RowStride)..], next * Columns, 1, 0);
        }
        return new FeatureTile(buffer, rows, Columns, missing);
    }
}
