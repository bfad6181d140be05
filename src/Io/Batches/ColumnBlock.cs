using System.Numerics;
using System.Reflection;
using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>Rows that a source holds in memory at once: a row group, an array, a batch. Batches are cut from it.</summary>
/// <param name="Source">File or name of the source, for messages.</param>
/// <param name="Group">Row group in the file; -1 if there are none.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Lease">Counts the block's readers if its memory is reused; otherwise null.</param>
/// <param name="FirstRow">The block's first row in the row group or source.</param>
/// <param name="Lists">The lists that the rows are elements of; null if the rows are not list elements.</param>
internal sealed record RowBlock(string Source, int Group, int Rows, ColumnBlock[] Columns, BlockLease? Lease = null, long FirstRow = 0,
    ListPlaces? Lists = null);

/// <summary>A column of a <see cref="RowBlock"/>.</summary>
internal abstract class ColumnBlock
{
    /// <summary>The column of a batch: the rows <paramref name="start"/> … <paramref name="start"/> + <paramref name="count"/> - 1, not copied.</summary>
    public abstract BatchColumn Slice(ColumnField field, int start, int count);

    /// <summary>The column of a batch whose rows lie in several blocks, copied into one.</summary>
    public static BatchColumn Join(ColumnField field, IReadOnlyList<(ColumnBlock Column, int Start, int Count)> parts) =>
        parts[0].Column.JoinWith(field, parts);

    /// <summary>The block of a batch's column.</summary>
    public static ColumnBlock Of(BatchColumn column) => column.Accept(new Wrap());

    /// <summary>A block of a range of the rows, not copied; recycling it has no effect.</summary>
    public abstract ColumnBlock Part(int start, int count);

    /// <summary>A block of selected rows, copied.</summary>
    /// <param name="before">A block whose row is used for index -1; null if -1 does not occur.</param>
    /// <param name="rows">Shape [rows of the new block].</param>
    public abstract ColumnBlock Pick(ColumnBlock? before, ReadOnlySpan<int> rows);

    /// <summary>A block of nulls only.</summary>
    /// <param name="type">Type of the values that the column could hold.</param>
    /// <param name="rows">Number of rows, at least 0.</param>
    public static ColumnBlock Nulls(Type type, int rows) =>
        (ColumnBlock)typeof(ColumnBlock).GetMethod(nameof(NullsOf), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, [rows])!;

    private static ColumnBlock<T> NullsOf<T>(int rows) => new(new T[rows], null, default, new bool[rows]);

    /// <summary>A block of the same numbers converted to a wider type, or of any values as text, copied.</summary>
    public ColumnBlock As(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Double => As<double>(),
        TypeCode.Single => As<float>(),
        TypeCode.Int64 => As<long>(),
        TypeCode.UInt64 => As<ulong>(),
        TypeCode.Int32 => As<int>(),
        TypeCode.UInt32 => As<uint>(),
        TypeCode.Int16 => As<short>(),
        TypeCode.UInt16 => As<ushort>(),
        TypeCode.Decimal => As<decimal>(),
        TypeCode.String => AsTexts(),
        _ => throw new InvalidOperationException($"found {type.Name}, expected a type that holds other numbers"),
    };

    /// <summary>The first row with a number that a double does not hold exactly, and its value; null if there is none.</summary>
    public abstract (int Row, object Value)? FirstRounded();

    /// <summary>A block of the same 64-bit integers times a factor; if a product is too large, no block but the first such row and its value.</summary>
    public abstract (ColumnBlock? Block, int Row, long Value) Times(long factor);

    /// <summary>A block of the values as text, from which they can be read again.</summary>
    protected abstract ColumnBlock AsTexts();

    protected abstract ColumnBlock As<TTarget>()
        where TTarget : INumberBase<TTarget>;

    /// <summary>Returns the block's arrays to the recycler; the block must not be read afterwards.</summary>
    public abstract void Recycle(ArrayRecycler recycler);

    protected abstract BatchColumn JoinWith(ColumnField field, IReadOnlyList<(ColumnBlock Column, int Start, int Count)> parts);

    private sealed class Wrap : IColumnVisitor<ColumnBlock>
    {
        public ColumnBlock Visit<T>(BatchColumn<T> column) => column.Dictionary is null
            ? new ColumnBlock<T>(column.Values, null, default, column.Present)
            : new ColumnBlock<T>(default, column.Dictionary, column.Indexes, column.Present);
    }
}

/// <summary>A column of a block: plain values, or a dictionary and indexes.</summary>
/// <param name="values">Shape [rows]; empty for a dictionary column.</param>
/// <param name="dictionary">The distinct values; null for a plain column.</param>
/// <param name="indexes">Shape [rows]; empty for a plain column.</param>
/// <param name="present">Shape [rows], false for null rows; null if no row is null.</param>
/// <param name="isPart">True if the arrays belong to another block.</param>
internal sealed class ColumnBlock<T>(ReadOnlyMemory<T> values, ColumnDictionary<T>? dictionary, ReadOnlyMemory<int> indexes, bool[]? present,
    bool isPart = false) : ColumnBlock
{
    public override ColumnBlock Part(int start, int count)
    {
        var flags = Flags(start, count);
        return dictionary is null
            ? new ColumnBlock<T>(values.Slice(start, count), null, default, flags, true)
            : new ColumnBlock<T>(default, dictionary, indexes.Slice(start, count), flags, true);
    }

    public override BatchColumn Slice(ColumnField field, int start, int count)
    {
        var flags = Flags(start, count);
        return dictionary is null
            ? new BatchColumn<T>(field, values.Slice(start, count), flags)
            : new BatchColumn<T>(field, dictionary, indexes.Slice(start, count), flags);
    }

    public override ColumnBlock Pick(ColumnBlock? before, ReadOnlySpan<int> rows)
    {
        var first = (ColumnBlock<T>?)before;
        bool[]? flags = null;
        if (present is not null || first?.Has(0) == false)
        {
            flags = new bool[rows.Length];
            for (var i = 0; i < flags.Length; i++) flags[i] = rows[i] < 0 ? first!.Has(0) : Has(rows[i]);
        }
        if (dictionary is not null && (first is null || first.SharedWith(dictionary)))
        {
            var picked = new int[rows.Length];
            for (var i = 0; i < picked.Length; i++) picked[i] = rows[i] < 0 ? first!.IndexAt(0) : IndexAt(rows[i]);
            return new ColumnBlock<T>(default, dictionary, picked, flags);
        }
        var made = new T[rows.Length];
        for (var i = 0; i < made.Length; i++) made[i] = rows[i] < 0 ? first!.At(0) : At(rows[i]);
        return new ColumnBlock<T>(made, null, default, flags);
    }

    public override void Recycle(ArrayRecycler recycler)
    {
        if (isPart) return;
        recycler.Return(values);
        recycler.Return(indexes);
        recycler.Return<bool>(present);
    }

    protected override ColumnBlock As<TTarget>()
    {
        var plain = values;
        if (dictionary is not null)
        {
            var expanded = new T[indexes.Length];
            // With an empty dictionary all rows are null.
            if (dictionary.Count > 0) CopyTo(0, expanded);
            plain = expanded;
        }
        var made = new TTarget[plain.Length];
        return NumericConversion.To(plain, made.AsSpan())
            ? new ColumnBlock<TTarget>(made, null, default, present)
            : throw new InvalidOperationException($"found values of type {typeof(T).Name}, expected numbers");
    }

    protected override ColumnBlock AsTexts()
    {
        if (this is ColumnBlock<string>) return this;
        if (dictionary is not null)
        {
            var distinct = dictionary.Values.ToArray();
            return new ColumnBlock<string>(default, new ColumnDictionary<string>(Array.ConvertAll(distinct, ValueText.Of)), indexes, present);
        }
        var texts = new string[values.Length];
        for (var row = 0; row < texts.Length; row++) texts[row] = Has(row) ? ValueText.Of(values.Span[row]) : "";
        return new ColumnBlock<string>(texts, null, default, present);
    }

    public override (int Row, object Value)? FirstRounded()
    {
        if (typeof(T) != typeof(long) && typeof(T) != typeof(ulong) && typeof(T) != typeof(decimal)) return null;
        var rows = dictionary is null ? values.Length : indexes.Length;
        for (var row = 0; row < rows; row++)
            if (Has(row) && !NumericConversion.IsExact(At(row))) return (row, At(row)!);
        return null;
    }

    public override (ColumnBlock? Block, int Row, long Value) Times(long factor)
    {
        var numbers = (ColumnBlock<long>)(ColumnBlock)this;
        var made = new long[dictionary is null ? values.Length : indexes.Length];
        for (var row = 0; row < made.Length; row++)
        {
            if (!Has(row)) continue;
            var product = Math.BigMul(numbers.At(row), factor, out made[row]);
            if (product != made[row] >> 63) return (null, row, numbers.At(row));
        }
        return (new ColumnBlock<long>(made, null, default, present), 0, 0);
    }

    protected override BatchColumn JoinWith(ColumnField field, IReadOnlyList<(ColumnBlock Column, int Start, int Count)> parts)
    {
        var rows = parts.Sum(p => p.Count);
        var union = DictionaryUnion<T>.Of([.. parts.Select(p => ((ColumnBlock<T>)p.Column).Dictionary)], rows);
        var joined = union is null ? new T[rows] : [];
        var numbers = union is null ? [] : new int[rows];
        bool[]? flags = null;
        var at = 0;
        for (var part = 0; part < parts.Count; part++)
        {
            var (column, start, count) = parts[part];
            var typed = (ColumnBlock<T>)column;
            if (union is not null) union.Translate(part, typed.Numbers(start, count), numbers.AsSpan(at));
            else typed.CopyTo(start, joined.AsSpan(at, count));
            if (typed.Flags(start, count) is { } some)
            {
                if (flags is null) Array.Fill(flags = new bool[rows], true);
                some.CopyTo(flags.AsSpan(at));
            }
            at += count;
        }
        return union is null ? new BatchColumn<T>(field, joined, flags) : new BatchColumn<T>(field, union.Dictionary, numbers, flags);
    }

    private ColumnDictionary<T>? Dictionary => dictionary;

    private ReadOnlySpan<int> Numbers(int start, int count) => indexes.Span.Slice(start, count);

    private bool SharedWith(ColumnDictionary<T> other) => dictionary == other;

    private int IndexAt(int row) => indexes.Span[row];

    private bool Has(int row) => present is null || present[row];

    private T At(int row) => dictionary is null ? values.Span[row] : dictionary.Count == 0 ? default! : dictionary.Values.Span[indexes.Span[row]];

    private bool[]? Flags(int start, int count) =>
        present is null || !present.AsSpan(start, count).Contains(false) ? null : present.AsSpan(start, count).ToArray();

    private void CopyTo(int start, Span<T> target)
    {
        if (dictionary is null)
        {
            values.Span.Slice(start, target.Length).CopyTo(target);
            return;
        }
        var from = dictionary.Values.Span;
        var at = indexes.Span.Slice(start, target.Length);
        for (var i = 0; i < at.Length; i++) target[i] = from[at[i]];
    }
}
