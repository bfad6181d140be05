namespace Pipelines.Cli.Reporting;

/// <summary>A table of text with aligned columns, the same on a terminal and in a file.</summary>
internal static class TextTable
{
    /// <summary>Writes a table.</summary>
    /// <param name="target">The writer.</param>
    /// <param name="head">Titles.</param>
    /// <param name="rows">Shape [rows][titles].</param>
    /// <param name="numeric">This many columns, from the left, are right-aligned.</param>
    public static void Write(TextWriter target, string[] head, IEnumerable<string[]> rows, int numeric = 0)
    {
        // Escaped here because of their width.
        string[][] all = [head, .. rows.Select(r => Array.ConvertAll(r, cell => PrintableText.Of(cell)))];
        var widths = Enumerable.Range(0, head.Length).Select(c => all.Max(r => CellWidth.Of(r[c]))).ToArray();
        foreach (var row in all) target.WriteLine($"  {string.Join("  ", row.Select(Cell))}".TrimEnd());

        string Cell(string text, int c) => c < numeric ? CellWidth.Right(text, widths[c]) : CellWidth.Padded(text, widths[c]);
    }
}
