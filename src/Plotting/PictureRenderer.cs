using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>Renders pictures. The same picture always gives the same bytes.</summary>
public static partial class PictureRenderer
{
    /// <summary>Minimum width and height, in pixels.</summary>
    public const int LeastSize = 200;

    /// <summary>Maximum width and height, in pixels.</summary>
    public const int LargestSize = 8000;

    private const int TitleHeight = 44;
    private const int NoteHeight = 20;
    private const float LeastScale = 0.5f;

    // The library keeps fonts and styles in static fields.
    private static readonly Lock gate = new();

    /// <summary>The default size of a picture, in pixels.</summary>
    /// <param name="picture">The picture.</param>
    public static (int Width, int Height) DefaultSize(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        // A small graph leaves the title room for letters of a readable size.
        if (picture.Graph is { } graph)
        {
            var texts = Math.Max(picture.Title.Length * 8, string.Join("; ", picture.Notes).Length * 7);
            return (SizeOf(Math.Max(graph.Width, texts)), SizeOf(graph.Height + TitleHeight + NoteHeight));
        }
        // The widest letters of both formats.
        var sizes = new[] { true, false }.Select(keepsText => PictureLayout.Default(picture, new Lettering(TextsOf(picture), keepsText))).ToArray();
        return (Math.Min(sizes.Max(s => s.Width), LargestSize), Math.Min(sizes.Max(s => s.Height), LargestSize));

        static int SizeOf(double own) => (int)Math.Clamp(Math.Ceiling(own) + (2 * GraphDrawing.Margin), LeastSize, LargestSize);
    }

    /// <summary>What to tell the user about characters that cannot be drawn; null if all can.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">The file format.</param>
    public static string? GlyphWarning(Picture picture, PictureFormat format)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return format is PictureFormat.Png or PictureFormat.Svg ? new Lettering(TextsOf(picture), format == PictureFormat.Svg).WarningOf(true) : null;
    }

    /// <summary>Draws a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">The file format; text only of a graph.</param>
    /// <param name="width">Pixels, from <see cref="LeastSize"/> to <see cref="LargestSize"/>.</param>
    /// <param name="height">Pixels, from <see cref="LeastSize"/> to <see cref="LargestSize"/>.</param>
    /// <returns>The file's content.</returns>
    /// <exception cref="ModelException">The size is too small for the picture's texts, or the format is one of graphs only.</exception>
    public static byte[] Render(Picture picture, PictureFormat format, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width is >= LeastSize and <= LargestSize, true, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNotEqual(height is >= LeastSize and <= LargestSize, true, nameof(height));
        if (format is PictureFormat.Dot or PictureFormat.Mermaid)
        {
            var source = picture.Source ?? throw new ModelException(ErrorKind.Usage, "picture", "no graph to write as text", "a graph",
                "draw it as PNG or SVG, or choose another kind (PlotOptions.Kind graph)");
            return Encoding.UTF8.GetBytes(format == PictureFormat.Dot ? GraphText.Dot(source) : GraphText.Mermaid(source));
        }
        if (format == PictureFormat.Png && picture.Graph is { } large && GraphDrawing.ScaleOf(large, width, height - TitleHeight - NoteHeight) < LeastScale)
            throw new ModelException(ErrorKind.Usage, "picture", $"a graph of {large.Width:0} x {large.Height:0} pixels, too large for {width} x {height}",
                "letters that can be read", $"give more pixels (at most {LargestSize} x {LargestSize}), or write SVG, DOT or Mermaid");
        var lettering = new Lettering(TextsOf(picture), format == PictureFormat.Svg);
        if (picture.Graph is null) CheckSize(picture.Panels.Count, PictureLayout.Least(picture, lettering, width), width, height);
        lock (gate)
        {
            FontSetup.Register();
            if (format == PictureFormat.Svg)
            {
                using var stream = new MemoryStream();
                // The document is complete only after the canvas has been disposed.
                using (var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream)) Draw(picture, lettering, canvas, width, height);
                return Encoding.UTF8.GetBytes(lettering.Restored(Tidy(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length))));
            }
            using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
            Draw(picture, lettering, surface.Canvas, width, height);
            using var image = surface.Snapshot();
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        }
    }

    // All texts of a picture but the numbers at its axes.
    private static IEnumerable<string> TextsOf(Picture picture) =>
    [
        picture.Title,
        .. picture.Legend.Select(l => l.Text),
        .. picture.Notes,
        .. picture.Panels.SelectMany(p => (string[])[p.Title, p.XLabel, p.YLabel, .. p.XNames ?? [], .. p.YNames ?? [], .. p.Texts.Select(t => t.Text),
            .. p.Cells.Select(c => c.Text)]),
        .. picture.Graph?.Nodes.Select(n => n.Name) ?? [],
    ];

    /// <summary>Throws if a picture does not fit a size.</summary>
    /// <param name="panels">Number of panels.</param>
    /// <param name="least">The least size.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <exception cref="ModelException">It is too small.</exception>
    internal static void CheckSize(int panels, (int Width, int Height) least, int width, int height)
    {
        if (width >= least.Width && height >= least.Height) return;
        throw new ModelException(ErrorKind.Usage, "picture", $"a size of {width} x {height} pixels",
            $"at least {least.Width} x {least.Height} for {PlotTexts.Count(panels, "panel")} with readable texts",
            "give more pixels, leave the size out, or draw fewer features (PlotOptions.Features)");
    }

    private static void Draw(Picture picture, Lettering lettering, SKCanvas canvas, int width, int height)
    {
        canvas.Clear(SKColors.White);
        using var paint = Paint.NewDisposablePaint();
        if (picture.Graph is { } graph)
        {
            // One line, in a smaller font if it is long.
            var titleSize = Math.Clamp(width / (Math.Max(1, picture.Title.Length) * 0.6f), 9, 20);
            Lines([picture.Title], 12, 10, titleSize);
            GraphDrawing.Draw(graph, lettering, canvas, SKRect.Create(0, TitleHeight, width, height - TitleHeight - NoteHeight));
            Lines([string.Join("; ", lettering.Warning is { } warning ? picture.Notes.Append(warning) : picture.Notes)], 12, height - NoteHeight, 12);
            return;
        }
        var layout = new PictureLayout(picture, lettering, width);
        Lines(layout.Title, 12, 10, layout.TitleLetters);
        var panelHeight = (height - layout.TitleHeight) / layout.Rows;
        using var nowhere = new SKNoDrawCanvas(width, height);
        for (var p = 0; p < picture.Panels.Count; p++)
        {
            var (left, top) = (p % layout.Columns * layout.PanelWidth, layout.TitleHeight + (p / layout.Columns * panelHeight));
            using var plot = PanelPlot.Create(picture.Panels[p], layout.PanelWidth, panelHeight, lettering);
            var place = new PixelRect(left, left + layout.PanelWidth, top + panelHeight, top);
            // The library draws a plot twice the first time, once to measure it; on the picture that would double every stroke.
            plot.Render(nowhere, place);
            plot.Render(canvas, place);
        }
        var at = layout.TitleHeight + 12f;
        var x = width - layout.LegendWidth + 6f;
        foreach (var (entry, text) in picture.Legend.Zip(layout.Entries))
        {
            LegendDrawing.Symbol(canvas, entry, x, at + 7);
            Lines(text.Lines, x + text.Indent, at, text.Size);
            at += text.Height + 6;
        }
        at += 8;
        foreach (var note in layout.Notes)
        {
            Lines(note.Lines, x, at, note.Size);
            at += note.Height + 5;
        }

        void Lines(IReadOnlyList<string> lines, float left, float top, float size)
        {
            foreach (var line in lines)
            {
                lettering.Style(line, size, Alignment.UpperLeft).Render(canvas, new Pixel(left, top), paint);
                top += size * 1.3f;
            }
        }
    }

    // The library ends lists of positions with a comma, which strict readers reject; it names no fallback font; and it numbers its clip paths across pictures,
    // so the same picture would have different bytes the second time.
    private static string Tidy(string svg)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        svg = Trailing().Replace(svg, "\"").Replace($"font-family=\"{FontSetup.Name}\"", $"font-family=\"{FontSetup.Name}, sans-serif\"",
            StringComparison.Ordinal);
        svg = Id().Replace(svg, m =>
        {
            ids.Add(m.Value, $"id{ids.Count}");
            return ids[m.Value];
        });
        return Reference().Replace(svg, m => ids.GetValueOrDefault(m.Value, m.Value));
    }

    [GeneratedRegex("(?<=<text [^>]*), \"")]
    private static partial Regex Trailing();

    [GeneratedRegex("(?<=<[A-Za-z][^<>]* id=\")[^\"]+(?=\")")]
    private static partial Regex Id();

    [GeneratedRegex("(?<=<[A-Za-z][^<>]*=\"url\\(#)[^)]+(?=\\))")]
    private static partial Regex Reference();
}
