using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>The distinct values of some columns. They depend on neither the order of the batches nor that of merging.</summary>
/// <remarks>No summarizer makes them, because there are no features before the categories are known.</remarks>
/// <param name="columns">Number of columns.</param>
internal sealed class CategoryStatistics(int columns) : Statistics
{
    // 2^53: up to this value every integer is exactly representable as a double.
    private const long MostExact = 1L << 53;

    private Values[] found = None(columns);
    private bool[] used = [];

    /// <inheritdoc/>
    public override string Kind => $"categories[{columns}]";

    /// <summary>Bytes of all texts.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Number of different values in a column.</summary>
    public int Count(int column) => found[column].Texts.Count + found[column].Numbers.Count + found[column].Exact.Count;

    /// <summary>The categories of a column: numbers in ascending order, then text in ordinal order.</summary>
    public IReadOnlyList<string> Categories(int column) =>
        [.. CategoryMap.Of(found[column].Numbers, found[column].Exact).Categories, .. found[column].Texts.Order(StringComparer.Ordinal)];

    /// <summary>Adds the values of a batch.</summary>
    /// <param name="column">Index of the column.</param>
    /// <param name="values">Text, numbers or booleans.</param>
    public void Add(int column, BatchColumn values)
    {
        var to = found[column];
        switch (values)
        {
            case BatchColumn<string> text: Texts(text, to.Texts); break;
            case BatchColumn<long> whole: Exact(whole, v => v is >= -MostExact and <= MostExact, v => v, to); break;
            case BatchColumn<ulong> natural: Exact(natural, v => v <= MostExact, v => v, to); break;
            case BatchColumn<decimal> fixedPoint: Exact(fixedPoint, _ => false, v => v, to); break;
            default: Numbers(values, to.Numbers); break;
        }
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other) => Unite(((CategoryStatistics)other).found);

    /// <inheritdoc/>
    protected override void ClearCore() => (found, TextBytes) = (None(columns), 0);

    /// <inheritdoc/>
    protected override void Unshare()
    {
        var shared = found;
        ClearCore();
        used = [];
        Unite(shared);
    }

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        foreach (var (texts, numbers, exact) in found)
        {
            writer.Write(numbers.Count);
            WriteDoubles(writer, [.. numbers.Order()]);
            writer.Write(exact.Count);
            foreach (var number in exact.Order()) writer.Write(number);
            writer.Write(texts.Count);
            foreach (var text in texts.Order(StringComparer.Ordinal)) writer.Write(text);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ClearCore();
        try
        {
            foreach (var (texts, numbers, exact) in found)
            {
                for (var left = ReadCount(reader, sizeof(double)); left > 0; left--) numbers.Add(reader.ReadDouble());
                for (var left = ReadCount(reader, sizeof(decimal)); left > 0; left--) exact.Add(reader.ReadDecimal());
                for (var left = ReadCount(reader, sizeof(byte)); left > 0; left--) AddText(reader.ReadString(), texts);
            }
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            throw new FormatException("a value that is no category", e);
        }
    }

    private static Values[] None(int columns) => [.. Enumerable.Range(0, columns).Select(_ => new Values(new(StringComparer.Ordinal), [], []))];

    private void Unite(Values[] others)
    {
        for (var c = 0; c < columns; c++)
        {
            foreach (var text in others[c].Texts) AddText(text, found[c].Texts);
            found[c].Numbers.UnionWith(others[c].Numbers);
            found[c].Exact.UnionWith(others[c].Exact);
        }
    }

    private void Texts(BatchColumn<string> column, HashSet<string> found)
    {
        if (column.Dictionary is not { } dictionary)
        {
            for (var i = 0; i < column.Length; i++)
                if (!column.IsNull(i)) AddText(column[i], found);
            return;
        }
        // Only the values that rows use: a dictionary may contain others.
        var values = dictionary.Values.Span;
        var isKnown = values.Length <= found.Count + 1;
        for (var k = 0; k < values.Length && isKnown; k++) isKnown = values[k] is not { } text || found.Contains(text);
        if (isKnown) return;
        if (used.Length < values.Length) used = new bool[values.Length];
        Array.Clear(used);
        var indexes = column.Indexes.Span;
        for (var i = 0; i < indexes.Length; i++)
        {
            if (used[indexes[i]] || column.IsNull(i)) continue;
            used[indexes[i]] = true;
            AddText(values[indexes[i]], found);
        }
    }

    private void AddText(string text, HashSet<string> found)
    {
        if (found.Add(text)) TextBytes += 2L * text.Length;
    }

    private static void Exact<T>(BatchColumn<T> column, Func<T, bool> isDouble, Func<T, decimal> value, Values to)
        where T : struct, IEquatable<T>
    {
        var values = column.Values.Span;
        T? last = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (column.Present is { } present && !present[i]) continue;
            if (last is { } before && values[i].Equals(before)) continue;
            if (isDouble(values[i])) to.Numbers.Add((double)value(values[i]));
            else to.Exact.Add(value(values[i]));
            last = values[i];
        }
    }

    private static void Numbers(BatchColumn column, HashSet<double> found)
    {
        var values = new double[column.Length];
        CategoryCodes.Numbers(column, values);
        var last = double.NaN;
        foreach (var value in values)
        {
            // A row with infinity is a bad row, which the fit itself reports or rejects.
            if (value == last || !double.IsFinite(value)) continue;
            found.Add(value + 0.0);
            last = value;
        }
    }

    private readonly record struct Values(HashSet<string> Texts, HashSet<double> Numbers, HashSet<decimal> Exact);
}
