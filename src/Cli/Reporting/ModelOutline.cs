namespace Pipelines.Cli.Reporting;

/// <summary>
/// A model as indented lines: the heaviest parts first, lines of the same form aligned, and of a long list the first entries and the number of the others.
/// </summary>
internal static class ModelOutline
{
    private const int MostLetters = 1_000;
    private const int Indent = 2;
    private const int MostParts = 50;
    private const int MostColumns = 5;

    /// <summary>The lines of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Its features; null = unnamed.</param>
    /// <param name="all">Where the whole model is to be found: follows the number of entries left out.</param>
    public static IEnumerable<string> Of(Model model, IReadOnlyList<Feature>? features, string all) => Of(model.Outline(features), all);

    /// <summary>The features by names without line breaks and other control characters.</summary>
    public static IReadOnlyList<Feature>? Shown(IReadOnlyList<Feature>? features) =>
        features?.Select(f => f with { Name = PrintableText.Of(f.Name) }).ToArray();

    /// <summary>The lines of an outline.</summary>
    /// <param name="outline">The entries.</param>
    /// <param name="all">Where the whole model is to be found: follows the number of entries left out.</param>
    /// <param name="mostParts">Maximum number of entries with lines of their own, such as components.</param>
    public static IEnumerable<string> Of(IEnumerable<OutlineEntry> outline, string all, int mostParts = MostParts)
    {
        // The sort is stable: entries without a weight, such as notes, follow in their order.
        var entries = outline.OrderByDescending(e => e.Weight ?? double.NegativeInfinity).ToArray();
        var shown = entries.Take(Array.Exists(entries, e => e.Children is not null) ? mostParts : ModelInspection.Most).ToArray();
        var lines = Array.ConvertAll(shown, e => Cut(PrintableText.Of(e.Text)));
        if (Array.TrueForAll(shown, e => e.Children is null)) lines = Aligned(lines);
        for (var i = 0; i < shown.Length; i++)
        {
            yield return lines[i];
            foreach (var child in Of(shown[i].Children ?? [], all)) yield return new string(' ', Indent) + child;
        }
        if (entries.Length > shown.Length) yield return $"… and {Figures.Count(entries.Length - shown.Length)} more{all}";
    }

    private static string Cut(string line) => line.Length <= MostLetters ? line : $"{line[..MostLetters]} …";

    // Adjacent lines of the form "name: text, text, …" with equally many texts, and few, as lists of categories are no columns. Only blanks are added, so a
    // name with a colon or comma does no harm.
    private static string[] Aligned(string[] lines)
    {
        var cells = Array.ConvertAll(lines, Cells);
        var (made, first) = ((string[])lines.Clone(), 0);
        for (var i = 1; i <= lines.Length; i++)
        {
            if (i < lines.Length && cells[i].Length == cells[first].Length) continue;
            if (cells[first].Length is > 0 and <= MostColumns && i - first > 1) Align(cells.AsSpan(first..i), made.AsSpan(first..i));
            first = i;
        }
        return made;
    }

    private static void Align(ReadOnlySpan<string[]> cells, Span<string> lines)
    {
        var widths = new int[cells[0].Length];
        foreach (var row in cells)
            for (var c = 0; c < widths.Length; c++) widths[c] = Math.Max(widths[c], CellWidth.Of(row[c]));
        for (var i = 0; i < lines.Length; i++) lines[i] = string.Join(' ', cells[i].Select((text, c) => CellWidth.Padded(text, widths[c]))).TrimEnd();
    }

    private static string[] Cells(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0) return [];
        var texts = line[(colon + 2)..].Split(", ");
        return [line[..(colon + 1)], .. texts.Select((t, i) => i < texts.Length - 1 ? $"{t}," : t)];
    }
}
