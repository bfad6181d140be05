using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>A text of a picture and the box around it, in pixels.</summary>
/// <param name="Text">The text.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Lower edge.</param>
internal sealed record SvgText(string Text, double Left, double Top, double Right, double Bottom)
{
    public bool Overlaps(SvgText other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
}

/// <summary>An SVG as structure: its texts with their places, and how many shapes it has of each colour.</summary>
internal sealed partial class SvgPicture
{
    // Letters of the font: capitals are 0.73 high, descenders 0.24 deep.
    private const double Ascent = 0.73;
    private const double Descent = 0.24;

    public SvgPicture(byte[] svg)
    {
        using var stream = new MemoryStream(svg);
        var root = XDocument.Load(stream).Root!;
        (Width, Height) = (Number(root, "width"), Number(root, "height"));
        Texts = [.. root.Descendants().Where(e => e.Name.LocalName == "text" && e.Value.Trim().Length > 0).Select(TextOf)];
        Shapes = root.Descendants()
            .Where(e => e.Name.LocalName is "rect" or "path" or "circle" or "ellipse" or "line" && e.Parent!.Name.LocalName != "clipPath")
            .GroupBy(e => $"{e.Name.LocalName} {Color(e, "fill")} {Color(e, "stroke")}").ToDictionary(g => g.Key, g => g.Count());
    }

    public double Width { get; }

    public double Height { get; }

    public IReadOnlyList<SvgText> Texts { get; }

    /// <summary>Number of shapes by element, fill and stroke.</summary>
    public IReadOnlyDictionary<string, int> Shapes { get; }

    /// <summary>The structure, one text or kind of shape per line.</summary>
    public IReadOnlyList<string> Lines =>
    [
        string.Create(CultureInfo.InvariantCulture, $"size\t{Width}\t{Height}"),
        .. Shapes.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"shapes\t{s.Key}\t{s.Value}"),
        .. Texts.Select(t => string.Create(CultureInfo.InvariantCulture, $"text\t{t.Text}\t{t.Left:0}\t{t.Top:0}")),
    ];

    private static string Color(XElement element, string name) => element.Attribute(name)?.Value ?? "-";

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static SvgText TextOf(XElement element)
    {
        var (size, text) = ((float)Number(element, "font-size"), element.Value.Trim());
        var x = double.Parse(element.Attribute("x")!.Value.Split(',')[0], CultureInfo.InvariantCulture);
        var y = double.Parse(element.Attribute("y")?.Value.Split(',')[0] ?? "0", CultureInfo.InvariantCulture);
        var width = FontSetup.WidthOf(text, FontSetup.Name, size);
        var (a, b, c, d, e, f) = Matrix(element.Attribute("transform")?.Value ?? "");
        var corners = new[] { (x, y - (Ascent * size)), (x + width, y - (Ascent * size)), (x, y + (Descent * size)), (x + width, y + (Descent * size)) }
            .Select(p => (X: (a * p.Item1) + (c * p.Item2) + e, Y: (b * p.Item1) + (d * p.Item2) + f)).ToArray();
        return new(text, corners.Min(p => p.X), corners.Min(p => p.Y), corners.Max(p => p.X), corners.Max(p => p.Y));
    }

    private static (double, double, double, double, double, double) Matrix(string transform)
    {
        if (transform.Length == 0) return (1, 0, 0, 1, 0, 0);
        var found = Transform().Match(transform);
        double[] n = [.. found.Groups["numbers"].Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
        return found.Groups["name"].Value switch
        {
            "translate" => (1, 0, 0, 1, n[0], n.Length > 1 ? n[1] : 0),
            "matrix" => (n[0], n[1], n[2], n[3], n[4], n[5]),
            _ => throw new InvalidOperationException(transform),
        };
    }

    [GeneratedRegex(@"^(?<name>\w+)\((?<numbers>[^)]*)\)$")]
    private static partial Regex Transform();
}
