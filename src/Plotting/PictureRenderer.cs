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
    private const int LegendWidth = 250;
    private const int NoteHeight = 20;
    private const float LeastScale = 0.5f;

    // The library keeps fonts and styles in static fields.
    private static readonly Lock gate = new();

    /// <summary>The default size for a number of panels, in pixels.</summary>
    /// <param name="panels">At least 1.</param>
    public static (int Width, int Height) DefaultSize(int panels)
    {
        var (columns, rows) = Grid(panels);
        var (width, height) = panels == 1 ? (850, 560) : columns == 2 ? (560, 420) : columns == 3 ? (480, 360) : (400, 310);
        return ((columns * width) + LegendWidth, (rows * height) + TitleHeight);
    }

    /// <summary>The default size of a picture, in pixels.</summary>
    /// <param name="picture">The picture.</param>
    public static (int Width, int Height) DefaultSize(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        // A small graph leaves the title room for letters of a readable size.
        return picture.Graph is { } graph
            ? (SizeOf(Math.Max(graph.Width, picture.Title.Length * 8)), SizeOf(graph.Height + TitleHeight + NoteHeight))
            : DefaultSize(picture.Panels.Count);

        static int SizeOf(double own) => (int)Math.Clamp(Math.Ceiling(own) + (2 * GraphDrawing.Margin), LeastSize, LargestSize);
    }

    /// <summary>Draws a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">The file format; text only of a graph.</param>
    /// <param name="width">Pixels, from <see cref="LeastSize"/> to <see cref="LargestSize"/>.</param>
    /// <param name="height">Pixels, from <see cref="LeastSize"/> to <see cref="LargestSize"/>.</param>
    /// <returns>The file's content.</returns>
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
        lock (gate)
        {
            FontSetup.Register();
            if (format == PictureFormat.Svg)
            {
                using var stream = new MemoryStream();
                // The document is complete only after the canvas has been disposed.
                using (var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream)) Draw(picture, canvas, width, height);
                return Encoding.UTF8.GetBytes(Tidy(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length)));
            }
            using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
            Draw(picture, surface.Canvas, width, height);
            using var image = surface.Snapshot();
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        }
    }

    private static (int Columns, int Rows) Grid(int panels)
    {
        var columns = panels <= 3 ? panels : panels == 4 ? 2 : panels <= 9 ? 3 : panels <= 16 ? 4 : 5;
        return (columns, (panels + columns - 1) / columns);
    }

    private static void Draw(Picture picture, SKCanvas canvas, int width, int height)
    {
        canvas.Clear(SKColors.White);
        using var paint = Paint.NewDisposablePaint();
        // A narrow picture keeps its panels and shrinks the legend.
        var legendWidth = Math.Min(LegendWidth, width / 3);
        // One line, in a smaller font if it is long.
        var titleSize = Math.Clamp(width / (Math.Max(1, picture.Title.Length) * 0.6f), 9, 20);
        Text(picture.Title, 12, 10, titleSize, int.MaxValue);
        if (picture.Graph is { } graph)
        {
            GraphDrawing.Draw(graph, canvas, SKRect.Create(0, TitleHeight, width, height - TitleHeight - NoteHeight));
            Text(string.Join("; ", picture.Notes), 12, height - NoteHeight, 12, int.MaxValue);
            return;
        }
        var (columns, rows) = Grid(picture.Panels.Count);
        var panelWidth = (width - legendWidth) / (float)columns;
        var panelHeight = (height - TitleHeight) / (float)rows;
        for (var p = 0; p < picture.Panels.Count; p++)
        {
            var (left, top) = (p % columns * panelWidth, TitleHeight + (p / columns * panelHeight));
            using var plot = PanelPlot.Create(picture.Panels[p], panelWidth, panelHeight);
            plot.Render(canvas, new PixelRect(left, left + panelWidth, top + panelHeight, top));
        }
        var at = TitleHeight + 12f;
        var x = width - legendWidth + 6f;
        foreach (var entry in picture.Legend)
        {
            if (at > height - 40) break;
            Symbol(entry, x, at + 9);
            at += Text(entry.Text, x + 38, at, 14, FitLetters(legendWidth - 44, 14)) + 6;
        }
        at += 8;
        foreach (var note in picture.Notes.TakeWhile(_ => at < height - 20)) at += Text(note, x, at, 12, FitLetters(legendWidth - 12, 12)) + 5;

        // Breaks at spaces; returns the height.
        float Text(string text, float left, float top, float size, int letters)
        {
            var from = top;
            foreach (var line in Wrap(text, letters))
            {
                var label = new LabelStyle
                {
                    Text = line,
                    FontName = FontSetup.Name,
                    FontSize = size,
                    ForeColor = Color.FromHex(Palette.Black),
                    Alignment = Alignment.UpperLeft
                };
                label.Render(canvas, new Pixel(left, top), paint);
                top += size * 1.3f;
            }
            return top - from;
        }

        void Symbol(LegendEntry entry, float left, float middle)
        {
            using var brush = new SKPaint
            {
                Color = SKColor.Parse(entry.Ink.Color).WithAlpha((byte)(255 * Math.Max(0.6, entry.Ink.Opacity))),
                IsAntialias = true,
                StrokeWidth = (float)Math.Max(1.5, entry.Ink.Width)
            };
            switch (entry.Symbol)
            {
                case LegendSymbol.Area:
                    canvas.DrawRect(left, middle - 7, 30, 14, brush);
                    break;
                case LegendSymbol.Dot:
                    canvas.DrawCircle(left + 15, middle, 4, brush);
                    break;
                case LegendSymbol.Ring:
                    brush.Style = SKPaintStyle.Stroke;
                    canvas.DrawCircle(left + 15, middle, 6, brush);
                    break;
                case LegendSymbol.Cross:
                    canvas.DrawLine(left + 10, middle - 5, left + 20, middle + 5, brush);
                    canvas.DrawLine(left + 10, middle + 5, left + 20, middle - 5, brush);
                    break;
                default:
                    if (PanelPlot.Dashes(entry.Ink.Dash) is { } dashes) brush.PathEffect = SKPathEffect.CreateDash(dashes, 0);
                    canvas.DrawLine(left, middle, left + 30, middle, brush);
                    break;
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

    private static int FitLetters(int width, float size) => Math.Max(4, (int)(width / (size * 0.57f)));

    private static IEnumerable<string> Wrap(string text, int letters)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (longer.Length <= letters || line.Length == 0) line = longer;
            else
            {
                yield return line;
                line = word;
            }
        }
        yield return line;
    }
}
