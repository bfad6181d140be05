namespace Pipelines.Io;

/// <summary>The values of one column of a batch.</summary>
/// <param name="field">Its name and type.</param>
public abstract class BatchColumn(ColumnField field)
{
    /// <summary>Name and type.</summary>
    public ColumnField Field { get; } = field;

    /// <summary>Number of rows.</summary>
    public abstract int Length { get; }

    /// <summary>True if row <paramref name="row"/> is null.</summary>
    public abstract bool IsNull(int row);

    /// <summary>The value of row <paramref name="row"/>, boxed; null if it is null. Slow: for messages and edges only.</summary>
    public abstract object? GetValue(int row);

    /// <summary>Writes all rows as doubles, null as NaN.</summary>
    /// <param name="target">Shape [Length].</param>
    /// <exception cref="DataException">The column is not numeric.</exception>
    public abstract void CopyTo(Span<double> target);
}

/// <summary>The values of one column of a batch.</summary>
/// <typeparam name="T">Type of a value, as the field says.</typeparam>
/// <param name="field">Name and type.</param>
/// <param name="values">Shape [rows]; at null rows anything.</param>
/// <param name="present">Shape [rows], false where a row is null; null (the reference) if no row is.</param>
public sealed class BatchColumn<T>(ColumnField field, ReadOnlyMemory<T> values, bool[]? present = null) : BatchColumn(field)
{
    /// <summary>Shape [rows]; at null rows anything.</summary>
    public ReadOnlyMemory<T> Values { get; } = values;

    /// <summary>Shape [rows], false where a row is null; null if no row is.</summary>
    public bool[]? Present { get; } = present;

    /// <inheritdoc/>
    public override int Length => Values.Length;

    /// <inheritdoc/>
    public override bool IsNull(int row) => (Present is not null && !Present[row]) || Values.Span[row] is null;

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : Values.Span[row];

    /// <inheritdoc/>
    public override void CopyTo(Span<double> target) => NumericConversion.ToDoubles(this, target);
}
