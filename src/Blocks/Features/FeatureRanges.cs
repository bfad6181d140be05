using System.Numerics;

namespace Pipelines.Blocks;

/// <summary>Minimum and maximum of a column, ignoring missing values; inverted if there are no values.</summary>
internal readonly record struct ValueRange(double Minimum, double Maximum)
{
    public static readonly ValueRange None = new(double.PositiveInfinity, double.NegativeInfinity);

    /// <summary>True if a value is infinite.</summary>
    public bool IsInfinite => double.IsPositiveInfinity(Maximum) || double.IsNegativeInfinity(Minimum);

    /// <summary>The range of some values; NaN is ignored.</summary>
    public static ValueRange Of(ReadOnlySpan<double> values)
    {
        var (low, high) = (new Vector<double>(double.PositiveInfinity), new Vector<double>(double.NegativeInfinity));
        var i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            // Comparisons with NaN are false, so NaN never becomes a bound.
            var v = new Vector<double>(values[i..]);
            low = Vector.ConditionalSelect(Vector.LessThan(v, low), v, low);
            high = Vector.ConditionalSelect(Vector.GreaterThan(v, high), v, high);
        }
        var (minimum, maximum) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            if (low[lane] < minimum) minimum = low[lane];
            if (high[lane] > maximum) maximum = high[lane];
        }
        for (; i < values.Length; i++)
        {
            if (values[i] < minimum) minimum = values[i];
            if (values[i] > maximum) maximum = values[i];
        }
        return new ValueRange(minimum, maximum);
    }

    /// <summary>The range covering both.</summary>
    public ValueRange With(ValueRange other) => new(Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));
}

/// <summary>The ranges of all features over the batches added so far. Thread-safe; the result does not depend on the order of the batches.</summary>
/// <param name="columns">Number of features.</param>
internal sealed class FeatureRanges(int columns)
{
    private readonly Lock gate = new();

    // Guarded by gate. Shape [columns].
    private readonly ValueRange[] ranges = [.. Enumerable.Repeat(ValueRange.None, columns)];

    /// <summary>The range of a feature; null if it has no value. Never minus zero, because that would depend on the order.</summary>
    public ValueRange? this[int column]
    {
        get
        {
            lock (gate) return ranges[column] is var r && r.Minimum <= r.Maximum ? new ValueRange(r.Minimum + 0.0, r.Maximum + 0.0) : null;
        }
    }

    /// <summary>Adds a batch's ranges, shape [columns] or longer.</summary>
    public void Add(ReadOnlySpan<ValueRange> batch)
    {
        lock (gate)
        {
            for (var c = 0; c < ranges.Length; c++) ranges[c] = ranges[c].With(batch[c]);
        }
    }

    /// <summary>Adds decoded features.</summary>
    /// <param name="buffer">Shape [layout.Length].</param>
    /// <param name="layout">The layout of the buffer.</param>
    /// <param name="rows">Number of rows.</param>
    public void Add(ReadOnlySpan<double> buffer, in FeatureLayout layout, int rows)
    {
        var batch = new ValueRange[ranges.Length];
        for (var c = 0; c < batch.Length; c++) batch[c] = ValueRange.Of(buffer.Slice(c * layout.Stride, rows));
        Add(batch);
    }
}
