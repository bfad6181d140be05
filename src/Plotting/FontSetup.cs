using ScottPlot;
using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>The font shipped with the assembly, so that a machine without fonts draws the same picture.</summary>
internal sealed class FontSetup : IFontResolver
{
    /// <summary>The font's name.</summary>
    public const string Name = "DejaVu Sans";

    private static readonly Lazy<SKTypeface> typeface = new(Load);
    private static readonly Lazy<bool> registered = new(() =>
    {
        Fonts.FontResolvers.Insert(0, new FontSetup());
        Fonts.Default = Name;
        return true;
    });

    /// <summary>Registers the font; later calls do nothing.</summary>
    public static void Register() => _ = registered.Value;

    /// <summary>Width of a text, in pixels.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">Size of its letters, in pixels.</param>
    public static double WidthOf(string text, float size)
    {
        using var font = new SKFont(typeface.Value, size);
        return font.MeasureText(text);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => fontName == Name ? typeface.Value : null;

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? typeface.Value : null;

    private static SKTypeface Load()
    {
        using var stream = typeof(FontSetup).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(stream);
    }
}
