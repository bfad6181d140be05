using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>
/// How the texts of one picture are drawn. The tool's own font has no glyphs for Chinese, Japanese, Korean and many emoji. In SVG such characters are kept, as
/// programs that show it find another font. In PNG a font of the machine is used if it has them; otherwise their code point is written instead, and a note says
/// what to install.
/// </summary>
internal sealed partial class Lettering
{
    // Placeholders with glyphs in our font, which no name has: SVG is written with them and then gets the true characters.
    private const char FirstPlaceholder = (char)0x2800;
    private const char LastPlaceholder = (char)0x28FF;

    // In a PNG letters begin at whole pixels, which makes lines a little longer.
    private const double WholePixels = 1.03;

    private readonly bool isText;
    private readonly Dictionary<Rune, char> placeholders = [];
    private readonly Dictionary<Rune, string?> families = [];
    private readonly SortedSet<Rune> missing = [];

    /// <summary>Finds the glyphs for all texts of a picture.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="keepsText">True: the format keeps texts as such.</param>
    public Lettering(IEnumerable<string> texts, bool keepsText)
    {
        isText = keepsText;
        var all = texts.SelectMany(t => t.EnumerateRunes()).Distinct().Order().ToArray();
        var free = Enumerable.Range(FirstPlaceholder, LastPlaceholder - FirstPlaceholder + 1).Where(c => !all.Contains(new Rune(c))).ToArray();
        foreach (var rune in all.Where(r => !FontSetup.Has(r)))
        {
            if (isText && placeholders.Count < free.Length) placeholders[rune] = (char)free[placeholders.Count];
            else if (isText) missing.Add(rune);
            else if ((families[rune] = FontSetup.FamilyWith(rune)) is null && !IsInvisible(rune)) missing.Add(rune);
        }
    }

    /// <summary>What the picture says about characters without a glyph; null if there are none.</summary>
    public string? Warning => WarningOf(false);

    /// <summary>Width of a text without line breaks, in pixels.</summary>
    public double WidthOf(string text, float size)
    {
        var (shown, font) = Of(text);
        // Characters of other fonts are at most as wide as they are high.
        var others = shown.Count(c => placeholders.ContainsValue(c));
        var own = others == 0 ? shown : string.Concat(shown.Where(c => !placeholders.ContainsValue(c)));
        return ((isText ? 1 : WholePixels) * FontSetup.WidthOf(own, font, size)) + (others * size);
    }

    /// <summary>The text to draw, and the font to draw it with.</summary>
    public (string Text, string Font) Of(string text)
    {
        if (placeholders.Count == 0 && families.Count == 0 && missing.Count == 0) return (text, FontSetup.Name);
        var odd = text.EnumerateRunes().Where(r => families.ContainsKey(r)).ToArray();
        // A label has one font: the one with most of its characters.
        var font = odd.Select(r => families[r]).OfType<string>().Distinct().OrderByDescending(f => text.EnumerateRunes().Count(r => FontSetup.Has(r, f)))
            .FirstOrDefault() ?? FontSetup.Name;
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (placeholders.TryGetValue(rune, out var placeholder)) shown.Append(placeholder);
            else if (rune.Value == '\n' || FontSetup.Has(rune, font)) shown.Append(rune);
            else if (!IsInvisible(rune)) shown.Append(CultureInfo.InvariantCulture, $"[{Code(rune)}]");
        }
        return (shown.ToString(), font);
    }

    /// <summary>The SVG with the true characters.</summary>
    public string Restored(string svg)
    {
        if (placeholders.Count == 0) return svg;
        // Each letter has its place in the file. Those of other fonts are wider or narrower than their placeholders, so only the first keeps it.
        var text = new StringBuilder(TextElement().Replace(svg, m => m.Groups["text"].Value.Any(c => c is >= FirstPlaceholder and <= LastPlaceholder)
            ? $"{m.Groups["before"].Value}{m.Groups["first"].Value}{m.Groups["after"].Value}{m.Groups["text"].Value}" : m.Value));
        foreach (var (rune, placeholder) in placeholders) text.Replace(placeholder.ToString(), rune.ToString());
        return text.ToString();
    }

    /// <summary>What to tell the user about characters without a glyph; null if there are none.</summary>
    /// <param name="shows">True: with the characters themselves, which a picture does not have.</param>
    public string? WarningOf(bool shows) => missing.Count == 0 ? null
        : $"no font here has {(missing.Count == 1 ? "the character" : $"{missing.Count} of the characters, such as")} "
            + $"{string.Join(", ", missing.Take(3).Select(r => shows ? $"{r} ({Code(r)})" : Code(r)))}, which the picture shows as code points; "
            + $"install a font such as {Remedy(missing.First())}, or write SVG";

    /// <summary>Applies text and font to a label.</summary>
    public LabelStyle Style(string text, float size, Alignment alignment)
    {
        var (shown, font) = Of(text);
        return new() { Text = shown, FontName = font, FontSize = size, ForeColor = Color.FromHex(Palette.Black), Alignment = alignment };
    }

    private static string Code(Rune rune) => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");

    // Joiners and variation selectors.
    private static bool IsInvisible(Rune rune) => rune.Value is 0x200D or (>= 0xFE00 and <= 0xFE0F) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    [GeneratedRegex("(?<before><text [^>]*x=\")(?<first>[^\",]*)[^\"]*(?<after>\"[^>]*>)(?<text>[^<]*)")]
    private static partial Regex TextElement();

    private static string Remedy(Rune rune) => rune.Value switch
    {
        >= 0x2E80 and <= 0x9FFF or >= 0xAC00 and <= 0xD7AF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF => "Noto Sans CJK (fonts-noto-cjk)",
        >= 0x1F000 and <= 0x1FAFF or >= 0x2600 and <= 0x27BF => "Noto Emoji (fonts-noto-color-emoji)",
        _ => "Noto Sans (fonts-noto)",
    };
}
