using System.Runtime.CompilerServices;

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

    /// <summary>The value of row <paramref name="row"/>, boxed; null if the row is null. Slow: only for messages and conversions at the boundary.</summary>
    public abstract object? GetValue(int row);

    /// <summary>Writes all rows as doubles, null as NaN.</summary>
    /// <param name="target">Shape [Length].</param>
    /// <exception cref="FlowException">The column is not numeric.</exception>
    public abstract void CopyTo(Span<double> target);

    /// <summary>Bytes that the column's rows take in memory, without the dictionary, which batches share.</summary>
    internal abstract long MemoryBytes { get; }

    /// <summary>Passes the column to a visitor that handles its value type.</summary>
    internal abstract TResult Accept<TResult>(IColumnVisitor<TResult> visitor);
}

/// <summary>An operation on a column that depends on its value type.</summary>
internal interface IColumnVisitor<out TResult>
{
    TResult Visit<T>(BatchColumn<T> column);
}

/// <summary>
/// The values of one column of a batch: either one value per row, or indexes into a dictionary shared by batches (which avoids one string object per row).
/// </summary>
/// <typeparam name="T">Type of a value, matching the field.</typeparam>
public sealed class BatchColumn<T> : BatchColumn
{
    private readonly ReadOnlyMemory<T> plain;
    private T[]? expanded;

    /// <summary>Makes a column of plain values.</summary>
    /// <param name="field">Name and type.</param>
    /// <param name="values">Shape [rows]; undefined in null rows.</param>
    /// <param name="present">Shape [rows], false for null rows; a null reference if no row is null.</param>
    public BatchColumn(ColumnField field, ReadOnlyMemory<T> values, bool[]? present = null)
        : base(field) => (plain, Present) = (values, present);

    /// <summary>Makes a column of indexes into a dictionary.</summary>
    /// <param name="field">Name and type.</param>
    /// <param name="dictionary">The distinct values.</param>
    /// <param name="indexes">Shape [rows], each 0 … dictionary.Count - 1, even in null rows.</param>
    /// <param name="present">Shape [rows], false for null rows; a null reference if no row is null.</param>
    public BatchColumn(ColumnField field, ColumnDictionary<T> dictionary, ReadOnlyMemory<int> indexes, bool[]? present = null)
        : base(field) => (Dictionary, Indexes, Present) = (dictionary, indexes, present);

    /// <summary>Shape [rows]; undefined in null rows. For a dictionary column, the first call creates the array.</summary>
    public ReadOnlyMemory<T> Values => Dictionary is null ? plain : expanded ??= Expand(Dictionary.Values.Span, Indexes.Span);

    /// <summary>Shape [rows], false for null rows; null if no row is null.</summary>
    public bool[]? Present { get; }

    /// <summary>The distinct values of a dictionary column; null for a plain one.</summary>
    public ColumnDictionary<T>? Dictionary { get; }

    /// <summary>Shape [rows], for a dictionary column: index of each row's value in <see cref="Dictionary"/>; empty for a plain one.</summary>
    public ReadOnlyMemory<int> Indexes { get; }

    /// <inheritdoc/>
    public override int Length => Dictionary is null ? plain.Length : Indexes.Length;

    /// <summary>The value of row <paramref name="row"/>; undefined in a null row.</summary>
    public T this[int row] => Dictionary is null ? plain.Span[row] : Dictionary.Values.Span[Indexes.Span[row]];

    /// <inheritdoc/>
    public override bool IsNull(int row) => (Present is not null && !Present[row]) || this[row] is null;

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : this[row];

    /// <inheritdoc/>
    public override void CopyTo(Span<double> target)
    {
        if (target.Length < Length) throw new ArgumentException($"found room for {target.Length} values, expected {Length}", nameof(target));
        if (Dictionary is null) NumericConversion.ToDoubles(Field, plain, target);
        else
        {
            ReadOnlySpan<double> doubles = Dictionary.Doubles(Field);
            var indexes = Indexes.Span;
            for (var i = 0; i < indexes.Length; i++) target[i] = doubles[indexes[i]];
        }
        if (Present is not { } present) return;
        for (var i = 0; i < present.Length; i++)
            if (!present[i]) target[i] = double.NaN;
    }

    internal override long MemoryBytes
    {
        get
        {
            var bytes = Present?.Length ?? 0L;
            if (Dictionary is not null) return bytes + (4L * Indexes.Length);
            bytes += (long)Unsafe.SizeOf<T>() * plain.Length;
            // Each reference points to an object with a header and a length.
            switch ((object)plain)
            {
                case ReadOnlyMemory<string> texts:
                    foreach (var text in texts.Span) bytes += text is null ? 0 : 22 + (2L * text.Length);
                    break;
                case ReadOnlyMemory<byte[]> arrays:
                    foreach (var array in arrays.Span) bytes += array is null ? 0 : 24 + array.LongLength;
                    break;
                case ReadOnlyMemory<ReadOnlyMemory<byte>> stored:
                    foreach (var value in stored.Span) bytes += value.Length;
                    break;
                case ReadOnlyMemory<NestedValue> rows:
                    foreach (var value in rows.Span) bytes += value.Block?.Bytes(value.Row, 1) ?? 0;
                    break;
            }
            return bytes;
        }
    }

    internal override TResult Accept<TResult>(IColumnVisitor<TResult> visitor) => visitor.Visit(this);

    private static T[] Expand(ReadOnlySpan<T> dictionary, ReadOnlySpan<int> indexes)
    {
        var values = new T[indexes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = dictionary[indexes[i]];
        return values;
    }
}
