using Pipelines.Plotting;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a run that fits nothing as a page: its results in tables, with pictures.</summary>
internal static class RunPage
{
    /// <summary>Makes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="write">Adds the results.</param>
    /// <param name="pictures">The pictures, and what they show.</param>
    /// <param name="words">The words of the command.</param>
    /// <param name="warnings">All warnings of the run.</param>
    public static HtmlPage Of(string title, Action<HtmlPage> write, IEnumerable<(Picture Picture, string Caption)> pictures, IEnumerable<string> words,
        IReadOnlyList<string> warnings)
    {
        var page = new HtmlPage(PrintableText.Of(title));
        write(page);
        page.Warnings(warnings);
        foreach (var (picture, caption) in pictures) page.Picture(picture, caption);
        page.Reproduction(words, [], TimeProvider.System);
        return page;
    }
}
