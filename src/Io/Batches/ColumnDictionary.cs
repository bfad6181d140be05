namespace Pipelines.Io;

/// <summary>The distinct values of a column in a range of rows; batches may share a dictionary.</summary>
/// <typeparam name="T">Type of a value.</typeparam>
/// <param name="values">Shape [values]; must not change afterwards.</param>
public sealed class ColumnDictionary<T>(T[] values)
{
    private double[]? doubles;
    private bool? hasNull;
    private long longest = -1;

    /// <summary>Shape [values].</summary>
    public ReadOnlyMemory<T> Values { get; } = values;

    /// <summary>Number of values.</summary>
    public int Count => Values.Length;

    /// <summary>True if a value is a null reference; computed once.</summary>
    internal bool HasNull => hasNull ??= !typeof(T).IsValueType && Values.Span.ContainsNull();

    /// <summary>Length of the longest string or byte array; 0 for other types. Computed once.</summary>
    internal long LongestLength
    {
        get
        {
            if (longest < 0)
            {
                var most = 0L;
                foreach (var value in Values.Span) most = Math.Max(most, LengthOf(value));
                longest = most;
            }
            return longest;
        }
    }

    /// <summary>Characters of a string or bytes of a byte array; 0 for null and other types.</summary>
    internal static long LengthOf(T value) => value switch { string s => s.Length, byte[] b => b.Length, ReadOnlyMemory<byte> m => m.Length, _ => 0 };

    /// <summary>The values as doubles, shape [values]; computed once.</summary>
    internal double[] Doubles(ColumnField field)
    {
        if (doubles is { } ready) return ready;
        var converted = new double[Count];
        NumericConversion.ToDoubles(field, Values, converted);
        return doubles = converted;
    }
}

/// <summary>Searches for null references.</summary>
internal static class NullSearch
{
    public static bool ContainsNull<T>(this ReadOnlySpan<T> values)
    {
        foreach (var value in values)
            if (value is null) return true;
        return false;
    }
}
