using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>Draws the symbols of a legend.</summary>
internal static class LegendDrawing
{
    // Fainter symbols would be invisible beside their text.
    private const double LeastOpacity = 0.6;

    /// <summary>Draws a symbol of 30 pixels' width.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="left">Its left end.</param>
    /// <param name="middle">Its vertical middle.</param>
    public static void Symbol(SKCanvas canvas, LegendEntry entry, float left, float middle)
    {
        using var brush = new SKPaint
        {
            Color = SKColor.Parse(entry.Ink.Color).WithAlpha((byte)(255 * Math.Max(LeastOpacity, entry.Ink.Opacity))),
            IsAntialias = true,
            StrokeWidth = (float)Math.Max(1.5, entry.Ink.Width),
        };
        switch (entry.Symbol)
        {
            case LegendSymbol.Area:
                canvas.DrawRect(left, middle - 7, 30, 14, brush);
                break;
            case LegendSymbol.Scale:
                const int steps = 10;
                for (var s = 0; s < steps; s++)
                {
                    brush.Color = SKColor.Parse(entry.Ink.Color).WithAlpha((byte)(255 * Palette.Shade(s / (steps - 1.0))));
                    canvas.DrawRect(left + (30f / steps * s), middle - 7, 30f / steps, 14, brush);
                }
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
            case LegendSymbol.AreaAndLine:
                canvas.DrawRect(left, middle - 6, 12, 12, brush);
                Line(left + 15, left + 30);
                break;
            default:
                Line(left, left + 30);
                break;
        }

        void Line(float from, float to)
        {
            if (PanelPlot.Dashes(entry.Ink.Dash) is { } dashes) brush.PathEffect = SKPathEffect.CreateDash(dashes, 0);
            canvas.DrawLine(from, middle, to, middle, brush);
        }
    }
}
