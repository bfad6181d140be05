namespace Pipelines.Plotting;

/// <summary>How the names on the axes of a panel are laid out: always whole, wrapped where they are long.</summary>
internal sealed class PanelNames
{
    private const float LineHeight = 1.25f;
    private const float Side = 14;
    private const float Most = 0.42f;

    private readonly Lettering lettering;

    private PanelNames(Lettering lettering, IReadOnlyList<string> lines, float size) => (this.lettering, Lines, LetterSize) = (lettering, lines, size);

    /// <summary>The names, with line breaks.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Size of the letters, in pixels.</summary>
    public float LetterSize { get; }

    /// <summary>True: the names run upwards, as there is no space for them side by side.</summary>
    public bool IsTurned { get; private init; }

    /// <summary>Extent across the axis, in pixels.</summary>
    public float Depth { get; private init; }

    /// <summary>Least extent along the axis that each name needs, in pixels.</summary>
    public float Slot => (Lines.Max(l => l.AsSpan().Count('\n') + 1) * LetterSize * LineHeight) + 4;

    /// <summary>Names beside a vertical axis.</summary>
    /// <param name="names">The names.</param>
    /// <param name="width">Width of the whole panel, in pixels.</param>
    /// <param name="lettering">The fonts.</param>
    public static PanelNames Beside(IReadOnlyList<string> names, float width, Lettering lettering)
    {
        const float size = 12;
        // Balanced lines: two of 20 letters look better than one of 35 and one of 5.
        var most = Math.Max(60, Most * width);
        var longest = names.Max(n => lettering.WidthOf(n, size));
        // A name that fits is not broken for a rounding error.
        var room = longest <= most ? longest + 1 : Math.Min(most, Math.Max(longest / Math.Ceiling(longest / most) * 1.15, 60));
        var lines = names.Select(n => Wrapped(n, (float)room, size, lettering)).ToArray();
        return new(lettering, lines, size) { Depth = Widest(lines, size, lettering) + Side };
    }

    /// <summary>Names below a horizontal axis, side by side if they fit, otherwise upwards.</summary>
    /// <param name="names">The names.</param>
    /// <param name="slot">Width for each, in pixels.</param>
    /// <param name="lettering">The fonts.</param>
    public static PanelNames Below(IReadOnlyList<string> names, float slot, Lettering lettering)
    {
        const float size = 12;
        const float longest = 200;
        var fits = names.All(n => n.Split(' ').All(w => lettering.WidthOf(w, size) <= slot - 6));
        string[] lines = [.. names.Select(n => Wrapped(n, fits ? slot - 6 : longest, size, lettering))];
        var names2 = new PanelNames(lettering, lines, size) { IsTurned = !fits };
        return new(lettering, lines, size) { IsTurned = !fits, Depth = fits ? names2.Slot + Side : Widest(lines, size, lettering) + Side };
    }

    private static float Widest(IEnumerable<string> lines, float size, Lettering lettering) =>
        (float)lines.SelectMany(l => l.Split('\n')).Max(l => lettering.WidthOf(l, size));

    // As many letters as fit on average, then fewer until every line fits.
    private static string Wrapped(string name, float room, float size, Lettering lettering)
    {
        for (var letters = name.Length; letters > 1; letters--)
        {
            var lines = PlotTexts.Wrap(name, letters);
            if (lines.All(l => lettering.WidthOf(l, size) <= room)) return string.Join('\n', lines);
        }
        return name;
    }
}
