using System.Text;

namespace Pipelines.Cli.Terminal;

/// <summary>
/// Column names as they are typed and printed: plain, or quoted as in CSV if the name contains a comma or a quotation mark, or begins or ends with white space.
/// </summary>
internal static class NameList
{
    /// <summary>Parses names separated by commas.</summary>
    /// <param name="text">The text as typed.</param>
    /// <param name="problem">What is wrong with the text, to follow the quoted text in a message; null if it is valid.</param>
    public static IReadOnlyList<string> Parse(string text, out string? problem)
    {
        var (names, at) = (new List<string>(), 0);
        problem = null;
        while (true)
        {
            var name = Next(text, ref at, endsAtComma: true, out problem);
            if (problem is not null) return [];
            names.Add(name);
            if (at == text.Length) return names;
            at++;
        }
    }

    /// <summary>Parses a single name.</summary>
    /// <param name="text">The text as typed.</param>
    /// <param name="problem">What is wrong with the text, to follow the quoted text in a message; null if it is valid.</param>
    public static string ParseOne(string text, out string? problem)
    {
        var at = 0;
        return Next(text, ref at, endsAtComma: false, out problem);
    }

    /// <summary>Names for a sentence or a table, each as a user would type it.</summary>
    public static string Text(IEnumerable<string> names) => string.Join(", ", names.Select(Text));

    /// <summary>A name as a user would type it.</summary>
    public static string Text(string name) => name.Length == 0 || name.AsSpan().IndexOfAny(',', '"') >= 0 || name.AsSpan().Trim().Length != name.Length
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : name;

    // Leaves the position at the comma after the name, or at the end.
    private static string Next(string text, ref int at, bool endsAtComma, out string? problem)
    {
        problem = null;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        if (at == text.Length || text[at] != '"')
        {
            var end = endsAtComma ? text.IndexOf(',', at) : -1;
            var name = text[at..(end < 0 ? end = text.Length : end)].TrimEnd();
            at = end;
            if (name.Length == 0) problem = text.AsSpan().Trim().Length == 0 ? "no name" : "an empty name between commas";
            return name;
        }
        var quoted = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"') quoted.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"') quoted.Append(text[at++]);
            else
            {
                for (at++; at < text.Length && char.IsWhiteSpace(text[at]);) at++;
                if (at < text.Length && !(endsAtComma && text[at] == ',')) problem = "text after the closing quotation mark of a name";
                return quoted.ToString();
            }
        }
        problem = "a name without its closing quotation mark";
        return "";
    }
}
