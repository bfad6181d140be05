using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Encodes a column as category codes. Thread-safe.</summary>
/// <param name="map">The categories.</param>
internal sealed class CategoryCodes(CategoryMap map)
{
    // The batches of a row group share their dictionary: each dictionary value is looked up once.
    private readonly ConditionalWeakTable<object, double[]> known = [];
    private long unknownRows;

    /// <summary>The categories, in code order.</summary>
    public IReadOnlyList<string> Categories => map.Categories;

    /// <summary>Number of rows written so far whose value is not a category.</summary>
    public long UnknownRows
    {
        get => Interlocked.Read(ref unknownRows);
        set => Interlocked.Exchange(ref unknownRows, value);
    }

    /// <summary>Writes the codes of all rows.</summary>
    /// <param name="column">Text, numbers or booleans; dates or times if the categories are those of a part.</param>
    /// <param name="target">Shape [rows]; NaN where a value is missing.</param>
    /// <param name="part">The part of each value that is a category; null (default) = the value itself.</param>
    public void Write(BatchColumn column, Span<double> target, DatePart? part = null)
    {
        var rows = target[..column.Length];
        if (part is not null)
        {
            DateParts.Write(part, column, rows);
            Each(rows, rows, map.Code);
            Count(rows);
            return;
        }
        var (codes, indexes, present) = column.Accept(new Dictionaries(this));
        if (codes is not null) Take(codes, indexes.Span, rows);
        else Encode(column, rows);
        if (present is not null) Blank(rows, present);
        if (codes is null || codes.Contains(CategoryMap.Unknown)) Count(rows);
    }

    private void Count(ReadOnlySpan<double> rows)
    {
        if (rows.Count(CategoryMap.Unknown) is > 0 and var unknown) Interlocked.Add(ref unknownRows, unknown);
    }

    /// <summary>Writes numbers and booleans, true as 1, null as NaN.</summary>
    public static void Numbers(BatchColumn column, Span<double> target)
    {
        if (column is not BatchColumn<bool> flags)
        {
            column.CopyTo(target);
            return;
        }
        for (var i = 0; i < flags.Length; i++) target[i] = flags.IsNull(i) ? double.NaN : flags[i] ? 1 : 0;
    }

    private void Encode(BatchColumn column, Span<double> target)
    {
        switch (column)
        {
            case BatchColumn<string> texts: Each(texts.Values.Span, target, map.Code); break;
            case BatchColumn<long> whole: Each(whole.Values.Span, target, map.Code); break;
            case BatchColumn<ulong> natural: Each(natural.Values.Span, target, map.Code); break;
            case BatchColumn<decimal> exact: Each(exact.Values.Span, target, map.Code); break;
            default:
                Numbers(column, target);
                // Infinity is kept: it makes the row a bad row.
                Each(target, target, value => double.IsInfinity(value) ? value : map.Code(value));
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Each<T>(ReadOnlySpan<T> values, Span<double> target, Func<T, double> code)
    {
        for (var i = 0; i < values.Length; i++) target[i] = code(values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Take(double[] codes, ReadOnlySpan<int> indexes, Span<double> target)
    {
        for (var i = 0; i < indexes.Length; i++) target[i] = codes[indexes[i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blank(Span<double> target, bool[] present)
    {
        for (var i = 0; i < target.Length; i++)
            if (!present[i]) target[i] = double.NaN;
    }

    // A null in the dictionary has the code NaN.
    private double[] Of<T>(BatchColumn<T> column, ColumnDictionary<T> dictionary) => known.GetValue(dictionary, _ =>
    {
        var codes = new double[dictionary.Count];
        Encode(new BatchColumn<T>(column.Field, dictionary.Values), codes);
        return codes;
    });

    /// <summary>What a column says beside its values: with a dictionary, the code of each of its values and the index of each row's value.</summary>
    private readonly record struct Coded(double[]? Codes, ReadOnlyMemory<int> Indexes, bool[]? Present);

    private sealed class Dictionaries(CategoryCodes owner) : IColumnVisitor<Coded>
    {
        public Coded Visit<T>(BatchColumn<T> column) =>
            new(column.Dictionary is { } dictionary ? owner.Of(column, dictionary) : null, column.Indexes, column.Present);
    }
}
