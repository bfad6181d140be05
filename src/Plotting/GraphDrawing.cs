using ScottPlot;
using SkiaSharp;

namespace Pipelines.Plotting;

/// <summary>Draws a graph that has places.</summary>
internal static class GraphDrawing
{
    /// <summary>Space around a graph, in pixels.</summary>
    public const int Margin = 16;

    private const float LetterSize = 13;
    private const float ArrowLength = 8;
    private const float ArrowWidth = 7;
    private const string FillColor = "#EAF2F8";

    /// <summary>Draws a graph into a rectangle, at its own size or smaller.</summary>
    public static void Draw(PlacedGraph graph, Lettering lettering, SKCanvas canvas, SKRect into)
    {
        var scale = ScaleOf(graph, into.Width, into.Height);
        canvas.Save();
        canvas.Translate(into.Left + ((into.Width - (scale * (float)graph.Width)) / 2), into.Top + Margin);
        canvas.Scale(scale);
        using var line = new SKPaint { Color = SKColor.Parse(Palette.DarkGrey), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.4f };
        using var head = new SKPaint { Color = SKColor.Parse(Palette.DarkGrey), IsAntialias = true };
        foreach (var arc in graph.Arcs)
        {
            var (endX, endY) = ((float)arc.Points[^1].X, (float)arc.Points[^1].Y);
            using var path = PathOf(arc, graph.IsDirected ? ArrowLength - 1 : 0);
            canvas.DrawPath(path, line);
            if (!graph.IsDirected) continue;
            using var arrow = new SKPath();
            arrow.MoveTo(endX, endY);
            arrow.LineTo(endX - (ArrowWidth / 2), endY - ArrowLength);
            arrow.LineTo(endX + (ArrowWidth / 2), endY - ArrowLength);
            arrow.Close();
            canvas.DrawPath(arrow, head);
        }
        using var fill = new SKPaint { Color = SKColor.Parse(FillColor), IsAntialias = true };
        using var edge = new SKPaint { Color = SKColor.Parse(Palette.Of(0).Color), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.4f };
        using var text = Paint.NewDisposablePaint();
        foreach (var node in graph.Nodes)
        {
            var box = SKRect.Create((float)(node.X - (node.Width / 2)), (float)(node.Y - (node.Height / 2)), (float)node.Width, (float)node.Height);
            canvas.DrawRoundRect(box, 8, 8, fill);
            canvas.DrawRoundRect(box, 8, 8, edge);
            lettering.Style(node.Name, LetterSize, Alignment.MiddleCenter).Render(canvas, new Pixel((float)node.X, (float)node.Y), text);
        }
        canvas.Restore();
    }

    /// <summary>How much smaller than its own size a graph is drawn, 0 … 1.</summary>
    public static float ScaleOf(PlacedGraph graph, double width, double height) =>
        (float)Math.Min(1, Math.Min((width - (2 * Margin)) / Math.Max(1, graph.Width), (height - (2 * Margin)) / Math.Max(1, graph.Height)));

    private static SKPath PathOf(PlacedArc arc, float shorter)
    {
        var path = new SKPath();
        var (x, y) = ((float)arc.Points[0].X, (float)arc.Points[0].Y);
        path.MoveTo(x, y);
        for (var i = 1; i < arc.Points.Count; i++)
        {
            var (nextX, nextY) = ((float)arc.Points[i].X, (float)arc.Points[i].Y - (i == arc.Points.Count - 1 ? shorter : 0));
            var half = (nextY - y) / 2;
            if (nextX == x) path.LineTo(nextX, nextY);
            else path.CubicTo(x, y + half, nextX, nextY - half, nextX, nextY);
            (x, y) = (nextX, nextY);
        }
        return path;
    }
}
