namespace Pipelines;

/// <summary>The common format of all errors: where, what was found, what was expected, what to try.</summary>
internal static class ErrorText
{
    /// <summary>Maximum length of a message in characters. A program can prefix its name and stay within 300.</summary>
    public const int MostCharacters = 280;

    private const char Cut = '…';
    private const int Between = 22;
    // Letters that a cut gives up so that no word is cut.
    private const int MostGivenUp = 16;

    /// <summary>
    /// Creates a message of at most <see cref="MostCharacters"/> characters. Long parts are shortened in the middle, the longest first, the remedy last.
    /// </summary>
    /// <param name="place">Where.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    public static string Of(string place, string found, string expected, string remedy)
    {
        (place, found, expected, remedy) = (PrintableText.Of(place), PrintableText.Of(found), PrintableText.Of(expected), PrintableText.Of(remedy));
        // A remedy that takes more than half of the message quotes something long.
        remedy = Shortened(remedy, Math.Max(MostCharacters / 2, MostCharacters - Between - place.Length - found.Length - expected.Length));
        string[] parts = [place, found, expected];
        var most = MostOfEach([.. parts.Select(p => p.Length)], MostCharacters - Between - remedy.Length);
        return $"{Shortened(place, most)}: found {Shortened(found, most)}, expected {Shortened(expected, most)}; {remedy}";
    }

    /// <summary>True if the message has room for all of its parts.</summary>
    public static bool Fits(string place, string found, string expected, string remedy) =>
        place.Length + found.Length + expected.Length + remedy.Length + Between <= MostCharacters;

    /// <summary>The text, with its middle replaced by an ellipsis if it is longer than <paramref name="most"/> characters.</summary>
    public static string Shortened(string text, int most)
    {
        if (text.Length <= most) return text;
        var (head, tail) = (most / 2, text.Length - (most - (most / 2) - 1));
        // A word that is cut says less than none.
        if (text.LastIndexOf(' ', head, Math.Min(head, MostGivenUp)) is > 0 and var end) head = end + 1;
        if (text.IndexOf(' ', tail, Math.Min(text.Length - tail, MostGivenUp)) is > 0 and var start) tail = start;
        // Do not split a surrogate pair.
        if (char.IsHighSurrogate(text[head - 1])) head--;
        if (char.IsLowSurrogate(text[tail])) tail++;
        return string.Concat(text.AsSpan(0, head), [Cut], text.AsSpan(tail));
    }

    // The largest per-part limit at which all parts fit together: short parts leave their share to long ones.
    private static int MostOfEach(int[] lengths, int available)
    {
        Array.Sort(lengths);
        for (var i = 0; i < lengths.Length; i++)
        {
            var share = available / (lengths.Length - i);
            if (lengths[i] > share) return share;
            available -= lengths[i];
        }
        return lengths[^1];
    }
}
