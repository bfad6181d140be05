namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Python writes non-finite numbers as NaN, Infinity and -Infinity, which is not valid JSON: they are put in quotes.</summary>
internal static class BareTokens
{
    /// <summary>The text with those tokens in quotes; the same memory if there are none.</summary>
    public static ReadOnlyMemory<byte> Quoted(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        if (text.IndexOfAny((byte)'N', (byte)'I') < 0) return json;
        var target = new MemoryStream(text.Length + 64);
        var done = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                i = EndOfString(text, i);
                continue;
            }
            var length = text[i] switch
            {
                (byte)'N' when text[i..].StartsWith("NaN"u8) => 3,
                (byte)'I' when text[i..].StartsWith("Infinity"u8) => 8,
                (byte)'-' when text[i..].StartsWith("-Infinity"u8) => 9,
                _ => 0,
            };
            if (length == 0) continue;
            target.Write(text[done..i]);
            target.WriteByte((byte)'"');
            target.Write(text.Slice(i, length));
            target.WriteByte((byte)'"');
            done = i + length;
            i = done - 1;
        }
        if (done == 0) return json;
        target.Write(text[done..]);
        return target.ToArray();
    }

    // Index of the closing quote, or the end of a truncated text.
    private static int EndOfString(ReadOnlySpan<byte> text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i;
        }
        return text.Length;
    }
}
