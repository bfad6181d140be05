namespace Pipelines;

/// <summary>
/// A few hundred rows, column-major and contiguous: small enough that a model's work on them stays in the L1/L2 cache,
/// large enough that one virtual call per tile is negligible. Column c is <c>Values[c * Capacity … c * Capacity + Rows - 1]</c>.
/// </summary>
public readonly ref struct FeatureTile
{
    /// <summary>Maximum number of rows in a tile, and the distance between its columns.</summary>
    public const int Capacity = 256;

    /// <summary>Kernels work on multiples of this many rows; the rows after <see cref="Rows"/> are 0.</summary>
    public const int RowMultiple = 16;

    /// <summary>Creates a tile over packed values.</summary>
    /// <param name="values">Shape [columns, Capacity], rows from <paramref name="rows"/> up to the next multiple of <see cref="RowMultiple"/> are 0.</param>
    /// <param name="rows">Rows in use, 0 … Capacity.</param>
    /// <param name="columns">Features, at least 1.</param>
    /// <param name="hasMissing">True if any value may be NaN.</param>
    public FeatureTile(ReadOnlySpan<double> values, int rows, int columns, bool hasMissing)
    {
        Values = values[..(columns * Capacity)];
        (Rows, Columns, HasMissing) = (rows, columns, hasMissing);
    }

    /// <summary>The values, shape [Columns, Capacity].</summary>
    public ReadOnlySpan<double> Values { get; }

    /// <summary>Number of rows in use.</summary>
    public int Rows { get; }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>False guarantees that no value is NaN.</summary>
    public bool HasMissing { get; }

    /// <summary><see cref="Rows"/> rounded up to a multiple of <see cref="RowMultiple"/>.</summary>
    public int PaddedRows => Padded(Rows);

    /// <summary>Column <paramref name="column"/>, shape [Rows].</summary>
    public ReadOnlySpan<double> Column(int column) => Values.Slice(column * Capacity, Rows);

    /// <summary>The columns from <paramref name="first"/> on as a separate tile, without a copy.</summary>
    public FeatureTile Slice(int first, int columns) =>
        new(Values.Slice(first * Capacity, columns * Capacity), Rows, columns, HasMissing);

    /// <summary>Any columns, in any order, as a separate tile. Neighbouring columns in their order are not copied.</summary>
    /// <param name="columns">Indexes of the columns, at least one; an index may occur several times.</param>
    /// <param name="buffer">Buffer for [columns, Capacity] doubles; 64-byte aligned for speed.</param>
    public FeatureTile Gather(ReadOnlySpan<int> columns, Span<double> buffer)
    {
        var areNeighbours = true;
        for (var c = 1; c < columns.Length; c++) areNeighbours &= columns[c] == columns[0] + c;
        if (areNeighbours) return Slice(columns[0], columns.Length);
        for (var c = 0; c < columns.Length; c++) Values.Slice(columns[c] * Capacity, PaddedRows).CopyTo(buffer[(c * Capacity)..]);
        return new FeatureTile(buffer, Rows, columns.Length, HasMissing);
    }

    /// <summary>True if an entry of row <paramref name="row"/> is missing.</summary>
    internal bool IsIncomplete(int row)
    {
        for (var j = 0; j < Columns; j++)
            if (double.IsNaN(Values[(j * Capacity) + row])) return true;
        return false;
    }

    internal static int Padded(int rows) => (rows + RowMultiple - 1) / RowMultiple * RowMultiple;
}
