using System.Runtime.CompilerServices;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Writes a column as codes of categories. Used by many threads at once.</summary>
/// <param name="map">The categories.</param>
internal sealed class CategoryCodes(CategoryMap map)
{
    // Dictionaries are shared by the batches of a row group: each of their values is looked up once.
    private readonly ConditionalWeakTable<object, double[]> known = [];
    private const long MostExact = 1L << 53;

    private long unknownRows;

    /// <summary>The categories, in code order.</summary>
    public IReadOnlyList<string> Categories => map.Categories;

    /// <summary>Rows written so far whose value is no category.</summary>
    public long UnknownRows
    {
        get => Interlocked.Read(ref unknownRows);
        set => Interlocked.Exchange(ref unknownRows, value);
    }

    /// <summary>Writes the codes of all rows.</summary>
    /// <param name="column">Texts, numbers or booleans.</param>
    /// <param name="target">Shape [rows]; NaN where a value is missing.</param>
    public void Write(BatchColumn column, Span<double> target)
    {
        if (column.Accept(new Dictionaries(this)) is ({ } codes, var indexes))
        {
            var numbers = indexes.Span;
            for (var i = 0; i < numbers.Length; i++) target[i] = codes[numbers[i]];
        }
        else if (column is BatchColumn<string> texts)
        {
            var values = texts.Values.Span;
            for (var i = 0; i < values.Length; i++) target[i] = Known(map.Code(values[i]));
        }
        else
        {
            Numbers(column, target);
            // Infinity stays: it makes a bad row.
            for (var i = 0; i < column.Length; i++)
                if (!double.IsInfinity(target[i])) target[i] = Known(map.Code(target[i]));
        }
        // Two whole numbers that are one double are no category that a model could know.
        if (FirstInexact(column) is >= 0 and var first)
        {
            for (var i = first; i < column.Length; i++)
                if (Math.Abs(Convert.ToDecimal(column.GetValue(i) ?? 0, System.Globalization.CultureInfo.InvariantCulture)) > MostExact) target[i] = -1;
        }
        var unknown = 0;
        for (var i = 0; i < column.Length; i++)
        {
            if (column.IsNull(i)) target[i] = double.NaN;
            else if (target[i] == -1) unknown++;
        }
        if (unknown > 0) Interlocked.Add(ref unknownRows, unknown);
    }

    /// <summary>The first row whose whole number a double cannot hold, so that it would be taken for another; -1 if there is none.</summary>
    public static int FirstInexact(BatchColumn column)
    {
        if (column is BatchColumn<long> whole)
        {
            for (var i = 0; i < whole.Length; i++)
                if (!whole.IsNull(i) && whole[i] is > MostExact or < -MostExact) return i;
        }
        else if (column is BatchColumn<ulong> natural)
        {
            for (var i = 0; i < natural.Length; i++)
                if (!natural.IsNull(i) && natural[i] > MostExact) return i;
        }
        return -1;
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

    // A fit would learn the code behind the last one as one more category, which has no name: unknown values are no code at all.
    private double Known(double code) => code < map.Categories.Count || double.IsNaN(code) ? code : -1;

    private double[] Of(ColumnDictionary<string> dictionary) => known.GetValue(dictionary, _ =>
    {
        var values = dictionary.Values.Span;
        var codes = new double[values.Length];
        for (var i = 0; i < codes.Length; i++) codes[i] = Known(map.Code(values[i]));
        return codes;
    });

    private sealed class Dictionaries(CategoryCodes owner) : IColumnVisitor<(double[]?, ReadOnlyMemory<int>)>
    {
        public (double[]?, ReadOnlyMemory<int>) Visit<T>(BatchColumn<T> column) =>
            column.Dictionary is ColumnDictionary<string> texts ? (owner.Of(texts), column.Indexes) : default;
    }
}
