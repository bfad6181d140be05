namespace Pipelines.Cli.Reporting;

/// <summary>A model's outline on a page: a table of its parts and features; the rest, such as transitions, as text.</summary>
internal static class ModelTable
{
    // What has a column of its own; other parameters are text.
    private static readonly string[] moments = ["mean", "standard deviation", "geometric mean", "geometric standard deviation"];

    /// <summary>Adds the outline.</summary>
    /// <param name="page">The page.</param>
    /// <param name="outline">The entries.</param>
    /// <param name="mostParts">Maximum number of parts; the heaviest come first.</param>
    public static void Add(HtmlPage page, IEnumerable<OutlineEntry> outline, int mostParts)
    {
        var entries = outline.OrderByDescending(e => e.Weight ?? double.NegativeInfinity)
            .Select(e => e with { Children = e.Children?.ToArray() }).ToArray();
        var (parts, others) = (entries.Take(mostParts).Where(IsList).ToArray(), entries.Take(mostParts).Where(e => !IsList(e)).ToArray());
        if (parts.Length > 0) AddTable(page, parts);
        if (others.Length > 0) page.Lines(ModelOutline.Of(others, "", mostParts));
        if (entries.Length > mostParts) page.Paragraph($"and {Figures.Count(entries.Length - mostParts)} more");
    }

    private static bool IsList(OutlineEntry entry) =>
        (entry.Children is null ? [entry] : entry.Children).All(e => e.Children is null && e.Text.Contains(": ", StringComparison.Ordinal));

    private static void AddTable(HtmlPage page, OutlineEntry[] parts)
    {
        var rows = parts.SelectMany(part => (part.Children ?? [part])
            .Select((line, i) => (Part: i == 0 && part.Children is not null ? part.Text : "", Line: Read(line.Text)))).ToArray();
        var hasParts = parts.Any(p => p.Children is not null);
        string[] used = [.. moments.Where(m => rows.Any(r => r.Line.Moments.ContainsKey(m)))];
        var hasText = rows.Any(r => r.Line.Text.Length > 0);
        string[] head = [.. hasParts ? ["part"] : Array.Empty<string>(), "feature", .. hasText ? ["parameters"] : Array.Empty<string>(), .. used];
        page.Table(head, rows.Select(r => (string[])[.. hasParts ? [r.Part] : Array.Empty<string>(), r.Line.Name,
            .. hasText ? [r.Line.Text] : Array.Empty<string>(), .. used.Select(m => r.Line.Moments.GetValueOrDefault(m, ""))]),
            numeric: head.Length - used.Length);
    }

    // "name: mean 1, standard deviation 2" as two numbers; any other line as text.
    private static (string Name, string Text, IReadOnlyDictionary<string, string> Moments) Read(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var (name, text) = (line[..colon], line[(colon + 2)..]);
        var found = text.Split(", ").Select(t => (Label: t[..Math.Max(0, t.LastIndexOf(' '))], Value: t[(t.LastIndexOf(' ') + 1)..])).ToArray();
        return found.All(f => moments.Contains(f.Label)) && found.DistinctBy(f => f.Label).Count() == found.Length
            ? (name, "", found.ToDictionary(f => f.Label, f => f.Value)) : (name, text, new Dictionary<string, string>());
    }
}
