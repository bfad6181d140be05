namespace Pipelines.Plotting;

/// <summary>
/// The content of a picture, as numbers and text: panels side by side under a title, and one legend for all of them. <see cref="PictureRenderer"/> draws it.
/// </summary>
/// <param name="Title">The picture's title.</param>
/// <param name="Panels">At least one, but none for a graph.</param>
/// <param name="Legend">Legend entries, from top to bottom.</param>
/// <param name="Notes">Small print below the legend, one line per entry.</param>
public sealed record Picture(string Title, IReadOnlyList<Panel> Panels, IReadOnlyList<LegendEntry> Legend, IReadOnlyList<string> Notes)
{
    /// <summary>A graph, which then is the whole picture; null (default) = the picture consists of panels.</summary>
    internal PlacedGraph? Graph { get; init; }

    /// <summary>The graph with its full names, for text; null (default) = none.</summary>
    internal ModelGraph? Source { get; init; }
}

/// <summary>One pair of axes.</summary>
/// <param name="XLabel">Label of the horizontal axis.</param>
/// <param name="YLabel">Label of the vertical axis.</param>
public sealed record Panel(string XLabel, string YLabel)
{
    /// <summary>Text above the panel; empty (default) = none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Bars, the first below the others.</summary>
    public IReadOnlyList<BarSeries> Bars { get; init; } = [];

    /// <summary>True: the bars are horizontal, with their centers on the vertical axis. False (default): they are upright.</summary>
    public bool BarsAreFlat { get; init; }

    /// <summary>Upright bars on an axis of probabilities at the right, 0 … 1, above all others; none by default.</summary>
    public IReadOnlyList<BarSeries> Stems { get; init; } = [];

    /// <summary>Label of the axis of <see cref="Stems"/>.</summary>
    public string StemLabel { get; init; } = "";

    /// <summary>Texts within the panel.</summary>
    public IReadOnlyList<PanelText> Texts { get; init; } = [];

    /// <summary>Points, below the lines.</summary>
    public IReadOnlyList<PointSeries> Points { get; init; } = [];

    /// <summary>Lines, the last on top.</summary>
    public IReadOnlyList<LineSeries> Lines { get; init; } = [];

    /// <summary>Contour lines, drawn between the points and the lines.</summary>
    public IReadOnlyList<ContourSeries> Contours { get; init; } = [];

    /// <summary>Cells of a matrix, each a square around its whole-numbered position.</summary>
    public IReadOnlyList<Cell> Cells { get; init; } = [];

    /// <summary>Names of the positions 0, 1, 2 … on the vertical axis; null (default) = numbers.</summary>
    public IReadOnlyList<string>? YNames { get; init; }

    /// <summary>Names of the positions 0, 1, 2 … on the horizontal axis; null (default) = numbers.</summary>
    public IReadOnlyList<string>? XNames { get; init; }

    /// <summary>True: the horizontal axis shows counts, so its ticks are whole numbers.</summary>
    public bool XIsWhole { get; init; }

    /// <summary>True: the horizontal axis is logarithmic. Positions are values, widths of bars decades.</summary>
    public bool XIsLog { get; init; }

    /// <summary>True: the vertical axis is logarithmic; what is not above 0 lies below it.</summary>
    public bool YIsLog { get; init; }

    /// <summary>Additional ticks of the horizontal axis, such as a 0 before a logarithmic one.</summary>
    public IReadOnlyList<(double At, string Text)> XMarks { get; init; } = [];

    /// <summary>Range of the horizontal axis; null (default) = the range of the data.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Range of the vertical axis; null (default) = the range of the data.</summary>
    public (double Low, double High)? YRange { get; init; }
}

/// <summary>How something is drawn.</summary>
/// <param name="Color">As #RRGGBB.</param>
/// <param name="Width">Width of a line or size of a marker, in pixels.</param>
/// <param name="Dash">Dash pattern: 0 solid, 1 dashed, 2 dotted, 3 densely dashed.</param>
/// <param name="Opacity">From 0 to 1.</param>
public sealed record Ink(string Color, double Width = 2, int Dash = 0, double Opacity = 1);

/// <summary>Bars of one colour.</summary>
/// <param name="Centers">Shape [bars].</param>
/// <param name="Bases">Shape [bars]: lower end of each bar.</param>
/// <param name="Tops">Shape [bars]: upper end of each bar.</param>
/// <param name="Width">Width of each bar, in units of the axis of the centers; in decades if it is logarithmic.</param>
/// <param name="Ink">How they are filled.</param>
public sealed record BarSeries(double[] Centers, double[] Bases, double[] Tops, double Width, Ink Ink);

/// <summary>A square with a text.</summary>
/// <param name="X">Position on the horizontal axis.</param>
/// <param name="Y">Position on the vertical axis.</param>
/// <param name="Text">The text in its middle.</param>
/// <param name="Ink">How it is filled.</param>
public sealed record Cell(int X, int Y, string Text, Ink Ink);

/// <summary>A text within a panel, to the right of its position.</summary>
/// <param name="X">Position on the horizontal axis.</param>
/// <param name="Y">Position on the vertical axis.</param>
/// <param name="Text">The text.</param>
public sealed record PanelText(double X, double Y, string Text);

/// <summary>A line through points; NaN interrupts it.</summary>
/// <param name="Name">The line's source, for tests and readers of the data; several lines may share a name.</param>
/// <param name="X">Shape [points].</param>
/// <param name="Y">Shape [points].</param>
/// <param name="Ink">How it is drawn.</param>
public sealed record LineSeries(string Name, double[] X, double[] Y, Ink Ink);

/// <summary>Contour lines of a surface over a grid.</summary>
/// <param name="X">Shape [columns], ascending.</param>
/// <param name="Y">Shape [rows], ascending.</param>
/// <param name="Z">Heights, shape [rows, columns].</param>
/// <param name="Levels">Heights of the lines.</param>
/// <param name="Ink">How they are drawn.</param>
public sealed record ContourSeries(double[] X, double[] Y, double[,] Z, double[] Levels, Ink Ink);

/// <summary>Points that are not connected by a line.</summary>
/// <param name="X">Shape [points].</param>
/// <param name="Y">Shape [points].</param>
/// <param name="Marker">The marker's shape.</param>
/// <param name="Ink">How they are drawn.</param>
public sealed record PointSeries(double[] X, double[] Y, Marker Marker, Ink Ink);

/// <summary>Marker shapes.</summary>
public enum Marker
{
    /// <summary>A filled circle.</summary>
    Dot,

    /// <summary>A ring.</summary>
    Ring,

    /// <summary>A cross.</summary>
    Cross,
}

/// <summary>One line of the legend.</summary>
/// <param name="Text">The entry's text.</param>
/// <param name="Ink">How it looks.</param>
/// <param name="Symbol">The symbol before the text.</param>
public sealed record LegendEntry(string Text, Ink Ink, LegendSymbol Symbol = LegendSymbol.Line);

/// <summary>Symbols of legend entries.</summary>
public enum LegendSymbol
{
    /// <summary>A line.</summary>
    Line,

    /// <summary>A filled area.</summary>
    Area,

    /// <summary>A filled circle.</summary>
    Dot,

    /// <summary>A ring.</summary>
    Ring,

    /// <summary>A cross.</summary>
    Cross,

    /// <summary>Areas from the faintest to the darkest ink of the cells of a panel.</summary>
    Scale,

    /// <summary>A line below a filled area, for what is drawn as lines in some panels and as bars in others.</summary>
    AreaAndLine,
}
