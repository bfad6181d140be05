using System.Text;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>The kinds of tokens in BIF.</summary>
internal enum BifToken
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>One of <c>{ } ( ) [ ] , ; |</c>.</summary>
    Mark,

    /// <summary>A name, value or number without quotes.</summary>
    Word,

    /// <summary>A text in quotes.</summary>
    Quoted,
}

/// <summary>Splits BIF into tokens. Blanks and comments (<c>// …</c> to the end of the line, <c>/* … */</c>) separate them and have no other meaning.</summary>
internal sealed class BifScanner
{
    private const string Marks = "{}()[],;|";

    private readonly string text;

    /// <summary>Begins with the first token.</summary>
    public BifScanner(string text)
    {
        this.text = text;
        Next();
    }

    /// <summary>Kind of the current token.</summary>
    public BifToken Token { get; private set; }

    /// <summary>Where the current token starts.</summary>
    public int Start { get; private set; }

    /// <summary>Where the current token ends.</summary>
    public int End { get; private set; }

    /// <summary>The current token; without its quotes if it has any.</summary>
    public string Text => Token == BifToken.Quoted ? Unquoted() : text[Start..End];

    /// <summary>The current token for messages.</summary>
    public string Found => Token == BifToken.End ? "the end of the file" : JsonHelpers.Quote(Text);

    /// <summary>True if the current token is this mark.</summary>
    public bool Is(char mark) => Token == BifToken.Mark && text[Start] == mark;

    /// <summary>True if the current token is this word, without quotes.</summary>
    public bool Is(string word) => Token == BifToken.Word && text.AsSpan(Start..End).SequenceEqual(word);

    /// <summary>Goes on to the next token.</summary>
    public void Next() => From(End);

    /// <summary>Goes to the first token from a place on.</summary>
    public void From(int place)
    {
        Start = End = Skipped(place);
        if (Start == text.Length)
        {
            Token = BifToken.End;
        }
        else if (text[Start] == '"')
        {
            Token = BifToken.Quoted;
            End = EndOfQuoted(Start);
        }
        else if (Marks.Contains(text[Start], StringComparison.Ordinal))
        {
            Token = BifToken.Mark;
            End = Start + 1;
        }
        else
        {
            Token = BifToken.Word;
            while (End < text.Length && IsPartOfWord(End)) End++;
        }
    }

    /// <summary>Skips a property, which may hold anything but braces.</summary>
    /// <param name="expected">What is expected, if it is no property.</param>
    public void SkipProperty(string expected)
    {
        if (!Is("property")) throw Bad(expected);
        while (!Is(';'))
        {
            if (Token == BifToken.End || Is('{') || Is('}')) throw Bad("';' at the end of the property");
            Next();
        }
        Next();
    }

    /// <summary>An error at the current token.</summary>
    public ModelException Bad(string expected, string remedy = "correct the file") => Bad(Start, Found, expected, remedy);

    /// <summary>An error at a place.</summary>
    /// <param name="place">The place in the text.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    /// <param name="what">What the place belongs to; null = nothing.</param>
    public ModelException Bad(int place, string found, string expected, string remedy = "correct the file", string? what = null) =>
        new(ErrorKind.ModelFile, $"{PlaceAfter(text.AsSpan(0, place))}{(what is null ? "" : $", {what}")}", found, expected, remedy);

    /// <summary>A place as line and column, both from 1.</summary>
    /// <param name="before">The text before it.</param>
    public static string PlaceAfter(ReadOnlySpan<char> before) => $"line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}";

    private int Skipped(int at)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            if (text[at] != '/' || at + 1 == text.Length || text[at + 1] is not ('/' or '*')) break;
            var isLine = text[at + 1] == '/';
            var end = isLine ? text.IndexOf('\n', at) : text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            if (end < 0 && !isLine) throw Bad(at, "a comment without an end", "*/ at its end", "close the comment");
            at = end < 0 ? text.Length : isLine ? end : end + 2;
        }
        return at;
    }

    private bool IsPartOfWord(int at)
    {
        var c = text[at];
        if (char.IsControl(c) && !char.IsWhiteSpace(c))
            throw Bad(at, $"the control character U+{(int)c:X4}", "text", "check that the file is BIF, or put the name in quotes");
        return !char.IsWhiteSpace(c) && c != '"' && !Marks.Contains(c, StringComparison.Ordinal)
            && !(c == '/' && at + 1 < text.Length && text[at + 1] is ('/' or '*'));
    }

    private int EndOfQuoted(int start)
    {
        for (var at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '"') return at + 1;
            if (IsEscape(at)) at++;
        }
        throw Bad(start, "a quote without an end", "a second quote that ends the text", "close the quote");
    }

    private bool IsEscape(int at) => text[at] == '\\' && at + 1 < text.Length && text[at + 1] is ('"' or '\\');

    private string Unquoted()
    {
        var inner = text.AsSpan(Start + 1, End - Start - 2);
        if (!inner.Contains('\\')) return inner.ToString();
        var result = new StringBuilder(inner.Length);
        for (var at = Start + 1; at < End - 1; at++)
        {
            if (IsEscape(at)) at++;
            result.Append(text[at]);
        }
        return result.ToString();
    }
}
