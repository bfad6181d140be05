namespace Pipelines.Cli.Reporting;

/// <summary>A model as indented lines. Of a long list, the first entries and the number of the others.</summary>
internal static class ModelOutline
{
    private const int MostParts = 50;
    private const int MostLetters = 1_000;

    /// <summary>The lines of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Its features; null = unnamed.</param>
    public static IEnumerable<string> Of(Model model, IReadOnlyList<Feature>? features) => Of(model.Outline(features));

    /// <summary>The features by names without line breaks and other control characters.</summary>
    public static IReadOnlyList<Feature>? Shown(IReadOnlyList<Feature>? features) =>
        features?.Select(f => f with { Name = PrintableText.Of(f.Name) }).ToArray();

    /// <summary>The lines of an outline.</summary>
    public static IEnumerable<string> Of(IEnumerable<OutlineEntry> outline)
    {
        var entries = outline.ToArray();
        // An entry with lines of its own, such as a component, matters more than a line.
        var most = entries.Length > 0 && entries[0].Children is not null ? MostParts : ModelInspection.Most;
        foreach (var (text, children) in entries.Take(most))
        {
            var line = PrintableText.Of(text);
            yield return line.Length <= MostLetters ? line : $"{line[..MostLetters]} …";
            foreach (var child in Of(children ?? [])) yield return $"  {child}";
        }
        if (entries.Length > most) yield return $"and {entries.Length - most} more";
    }
}
