namespace Pipelines.Plotting;

/// <summary>
/// What a picture shows, as numbers and texts: panels side by side under a title, and one legend for all of them. <see cref="PictureRenderer"/> draws it.
/// </summary>
/// <param name="Title">What it is of.</param>
/// <param name="Panels">At least one.</param>
/// <param name="Legend">What colours and lines mean, from top to bottom.</param>
/// <param name="Notes">Small print below the legend, one entry a line.</param>
public sealed record Picture(string Title, IReadOnlyList<Panel> Panels, IReadOnlyList<LegendEntry> Legend, IReadOnlyList<string> Notes);

/// <summary>One pair of axes.</summary>
/// <param name="XLabel">What the horizontal axis means.</param>
/// <param name="YLabel">What the vertical axis means.</param>
public sealed record Panel(string XLabel, string YLabel)
{
    /// <summary>Text above the panel; empty (default) = none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Bars, the first below the others.</summary>
    public IReadOnlyList<BarSeries> Bars { get; init; } = [];

    /// <summary>Points, below the lines.</summary>
    public IReadOnlyList<PointSeries> Points { get; init; } = [];

    /// <summary>Lines, the last on top.</summary>
    public IReadOnlyList<LineSeries> Lines { get; init; } = [];

    /// <summary>Lines of equal height, between the points and the lines.</summary>
    public IReadOnlyList<ContourSeries> Contours { get; init; } = [];

    /// <summary>Names of the places 0, 1, 2 … of the horizontal axis; null (default) = numbers.</summary>
    public IReadOnlyList<string>? XNames { get; init; }

    /// <summary>True: the horizontal axis counts, so its ticks are whole numbers.</summary>
    public bool XIsWhole { get; init; }

    /// <summary>Range of the horizontal axis; null (default) = what there is to see.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Range of the vertical axis; null (default) = what there is to see.</summary>
    public (double Low, double High)? YRange { get; init; }
}

/// <summary>How something is drawn.</summary>
/// <param name="Color">As #RRGGBB.</param>
/// <param name="Width">Width of a line or size of a marker, in pixels.</param>
/// <param name="Dash">Which pattern of dashes: 0 solid, 1 dashed, 2 dotted, 3 densely dashed.</param>
/// <param name="Opacity">From 0 to 1.</param>
public sealed record Ink(string Color, double Width = 2, int Dash = 0, double Opacity = 1);

/// <summary>Bars of one colour.</summary>
/// <param name="Centers">Shape [bars].</param>
/// <param name="Bases">Shape [bars]: where each begins.</param>
/// <param name="Tops">Shape [bars]: where each ends.</param>
/// <param name="Width">Of each bar, in the unit of the horizontal axis.</param>
/// <param name="Ink">How they are filled.</param>
public sealed record BarSeries(double[] Centers, double[] Bases, double[] Tops, double Width, Ink Ink);

/// <summary>A line through points; NaN interrupts it.</summary>
/// <param name="Name">Whose it is, for tests and readers of the data; several lines may have one name.</param>
/// <param name="X">Shape [points].</param>
/// <param name="Y">Shape [points].</param>
/// <param name="Ink">How it is drawn.</param>
public sealed record LineSeries(string Name, double[] X, double[] Y, Ink Ink);

/// <summary>Lines of equal height of a surface over a grid.</summary>
/// <param name="X">Shape [columns], ascending.</param>
/// <param name="Y">Shape [rows], ascending.</param>
/// <param name="Z">Heights, shape [rows, columns].</param>
/// <param name="Levels">Heights of the lines.</param>
/// <param name="Ink">How they are drawn.</param>
public sealed record ContourSeries(double[] X, double[] Y, double[,] Z, double[] Levels, Ink Ink);

/// <summary>Points without a line.</summary>
/// <param name="X">Shape [points].</param>
/// <param name="Y">Shape [points].</param>
/// <param name="Marker">Which marker.</param>
/// <param name="Ink">How they are drawn.</param>
public sealed record PointSeries(double[] X, double[] Y, Marker Marker, Ink Ink);

/// <summary>Shapes of points.</summary>
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
/// <param name="Text">What it means.</param>
/// <param name="Ink">How it looks.</param>
/// <param name="Symbol">What stands before the text.</param>
public sealed record LegendEntry(string Text, Ink Ink, LegendSymbol Symbol = LegendSymbol.Line);

/// <summary>What stands before a text of the legend.</summary>
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
}
