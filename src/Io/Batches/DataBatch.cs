using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>The origin of rows of a batch, for messages.</summary>
/// <param name="FirstRow">Row of the batch, from 0, at which this origin starts.</param>
/// <param name="Source">File path or name of the source.</param>
/// <param name="RowGroup">Row group in the file, from 0; -1 if there are none.</param>
/// <param name="SourceRow">Row in the row group (or source) of the batch's row <paramref name="FirstRow"/>, from 0; if rows are list elements, the
/// element in the row group.</param>
public readonly record struct BatchOrigin(int FirstRow, string Source, int RowGroup, long SourceRow)
{
    /// <summary>The lists that the rows are elements of; null if the rows are not list elements.</summary>
    internal ListPlaces? Lists { get; init; }

    /// <summary>The row in the row group (or source) that a row of the batch comes from, and the element within it if that row is a list.</summary>
    internal (long Row, long? Element) Find(int row)
    {
        var at = SourceRow + row - FirstRow;
        if (Lists is null) return (at, null);
        var (list, element) = Lists.Find(at);
        return (list, element);
    }
}

/// <summary>
/// A batch of rows in a pipeline; all columns have the same length. Batches are cut by global row number: batch b of size n holds rows b*n … b*n + n - 1 of
/// the whole input, regardless of files and row groups. Immutable except for its credit: the last consumer calls <see cref="Release"/>.
/// </summary>
public sealed class DataBatch
{
    private IBatchCredit? credit;

    /// <summary>Creates a batch.</summary>
    /// <param name="schema">The columns' names and types.</param>
    /// <param name="columns">The columns in the schema's order, all of the same length.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="index">Number of the batch, from 0.</param>
    /// <param name="firstRow">Global number of its first row, from 0.</param>
    /// <param name="origins">The origins of the rows, ordered by first row; may be empty.</param>
    /// <param name="credit">The share of the run's memory that the batch occupies; null = none.</param>
    public DataBatch(BatchSchema schema, IReadOnlyList<BatchColumn> columns, int rows, long index, long firstRow, IReadOnlyList<BatchOrigin>? origins = null,
        IBatchCredit? credit = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != schema.Fields.Count || columns.Any(c => c.Length != rows))
            throw new ArgumentException($"batch {index}: found columns of {string.Join(", ", columns.Select(c => c.Length))} rows, expected "
                + $"{schema.Fields.Count} columns of {rows}", nameof(columns));
        (Schema, Columns, Rows, Index, FirstRow, Origins, this.credit) = (schema, columns, rows, index, firstRow, origins ?? [], credit);
    }

    /// <summary>The first batch of a source without rows.</summary>
    internal static DataBatch Empty(BatchSchema schema) =>
        new(schema, [.. schema.Fields.Select(f => ColumnBlock.Nulls(f.ValueType, 0).Slice(f, 0, 0))], 0, 0, 0);

    /// <summary>Names and types of the columns.</summary>
    public BatchSchema Schema { get; }

    /// <summary>The columns, in the schema's order.</summary>
    public IReadOnlyList<BatchColumn> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of the batch, from 0, without gaps.</summary>
    public long Index { get; }

    /// <summary>Global number of the first row, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>The origins of the rows, ordered by <see cref="BatchOrigin.FirstRow"/>.</summary>
    public IReadOnlyList<BatchOrigin> Origins { get; }

    /// <summary>Rows of this batch that a block rejected; null if none. They still count as input rows of the batch.</summary>
    public RejectedRows? Rejected { get; init; }

    /// <summary>Number of rows that the batch had when it was read: the remaining and the rejected ones.</summary>
    public int InputRows => Rows + (Rejected?.Rows.Count ?? 0);

    /// <summary>Approximate size of the batch's columns in memory, in bytes, without dictionaries, which batches share.</summary>
    internal long MemoryBytes => Columns.Sum(c => c.MemoryBytes);

    /// <summary>The column with the given name.</summary>
    public BatchColumn this[string name] => Schema.IndexOf(name) is >= 0 and var i
        ? Columns[i]
        : throw MissingColumn.Of($"batch {Index}", name, Schema);

    /// <summary>A batch with other columns for the same rows; it takes over this batch's credit and rejected rows.</summary>
    public DataBatch With(BatchSchema schema, IReadOnlyList<BatchColumn> columns) =>
        new(schema, columns, Rows, Index, FirstRow, Origins, Interlocked.Exchange(ref credit, null)) { Rejected = Rejected };

    /// <summary>Checks that the batch has the columns that a sink was opened for.</summary>
    /// <exception cref="FlowException">The columns differ.</exception>
    internal void CheckAgainst(BatchSchema expected, string place)
    {
        if (!ReferenceEquals(Schema, expected) && !Schema.Fields.SequenceEqual(expected.Fields))
            throw new FlowException(ErrorKind.Data, $"{place}, batch {Index}", $"the columns {Schema}", $"the columns {expected}",
                "write batches of the schema that the sink was opened with");
    }

    /// <summary>Returns the batch's share of the memory budget; further calls do nothing.</summary>
    public void Release() => Interlocked.Exchange(ref credit, null)?.Release();

    /// <summary>The origin of a row as text: <c>flights.parquet, row group 3, row 1234</c>, followed for a list element by <c>, element 56</c>.</summary>
    /// <param name="row">Row of this batch, from 0.</param>
    public string Locate(int row)
    {
        BatchOrigin? found = null;
        foreach (var origin in Origins)
            if (origin.FirstRow <= row) found = origin;
        if (found is not { } o) return $"row {FirstRow + row}";
        var (at, element) = o.Find(row);
        return $"{o.Source}{(o.RowGroup < 0 ? "" : $", row group {o.RowGroup}")}, row {at}{(element is null ? "" : $", element {element}")}";
    }
}

/// <summary>A share of a run's memory budget.</summary>
public interface IBatchCredit
{
    /// <summary>Returns the share. Called once.</summary>
    void Release();
}

/// <summary>Allocates shares of a run's memory budget: a source takes one before it decodes a batch.</summary>
public interface IBatchCredits
{
    /// <summary>Waits until a batch may be decoded.</summary>
    ValueTask<IBatchCredit?> TakeAsync(CancellationToken cancellationToken);
}
