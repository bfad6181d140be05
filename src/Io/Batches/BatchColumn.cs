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

    /// <summary>The value of row <paramref name="row"/>, boxed; null if it is null. Slow: for messages and edges only.</summary>
    public abstract object? GetValue(int row);

    /// <summary>Writes all rows as doubles, null as NaN.</summary>
    /// <param name="target">Shape [Length].</param>
    /// <exception cref="DataException">The column is not numeric.</exception>
    public abstract void CopyTo(Span<double> target);

    /// <summary>Bytes that the column's rows take in memory; a dictionary, which batches share, is not counted.</summary>
    internal abstract long MemoryBytes { get; }

    /// <summary>Hands the column to code that works on its type.</summary>
    internal abstract TResult Accept<TResult>(IColumnVisitor<TResult> visitor);
}

/// <summary>Work on a column that depends on the type of its values.</summary>
internal interface IColumnVisitor<out TResult>
{
    TResult Visit<T>(BatchColumn<T> column);
}

/// <summary>
/// The values of one column of a batch: plainly one a row, or as indexes into a dictionary that batches share (strings flow so without one object a row).
/// </summary>
/// <typeparam name="T">Type of a value, as the field says.</typeparam>
public sealed class BatchColumn<T> : BatchColumn
{
    private readonly ReadOnlyMemory<T> plain;
    private T[]? expanded;

    /// <summary>Makes a column of plain values.</summary>
    /// <param name="field">Name and type.</param>
    /// <param name="values">Shape [rows]; at null rows anything.</param>
    /// <param name="present">Shape [rows], false where a row is null; null (the reference) if no row is.</param>
    public BatchColumn(ColumnField field, ReadOnlyMemory<T> values, bool[]? present = null)
        : base(field) => (plain, Present) = (values, present);

    /// <summary>Makes a column of indexes into a dictionary.</summary>
    /// <param name="field">Name and type.</param>
    /// <param name="dictionary">The distinct values.</param>
    /// <param name="indexes">Shape [rows], each 0 … dictionary.Count - 1, also at null rows.</param>
    /// <param name="present">Shape [rows], false where a row is null; null (the reference) if no row is.</param>
    public BatchColumn(ColumnField field, ColumnDictionary<T> dictionary, ReadOnlyMemory<int> indexes, bool[]? present = null)
        : base(field) => (Dictionary, Indexes, Present) = (dictionary, indexes, present);

    /// <summary>Shape [rows]; at null rows anything. Of a dictionary column the first call makes the array.</summary>
    public ReadOnlyMemory<T> Values => Dictionary is null ? plain : expanded ??= Expand(Dictionary.Values.Span, Indexes.Span);

    /// <summary>Shape [rows], false where a row is null; null if no row is.</summary>
    public bool[]? Present { get; }

    /// <summary>The distinct values of a dictionary column; null for a plain one.</summary>
    public ColumnDictionary<T>? Dictionary { get; }

    /// <summary>Shape [rows], of a dictionary column: index of each row's value in <see cref="Dictionary"/>; empty for a plain one.</summary>
    public ReadOnlyMemory<int> Indexes { get; }

    /// <inheritdoc/>
    public override int Length => Dictionary is null ? plain.Length : Indexes.Length;

    /// <summary>The value of row <paramref name="row"/>; at a null row anything.</summary>
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
            // A reference points to an object with a header and a length.
            switch ((object)plain)
            {
                case ReadOnlyMemory<string> texts:
                    foreach (var text in texts.Span) bytes += text is null ? 0 : 22 + (2L * text.Length);
                    break;
                case ReadOnlyMemory<byte[]> arrays:
                    foreach (var array in arrays.Span) bytes += array is null ? 0 : 24 + array.LongLength;
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
