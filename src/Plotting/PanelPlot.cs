using ScottPlot;
using ScottPlot.TickGenerators;

namespace Pipelines.Plotting;

/// <summary>Translates a panel for the plotting library, which has linear axes only: positions on logarithmic ones are given as decimal logarithms.</summary>
internal sealed class PanelPlot
{
    /// <summary>Height of an axis label below names, in pixels.</summary>
    public const float LabelRoom = 22;

    // Far below any axis; the library cannot draw infinite positions.
    private const double Below = -400;

    private readonly Plot plot;
    private readonly Panel panel;
    private readonly Lettering lettering;
    private readonly float width;
    private readonly float height;

    private PanelPlot(Plot plot, Panel panel, float width, float height, Lettering lettering) =>
        (this.plot, this.panel, this.width, this.height, this.lettering) = (plot, panel, width, height, lettering);

    /// <summary>Makes the plot of a panel.</summary>
    /// <param name="panel">The panel's content.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="lettering">The fonts.</param>
    public static Plot Create(Panel panel, float width, float height, Lettering lettering)
    {
        var plot = new Plot();
        // The panels share a canvas.
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        var own = new PanelPlot(plot, panel, width, height, lettering);
        own.AddAll();
        own.Style();
        return plot;
    }

    /// <summary>Lengths of dashes and gaps, in pixels; null = solid.</summary>
    public static float[]? Dashes(int dash) => dash switch { 1 => [8, 5], 2 => [2, 4], 3 => [4, 3], _ => null };

    private static Color ColorOf(Ink ink) => Color.FromHex(ink.Color).WithAlpha(ink.Opacity);

    private double X(double x) => !panel.XIsLog ? x : x > 0 ? Math.Log10(x) : double.NaN;

    private double Y(double y) => !panel.YIsLog ? y : y > 0 ? Math.Log10(y) : double.IsNaN(y) ? y : Below;

    private void AddAll()
    {
        var letters = panel.Cells.Count > 0 ? CellSize() : null;
        foreach (var cell in panel.Cells) Add(cell, letters);
        foreach (var bars in panel.Bars) Add(bars, X, Y);
        foreach (var points in panel.Points) Add(points);
        foreach (var contours in panel.Contours) Add(contours);
        foreach (var line in panel.Lines) Add(line);
        foreach (var text in panel.Texts) Add(text.Text, X(text.X), Y(text.Y), Alignment.MiddleLeft, 12, Palette.Black);
        foreach (var stems in panel.Stems) Add(stems, X, static y => y).Axes.YAxis = plot.Axes.Right;
    }

    private ScottPlot.Plottables.BarPlot Add(BarSeries series, Func<double, double> along, Func<double, double> up) => plot.Add.Bars(
        Enumerable.Range(0, series.Centers.Length)
            .Where(b => series.Tops[b] > series.Bases[b])
            .Select(b => new Bar
            {
                Position = along(series.Centers[b]),
                ValueBase = up(series.Bases[b]),
                Value = up(series.Tops[b]),
                Size = series.Width,
                FillColor = ColorOf(series.Ink),
                LineWidth = 0,
                Orientation = panel.BarsAreFlat ? Orientation.Horizontal : Orientation.Vertical,
            })
            .ToList());

    private void Add(Cell cell, float? letters)
    {
        var square = plot.Add.Rectangle(cell.X - 0.5, cell.X + 0.5, cell.Y - 0.5, cell.Y + 0.5);
        (square.FillColor, square.LineColor, square.LineWidth) = (ColorOf(cell.Ink), Colors.White, 1);
        if (letters is { } size) Add(cell.Text, cell.X, cell.Y, Alignment.MiddleCenter, size, Palette.TextOn(cell.Ink));
    }

    // Letters that fit into every cell; null = none do.
    private float? CellSize()
    {
        var names = panel.YNames is { } rows ? PanelNames.Beside(rows, width, lettering).Depth : 40;
        var cell = (width - names - 60) / Math.Max(1, panel.XNames?.Count ?? 1);
        foreach (var size in (float[])[13, 11, 9])
            if (panel.Cells.Max(c => lettering.WidthOf(c.Text, size)) <= cell - 4) return size;
        return null;
    }

    private void Add(string text, double x, double y, Alignment alignment, float size, string color)
    {
        var (shown, font) = lettering.Of(text);
        var label = plot.Add.Text(shown, x, y);
        (label.LabelAlignment, label.LabelFontSize, label.LabelFontName, label.LabelFontColor) = (alignment, size, font, Color.FromHex(color));
    }

    private void Add(PointSeries series)
    {
        var places = series.X.Zip(series.Y).Select(p => (X: X(p.First), Y: Y(p.Second))).Where(p => !double.IsNaN(p.X)).ToArray();
        var points = plot.Add.ScatterPoints(places.Select(p => p.X).ToArray(), places.Select(p => p.Y).ToArray(), ColorOf(series.Ink));
        points.MarkerSize = (float)series.Ink.Width;
        points.MarkerShape = series.Marker switch { Marker.Ring => MarkerShape.OpenCircle, Marker.Cross => MarkerShape.Eks, _ => MarkerShape.FilledCircle };
        points.MarkerLineWidth = series.Marker == Marker.Cross ? 3 : 2;
    }

    private void Add(ContourSeries series)
    {
        var surface = new Coordinates3d[series.Y.Length, series.X.Length];
        for (var r = 0; r < series.Y.Length; r++)
            for (var c = 0; c < series.X.Length; c++) surface[r, c] = new(X(series.X[c]), Y(series.Y[r]), series.Z[r, c]);
        var lines = plot.Add.ContourLines(surface, series.Levels.Length);
        lines.ContourLineLevels = series.Levels;
        lines.Update(surface);
        (lines.LineColor, lines.LineWidth, lines.LabelStyle.IsVisible) = (ColorOf(series.Ink), (float)series.Ink.Width, false);
        lines.LinePattern = PatternOf(series.Ink);
    }

    private void Add(LineSeries series)
    {
        var (xs, ys) = (Array.ConvertAll(series.X, X), Array.ConvertAll(series.Y, Y));
        // The library treats gaps differently, so each stretch is a separate line.
        for (var i = 0; i < xs.Length;)
        {
            if (double.IsNaN(xs[i] + ys[i]))
            {
                i++;
                continue;
            }
            var end = i;
            while (end < xs.Length && !double.IsNaN(xs[end] + ys[end])) end++;
            var line = plot.Add.ScatterLine(xs[i..end], ys[i..end], ColorOf(series.Ink));
            line.LineWidth = (float)series.Ink.Width;
            line.LinePattern = PatternOf(series.Ink);
            i = end;
        }
    }

    private static LinePattern PatternOf(Ink ink) => ink.Dash switch
    {
        1 => LinePattern.Dashed,
        2 => LinePattern.Dotted,
        3 => LinePattern.DenselyDashed,
        _ => LinePattern.Solid,
    };

    private void Style()
    {
        var large = width >= 600;
        var labelSize = large ? 16 : 14;
        plot.Font.Set(FontSetup.Name);
        if (panel.Title.Length > 0)
        {
            plot.Title(panel.Title);
            Apply(plot.Axes.Title.Label, panel.Title, labelSize);
        }
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left, plot.Axes.Right])
            (axis.TickLabelStyle.FontSize, axis.TickLabelStyle.ForeColor, axis.TickLabelStyle.FontName) =
                (large ? 13 : 11, Color.FromHex(Palette.Black), FontSetup.Name);
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Top.MinimumSize = panel.Title.Length > 0 ? 0 : 14;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.1);
        if (panel.Cells.Count > 0) plot.HideGrid();
        Limits();
        Ticks(large, labelSize);
        Stems(labelSize);
    }

    // A long label is wrapped along its axis.
    private string Fitting(string text, float room, float size)
    {
        if (lettering.WidthOf(text, size) <= room) return text;
        return string.Join('\n', PlotTexts.Wrap(text, Math.Max(4, (int)(text.Length * room / lettering.WidthOf(text, size) * 0.9))));
    }

    private void Apply(LabelStyle label, string text, float size)
    {
        var (shown, font) = lettering.Of(text);
        (label.Text, label.Bold, label.FontSize, label.ForeColor, label.FontName) = (shown, false, size, Color.FromHex(Palette.Black), font);
    }

    private void Limits()
    {
        plot.Axes.AutoScale();
        var limits = plot.Axes.GetLimits();
        var (low, high) = panel.XRange is { } x ? (X(x.Low), X(x.High)) : (limits.Left, limits.Right);
        var (bottom, top) = panel.YRange is { } y ? (Y(y.Low), Y(y.High)) : (limits.Bottom, limits.Top);
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        if (!(top > bottom)) (bottom, top) = (bottom - 0.5, bottom + 0.5);
        plot.Axes.SetLimits(low, high, bottom, top);
    }

    // Ticks of a vertical axis.
    private PanelTicks Upward(double bottom, double top) => new(bottom, top, Math.Max(60, height - 80), static _ => 14);

    private void Ticks(bool large, float labelSize)
    {
        var limits = plot.Axes.GetLimits();
        // What the labels of the other axes leave, roughly.
        var across = new PanelTicks(limits.Left, limits.Right, Math.Max(60, width - (panel.Stems.Count > 0 ? 150 : 90)),
            text => lettering.WidthOf(text, large ? 13 : 11));
        var up = Upward(limits.Bottom, limits.Top);
        plot.Axes.Left.TickGenerator = panel.YIsLog ? up.Log([]) : up.Linear();
        plot.Axes.Bottom.TickGenerator = panel.XIsLog ? across.Log([.. panel.XMarks.Select(m => (X(m.At), m.Text))])
            : panel.XIsWhole ? across.Whole()
            : across.Linear();
        Apply(plot.Axes.Bottom.Label, Fitting(panel.XLabel + across.OffsetText, width - 90, labelSize), labelSize);
        Apply(plot.Axes.Left.Label, Fitting(panel.YLabel + up.OffsetText, height - 90, labelSize), labelSize);
        var beside = 0f;
        if (panel.YNames is { } rows)
        {
            var names = PanelNames.Beside(rows, width, lettering);
            Names(plot.Axes.Left, names);
            beside = names.Depth;
            plot.Axes.Left.MinimumSize = plot.Axes.Left.MaximumSize = beside + 26;
        }
        if (panel.XNames is not { } columns) return;
        var below = PanelNames.Below(columns, SlotOf(panel, width, beside), lettering);
        Names(plot.Axes.Bottom, below);
        plot.Axes.Bottom.MinimumSize = plot.Axes.Bottom.MaximumSize = below.Depth + LabelRoom;
        if (!below.IsTurned) return;
        plot.Axes.Bottom.TickLabelStyle.Rotation = -90;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
    }

    /// <summary>Width for each name below a panel, in pixels.</summary>
    public static float SlotOf(Panel panel, float width, float beside) => (width - Math.Max(60, beside + 26) - 20) / (panel.XNames!.Count + 0.2f);

    private void Names(IAxis axis, PanelNames names)
    {
        axis.TickGenerator = new NumericManual([.. Enumerable.Range(0, names.Lines.Count).Select(i => (double)i)],
            [.. names.Lines.Select(l => lettering.Of(l).Text)]);
        (axis.TickLabelStyle.FontSize, axis.TickLabelStyle.FontName) = (names.LetterSize, lettering.Of(string.Concat(names.Lines)).Font);
    }

    private void Stems(float labelSize)
    {
        var right = plot.Axes.Right;
        if (panel.Stems.Count == 0)
        {
            right.FrameLineStyle.Width = 0;
            right.MinimumSize = 14;
            // Only axes with something on them have ticks.
            right.TickGenerator = new EmptyTickGenerator();
            return;
        }
        var top = panel.Stems.SelectMany(s => s.Tops).DefaultIfEmpty(1).Max();
        Apply(right.Label, Fitting(panel.StemLabel, height - 90, labelSize), labelSize);
        top = top > 0 ? 1.08 * top : 1;
        right.TickGenerator = Upward(0, top).Linear();
        plot.Axes.SetLimitsY(0, top, right);
    }
}
