using Spectre.Console.Rendering;

namespace Pipelines.Cli.Reporting;

/// <summary>Columns that text takes on a terminal: wide characters of East Asia and emoji take two, combining marks none.</summary>
internal static class CellWidth
{
    /// <summary>The columns of a text without control characters.</summary>
    public static int Of(string text) => new Segment(text).CellCount();

    /// <summary>The text, followed by blanks up to a width.</summary>
    public static string Padded(string text, int width) => text + Blanks(text, width);

    /// <summary>The text, after blanks up to a width.</summary>
    public static string Right(string text, int width) => Blanks(text, width) + text;

    private static string Blanks(string text, int width) => new(' ', Math.Max(0, width - Of(text)));
}
