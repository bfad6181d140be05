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
