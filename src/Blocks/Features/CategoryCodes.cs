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
    /// <param name="column">Text, numbers or booleans.</param>
    /// <param name="target">Shape [rows]; NaN where a value is missing.</param>
    public void Write(BatchColumn column, Span<double> target)
    {
        if (column.Accept(new Dictionaries(this)) is { Codes: { } codes } dictionary)
        {
            var numbers = dictionary.Indexes.Span;
            for (var i = 0; i < numbers.Length; i++) target[i] = codes[numbers[i]];
            // A null in the dictionary has the code NaN.
            for (var i = 0; i < numbers.Length && dictionary.Present is not null; i++)
                if (!dictionary.Present[i]) target[i] = double.NaN;
            if (codes.Contains(CategoryMap.Unknown)) Interlocked.Add(ref unknownRows, target[..numbers.Length].Count(CategoryMap.Unknown));
            return;
        }
        switch (column)
        {
            case BatchColumn<string> texts: Each(texts.Values.Span, target, map.Code); break;
            case BatchColumn<long> whole: Each(whole.Values.Span, target, map.Code); break;
            case BatchColumn<ulong> natural: Each(natural.Values.Span, target, map.Code); break;
            case BatchColumn<decimal> exact: Each(exact.Values.Span, target, map.Code); break;
            default:
                Numbers(column, target);
                // Infinity is kept: it makes the row a bad row.
                for (var i = 0; i < column.Length; i++)
                    if (!double.IsInfinity(target[i])) target[i] = map.Code(target[i]);
                break;
        }
        var unknown = 0;
        for (var i = 0; i < column.Length; i++)
        {
            if (column.IsNull(i)) target[i] = double.NaN;
            else if (target[i] == CategoryMap.Unknown) unknown++;
        }
        if (unknown > 0) Interlocked.Add(ref unknownRows, unknown);
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

    private static void Each<T>(ReadOnlySpan<T> values, Span<double> target, Func<T, double> code)
    {
        for (var i = 0; i < values.Length; i++) target[i] = code(values[i]);
    }

    private double[] Of(ColumnDictionary<string> dictionary) => known.GetValue(dictionary, _ =>
    {
        var values = dictionary.Values.Span;
        var codes = new double[values.Length];
        for (var i = 0; i < codes.Length; i++) codes[i] = map.Code(values[i]);
        return codes;
    });

    /// <summary>A column with a dictionary of texts.</summary>
    private readonly record struct Coded(double[]? Codes, ReadOnlyMemory<int> Indexes, bool[]? Present);

    private sealed class Dictionaries(CategoryCodes owner) : IColumnVisitor<Coded>
    {
        public Coded Visit<T>(BatchColumn<T> column) =>
            column.Dictionary is ColumnDictionary<string> texts ? new(owner.Of(texts), column.Indexes, column.Present) : default;
    }
}
