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

    // A larger canvas enlarges a graph up to so many times.
    private const double Largest = 3;

    /// <summary>Draws a graph into a rectangle, which it fills as far as it may be enlarged.</summary>
    public static void Draw(PlacedGraph graph, Lettering lettering, SKCanvas canvas, SKRect into)
    {
        var scale = ScaleOf(graph, into.Width, into.Height);
        canvas.Save();
        canvas.Translate(into.Left + ((into.Width - (scale * (float)graph.Width)) / 2),
            into.Top + Math.Max(Margin, (into.Height - (scale * (float)graph.Height)) / 2));
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
        using var text = Paint.NewDisposablePaint();
        foreach (var curve in graph.Curves) Draw(curve, canvas, line, head);
        // Texts stand out from lines that cross them.
        using var ground = new SKPaint { Color = SKColors.White.WithAlpha(200) };
        foreach (var curve in graph.Curves)
        {
            var (half, x, y) = (((float)lettering.WidthOf(curve.Text, TransitionLayout.LetterSize) / 2) + 1, (float)curve.TextAt.X, (float)curve.TextAt.Y);
            canvas.DrawRect(SKRect.Create(x - half, y - 6, 2 * half, 12), ground);
            lettering.Style(curve.Text, TransitionLayout.LetterSize, Alignment.MiddleCenter)
                .Render(canvas, new(x, y), text);
        }
        using var fill = new SKPaint { Color = SKColor.Parse(FillColor), IsAntialias = true };
        using var edge = new SKPaint { Color = SKColor.Parse(Palette.Of(0).Color), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.4f };
        foreach (var node in graph.Nodes)
        {
            var box = SKRect.Create((float)(node.X - (node.Width / 2)), (float)(node.Y - (node.Height / 2)), (float)node.Width, (float)node.Height);
            canvas.DrawRoundRect(box, 8, 8, fill);
            canvas.DrawRoundRect(box, 8, 8, edge);
            lettering.Style(node.Name, LetterSize, Alignment.MiddleCenter).Render(canvas, new Pixel((float)node.X, (float)node.Y), text);
        }
        canvas.Restore();
    }

    private static void Draw(PlacedCurve curve, SKCanvas canvas, SKPaint line, SKPaint head)
    {
        var points = curve.Points.Select(p => new SKPoint((float)p.X, (float)p.Y)).ToArray();
        // The line ends within the head, which points as the curve does.
        var length = ArrowLength + (float)curve.Width;
        var direction = points[3] - points[2];
        direction = new(direction.X / direction.Length, direction.Y / direction.Length);
        var across = new SKPoint(-direction.Y, direction.X);
        var foot = new SKPoint(points[3].X - (length * direction.X), points[3].Y - (length * direction.Y));
        using var path = new SKPath();
        path.MoveTo(points[0]);
        path.CubicTo(points[1], points[2], new(foot.X + direction.X, foot.Y + direction.Y));
        line.StrokeWidth = (float)curve.Width;
        canvas.DrawPath(path, line);
        var half = (ArrowWidth / 2) + (float)(0.6 * curve.Width);
        using var arrow = new SKPath();
        arrow.MoveTo(points[3]);
        arrow.LineTo(foot.X + (half * across.X), foot.Y + (half * across.Y));
        arrow.LineTo(foot.X - (half * across.X), foot.Y - (half * across.Y));
        arrow.Close();
        canvas.DrawPath(arrow, head);
    }

    /// <summary>The size of a graph as a multiple of its own, above 0 and at most 3.</summary>
    public static float ScaleOf(PlacedGraph graph, double width, double height) =>
        (float)Math.Min(Largest, Math.Min((width - (2 * Margin)) / Math.Max(1, graph.Width), (height - (2 * Margin)) / Math.Max(1, graph.Height)));

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
