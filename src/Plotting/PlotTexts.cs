using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>Text in pictures: short, and free of characters that would upset a terminal or an XML reader.</summary>
internal static class PlotTexts
{
    /// <summary>A name from a file, truncated to <paramref name="most"/> characters.</summary>
    public static string Name(string text, int most = 40)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c));
        return clean.Length <= most ? clean : clean[..(most - 1)] + "…";
    }

    /// <summary>Four significant digits.</summary>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary><c>12.3 %</c></summary>
    public static string Percent(double share) => share is > 0 and < 0.001 ? "< 0.1 %" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %");

    /// <summary><c>3,000 rows</c></summary>
    public static string Count(long value, string what) => string.Create(CultureInfo.InvariantCulture, $"{value:N0} {what}{(value == 1 ? "" : "s")}");
}
