using System.Globalization;
using System.Numerics;

namespace Pipelines;

/// <summary>
/// A number as a category, by its exact value: a double or, for integers and decimals that no double represents, a decimal.
/// So 1, 1.0 and 1E+0 are one category, and 9007199254740992 and 9007199254740993 are two.
/// </summary>
/// <param name="Value">The number, or the nearest double.</param>
/// <param name="Exact">The number if no double represents it; else null.</param>
internal readonly record struct CategoryNumber(double Value, decimal? Exact = null) : IComparable<CategoryNumber>
{
    /// <summary>2^53: up to here each integer is a double.</summary>
    public const long MostExact = 1L << 53;

    // Decimals with up to this many digits survive a round trip through the nearest double.
    private const int SafeDigits = 15;
    private const ulong SafeMantissa = 1_000_000_000_000_000;

    // Powers of ten up to this one are exact doubles.
    private const int MostExactPower = 22;

    // No finite double has more digits before the decimal point.
    private const int MostDigits = 309;

    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The number as a category name: an integer below 2^64 in digits, any other in shortest form.</summary>
    public string Text
    {
        get
        {
            if (Exact is { } exact) return (exact / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
            var value = Value + 0.0;
            return value == Math.Floor(value) && Math.Abs(value) < 18446744073709551616.0
                ? ((Int128)value).ToString(CultureInfo.InvariantCulture)
                : value.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A decimal.</summary>
    public static CategoryNumber Of(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        if (bits[2] == 0 && (((ulong)(uint)bits[1] << 32) | (uint)bits[0]) < SafeMantissa && number.Scale <= MostExactPower) return new((double)number);
        var text = (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
        var nearest = double.Parse(text, CultureInfo.InvariantCulture);
        var isDouble = text.Length <= SafeDigits || (number == Math.Floor(number) ? (BigInteger)nearest == (BigInteger)number : IsShortestOf(nearest, number));
        return isDouble ? new(nearest) : new(nearest, number);
    }

    /// <summary>The number that a string represents, also <c>true</c> (1) and <c>false</c> (0); null if it is not a number.</summary>
    public static CategoryNumber? Parse(string text)
    {
        if (text is "true" or "True") return new(1);
        if (text is "false" or "False") return new(0);
        if (!double.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) return null;
        if (text.Length <= SafeDigits) return new(number);
        var isWhole = !text.AsSpan().ContainsAny('.', 'e', 'E');
        if (!decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out var exact))
            return !isWhole || (text.Length <= MostDigits + 1
                && BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) == (BigInteger)number) ? new(number) : null;
        // 9.223372036854776E+18 is how 2^63 is written as a double, although it is not its value.
        return !isWhole && IsShortestOf(number, exact) ? new(number) : Of(exact);
    }

    public int CompareTo(CategoryNumber other)
    {
        var order = Value.CompareTo(other.Value);
        return order != 0 || this == other ? order : ToDecimal().CompareTo(other.ToDecimal());
    }

    // If two numbers share a double, at least one is a decimal, so the other is at most a rounding error outside the range of decimals.
    private decimal ToDecimal() => Exact
        ?? (decimal.TryParse(Text, Styles, CultureInfo.InvariantCulture, out var value) ? value : Value < 0 ? decimal.MinValue : decimal.MaxValue);

    private static bool IsShortestOf(double number, decimal exact) =>
        decimal.TryParse(number.ToString("R", CultureInfo.InvariantCulture), Styles, CultureInfo.InvariantCulture, out var shortest) && shortest == exact;
}
