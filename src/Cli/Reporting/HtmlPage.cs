using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using Pipelines.Cli.Settings;
using Pipelines.Plotting;

namespace Pipelines.Cli.Reporting;

/// <summary>
/// A page that needs no other file and no network. It is built as a tree, so every text is escaped; names are shown without control characters.
/// </summary>
/// <param name="title">Its title.</param>
internal sealed class HtmlPage(string title)
{
    private const string Style = "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}"
        + "table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}"
        + "th{border-bottom:1px solid #999}td.n,th.n{text-align:right}pre,td.pre{font-family:ui-monospace,monospace;white-space:pre-wrap}"
        + "figure{margin:1rem 0 2rem}figcaption{color:#555}svg{max-width:100%;height:auto}li.warning{color:#a33}";

    // Characters that need no quotation marks.
    private const string Plain = "-_./=,:+@%";

    private readonly List<object> content = [new XElement("h1", title)];
    private int pictures;

    /// <summary>Adds a heading.</summary>
    public void Heading(string text) => content.Add(new XElement("h2", text));

    /// <summary>Adds a paragraph.</summary>
    public void Paragraph(string text) => content.Add(new XElement("p", PrintableText.Of(text)));

    /// <summary>Adds a list of warnings; that there are none, if there are none.</summary>
    public void Warnings(IReadOnlyList<string> texts)
    {
        Heading("Warnings");
        if (texts.Count == 0) Paragraph("none");
        else content.Add(new XElement("ul", texts.Select(t => new XElement("li", new XAttribute("class", "warning"), PrintableText.Of(t)))));
    }

    /// <summary>Adds a table.</summary>
    /// <param name="head">Titles; empty = none.</param>
    /// <param name="rows">Shape [rows][columns].</param>
    /// <param name="numeric">Index of the first column of numbers, which are right-aligned.</param>
    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int numeric = int.MaxValue) => content.Add(new XElement("table",
        head.Count == 0 ? null : new XElement("thead", Row("th", head, numeric)), new XElement("tbody", rows.Select(r => Row("td", r, numeric)))));

    private static XElement Row(string tag, IReadOnlyList<string> cells, int numeric) =>
        new("tr", cells.Select((c, i) => new XElement(tag, i >= numeric ? new XAttribute("class", "n") : null, PrintableText.Of(c))));

    /// <summary>Adds lines as they are, such as those of a model.</summary>
    public void Lines(IEnumerable<string> lines) => content.Add(new XElement("pre", string.Join('\n', lines.Select(l => PrintableText.Of(l)))));

    /// <summary>Adds a heading and what the report for people says; nothing if it says nothing.</summary>
    public void Text(string heading, string text)
    {
        if (text.Length == 0) return;
        Heading(heading);
        Lines(text.TrimEnd().Split('\n').Select(l => l.TrimEnd('\r')));
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="caption">What it shows.</param>
    public void Picture(Picture picture, string caption)
    {
        var (width, height) = PictureRenderer.DefaultSize(picture);
        var svg = XElement.Parse(Encoding.UTF8.GetString(PictureRenderer.Render(picture, PictureFormat.Svg, width, height)));
        // A small page shrinks the picture, and identifiers are those of the page.
        if (svg.Attribute("viewBox") is null) svg.SetAttributeValue("viewBox", FormattableString.Invariant($"0 0 {width} {height}"));
        var prefix = FormattableString.Invariant($"p{pictures++}-");
        foreach (var attribute in svg.DescendantsAndSelf().Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            if (attribute.Name == "id") attribute.Value = prefix + attribute.Value;
            else if (attribute.Value.StartsWith('#') && attribute.Name.LocalName == "href") attribute.Value = $"#{prefix}{attribute.Value[1..]}";
            else attribute.Value = attribute.Value.Replace("url(#", $"url(#{prefix}", StringComparison.Ordinal);
        }
        content.Add(new XElement("figure", svg, new XElement("figcaption", PrintableText.Of(caption))));
    }

    /// <summary>Adds how to make the same again: the command, the versions and the time.</summary>
    /// <param name="words">The words of the command after the tool's name.</param>
    /// <param name="more">Further names and values.</param>
    /// <param name="clock">Tells the time.</param>
    public void Reproduction(IEnumerable<string> words, IEnumerable<string[]> more, TimeProvider clock)
    {
        Heading("Reproduce");
        Lines([string.Join(' ', words.Select(Quoted).Prepend("pipelines"))]);
        var version = typeof(HtmlPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        var commit = version.IndexOf('+', StringComparison.Ordinal);
        Table([], [["pipelines", commit < 0 ? version : version[..commit]], .. commit < 0 ? Array.Empty<string[]>() : [["commit", version[(commit + 1)..]]],
            ["runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"], .. more,
            ["written", clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC"]]);
    }

    /// <summary>The page in UTF-8.</summary>
    public byte[] ToBytes()
    {
        var page = new XElement("html", new XAttribute("lang", "en"),
            new XElement("head", new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "generator"), new XAttribute("content", FileKind.ReportGenerator)),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width")),
                new XElement("title", title), new XElement("style", Style)),
            new XElement("body", content));
        // Blanks in preformatted text must stay, so nothing is indented.
        return Encoding.UTF8.GetBytes($"<!DOCTYPE html>\n{page.ToString(SaveOptions.DisableFormatting)}\n");
    }

    // For a POSIX shell.
    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
