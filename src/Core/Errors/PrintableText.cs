using System.Text;

namespace Pipelines;

/// <summary>Text that is safe to show: names from files may contain control characters, with which a terminal would do as they say.</summary>
internal static class PrintableText
{
    /// <summary>The text with control characters as escapes, such as <c>\u001b</c>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="keepsLines">True to keep line breaks and tabs.</param>
    public static string Of(string text, bool keepsLines = false)
    {
        if (!text.Any(IsEscaped)) return text;
        var made = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsEscaped(c)) made.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else made.Append(c);
        }
        return made.ToString();

        bool IsEscaped(char c) => char.IsControl(c) && !(keepsLines && c is ('\n' or '\r' or '\t'));
    }
}
