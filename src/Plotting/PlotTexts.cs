using System.Globalization;
using System.Text;

namespace Pipelines.Plotting;

/// <summary>Text in pictures: of a bounded length, and free of characters that would upset a terminal or an XML reader.</summary>
internal static class PlotTexts
{
    /// <summary>Maximum length of a name, in characters.</summary>
    public const int LongestName = 120;

    /// <summary>A name from a file. A longer one keeps its beginning and end, as names often differ only there.</summary>
    public static string Name(string text, int most = LongestName)
    {
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value switch
            {
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                < 32 => string.Create(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
                0xFFFE or 0xFFFF => "\uFFFD",
                _ => Rune.IsControl(rune) ? "\uFFFD" : rune.ToString(),
            });
        if (clean.Length <= most) return clean.ToString();
        var runes = clean.ToString().EnumerateRunes().ToArray();
        if (runes.Length <= most) return clean.ToString();
        var end = most / 3;
        return string.Concat(runes[..(most - 1 - end)].Select(r => r.ToString()).Append("…").Concat(runes[^end..].Select(r => r.ToString())));
    }

    /// <summary>Names that are distinct if they were: a number follows those that became equal by shortening.</summary>
    public static string[] Names(IEnumerable<string> names, int most = LongestName)
    {
        var shown = names.Select(n => Name(n, most)).ToArray();
        foreach (var same in shown.Select((name, i) => (name, i)).GroupBy(p => p.name).Where(g => g.Count() > 1))
            foreach (var ((name, i), number) in same.Select((p, n) => (p, n + 1))) shown[i] = $"{name} [{number}]";
        return shown;
    }

    /// <summary>Four significant digits.</summary>
    public static string Number(double value) => Exponent(value.ToString("G4", CultureInfo.InvariantCulture));

    /// <summary>A number with its exponent as at axes: <c>5e-5</c> for <c>5E-05</c>.</summary>
    public static string Exponent(string number)
    {
        var at = number.IndexOf('E', StringComparison.Ordinal);
        return at < 0 ? number : string.Create(CultureInfo.InvariantCulture, $"{number[..at]}e{int.Parse(number[(at + 1)..], CultureInfo.InvariantCulture)}");
    }

    /// <summary><c>12.3 %</c></summary>
    public static string Percent(double share) => Percents([share])[0];

    /// <summary>Shares with equal precision: tenths, unless all of them are whole percentages.</summary>
    public static string[] Percents(IReadOnlyList<double> shares)
    {
        var format = shares.All(s => Math.Abs((100 * s) - Math.Round(100 * s)) < 0.05) ? "0" : "0.0";
        return [.. shares.Select(s => s is > 0 and < 0.001 ? "< 0.1 %" : (100 * s).ToString(format, CultureInfo.InvariantCulture) + " %")];
    }

    /// <summary><c>3,000 rows</c></summary>
    public static string Count(long value, string what) => string.Create(CultureInfo.InvariantCulture, $"{value:N0} {what}{(value == 1 ? "" : "s")}");

    /// <summary>The rows of a picture: <c>7,200 rows; 2,800 missing</c>.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="missing">Those without a value of the only feature that is drawn; null = several features are.</param>
    public static string Rows(long rows, long? missing) => missing is > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Count(rows - missing.Value, "row")}; {missing.Value:N0} missing")
        : Count(rows, "row");

    /// <summary>The first three names.</summary>
    public static string Some(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return $"{string.Join(", ", all.Take(3).Select(n => Name(n, 40)))}{(all.Length > 3 ? $" and {all.Length - 3} more" : "")}";
    }

    /// <summary>Lines of at most so many letters, broken at spaces, or within a word that is longer than a line.</summary>
    public static IReadOnlyList<string> Wrap(string text, int letters)
    {
        var lines = new List<string>();
        var line = "";
        // A number stays with its percent sign.
        foreach (var word in text.Replace(" %", "\u00A0%", StringComparison.Ordinal).Split(' ').Select(w => w.Replace('\u00A0', ' ')))
        {
            if (line.Length + 1 + word.Length <= letters || line.Length == 0) line = line.Length == 0 ? word : $"{line} {word}";
            else
            {
                lines.Add(line);
                line = word;
            }
            while (line.Length > letters)
            {
                // Never within a pair of surrogates.
                var cut = char.IsHighSurrogate(line[letters - 1]) ? letters - 1 : letters;
                lines.Add(line[..Math.Max(1, cut)]);
                line = line[Math.Max(1, cut)..];
            }
        }
        if (line.Length > 0 || lines.Count == 0) lines.Add(line);
        return lines;
    }
}
