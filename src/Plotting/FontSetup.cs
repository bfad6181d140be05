using System.Collections.Concurrent;
using System.Text;
using ScottPlot;
using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>The font shipped with the assembly, so that a machine without fonts draws the same picture, and the machine's own for what it lacks.</summary>
internal sealed class FontSetup : IFontResolver
{
    /// <summary>The font's name.</summary>
    public const string Name = "DejaVu Sans";

    private static readonly Lazy<SKTypeface> typeface = new(Load);
    private static readonly ConcurrentDictionary<string, SKTypeface> others = new(StringComparer.Ordinal);
    private static readonly Lazy<bool> registered = new(() =>
    {
        Fonts.FontResolvers.Insert(0, new FontSetup());
        Fonts.Default = Name;
        return true;
    });

    /// <summary>Registers the font; later calls do nothing.</summary>
    public static void Register() => _ = registered.Value;

    /// <summary>True if a font has a glyph of a character.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="font">The font; our own by default.</param>
    public static bool Has(Rune rune, string font = Name) => Find(font).GetGlyph(rune.Value) != 0;

    /// <summary>A font of the machine that has a glyph of a character; null = none.</summary>
    public static string? FamilyWith(Rune rune)
    {
        using var found = SKFontManager.Default.MatchCharacter(rune.Value);
        if (found is null || found.GetGlyph(rune.Value) == 0) return null;
        others.GetOrAdd(found.FamilyName, name => SKTypeface.FromFamilyName(name));
        return Has(rune, found.FamilyName) ? found.FamilyName : null;
    }

    /// <summary>Width of a text, in pixels.</summary>
    /// <param name="text">The text.</param>
    /// <param name="font">The font.</param>
    /// <param name="size">Size of its letters, in pixels.</param>
    public static double WidthOf(string text, string font, float size)
    {
        using var sized = new SKFont(Find(font), size);
        return sized.MeasureText(text);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => FindOrNull(fontName);

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => FindOrNull(fontName);

    private static SKTypeface Find(string font) => FindOrNull(font) ?? typeface.Value;

    private static SKTypeface? FindOrNull(string font) => font == Name ? typeface.Value : others.GetValueOrDefault(font);

    private static SKTypeface Load()
    {
        using var stream = typeof(FontSetup).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(stream);
    }
}
