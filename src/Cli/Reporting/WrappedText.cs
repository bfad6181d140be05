namespace Pipelines.Cli.Reporting;

/// <summary>Text broken into lines that fit the terminal, between words only.</summary>
internal static class WrappedText
{
    private const int Hanging = 4;

    /// <summary>Writes a line, broken where it is too long; the rest is indented further. A word that is longer than the line stays whole.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="line">The line, with its own indentation.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static void Write(TextWriter target, string line, int width)
    {
        var indent = line.Length - line.TrimStart().Length;
        // On a terminal too narrow for the indentation, the words get half of it.
        var margin = Math.Min(indent + Hanging, width / 2);
        while (line.Length > width)
        {
            var end = line.LastIndexOf(' ', width, width - Math.Min(indent, width - 1));
            if (end <= indent) end = line.IndexOf(' ', Math.Max(indent, width));
            if (end < 0) break;
            target.WriteLine(line[..end].TrimEnd());
            line = new string(' ', margin) + line[end..].TrimStart();
            indent = margin;
        }
        target.WriteLine(line.TrimEnd());
    }
}
