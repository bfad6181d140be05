using Pipelines.Plotting;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a run that fits nothing as a page: what people are told, with pictures.</summary>
internal static class RunPage
{
    /// <summary>Makes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="write">Writes the report for people.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="words">The words of the command.</param>
    /// <param name="warnings">All warnings of the run.</param>
    public static HtmlPage Of(string title, Action<TextWriter> write, IEnumerable<Picture> pictures, IEnumerable<string> words,
        IReadOnlyList<string> warnings)
    {
        var page = new HtmlPage(PrintableText.Of(title));
        using var text = new StringWriter();
        write(text);
        page.Text("Result", text.ToString());
        page.Warnings(warnings);
        foreach (var picture in pictures) page.Picture(picture);
        page.Reproduction(words, [], TimeProvider.System);
        return page;
    }
}
