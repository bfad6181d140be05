namespace Pipelines.Plotting;

/// <summary>Where the parts of a picture go, in pixels: the title on top, panels in a grid, the legend and notes at the right.</summary>
internal sealed class PictureLayout
{
    private const float WidestLegend = 250;
    private const float NarrowestLegend = 170;
    private const float LeastPanelWidth = 200;
    private const float LeastPanelHeight = 150;
    private const float LetterRoom = 22;
    private const float LeastTitleHeight = 44;
    private const float TitleSize = 20;
    private const float SmallestTitle = 14;
    private const float NoteSize = 12;
    private const float EntrySize = 14;
    private const float Line = 1.3f;

    private readonly Picture picture;
    private readonly Lettering lettering;

    /// <summary>Lays out a picture of a given size; it may be too small (<see cref="Least"/>).</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="lettering">The fonts.</param>
    /// <param name="width">Width of the whole.</param>
    public PictureLayout(Picture picture, Lettering lettering, float width)
    {
        (this.picture, this.lettering) = (picture, lettering);
        (Columns, Rows) = Grid(picture.Panels.Count);
        LegendWidth = Math.Clamp(width / 3, NarrowestLegend, WidestLegend);
        PanelWidth = (width - LegendWidth) / Columns;
        var title = lettering.WidthOf(picture.Title, TitleSize);
        TitleLetters = (float)Math.Clamp(TitleSize * (width - 24) / Math.Max(1, title), SmallestTitle, TitleSize);
        Title = Wrapped(picture.Title, width - 24, TitleLetters);
        TitleHeight = Math.Max(LeastTitleHeight, 18 + (Title.Count * TitleLetters * Line));
        Entries = [.. picture.Legend.Select(e => new LaidText(Wrapped(e.Text, LegendWidth - 46, EntrySize), EntrySize, 38))];
        var notes = lettering.Warning is { } warning ? picture.Notes.Append(warning) : picture.Notes;
        Notes = [.. notes.Select(n => new LaidText(Wrapped(n, LegendWidth - 14, NoteSize), NoteSize, 0))];
    }

    /// <summary>Panels side by side.</summary>
    public int Columns { get; }

    /// <summary>Panels one below the other.</summary>
    public int Rows { get; }

    /// <summary>Width of the legend and the notes.</summary>
    public float LegendWidth { get; }

    /// <summary>Width of each panel.</summary>
    public float PanelWidth { get; }

    /// <summary>Lines of the title.</summary>
    public IReadOnlyList<string> Title { get; }

    /// <summary>Size of the title's letters.</summary>
    public float TitleLetters { get; }

    /// <summary>Height of the title with its margins.</summary>
    public float TitleHeight { get; }

    /// <summary>The legend's entries.</summary>
    public IReadOnlyList<LaidText> Entries { get; }

    /// <summary>The notes below the legend.</summary>
    public IReadOnlyList<LaidText> Notes { get; }

    private float LegendHeight => 12 + Entries.Sum(e => e.Height + 6) + 8 + Notes.Sum(n => n.Height + 5) + 8;

    /// <summary>The default size.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="lettering">The fonts.</param>
    public static (int Width, int Height) Default(Picture picture, Lettering lettering)
    {
        var (columns, rows) = Grid(picture.Panels.Count);
        var (panelWidth, panelHeight) = picture.Panels.Count == 1 ? (850f, 560f) : columns == 2 ? (560f, 420f) : columns == 3 ? (480f, 360f) : (400f, 310f);
        panelWidth = Math.Max(panelWidth, picture.Panels.Max(p => LeastWidth(p)));
        var layout = new PictureLayout(picture, lettering, (columns * panelWidth) + WidestLegend);
        // Bars and cells with names get the space that their names need, and some air.
        panelHeight = Math.Max(panelHeight, picture.Panels.Max(p => 1.1f * layout.LeastHeight(p)));
        return (Whole((columns * panelWidth) + WidestLegend), Whole(layout.TitleHeight + Math.Max(rows * panelHeight, layout.LegendHeight)));
    }

    /// <summary>The least size at which everything can be read.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="lettering">The fonts.</param>
    /// <param name="width">The wanted width, which decides how texts wrap.</param>
    public static (int Width, int Height) Least(Picture picture, Lettering lettering, float width)
    {
        var (columns, rows) = Grid(picture.Panels.Count);
        var least = (columns * picture.Panels.Max(p => LeastWidth(p))) + NarrowestLegend;
        var layout = new PictureLayout(picture, lettering, Math.Max(width, least));
        return (Whole(least), Whole(layout.TitleHeight + Math.Max(rows * picture.Panels.Max(layout.LeastHeight), layout.LegendHeight)));
    }

    /// <summary>A size below which no picture with so many panels can be read; most need more.</summary>
    /// <param name="panels">Number of panels.</param>
    public static (int Width, int Height) LeastOf(int panels)
    {
        var (columns, rows) = Grid(panels);
        return (Whole((columns * LeastPanelWidth) + NarrowestLegend), Whole(LeastTitleHeight + (rows * LeastPanelHeight)));
    }

    private static int Whole(float pixels) => (int)Math.Ceiling(pixels);

    private static (int Columns, int Rows) Grid(int panels)
    {
        var columns = panels <= 3 ? panels : panels == 4 ? 2 : panels <= 9 ? 3 : panels <= 16 ? 4 : 5;
        return (columns, (panels + columns - 1) / columns);
    }

    private static float LeastWidth(Panel panel) => Math.Max(
        LeastPanelWidth + (panel.Texts.Count > 0 ? 200 : panel.YNames is null ? 0 : 80) + (panel.Stems.Count == 0 ? 0 : 40),
        ((panel.XNames?.Count ?? 0) * LetterRoom) + (panel.YNames is null ? 80 : 160));

    private float LeastHeight(Panel panel)
    {
        var (beside, besideDepth) = (0f, 0f);
        if (panel.YNames is { Count: > 0 } rows)
        {
            var names = PanelNames.Beside(rows, PanelWidth, lettering);
            (beside, besideDepth) = ((rows.Count + 0.2f) * names.Slot, names.Depth);
        }
        var below = panel.XNames is { Count: > 0 } columns
            ? PanelNames.Below(columns, PanelPlot.SlotOf(panel, PanelWidth, besideDepth), lettering).Depth + PanelPlot.LabelRoom
            : 60;
        return Math.Max(LeastPanelHeight, Math.Max(beside, 90) + below + (panel.Title.Length > 0 ? 30 : 14));
    }

    private IReadOnlyList<string> Wrapped(string text, float room, float size)
    {
        for (var letters = text.Length; letters > 1; letters--)
        {
            var lines = PlotTexts.Wrap(text, letters);
            if (lines.All(l => lettering.WidthOf(l, size) <= room)) return lines;
        }
        return [text];
    }
}

/// <summary>A text in lines.</summary>
/// <param name="Lines">Its lines.</param>
/// <param name="Size">Size of its letters, in pixels.</param>
/// <param name="Indent">Space at the left, for a symbol.</param>
internal sealed record LaidText(IReadOnlyList<string> Lines, float Size, float Indent)
{
    /// <summary>Height of all lines.</summary>
    public float Height => Lines.Count * Size * 1.3f;
}
