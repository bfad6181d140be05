using System.Globalization;

namespace Pipelines;

/// <summary>Formats numbers for people.</summary>
internal static class NumberText
{
    private const int Digits = 6;
    // A double has 15 decimal digits.
    private const int MostDigits = 15;
    // What is smaller than this many digits of the spread is a rounding error.
    private const int MostSpreadDigits = 10;
    // Digits of the spread that a value far from 0 is shown with.
    private const int SpreadDigits = 4;

    /// <summary>Six significant digits, invariant culture.</summary>
    public static string Text(this double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>
    /// A value beside which others may lie at distances like <paramref name="spread"/>: with more than six digits if it takes those to tell them apart, with
    /// fewer if the last ones would be rounding errors.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="spread">Such as a standard deviation; 0, NaN or infinite = unknown.</param>
    public static string Text(this double value, double spread)
    {
        if (!double.IsFinite(value) || value == 0 || !double.IsFinite(spread) || !(spread > 0)) return value.Text();
        var (size, grain) = ((int)Math.Floor(Math.Log10(Math.Abs(value))), (int)Math.Floor(Math.Log10(spread)));
        var most = size - grain + MostSpreadDigits;
        if (most < 1) return "0";
        var digits = Math.Min(Math.Min(most, MostDigits), Math.Max(Digits, size - grain + SpreadDigits));
        if (digits <= Digits || size >= MostDigits) return value.ToString($"G{digits}", CultureInfo.InvariantCulture);
        var decimals = Math.Max(0, digits - 1 - size);
        return value.ToString($"0.{new string('#', decimals)}", CultureInfo.InvariantCulture);
    }
}
