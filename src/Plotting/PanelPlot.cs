using ScottPlot;
using ScottPlot.TickGenerators;

namespace Pipelines.Plotting;

/// <summary>Translates a panel for the plotting library.</summary>
internal static class PanelPlot
{
    /// <summary>Makes the plot of a panel.</summary>
    /// <param name="panel">The panel's content.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static Plot Create(Panel panel, float width, float height)
    {
        var plot = new Plot();
        // The panels share a canvas.
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        foreach (var cell in panel.Cells) Add(plot, cell, width / Math.Max(1, panel.XNames?.Count ?? 1) >= 60);
        foreach (var bars in panel.Bars) Add(plot, bars);
        foreach (var points in panel.Points) Add(plot, points);
        foreach (var contours in panel.Contours) Add(plot, contours);
        foreach (var line in panel.Lines) Add(plot, line);
        Style(plot, panel, width, height);
        return plot;
    }

    /// <summary>Lengths of dashes and gaps, in pixels; null = solid.</summary>
    public static float[]? Dashes(int dash) => dash switch { 1 => [8, 5], 2 => [2, 4], 3 => [4, 3], _ => null };

    private static Color ColorOf(Ink ink) => Color.FromHex(ink.Color).WithAlpha(ink.Opacity);

    private static void Add(Plot plot, BarSeries series) => plot.Add.Bars(Enumerable.Range(0, series.Centers.Length)
        .Where(b => series.Tops[b] > series.Bases[b])
        .Select(b => new Bar
        {
            Position = series.Centers[b],
            ValueBase = series.Bases[b],
            Value = series.Tops[b],
            Size = series.Width,
            FillColor = ColorOf(series.Ink),
            LineWidth = 0
        })
        .ToList());

    private static void Add(Plot plot, Cell cell, bool hasRoom)
    {
        var square = plot.Add.Rectangle(cell.X - 0.5, cell.X + 0.5, cell.Y - 0.5, cell.Y + 0.5);
        (square.FillColor, square.LineColor, square.LineWidth) = (ColorOf(cell.Ink), Colors.White, 1);
        if (!hasRoom) return;
        var text = plot.Add.Text(cell.Text, cell.X, cell.Y);
        (text.LabelAlignment, text.LabelFontSize, text.LabelFontName) = (Alignment.MiddleCenter, 13, FontSetup.Name);
        text.LabelFontColor = Color.FromHex(cell.Ink.Opacity > 0.55 ? "#FFFFFF" : Palette.Black);
    }

    private static void Add(Plot plot, PointSeries series)
    {
        var points = plot.Add.ScatterPoints(series.X, series.Y, ColorOf(series.Ink));
        points.MarkerSize = (float)series.Ink.Width;
        points.MarkerShape = series.Marker switch { Marker.Ring => MarkerShape.OpenCircle, Marker.Cross => MarkerShape.Eks, _ => MarkerShape.FilledCircle };
        points.MarkerLineWidth = 2;
    }

    private static void Add(Plot plot, ContourSeries series)
    {
        var surface = new Coordinates3d[series.Y.Length, series.X.Length];
        for (var r = 0; r < series.Y.Length; r++)
            for (var c = 0; c < series.X.Length; c++) surface[r, c] = new(series.X[c], series.Y[r], series.Z[r, c]);
        var lines = plot.Add.ContourLines(surface, series.Levels.Length);
        lines.ContourLineLevels = series.Levels;
        lines.Update(surface);
        (lines.LineColor, lines.LineWidth, lines.LabelStyle.IsVisible) = (ColorOf(series.Ink), (float)series.Ink.Width, false);
    }

    private static void Add(Plot plot, LineSeries series)
    {
        // The library treats gaps differently, so each stretch is a separate line.
        for (var i = 0; i < series.X.Length;)
        {
            if (double.IsNaN(series.Y[i]))
            {
                i++;
                continue;
            }
            var end = i;
            while (end < series.X.Length && !double.IsNaN(series.Y[end])) end++;
            var line = plot.Add.ScatterLine(series.X[i..end], series.Y[i..end], ColorOf(series.Ink));
            line.LineWidth = (float)series.Ink.Width;
            line.LinePattern = series.Ink.Dash switch
            {
                1 => LinePattern.Dashed,
                2 => LinePattern.Dotted,
                3 => LinePattern.DenselyDashed,
                _ => LinePattern.Solid
            };
            i = end;
        }
    }

    private static void Style(Plot plot, Panel panel, float width, float height)
    {
        var large = width >= 600;
        var black = Color.FromHex(Palette.Black);
        plot.Font.Set(FontSetup.Name);
        if (panel.Title.Length > 0) plot.Title(panel.Title);
        plot.XLabel(PlotTexts.Name(panel.XLabel));
        plot.YLabel(panel.YLabel);
        foreach (var label in (LabelStyle[])[plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label])
            (label.Bold, label.FontSize, label.ForeColor, label.FontName) = (false, large ? 16 : 14, black, FontSetup.Name);
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left])
            (axis.TickLabelStyle.FontSize, axis.TickLabelStyle.ForeColor, axis.TickLabelStyle.FontName) = (large ? 13 : 11, black, FontSetup.Name);
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.MinimumSize = 14;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.07);
        if (panel.Cells.Count > 0) plot.HideGrid();
        plot.Axes.Left.TickGenerator = new NumericAutomatic { TickDensity = large ? 0.45 : 0.6 };
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { TickDensity = large ? 0.6 : 0.8 };
        plot.Axes.AutoScale();
        var limits = plot.Axes.GetLimits();
        var (low, high) = panel.XRange ?? (limits.Left, limits.Right);
        var (bottom, top) = panel.YRange ?? (limits.Bottom, limits.Top);
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        if (!(top > bottom)) (bottom, top) = (bottom - 0.5, bottom + 0.5);
        plot.Axes.SetLimits(low, high, bottom, top);
        if (panel.XNames is { } names) Names(plot, names, width);
        if (panel.YNames is { } rows)
            plot.Axes.Left.TickGenerator = new NumericManual([.. Enumerable.Range(0, rows.Count).Select(i => (double)i)], [.. rows]);
        if (panel.XNames is null && panel.XIsWhole) plot.Axes.Bottom.TickGenerator = Whole(low, high, width);
    }

    private static NumericManual Whole(double low, double high, float width)
    {
        var most = Math.Max(2, width / 60);
        long power = 1, step;
        while ((step = Array.Find([power, 2 * power, 5 * power], t => (high - low) / t <= most)) == 0) power *= 10;
        var ticks = new List<double>();
        for (var t = Math.Ceiling(low / step) * step; t <= high; t += step) ticks.Add(t + 0.0);
        return new([.. ticks], [.. ticks.Select(t => t.ToString("#,##0", System.Globalization.CultureInfo.InvariantCulture))]);
    }

    private static void Names(Plot plot, IReadOnlyList<string> names, float width)
    {
        var longest = names.Max(n => n.Length);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, names.Count).Select(i => (double)i)], [.. names]);
        if (longest * 8.5f < (width - 90) / names.Count) return;
        // Names that do not fit side by side are rotated.
        plot.Axes.Bottom.TickLabelStyle.Rotation = -45;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
        plot.Axes.Bottom.MinimumSize = 40 + (longest * 5.2f);
    }
}
