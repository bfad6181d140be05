namespace Pipelines.Io.Reading;

/// <summary>A column of one row group, decoded.</summary>
internal abstract class DecodedColumn
{
    /// <summary>Rows.</summary>
    public abstract int Rows { get; }

    /// <summary>The column of a batch: this column's rows <paramref name="start"/> … <paramref name="start"/> + <paramref name="count"/> - 1, not copied.</summary>
    public abstract BatchColumn Slice(ColumnField field, int start, int count);

    /// <summary>The column of a batch whose rows lie in several row groups, copied together.</summary>
    public static BatchColumn Join(ColumnField field, IReadOnlyList<(DecodedColumn Column, int Start, int Count)> parts) => parts[0].Column.JoinWith(field, parts);

    protected abstract BatchColumn JoinWith(ColumnField field, IReadOnlyList<(DecodedColumn Column, int Start, int Count)> parts);
}

/// <summary>A column of one row group: plain values, or a dictionary and indexes.</summary>
/// <param name="values">Shape [rows]; null for a dictionary column.</param>
/// <param name="dictionary">The distinct values; null for a plain column.</param>
/// <param name="indexes">Shape [rows]; null for a plain column.</param>
/// <param name="present">Shape [rows], false where a row is null; null if no row is.</param>
internal sealed class DecodedColumn<T>(T[]? values, ColumnDictionary<T>? dictionary, int[]? indexes, bool[]? present) : DecodedColumn
{
    public override int Rows => values?.Length ?? indexes!.Length;

    public override BatchColumn Slice(ColumnField field, int start, int count)
    {
        var flags = Flags(start, count);
        return values is not null
            ? new BatchColumn<T>(field, values.AsMemory(start, count), flags)
            : new BatchColumn<T>(field, dictionary!, indexes.AsMemory(start, count), flags);
    }

    protected override BatchColumn JoinWith(ColumnField field, IReadOnlyList<(DecodedColumn Column, int Start, int Count)> parts)
    {
        var rows = parts.Sum(p => p.Count);
        var joined = new T[rows];
        bool[]? flags = null;
        var at = 0;
        foreach (var (column, start, count) in parts)
        {
            var typed = (DecodedColumn<T>)column;
            typed.CopyTo(start, joined.AsSpan(at, count));
            if (typed.Flags(start, count) is { } some)
            {
                if (flags is null) Array.Fill(flags = new bool[rows], true);
                some.CopyTo(flags.AsSpan(at));
            }
            at += count;
        }
        return new BatchColumn<T>(field, joined, flags);
    }

    private bool[]? Flags(int start, int count) => present is null || !present.AsSpan(start, count).Contains(false) ? null : present.AsSpan(start, count).ToArray();

    private void CopyTo(int start, Span<T> target)
    {
        if (values is not null)
        {
            values.AsSpan(start, target.Length).CopyTo(target);
            return;
        }
        var from = dictionary!.Values.Span;
        var at = indexes.AsSpan(start, target.Length);
        for (var i = 0; i < at.Length; i++) target[i] = from[at[i]];
    }
}
