namespace Pipelines.Io;

/// <summary>The distinct values of a column in a stretch of rows; many batches may share one.</summary>
/// <typeparam name="T">Type of a value.</typeparam>
/// <param name="values">Shape [values]; not changed any more.</param>
public sealed class ColumnDictionary<T>(T[] values)
{
    private double[]? doubles;

    /// <summary>Shape [values].</summary>
    public ReadOnlyMemory<T> Values { get; } = values;

    /// <summary>Number of values.</summary>
    public int Count => Values.Length;

    /// <summary>The values as doubles, shape [values]; converted once.</summary>
    internal double[] Doubles(ColumnField field)
    {
        if (doubles is { } ready) return ready;
        var converted = new double[Count];
        NumericConversion.ToDoubles(field, Values, converted);
        return doubles = converted;
    }
}
